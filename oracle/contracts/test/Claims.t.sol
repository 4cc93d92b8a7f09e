// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PointsTrainer} from "../src/PointsTrainer.sol";
import {StakeTrainer} from "../src/StakeTrainer.sol";
import {Trainer} from "../src/Trainer.sol";
import {Claim} from "../src/Types.sol";
import {Fixture} from "./Fixture.sol";

/// @dev Takes part, and tries to take more than its part while it is being paid.
contract Hostile {
    StakeTrainer private _trainer;
    bytes private _again;
    bool public refuses;
    bool public succeeded;
    uint256 public received;

    constructor(StakeTrainer trainer) payable {
        _trainer = trainer;
    }

    function contribute(bytes calldata sample, uint32 label, uint256 deposit) external {
        _trainer.contribute{value: deposit}(sample, label);
    }

    function call(bytes calldata first, bytes calldata again) external {
        _again = again;
        (bool done, bytes memory reason) = address(_trainer).call(first);
        if (!done) {
            assembly {
                revert(add(reason, 0x20), mload(reason))
            }
        }
    }

    function refuse(bool refuses_) external {
        refuses = refuses_;
    }

    receive() external payable {
        require(!refuses, "no money, please");
        received += msg.value;
        if (_again.length == 0) return;
        (bool done,) = address(_trainer).call(_again);
        if (done) succeeded = true;
    }
}

contract ClaimsTest is Fixture {
    /// Four contributions of Alice's, judged disagree, abstain, agree, credit; a fifth one of Bob's that nobody judged.
    function judgedFour() internal {
        for (uint8 v = 0; v < 4; ++v) {
            contribute(ALICE, v);
            verdicts[v] = v;
        }
        skip(100);
        contribute(BOB, 0);
        postEffective(4);
    }

    function test_agree_abstain_and_credit_give_the_deposit_less_fee() public {
        judgedFour();
        for (uint64 id = 1; id < 4; ++id) {
            vm.expectEmit(true, true, false, true, address(trainer));
            emit Trainer.Refunded(id, ALICE, claims[id].deposit - feeWei(), id == 3 ? 1 : 0);
            eq(refund(ALICE, id), claims[id].deposit - feeWei(), "refund");
            eq(trainer.rec(id), 0, "slot");
        }
        eq(trainer.numValidForAddress(ALICE), 1, "karma");
        eq(trainer.totalGoodDataCount(), 1, "all karma");
    }

    function test_a_condemned_deposit_is_not_given_back() public {
        judgedFour();
        vm.prank(ALICE);
        expect(Trainer.Condemned.selector, 0);
        trainer.refund(claims[0]);
    }

    function test_nothing_is_refunded_twice() public {
        judgedFour();
        refund(ALICE, 3);
        vm.prank(ALICE);
        expect(Trainer.AlreadySettled.selector, 3);
        trainer.refund(claims[3]);
    }

    function test_only_the_contributor_is_refunded() public {
        judgedFour();
        vm.prank(EVE);
        expect(Trainer.NotContributor.selector, 2);
        trainer.refund(claims[2]);
        Claim memory c = claims[2];
        c.contributor = EVE;
        vm.prank(EVE);
        expect(Trainer.WrongClaim.selector, 2);
        trainer.refund(c);
    }

    function test_fuzz_a_claim_with_any_field_changed_is_refused(uint256 field, uint256 change) public {
        judgedFour();
        Claim memory c = claims[2];
        field = bound(field, 0, 4);
        if (field == 0) c.prev ^= bytes32(bound(change, 1, type(uint256).max));
        if (field == 1) c.time ^= uint64(bound(change, 1, type(uint64).max));
        if (field == 2) c.deposit ^= bound(change, 1, type(uint256).max);
        if (field == 3) c.label ^= uint32(bound(change, 1, type(uint32).max));
        if (field == 4) c.sampleHash ^= bytes32(bound(change, 1, type(uint256).max));
        vm.prank(ALICE);
        expect(Trainer.WrongClaim.selector, 2);
        trainer.refund(c);
    }

    function test_a_claim_on_a_record_that_is_not_there_is_refused() public {
        judgedFour();
        Claim memory c = claims[2];
        c.id = 5;
        vm.prank(ALICE);
        expect(Trainer.WrongClaim.selector, 5);
        trainer.refund(c);
    }

    function test_an_unjudged_one_is_given_back_whole_after_its_deadline() public {
        judgedFour();
        vm.warp(deadline(4));
        vm.prank(BOB);
        expect(Trainer.TooEarly.selector, 4, deadline(4));
        trainer.refund(claims[4]);
        skip(1);
        eq(refund(BOB, 4), claims[4].deposit, "whole");
        eq(trainer.rec(4), records[4] | bytes32(uint256(1)), "slot shows its hash");
        vm.prank(BOB);
        expect(Trainer.AlreadySettled.selector, 4);
        trainer.refund(claims[4]);
    }

    function test_an_unjudged_one_is_never_forfeited() public {
        judgedFour();
        verdicts[4] = DISAGREE;
        vm.warp(deadline(4) + 1_000_000);
        vm.prank(EVE);
        expect(Trainer.NotJudged.selector, 4);
        trainer.report(claims[4]);
        vm.prank(OWNER);
        expect(Trainer.NotJudged.selector, 4);
        trainer.claimLate(claims[4]);
    }

    function test_a_report_divides_the_deposit() public {
        judgedFour();
        refund(ALICE, 3);
        uint256 less = claims[0].deposit - feeWei();
        uint256 reward = less / 10;
        vm.expectEmit(true, true, true, true, address(trainer));
        emit Trainer.Reported(0, EVE, ALICE, reward, less - reward);
        eq(report(EVE, 0), reward, "reward");
        eq(trainer.rewardsOf(ALICE), less - reward, "the rest is the only holder's");
        eq(claimRewards(ALICE), less - reward, "claimed");
        eq(claimRewards(ALICE), 0, "once");
        vm.prank(EVE);
        expect(Trainer.AlreadySettled.selector, 0);
        trainer.report(claims[0]);
    }

    function test_nobody_reports_oneself_or_what_is_not_condemned() public {
        judgedFour();
        vm.prank(ALICE);
        expect(Trainer.OwnContribution.selector, 0);
        trainer.report(claims[0]);
        for (uint64 id = 1; id < 4; ++id) {
            vm.prank(EVE);
            expect(Trainer.NotCondemned.selector, id);
            trainer.report(claims[id]);
        }
    }

    function test_the_newest_record_keeps_its_hash_when_it_is_settled() public {
        contribute(ALICE, 0);
        contribute(ALICE, 1);
        (verdicts[0], verdicts[1]) = (CREDIT, CREDIT);
        skip(100);
        postEffective(2);
        refund(ALICE, 1);
        eq(trainer.rec(1), records[1] | bytes32(uint256(1)), "newest");
        contribute(BOB, 2);
        eq(trainer.rec(2), records[2], "links to the settled one");
        vm.prank(ALICE);
        expect(Trainer.AlreadySettled.selector, 1);
        trainer.refund(claims[1]);
        refund(ALICE, 0);
        eq(trainer.rec(0), 0, "not the newest");
    }

    function test_one_that_is_newer_than_the_checkpoint_but_not_newest_becomes_0() public {
        contribute(ALICE, 0);
        verdicts[0] = AGREE;
        skip(100);
        post(1);
        contribute(BOB, 0);
        skip(params.challengeS);
        refund(ALICE, 0);
        eq(trainer.rec(0), 0, "slot");
    }

    function test_the_owner_takes_what_nobody_reported_and_then_anybody() public {
        contribute(ALICE, 0);
        contribute(ALICE, 0);
        (verdicts[0], verdicts[1]) = (DISAGREE, DISAGREE);
        skip(100);
        postEffective(2);
        vm.warp(deadline(0) + 1000);
        vm.prank(OWNER);
        expect(Trainer.TooEarly.selector, 0, deadline(0) + 1000);
        trainer.claimLate(claims[0]);
        skip(1);
        vm.expectEmit(true, true, true, true, address(trainer));
        emit Trainer.LateClaimed(0, OWNER, ALICE, claims[0].deposit - feeWei());
        eq(claimLate(OWNER, 0), claims[0].deposit - feeWei(), "owner");
        vm.prank(EVE);
        expect(Trainer.TooEarly.selector, 1, deadline(1) + 2000);
        trainer.claimLate(claims[1]);
        vm.warp(deadline(1) + 2001);
        eq(claimLate(EVE, 1), claims[1].deposit - feeWei(), "anybody");
        vm.prank(EVE);
        expect(Trainer.AlreadySettled.selector, 1);
        trainer.claimLate(claims[1]);
    }

    function test_what_is_not_condemned_is_not_claimed_late() public {
        judgedFour();
        vm.warp(deadline(4) + 1_000_000);
        vm.prank(OWNER);
        expect(Trainer.NotCondemned.selector, 2);
        trainer.claimLate(claims[2]);
    }

    // ---- after an outage

    function test_a_late_verdict_condemns_nobody() public {
        contribute(ALICE, 0);
        contribute(BOB, 0);
        (verdicts[0], verdicts[1]) = (DISAGREE, CREDIT);
        vm.warp(deadline(1) + 50);
        postEffective(2);
        (uint64 from, uint64 to,) = trainer.lateRanges(0);
        eq(trainer.lateRangeCount(), 1, "ranges");
        eq(from, 0, "from");
        eq(to, 2, "to");
        vm.prank(EVE);
        expect(Trainer.LateVerdict.selector, 0);
        trainer.report(claims[0]);
        vm.warp(deadline(0) + 1_000_000);
        vm.prank(OWNER);
        expect(Trainer.LateVerdict.selector, 0);
        trainer.claimLate(claims[0]);
        eq(refund(ALICE, 0), claims[0].deposit, "whole, a late range pays no fee");
        eq(refund(BOB, 1), claims[1].deposit, "whole");
        eq(trainer.numValidForAddress(ALICE), 0, "no karma for a condemned one");
        eq(trainer.numValidForAddress(BOB), 1, "karma");
        eq(trainer.feesDue(), 0, "no fees");
    }

    function test_a_condemned_one_in_a_late_range_but_in_time_is_reported() public {
        contribute(ALICE, 0);
        verdicts[0] = CREDIT;
        skip(100);
        postEffective(1);
        refund(ALICE, 0);
        skip(5000);
        contribute(BOB, 0);
        verdicts[1] = DISAGREE;
        skip(80);
        postEffective(2);
        eq(trainer.lateRangeCount(), 1, "after a silence");
        eq(report(EVE, 1), claims[1].deposit / 10, "of the whole deposit");
        vm.prank(BOB);
        expect(Trainer.AlreadySettled.selector, 1);
        trainer.refund(claims[1]);
    }

    function test_claimants_name_the_late_range() public {
        for (uint256 round = 0; round < 3; ++round) {
            contribute(ALICE, 0);
            contribute(ALICE, 0);
            uint64 n = uint64(claims.length);
            (verdicts[n - 2], verdicts[n - 1]) = (AGREE, AGREE);
            skip(round == 1 ? 100 : 5000);
            postEffective(n);
        }
        eq(trainer.lateRangeCount(), 2, "first and last of three");
        for (uint64 id = 0; id < 6; ++id) {
            uint32 right = id < 2 ? 0 : 1;
            for (uint32 late = 0; late < 4; ++late) {
                if (late == right) continue;
                claims[id].late = late;
                vm.prank(ALICE);
                expect(Trainer.WrongLateRange.selector, id);
                trainer.refund(claims[id]);
            }
            claims[id].late = right;
            uint256 fee = id == 2 || id == 3 ? feeWei() : 0;
            eq(refund(ALICE, id), claims[id].deposit - fee, "refund");
        }
    }

    function test_ids_after_the_last_late_range_name_the_lists_length() public {
        contribute(ALICE, 0);
        verdicts[0] = AGREE;
        skip(5000);
        postEffective(1);
        contribute(ALICE, 0);
        verdicts[1] = AGREE;
        skip(100);
        postEffective(2);
        vm.prank(ALICE);
        expect(Trainer.WrongLateRange.selector, 1);
        trainer.refund(claims[1]);
        claims[1].late = 2;
        vm.prank(ALICE);
        expect(Trainer.WrongLateRange.selector, 1);
        trainer.refund(claims[1]);
        claims[1].late = 1;
        eq(refund(ALICE, 1), claims[1].deposit - feeWei(), "refund");
    }

    function test_what_was_taken_back_pays_no_fee_when_it_is_judged_after_all() public {
        contribute(ALICE, 0);
        contribute(BOB, 0);
        (verdicts[0], verdicts[1]) = (AGREE, AGREE);
        vm.warp(deadline(1) + 1);
        refund(ALICE, 0);
        postEffective(2);
        eq(trainer.feesDue(), 0, "fees");
        eq(refund(BOB, 1), claims[1].deposit, "whole");
        eq(address(trainer).balance, 0, "all is paid out");
    }

    /// Operators who judge less than they must cannot make the pool's fees come out of somebody's deposit.
    function test_fees_are_covered_even_when_operators_judge_too_little() public {
        contribute(ALICE, 0);
        contribute(BOB, 0);
        contribute(BOB, 0);
        skip(100);
        postEffective(1);
        vm.warp(deadline(1) + 1);
        Post memory p = build(nowEpoch() - 1, 3, 1);
        p.c.epoch -= 1;
        contribute(CAROL, 0);
        p = build(nowEpoch() - 2, 4, 1);
        sign(p);
        send(p);
        keep(p);
        skip(params.challengeS);
        refund(BOB, 1);
        postEffective(3);
        eq(trainer.lateRangeCount(), 1, "a range below what was taken back is late");
        eq(trainer.feesDue(), feeWei(), "for the first one alone");
    }

    /// Record 1 of two: judged in time by a checkpoint that is in challenge when its deadline is over.
    function coveredInTime() private {
        // epochs go on, but the second one is left out: its deadline passes unjudged
        vm.warp(deadline(1) - 50);
        contribute(BOB, 0);
        skip(20);
        Post memory p = build(nowEpoch() - 1, 3, 1);
        sign(p);
        send(p);
        keep(p);
        vm.warp(deadline(1) - 5);
        post(2);
        vm.warp(deadline(1) + 1);
        vm.prank(ALICE);
        expect(Trainer.InChallenge.selector, 1);
        trainer.refund(claims[1]);
    }

    function test_what_a_checkpoint_in_challenge_covers_in_time_is_not_taken_back() public {
        contribute(ALICE, 0);
        contribute(ALICE, 0);
        skip(100);
        postEffective(1);
        coveredInTime();
        eq(trainer.lateRangeCount(), 0, "in time");
        skip(params.challengeS);
        eq(refund(ALICE, 1), claims[1].deposit - feeWei(), "when it is effective");
    }

    function test_nor_is_it_where_something_earlier_was_late() public {
        contribute(ALICE, 0);
        vm.warp(deadline(0) + 1);
        postEffective(1);
        contribute(ALICE, 0);
        coveredInTime();
        eq(trainer.lateRangeCount(), 1, "the first alone");
    }

    function test_what_a_late_checkpoint_in_challenge_covers_is_taken_back_whole() public {
        contribute(ALICE, 0);
        verdicts[0] = DISAGREE;
        vm.warp(deadline(0) + 1);
        post(1);
        eq(refund(ALICE, 0), claims[0].deposit, "whole");
        skip(params.challengeS);
        vm.prank(EVE);
        expect(Trainer.AlreadySettled.selector, 0);
        trainer.report(claims[0]);
    }

    // ---- batches

    function test_a_batch_of_refunds_is_all_or_none() public {
        judgedFour();
        Claim[] memory cs = new Claim[](3);
        (cs[0], cs[1], cs[2]) = (claims[1], claims[2], claims[3]);
        uint256 wanted = cs[0].deposit + cs[1].deposit + cs[2].deposit - 3 * feeWei();
        uint256 before = ALICE.balance;
        vm.prank(ALICE);
        trainer.refundBatch(cs);
        eq(ALICE.balance - before, wanted, "all three");
        eq(trainer.numValidForAddress(ALICE), 1, "karma");
        cs[2] = claims[0];
        vm.prank(ALICE);
        expect(Trainer.AlreadySettled.selector, 1);
        trainer.refundBatch(cs);
    }

    function test_the_same_claim_twice_in_a_batch_is_refused() public {
        judgedFour();
        Claim[] memory cs = new Claim[](2);
        (cs[0], cs[1]) = (claims[3], claims[3]);
        vm.prank(ALICE);
        expect(Trainer.AlreadySettled.selector, 3);
        trainer.refundBatch(cs);
    }

    function test_a_batch_of_reports_passes_over_what_somebody_reported_faster() public {
        for (uint256 i = 0; i < 4; ++i) {
            contribute(ALICE, 0);
            verdicts[i] = i == 3 ? CREDIT : DISAGREE;
        }
        skip(100);
        postEffective(4);
        report(BOB, 1);
        Claim[] memory cs = new Claim[](4);
        (cs[0], cs[1], cs[2], cs[3]) = (claims[0], claims[1], claims[2], claims[2]);
        uint256 before = EVE.balance;
        vm.prank(EVE);
        trainer.reportBatch(cs);
        uint256 wanted = (claims[0].deposit - feeWei()) / 10 + (claims[2].deposit - feeWei()) / 10;
        eq(EVE.balance - before, wanted, "two of four");
    }

    function test_a_batch_shares_as_its_reports_one_by_one() public {
        for (uint256 i = 0; i < 9; ++i) {
            contribute(i < 3 ? BOB : i < 5 ? CAROL : ALICE, 0, 0.9 ether + i);
            verdicts[i] = i < 5 ? CREDIT : DISAGREE;
        }
        skip(100);
        postEffective(9);
        for (uint64 i = 0; i < 5; ++i) refund(i < 3 ? BOB : CAROL, i);
        Claim[] memory cs = new Claim[](4);
        for (uint256 i = 0; i < 4; ++i) cs[i] = claims[5 + i];
        vm.prank(EVE);
        trainer.reportBatch(cs);
        uint256 carry;
        uint256 acc;
        for (uint256 i = 0; i < 4; ++i) {
            uint256 less = cs[i].deposit - feeWei();
            uint256 pot = carry + less - less / 10;
            uint256 inc = (pot << 32) / 5;
            acc += inc;
            carry = pot - (inc * 5 + (1 << 32) - 1) / (1 << 32);
        }
        eq(trainer.rewardsOf(BOB), (3 * acc) >> 32, "three fifths");
        eq(trainer.rewardsOf(CAROL), (2 * acc) >> 32, "two fifths");
    }

    // ---- shares

    function test_forfeits_wait_for_somebody_with_karma() public {
        contribute(ALICE, 0);
        contribute(ALICE, 0);
        contribute(BOB, 0);
        (verdicts[0], verdicts[1], verdicts[2]) = (DISAGREE, DISAGREE, CREDIT);
        skip(100);
        postEffective(3);
        report(EVE, 0);
        eq(trainer.rewardsOf(BOB), 0, "nobody has karma");
        refund(BOB, 2);
        eq(trainer.rewardsOf(BOB), 0, "not by itself");
        report(EVE, 1);
        uint256 all = claims[0].deposit + claims[1].deposit - 2 * feeWei();
        uint256 rewards = (claims[0].deposit - feeWei()) / 10 + (claims[1].deposit - feeWei()) / 10;
        eq(trainer.rewardsOf(BOB), all - rewards, "with the next one");
    }

    function test_karma_earns_from_what_comes_after_it_alone() public {
        for (uint256 i = 0; i < 4; ++i) {
            contribute(i == 0 ? BOB : i == 1 ? CAROL : ALICE, 0, 1 ether);
            verdicts[i] = i < 2 ? CREDIT : DISAGREE;
        }
        skip(100);
        postEffective(4);
        refund(BOB, 0);
        report(EVE, 2);
        refund(CAROL, 1);
        eq(trainer.rewardsOf(CAROL), 0, "nothing from before");
        uint256 first = trainer.rewardsOf(BOB);
        report(EVE, 3);
        eq(trainer.rewardsOf(BOB) - first, trainer.rewardsOf(CAROL), "halves");
    }

    // ---- fees

    function test_fees_go_to_the_pool_once() public {
        judgedFour();
        eq(trainer.feesDue(), 4 * feeWei(), "due");
        vm.expectEmit(false, false, false, true, address(trainer));
        emit StakeTrainer.FeesCollected(4 * feeWei());
        vm.prank(EVE);
        trainer.collectFees();
        eq(address(pool).balance, BOND + 4 * feeWei(), "pool");
        trainer.collectFees();
        eq(address(pool).balance, BOND + 4 * feeWei(), "once");
    }

    function test_fees_of_a_checkpoint_in_challenge_are_not_due() public {
        contribute(ALICE, 0);
        skip(100);
        post(1);
        eq(trainer.feesDue(), 0, "in challenge");
        skip(params.challengeS);
        eq(trainer.feesDue(), feeWei(), "effective");
    }

    // ---- hostile receivers

    function test_a_receiver_that_claims_again_gets_nothing_more() public {
        Hostile hostile = new Hostile{value: 10 ether}(trainer);
        bytes memory sample = "sample";
        hostile.contribute(sample, 0, 1 ether);
        note(address(hostile), 0, 1 ether, sample);
        hostile.contribute(sample, 0, 1 ether);
        note(address(hostile), 0, 1 ether, sample);
        contribute(ALICE, 0, 2 ether);
        (verdicts[0], verdicts[1]) = (CREDIT, CREDIT);
        skip(100);
        postEffective(3);
        bytes memory first = abi.encodeCall(Trainer.refund, (claims[0]));
        bytes[] memory agains = new bytes[](5);
        agains[0] = first;
        agains[1] = abi.encodeCall(Trainer.refund, (claims[1]));
        agains[2] = abi.encodeCall(StakeTrainer.claimRewards, ());
        agains[3] = abi.encodeCall(Trainer.report, (claims[2]));
        agains[4] = abi.encodeCall(StakeTrainer.collectFees, ());
        hostile.call(first, agains[0]);
        hostile.call(abi.encodeCall(Trainer.refund, (claims[1])), agains[1]);
        check(!hostile.succeeded(), "a second claim went through");
        eq(hostile.received(), 2 ether - 2 * feeWei(), "received");
        for (uint256 i = 2; i < 5; ++i) hostile.call(agains[4], agains[i]);
        check(!hostile.succeeded(), "a second claim went through");
    }

    function test_a_receiver_that_refuses_money_hurts_itself_alone() public {
        Hostile hostile = new Hostile{value: 10 ether}(trainer);
        hostile.contribute("sample", 0, 1 ether);
        note(address(hostile), 0, 1 ether, "sample");
        contribute(ALICE, 0);
        (verdicts[0], verdicts[1]) = (CREDIT, AGREE);
        skip(100);
        postEffective(2);
        hostile.refuse(true);
        expect(Trainer.SendFailed.selector);
        hostile.call(abi.encodeCall(Trainer.refund, (claims[0])), "");
        refund(ALICE, 1);
        hostile.refuse(false);
        hostile.call(abi.encodeCall(Trainer.refund, (claims[0])), "");
        eq(hostile.received(), 1 ether - feeWei(), "later");
    }

    // ---- points

    function test_points_count_karma_and_pay_nothing() public {
        PointsTrainer points = PointsTrainer(createPoints());
        trainer = StakeTrainer(address(points));
        for (uint256 i = 0; i < 3; ++i) {
            contribute(ALICE, 0, 0);
            verdicts[i] = i == 0 ? DISAGREE : CREDIT;
        }
        skip(100);
        postEffective(3);
        eq(refund(ALICE, 1), 0, "no money");
        eq(report(EVE, 0), 0, "no money");
        eq(refund(ALICE, 2), 0, "no money");
        eq(points.numValidForAddress(ALICE), 2, "karma");
        eq(points.rewardsOf(ALICE), 0, "rewards");
    }
}
