// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelFactory} from "../src/ModelFactory.sol";
import {OperatorPool} from "../src/OperatorPool.sol";
import {StakeTrainer} from "../src/StakeTrainer.sol";
import {Trainer} from "../src/Trainer.sol";
import {Claim, Minimums, ModelParams} from "../src/Types.sol";
import {MockVerifier} from "./Checkpoint.t.sol";
import {Fixture} from "./Fixture.sol";

/// @dev Where a rule changes: the last second, the last value, the one beside it.
contract EdgesTest is Fixture {
    function challenged() internal returns (MockVerifier verifier) {
        verifier = new MockVerifier();
        deployPool(address(verifier));
        delete operatorKeys;
        join(uint256(keccak256("operator")), BOND);
        skip(2 * PERIOD_S);
        trainer = StakeTrainer(createStake());
    }

    // ---- checkpoints

    function test_an_epoch_is_over_in_the_second_in_which_the_next_begins() public {
        contribute(ALICE, 0);
        vm.warp((uint256(nowEpoch()) + 20) * params.epochS);
        post(1);
    }

    function test_an_accuracy_of_one_is_accepted() public {
        contribute(ALICE, 0);
        skip(100);
        Post memory p = build(nowEpoch() - 1, 1, 1);
        p.c.accuracy = 1e9;
        sign(p);
        send(p);
    }

    function test_words_where_nothing_new_is_judged_are_refused() public {
        contribute(ALICE, 0);
        skip(100);
        Post memory p = build(nowEpoch() - 1, 1, 0);
        sign(p);
        p.words = new uint256[](1);
        expect(Trainer.WrongWords.selector);
        send(p);
    }

    function test_the_newest_record_is_signed_without_its_settled_bit() public {
        contribute(ALICE, 0);
        vm.warp(deadline(0) + 1);
        refund(ALICE, 0);
        post(1);
    }

    function test_what_a_refuted_checkpoint_left_behind_is_in_no_later_hash() public {
        MockVerifier verifier = challenged();
        contribute(ALICE, 0);
        contribute(ALICE, 0);
        skip(100);
        postEffective(1);
        skip(params.epochS);
        verdicts[1] = CREDIT;
        Post memory p = build(nowEpoch() - 1, 2, 2);
        sign(p);
        send(p);
        verifier.setWrong(p.c);
        trainer.refute(p.c, p.chain, "proof");
        contribute(BOB, 0);
        skip(params.epochS);
        postEffective(1);
        (, uint64 count, uint64 judged) = trainer.effective();
        eq(count, 3, "count");
        eq(judged, 1, "judged");
    }

    function test_ids_end() public {
        bytes32 count = bytes32(uint256(0x7ffffffe) << 96);
        vm.store(address(trainer), bytes32(0), count);
        vm.prank(ALICE);
        eq(trainer.contribute{value: 1 ether}("", 0), 0x7ffffffe, "the last id");
        vm.prank(ALICE);
        expect(Trainer.Full.selector);
        trainer.contribute{value: 1 ether}("", 0);
    }

    // ---- late ranges

    function test_a_range_is_late_a_second_after_its_window() public {
        contribute(ALICE, 0);
        vm.warp(trainer.createdAt() + params.verdictWindowS - params.challengeS);
        postEffective(1);
        eq(trainer.lateRangeCount(), 0, "in time");
        eq(trainer.feesDue(), feeWei(), "fee");
        contribute(ALICE, 0);
        vm.warp((uint256(lastEpoch) + 1) * params.epochS + params.verdictWindowS - params.challengeS + 1);
        postEffective(2);
        eq(trainer.lateRangeCount(), 1, "late");
        eq(trainer.feesDue(), feeWei(), "no fee more");
    }

    function test_a_verdict_that_takes_effect_at_its_deadline_is_in_time() public {
        contribute(ALICE, 0);
        verdicts[0] = DISAGREE;
        vm.warp(deadline(0) - params.challengeS);
        postEffective(1);
        eq(trainer.lateRangeCount(), 1, "range");
        vm.prank(ALICE);
        expect(Trainer.Condemned.selector, 0);
        trainer.refund(claims[0]);
        report(EVE, 0);
    }

    function test_a_verdict_that_takes_effect_a_second_later_is_late() public {
        contribute(ALICE, 0);
        verdicts[0] = DISAGREE;
        vm.warp(deadline(0) - params.challengeS + 1);
        postEffective(1);
        vm.prank(EVE);
        expect(Trainer.LateVerdict.selector, 0);
        trainer.report(claims[0]);
        eq(refund(ALICE, 0), claims[0].deposit, "whole");
    }

    function test_each_one_that_was_taken_back_is_exempt() public {
        takenBack(1, 2);
    }

    function test_each_one_is_in_whatever_order_they_were_taken_back() public {
        takenBack(2, 1);
    }

    function takenBack(uint64 first, uint64 second) private {
        for (uint256 i = 0; i < 3; ++i) contribute(i == 0 ? ALICE : BOB, 0);
        skip(100);
        postEffective(1);
        vm.warp(deadline(1) - 50);
        contribute(CAROL, 0);
        vm.warp(deadline(2) + 1);
        postEffective(1);
        refund(BOB, first);
        refund(BOB, second);
        for (uint64 judged = 2; judged < 5; ++judged) {
            skip(params.epochS);
            postEffective(judged);
        }
        eq(trainer.lateRangeCount(), 2, "one each");
        eq(trainer.feesDue(), 2 * feeWei(), "for the first and the last");
    }

    function test_a_refutation_leaves_earlier_late_ranges() public {
        MockVerifier verifier = challenged();
        contribute(ALICE, 0);
        skip(5000);
        postEffective(1);
        contribute(ALICE, 0);
        skip(100);
        Post memory p = post(2);
        verifier.setWrong(p.c);
        trainer.refute(p.c, p.chain, "proof");
        eq(trainer.lateRangeCount(), 1, "the first one's");
    }

    // ---- batches

    function test_a_batch_gives_each_credit_its_karma() public {
        Claim[] memory cs = new Claim[](3);
        for (uint256 i = 0; i < 3; ++i) {
            contribute(ALICE, 0);
            verdicts[i] = i == 2 ? AGREE : CREDIT;
        }
        skip(100);
        postEffective(3);
        for (uint256 i = 0; i < 3; ++i) cs[i] = claims[i];
        vm.prank(ALICE);
        trainer.refundBatch(cs);
        eq(trainer.numValidForAddress(ALICE), 2, "karma");
        eq(trainer.totalGoodDataCount(), 2, "all karma");
    }

    // ---- the pool

    function test_an_operator_has_an_owner() public {
        vm.prank(vm.addr(operatorKeys[0]));
        expect(OperatorPool.WrongRole.selector);
        pool.setOwner(1, address(0));
    }

    function test_the_list_stays_whole_whoever_leaves_it() public {
        for (uint256 i = 2; i <= 4; ++i) join(i, 1 ether);
        uint256[3] memory leavers = [uint256(2), 4, 3];
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(vm.addr(leavers[i]));
            pool.leave(leavers[i]);
        }
        skip(2 * PERIOD_S + UNBOND_S);
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(vm.addr(leavers[i]));
            pool.withdraw(leavers[i]);
            eq(pool.listed().length, 3 - i, "listed");
        }
        eq(pool.listed()[0], 1, "who stays");
    }

    // ---- the factory

    function test_a_model_of_the_least_and_the_most_is_made() public {
        Minimums memory m = factory.minimums();
        ModelParams memory p = defaultParams();
        p.refundWaitTimeS = m.refundWaitTimeS;
        p.verdictWindowS = m.verdictWindowS;
        p.challengeS = m.challengeS;
        p.epochS = m.epochS;
        p.ownerClaimWaitTimeS = m.ownerClaimWaitTimeS;
        p.anyAddressClaimWaitTimeS = m.anyAddressClaimWaitTimeS;
        p.classes = 1024;
        p.floorWei = 1 ether;
        p.capWei = 1 ether;
        p.feeGwei = 1e9;
        p.reporterShareBps = 10_000;
        factory.createStakeModel(p, "", "", "", SPEC);
    }

    function test_a_challenge_below_the_minimum_is_refused() public {
        Minimums memory m = factory.minimums();
        m.challengeS = 21;
        ModelFactory strict =
            ModelFactory(vm.deployCode("oracle/contracts/artifacts/ModelFactory.json", abi.encode(m)));
        expect(ModelFactory.WaitTooShort.selector);
        strict.createStakeModel(defaultParams(), "", "", "", SPEC);
    }
}
