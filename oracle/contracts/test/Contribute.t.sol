// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PointsTrainer} from "../src/PointsTrainer.sol";
import {StakeTrainer} from "../src/StakeTrainer.sol";
import {Trainer} from "../src/Trainer.sol";
import {ModelParams} from "../src/Types.sol";
import {Fixture} from "./Fixture.sol";

contract ContributeTest is Fixture {
    function test_a_record_links_to_the_one_before_it() public {
        for (uint32 i = 0; i < 4; ++i) {
            skip(i);
            contribute(ALICE, i);
            eq(trainer.rec(i), records[i], "record");
        }
        eq(trainer.totalSubmitted(), 4, "count");
        eq(address(trainer).balance, claims[0].deposit + claims[1].deposit + claims[2].deposit + claims[3].deposit, "held");
    }

    function test_a_contribution_is_told_with_its_sample() public {
        bytes memory sample = hex"0102030405";
        vm.expectEmit(true, true, false, true, address(trainer));
        emit Trainer.Contributed(0, ALICE, 3, 0.5 ether, sample);
        vm.prank(ALICE);
        trainer.contribute{value: 0.5 ether}(sample, 3);
    }

    function test_a_label_beyond_the_classes_is_refused() public {
        vm.prank(ALICE);
        expect(Trainer.UnknownLabel.selector, 4);
        trainer.contribute{value: 1 ether}("", 4);
    }

    function test_a_sample_over_the_size_is_refused() public {
        bytes memory sample = new bytes(4097);
        vm.prank(ALICE);
        expect(Trainer.SampleTooLong.selector, 4097);
        trainer.contribute{value: 1 ether}(sample, 0);
    }

    function test_a_sample_of_the_size_and_an_empty_one_are_kept() public {
        vm.prank(ALICE);
        trainer.contribute{value: 1 ether}(new bytes(4096), 0);
        vm.prank(ALICE);
        trainer.contribute{value: 1 ether}("", 0);
        eq(trainer.totalSubmitted(), 2, "count");
    }

    function test_a_deposit_below_the_price_is_refused() public {
        vm.prank(ALICE);
        expect(StakeTrainer.DepositTooLow.selector, 0.01 ether);
        trainer.contribute{value: 0.01 ether - 1}("", 0);
    }

    function test_a_deposit_above_the_price_is_kept_whole() public {
        contribute(ALICE, 0, 3 ether);
        eq(trainer.rec(0), records[0], "record");
    }

    function test_a_burst_leads_to_the_cap_and_one_a_block_does_not() public {
        for (uint256 i = 0; i < params.burst; ++i) contribute(ALICE, 0);
        eq(trainer.getNextAddDataCost(), params.capWei, "after a burst");
        skip(params.windowS);
        eq(trainer.getNextAddDataCost(), params.floorWei, "a window later");
        for (uint256 i = 0; i < 50; ++i) {
            contribute(ALICE, 0);
            skip(12);
        }
        eq(trainer.getNextAddDataCost(), params.floorWei, "one a block");
    }

    function test_the_price_at_another_time_is_told() public {
        for (uint256 i = 0; i < 5; ++i) contribute(ALICE, 0);
        uint256 level = 5 * 100 - 3 * 10;
        uint256 wanted = 0.01 ether + (0.99 ether * level + 999) / 1000;
        eq(trainer.getNextAddDataCost(block.timestamp + 3), wanted, "in 3 s");
        eq(trainer.getNextAddDataCost(type(uint256).max), 0.01 ether, "in the end");
        eq(trainer.getNextAddDataCost(0), trainer.getNextAddDataCost(), "before");
    }

    /// The price of the protocol's page, recomputed along any history.
    function test_fuzz_the_price_follows_its_formula(uint8[24] memory gaps, uint32 burst, uint32 windowS) public {
        params.burst = uint32(bound(burst, 0, 50));
        params.windowS = uint32(bound(windowS, 1, 10_000));
        trainer = StakeTrainer(createStake());
        uint256 full = uint256(params.burst) * params.windowS;
        uint256 level;
        for (uint256 i = 0; i < gaps.length; ++i) {
            skip(gaps[i]);
            uint256 fallen = uint256(gaps[i]) * params.burst;
            level = fallen < level ? level - fallen : 0;
            uint256 price = params.floorWei;
            if (full != 0) price += ((params.capWei - params.floorWei) * level + full - 1) / full;
            eq(trainer.getNextAddDataCost(), price, "price");
            vm.prank(ALICE);
            trainer.contribute{value: price}("", 0);
            level = level + params.windowS < full ? level + params.windowS : full;
        }
    }

    function test_points_take_no_deposit() public {
        PointsTrainer points = PointsTrainer(createPoints());
        eq(points.getNextAddDataCost(), 0, "price");
        vm.prank(ALICE);
        expect(PointsTrainer.DepositNotTaken.selector);
        points.contribute{value: 1}("", 0);
        vm.prank(ALICE);
        eq(points.contribute("", 0), 0, "id");
    }

    function test_the_implementation_is_no_model() public {
        StakeTrainer implementation = StakeTrainer(factory.stakeTrainer());
        vm.prank(ALICE);
        expect(Trainer.NoModel.selector);
        implementation.contribute{value: 1 ether}("", 0);
    }

    function test_money_comes_in_by_deposits_alone() public {
        vm.prank(ALICE);
        (bool sent,) = address(trainer).call{value: 1}("");
        check(!sent, "money without a function");
    }

    function test_parameters_and_getters_tell_what_was_given() public view {
        ModelParams memory p = trainer.params();
        eq(keccak256(abi.encode(p)), keccak256(abi.encode(params)), "params");
        eq(trainer.owner(), OWNER, "owner");
        eq(trainer.pool(), address(pool), "pool");
        eq(trainer.spec(), keccak256(SPEC), "spec");
        eq(trainer.createdAt(), START + 2 * PERIOD_S, "createdAt");
        eq(trainer.getNumClassifications(), 4, "classes");
        eq(trainer.refundWaitTimeS(), 60, "refund wait");
        eq(trainer.ownerClaimWaitTimeS(), 1000, "owner's wait");
        eq(trainer.anyAddressClaimWaitTimeS(), 2000, "anybody's wait");
        eq(trainer.rec(0), 0, "no record");
        eq(trainer.rec(type(uint256).max), 0, "no such record");
        eq(trainer.verdictWord(type(uint256).max), 0, "no such word");
    }

    /// Every parameter comes through the packed arguments unchanged.
    function test_fuzz_parameters_survive_their_packing(uint256 a, uint256 b, uint256 c) public {
        params.classes = uint32(bound(a, 2, 1024));
        params.maxSampleBytes = uint32(a >> 32);
        params.refundWaitTimeS = uint32(bound(a >> 64, 10, 10_000));
        params.challengeS = uint32(bound(a >> 96, 0, 10_000));
        params.epochS = uint32(bound(a >> 128, 2, 10_000));
        params.verdictWindowS = uint32(bound(a >> 160, 20_001, 50_000));
        params.ownerClaimWaitTimeS = uint32(bound(a >> 192, 10, type(uint32).max));
        params.anyAddressClaimWaitTimeS = uint32(bound(a >> 224, 20, type(uint32).max));
        params.floorWei = uint96(b);
        params.capWei = uint96(bound(b >> 96, params.floorWei, type(uint96).max));
        params.feeGwei = uint64(bound(c, 0, params.floorWei / 1 gwei < type(uint64).max ? params.floorWei / 1 gwei : type(uint64).max));
        params.burst = uint32(c >> 64);
        params.windowS = uint32(bound(c >> 96, 1, type(uint32).max));
        params.reporterShareBps = uint16(bound(c >> 128, 0, 10_000));
        trainer = StakeTrainer(createStake());
        eq(keccak256(abi.encode(trainer.params())), keccak256(abi.encode(params)), "params");
    }
}
