// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {StakeTrainer} from "../src/StakeTrainer.sol";
import {Trainer} from "../src/Trainer.sol";
import {ModelParams} from "../src/Types.sol";
import {Hostile} from "./Claims.t.sol";
import {Fixture} from "./Fixture.sol";

/// @dev A pool that signs whatever it likes and comes back for more when it is paid.
contract HostilePool {
    uint256 public constant unbondS = type(uint256).max;
    address public constant verifier = address(0);
    bool public refuses;
    bool public succeeded;

    function requireQuorum(bytes32, bytes calldata) external view {}

    function refuse(bool refuses_) external {
        refuses = refuses_;
    }

    function depositFees() external payable {
        require(!refuses, "no fees, please");
        try StakeTrainer(msg.sender).collectFees() {
            succeeded = true;
        } catch {}
    }
}

contract HostileTest is Fixture {
    HostilePool internal hostilePool;

    function hostileModel() internal {
        hostilePool = new HostilePool();
        params.pool = address(hostilePool);
        vm.prank(OWNER);
        trainer = StakeTrainer(factory.createStakeModel(params, "", "", "", SPEC));
    }

    /// A hostile contributor with karma, two of Alice's contributions condemned, one that is nobody's yet.
    function hostileWithKarma() internal returns (Hostile hostile) {
        hostile = new Hostile{value: 10 ether}(trainer);
        hostile.contribute("sample", 0, 1 ether);
        note(address(hostile), 0, 1 ether, "sample");
        for (uint256 i = 0; i < 3; ++i) contribute(ALICE, 0, 2 ether);
        (verdicts[0], verdicts[1], verdicts[2], verdicts[3]) = (CREDIT, DISAGREE, DISAGREE, AGREE);
        skip(100);
        postEffective(4);
        hostile.call(abi.encodeCall(Trainer.refund, (claims[0])), "");
    }

    // ---- receivers

    function test_rewards_are_paid_once_to_who_asks_again_while_being_paid() public {
        Hostile hostile = hostileWithKarma();
        report(EVE, 1);
        uint256 before = hostile.received();
        uint256 owed = trainer.rewardsOf(address(hostile));
        bytes memory call = abi.encodeCall(StakeTrainer.claimRewards, ());
        hostile.call(call, call);
        check(!hostile.succeeded(), "paid again");
        eq(hostile.received() - before, owed, "received");
        eq(trainer.rewardsOf(address(hostile)), 0, "nothing left");
    }

    function test_no_report_loses_the_shares_of_another_made_while_it_is_paid() public {
        Hostile hostile = hostileWithKarma();
        hostile.call(abi.encodeCall(Trainer.report, (claims[1])), abi.encodeCall(Trainer.report, (claims[2])));
        check(!hostile.succeeded(), "a report within a report");
        hostile.call(abi.encodeCall(Trainer.report, (claims[2])), "");
        uint256 less = 2 ether - feeWei();
        eq(trainer.rewardsOf(address(hostile)), 2 * (less - less / 10), "both shared");
    }

    // ---- operators

    function test_a_pool_gets_its_fees_once_however_often_it_asks() public {
        hostileModel();
        contribute(ALICE, 0);
        contribute(BOB, 0);
        (verdicts[0], verdicts[1]) = (AGREE, AGREE);
        skip(100);
        postEffective(2);
        trainer.collectFees();
        check(!hostilePool.succeeded(), "collected again");
        eq(address(hostilePool).balance, 2 * feeWei(), "fees");
        refund(ALICE, 0);
        refund(BOB, 1);
        eq(address(trainer).balance, 0, "deposits are all there");
    }

    function test_a_pool_that_refuses_its_fees_holds_nobody_up() public {
        hostileModel();
        contribute(ALICE, 0);
        verdicts[0] = AGREE;
        skip(100);
        postEffective(1);
        hostilePool.refuse(true);
        vm.expectRevert("no fees, please");
        trainer.collectFees();
        eq(refund(ALICE, 0), claims[0].deposit - feeWei(), "refund");
        hostilePool.refuse(false);
        trainer.collectFees();
        eq(address(trainer).balance, 0, "later");
    }

    /// Operators who sign anything still judge each record once, and never what was settled.
    function test_operators_who_sign_anything_take_no_more_than_condemned_deposits() public {
        hostileModel();
        for (uint256 i = 0; i < 4; ++i) {
            contribute(ALICE, 0);
            verdicts[i] = DISAGREE;
        }
        skip(100);
        postEffective(2);
        verdicts[0] = AGREE;
        skip(params.epochS);
        Post memory p = build(nowEpoch() - 1, 4, 4);
        expect(Trainer.WrongWords.selector);
        send(p);
        verdicts[0] = DISAGREE;
        vm.warp(deadline(3) + 1);
        eq(refund(ALICE, 2) + refund(ALICE, 3), claims[2].deposit + claims[3].deposit, "unjudged ones go back whole");
        postEffective(4);
        vm.prank(EVE);
        expect(Trainer.AlreadySettled.selector, 2);
        trainer.report(claims[2]);
        eq(trainer.feesDue(), 2 * feeWei(), "no fee for what went back");
    }

    // ---- dust and size

    /// Hundreds of the least deposits: the price rises and falls back, and every wei is accounted for.
    function test_a_flood_of_dust_is_paid_for_and_divides_to_the_last_wei() public {
        (params.feeGwei, params.floorWei, params.capWei, params.burst) = (0, 1, 1000, 50);
        trainer = StakeTrainer(createStake());
        uint256 held;
        for (uint256 i = 0; i < 200; ++i) {
            contribute(i % 10 == 0 ? BOB : EVE, 0);
            held += claims[i].deposit;
            verdicts[i] = i % 10 == 0 ? CREDIT : DISAGREE;
        }
        eq(trainer.getNextAddDataCost(), 1000, "a flood leads to the cap");
        skip(params.windowS);
        eq(trainer.getNextAddDataCost(), 1, "which falls again");
        postEffective(200);
        uint256 paid;
        for (uint64 i = 0; i < 200; ++i) {
            if (i % 10 == 0) paid += refund(BOB, i);
            else paid += report(CAROL, i);
        }
        paid += claimRewards(BOB);
        eq(address(trainer).balance, held - paid, "nothing is made");
        atMost(held - paid, 180, "less than a wei a division stays");
    }

    function test_a_sample_of_a_hundred_thousand_bytes_is_kept_and_one_more_byte_is_not() public {
        params.maxSampleBytes = 100_000;
        trainer = StakeTrainer(createStake());
        bytes memory sample = new bytes(100_000);
        for (uint256 i = 0; i < 100_000; i += 997) sample[i] = bytes1(uint8(i));
        vm.prank(ALICE);
        trainer.contribute{value: 1 ether}(sample, 0);
        note(ALICE, 0, 1 ether, sample);
        eq(trainer.rec(0), records[0], "record");
        vm.prank(ALICE);
        expect(Trainer.SampleTooLong.selector, 100_001);
        trainer.contribute{value: 1 ether}(new bytes(100_001), 0);
    }
}
