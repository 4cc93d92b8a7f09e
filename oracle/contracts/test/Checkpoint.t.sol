// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVerifier} from "../src/IVerifier.sol";
import {OperatorPool} from "../src/OperatorPool.sol";
import {StakeTrainer} from "../src/StakeTrainer.sol";
import {Trainer} from "../src/Trainer.sol";
import {Checkpoint} from "../src/Types.sol";
import {Fixture} from "./Fixture.sol";

/// @dev Refutes where it is told to.
contract MockVerifier is IVerifier {
    mapping(bytes32 => bool) private _wrong;

    function setWrong(Checkpoint calldata c) external {
        _wrong[keccak256(abi.encode(c))] = true;
    }

    function refutes(Checkpoint calldata c, bytes calldata proof) external view returns (bool) {
        return _wrong[keccak256(abi.encode(c))] && keccak256(proof) == keccak256("proof");
    }
}

contract CheckpointTest is Fixture {
    uint256 internal constant STRANGER = uint256(keccak256("stranger"));
    uint256 internal constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    function some(uint256 n) internal {
        for (uint256 i = 0; i < n; ++i) {
            contribute(i % 2 == 0 ? ALICE : BOB, uint32(i % 4), 1 ether);
            verdicts[i] = uint8(uint256(keccak256(abi.encode(i))) % 4);
        }
    }

    /// Three records, all to be judged in the last epoch.
    function ready() internal returns (Post memory p) {
        some(3);
        skip(100);
        p = build(nowEpoch() - 1, 3, 3);
        sign(p);
    }

    function expectAndSend(bytes4 selector, Post memory p) internal {
        expect(selector);
        send(p);
    }

    // ---- what is accepted

    function test_a_checkpoint_is_told_and_takes_effect_after_the_challenge() public {
        Post memory p = ready();
        vm.expectEmit(true, false, false, true, address(trainer));
        emit Trainer.CheckpointAccepted(
            p.c.epoch, p.c.count, p.c.judged, p.c.accuracy, p.c.stateRoot, p.c.verdictsHash
        );
        send(p);
        bytes32 wanted = keccak256(abi.encode(structHash(p.c), p.chain));
        (bytes32 effective, bytes32 accepted) = trainer.commitments();
        eq(accepted, wanted, "accepted");
        eq(effective, 0, "not effective");
        expect(Trainer.NotJudged.selector, 0);
        trainer.verdictOf(0);
        skip(params.challengeS - 1);
        (uint64 epoch, uint64 count, uint64 judged) = trainer.effective();
        eq(uint256(epoch) + count + judged, 0, "a second before");
        skip(1);
        (epoch, count, judged) = trainer.effective();
        eq(epoch, p.c.epoch, "epoch");
        eq(count, 3, "count");
        eq(judged, 3, "judged");
        (effective,) = trainer.commitments();
        eq(effective, wanted, "effective");
        for (uint256 i = 0; i < 3; ++i) eq(trainer.verdictOf(i), verdicts[i], "verdict");
    }

    function test_a_later_epoch_is_accepted_without_the_earlier_ones() public {
        some(2);
        skip(100);
        postEffective(2);
        (bytes32 first,) = trainer.commitments();
        some(0);
        contribute(ALICE, 0, 1 ether);
        skip(1000);
        post(3);
        (bytes32 effective, bytes32 accepted) = trainer.commitments();
        eq(effective, first, "the one before is effective still");
        check(accepted != first, "a new one is accepted");
        (uint64 epoch,,, uint64 acceptedAt, bool any) = trainer.accepted();
        eq(epoch, lastEpoch, "epoch");
        eq(acceptedAt, block.timestamp, "time");
        check(any, "any");
    }

    function test_a_checkpoint_that_judges_nothing_new_is_accepted_for_its_count() public {
        some(3);
        skip(100);
        postEffective(3);
        contribute(ALICE, 0, 1 ether);
        skip(20);
        postEffective(3);
        contribute(ALICE, 0, 1 ether);
        skip(100);
        postEffective(5);
        eq(trainer.verdictOf(3), ABSTAIN, "verdict");
    }

    /// Any verdicts in any steps come back as they were posted, across words.
    function test_fuzz_verdicts_come_back_in_any_steps(uint256 seed, uint8[4] memory steps) public {
        params.burst = 0;
        params.feeGwei = 0;
        trainer = StakeTrainer(createStake());
        some(600);
        for (uint256 i = 0; i < 600; ++i) verdicts[i] = uint8(uint256(keccak256(abi.encode(seed, i))) % 4);
        skip(100);
        for (uint256 i = 0; i < steps.length; ++i) {
            uint64 judged = lastJudged + 1 + steps[i] % 200;
            if (judged > 600) judged = 600;
            if (judged == lastJudged) break;
            skip(params.epochS);
            postEffective(judged);
        }
        for (uint256 i = 0; i < lastJudged; ++i) eq(trainer.verdictOf(i), verdicts[i], "verdict");
        expect(Trainer.NotJudged.selector, lastJudged);
        trainer.verdictOf(lastJudged);
    }

    // ---- what is refused

    function test_an_epoch_that_has_not_ended_is_refused() public {
        some(1);
        skip(100);
        Post memory p = build(nowEpoch(), 1, 1);
        sign(p);
        expect(Trainer.EpochNotOver.selector, p.c.epoch);
        send(p);
    }

    function test_an_epoch_at_or_before_the_last_is_refused() public {
        some(2);
        skip(100);
        postEffective(1);
        for (uint64 back = 0; back < 2; ++back) {
            Post memory p = build(lastEpoch - back, 2, 2);
            sign(p);
            expect(Trainer.EpochNotLater.selector, p.c.epoch);
            send(p);
        }
    }

    function test_one_is_in_challenge_at_a_time() public {
        some(2);
        skip(100);
        post(1);
        skip(params.epochS);
        Post memory p = build(nowEpoch() - 1, 2, 2);
        sign(p);
        expectAndSend(Trainer.BeforeInChallenge.selector, p);
    }

    function test_nothing_new_and_what_falls_is_refused() public {
        some(3);
        skip(100);
        postEffective(2);
        skip(params.epochS);
        Post memory p = build(nowEpoch() - 1, 3, 2);
        sign(p);
        expectAndSend(Trainer.NothingNew.selector, p);
        p = build(nowEpoch() - 1, 2, 3);
        sign(p);
        expectAndSend(Trainer.OutOfOrder.selector, p);
        p = build(nowEpoch() - 1, 2, 2);
        sign(p);
        expectAndSend(Trainer.OutOfOrder.selector, p);
        p = build(nowEpoch() - 1, 3, 2);
        p.c.judged = 1;
        p.c.count = 3;
        sign(p);
        expectAndSend(Trainer.OutOfOrder.selector, p);
        p = build(nowEpoch() - 1, 3, 3);
        p.c.judged = 4;
        sign(p);
        expectAndSend(Trainer.OutOfOrder.selector, p);
    }

    function test_a_count_beyond_the_records_is_refused() public {
        some(3);
        skip(100);
        for (uint256 i = 0; i < 3; ++i) {
            Post memory p = build(nowEpoch() - 1, 3, 3);
            p.c.count = [uint64(4), 0x80000000, type(uint64).max][i];
            p.c.recordHash = 0;
            sign(p);
            expect(Trainer.NoSuchRecord.selector, p.c.count);
            send(p);
        }
    }

    function test_an_accuracy_over_one_is_refused() public {
        Post memory p = ready();
        p.c.accuracy = 1e9 + 1;
        sign(p);
        expectAndSend(Trainer.AccuracyTooHigh.selector, p);
    }

    /// What was signed binds the verdicts before the new ones.
    function test_a_wrong_chain_of_earlier_verdicts_is_refused() public {
        some(260);
        skip(100);
        for (uint64 judged = 0; judged < 260; judged += 130) {
            Post memory p = build(nowEpoch() - 1, 260, judged + 130);
            sign(p);
            p.prevChain ^= bytes32(uint256(1));
            expect(OperatorPool.NoQuorum.selector, 0, BOND / 1 gwei);
            send(p);
            p.prevChain = lastChain;
            send(p);
            keep(p);
            skip(params.challengeS);
        }
    }

    /// And the new ones themselves.
    function test_other_words_than_were_signed_are_refused() public {
        some(140);
        skip(100);
        postEffective(130);
        skip(params.epochS);
        Post memory p = build(nowEpoch() - 1, 140, 140);
        sign(p);
        p.words[0] ^= 1 << (2 * (135 - 128));
        expect(OperatorPool.NoQuorum.selector, 0, BOND / 1 gwei);
        send(p);
        p.words[0] ^= 1 << (2 * (135 - 128));
        send(p);
    }

    function test_words_that_do_not_fit_are_refused() public {
        some(3);
        skip(100);
        postEffective(2);
        skip(params.epochS);
        Post memory p = build(nowEpoch() - 1, 3, 3);
        sign(p);
        uint256 word = p.words[0];
        p.words[0] = word ^ 1;
        expectAndSend(Trainer.WrongWords.selector, p);
        p.words[0] = word | 1 << 6;
        expectAndSend(Trainer.WrongWords.selector, p);
        p.words = new uint256[](2);
        p.words[0] = word;
        expectAndSend(Trainer.WrongWords.selector, p);
        p.words = new uint256[](0);
        expectAndSend(Trainer.WrongWords.selector, p);
    }

    // ---- whose signatures count

    function test_a_checkpoint_without_signatures_is_refused() public {
        Post memory p = ready();
        p.signatures = "";
        expect(OperatorPool.NoQuorum.selector, 0, BOND / 1 gwei);
        send(p);
    }

    function test_a_strangers_signature_is_worth_nothing() public {
        Post memory p = ready();
        p.signatures = signature(STRANGER, digest(p.c, 31337, address(pool)));
        expect(OperatorPool.NoQuorum.selector, 0, BOND / 1 gwei);
        send(p);
    }

    function test_nothing_is_accepted_while_nobody_has_stake() public {
        deployPool(address(0));
        trainer = StakeTrainer(createStake());
        Post memory p = ready();
        p.signatures = "";
        expect(OperatorPool.NoQuorum.selector, 0, 0);
        send(p);
        p.signatures = signature(STRANGER, digest(p.c, 31337, address(pool)));
        expect(OperatorPool.NoQuorum.selector, 0, 0);
        send(p);
    }

    function test_a_signature_for_anything_else_is_refused() public {
        Post memory p = ready();
        for (uint256 i = 0; i < 10; ++i) {
            Checkpoint memory c = abi.decode(abi.encode(p.c), (Checkpoint));
            uint256 chainId = 31337;
            address pool_ = address(pool);
            if (i == 0) chainId = 1;
            if (i == 1) pool_ = address(0xB0);
            if (i == 2) c.trainer = createStake();
            if (i == 3) c.spec = keccak256("another spec");
            if (i == 4) c.stateRoot = 0;
            if (i == 5) c.accuracy = 1;
            if (i == 6) c.recordHash = records[0];
            if (i == 7) c.verdictsHash = 0;
            if (i == 8) c.epoch -= 1;
            if (i == 9) c.judged -= 1;
            p.signatures = signature(operatorKeys[0], digest(c, chainId, pool_));
            expect(OperatorPool.NoQuorum.selector, 0, BOND / 1 gwei);
            send(p);
        }
        sign(p);
        send(p);
    }

    function test_another_chain_wants_another_signature() public {
        Post memory p = ready();
        vm.chainId(1);
        expect(OperatorPool.NoQuorum.selector, 0, BOND / 1 gwei);
        send(p);
        p.signatures = signature(operatorKeys[0], digest(p.c, 1, address(pool)));
        send(p);
    }

    function test_a_high_s_is_refused() public {
        Post memory p = ready();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(operatorKeys[0], digest(p.c, 31337, address(pool)));
        p.signatures = abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? 28 : 27);
        expectAndSend(OperatorPool.WrongSignatures.selector, p);
    }

    function test_malformed_signatures_are_refused() public {
        Post memory p = ready();
        bytes memory right = p.signatures;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(operatorKeys[0], digest(p.c, 31337, address(pool)));
        bytes[] memory wrong = new bytes[](6);
        wrong[0] = abi.encodePacked(r, s);
        wrong[1] = abi.encodePacked(right, uint8(0));
        wrong[2] = abi.encodePacked(r, s, v - 27);
        wrong[3] = abi.encodePacked(r, s, uint8(29));
        wrong[4] = abi.encodePacked(bytes32(0), s, v);
        wrong[5] = abi.encodePacked(r, bytes32(0), v);
        for (uint256 i = 0; i < wrong.length; ++i) {
            p.signatures = wrong[i];
            expectAndSend(OperatorPool.WrongSignatures.selector, p);
        }
        p.signatures = right;
        send(p);
    }

    /// A caller may put into the padding of a list what its length leaves out.
    function test_a_signature_does_not_end_in_the_padding() public {
        Post memory p = ready();
        bytes memory data = abi.encodeCall(pool.requireQuorum, (structHash(p.c), p.signatures));
        (bool well,) = address(pool).staticcall(data);
        check(well, "whole");
        assembly ("memory-safe") {
            mstore(add(data, 0x64), 64)
        }
        bytes memory why;
        (well, why) = address(pool).staticcall(data);
        check(!well && bytes4(why) == OperatorPool.WrongSignatures.selector, "cut short");
    }

    function test_a_signature_counts_once() public {
        join(uint256(keccak256("second")), 3 ether);
        skip(2 * PERIOD_S);
        Post memory p = ready();
        bytes memory one = signature(operatorKeys[0], digest(p.c, 31337, address(pool)));
        p.signatures = bytes.concat(one, one, one);
        expectAndSend(OperatorPool.WrongSignatures.selector, p);
    }

    function test_signatures_out_of_order_are_refused() public {
        join(uint256(keccak256("second")), BOND);
        skip(2 * PERIOD_S);
        Post memory p = ready();
        bytes memory a = signature(operatorKeys[0], digest(p.c, 31337, address(pool)));
        bytes memory b = signature(operatorKeys[1], digest(p.c, 31337, address(pool)));
        bool ascending = vm.addr(operatorKeys[0]) < vm.addr(operatorKeys[1]);
        p.signatures = ascending ? bytes.concat(b, a) : bytes.concat(a, b);
        expectAndSend(OperatorPool.WrongSignatures.selector, p);
        sign(p);
        send(p);
    }

    function test_two_thirds_are_not_enough() public {
        join(uint256(keccak256("second")), BOND);
        join(uint256(keccak256("third")), BOND);
        skip(2 * PERIOD_S);
        Post memory p = ready();
        uint256[] memory keys = new uint256[](2);
        (keys[0], keys[1]) = (operatorKeys[0], operatorKeys[2]);
        p.signatures = signatures(keys, digest(p.c, 31337, address(pool)));
        expect(OperatorPool.NoQuorum.selector, 2 * BOND / 1 gwei, 3 * BOND / 1 gwei);
        send(p);
        pool.addBond{value: 1 gwei}(1);
        skip(2 * PERIOD_S);
        p = build(p.c.epoch, 3, 3);
        p.signatures = signatures(keys, digest(p.c, 31337, address(pool)));
        send(p);
    }

    function test_a_quorum_is_of_the_stake_that_counts_now() public {
        Post memory p = ready();
        join(uint256(keccak256("rich")), 10 * BOND); // counts two periods later
        p.signatures = signature(operatorKeys[1], digest(p.c, 31337, address(pool)));
        expect(OperatorPool.NoQuorum.selector, 0, BOND / 1 gwei);
        send(p);
        p.signatures = signature(operatorKeys[0], digest(p.c, 31337, address(pool)));
        send(p);
        keep(p);
        some(1);
        skip(2 * PERIOD_S);
        p = build(nowEpoch() - 1, 4, 4);
        p.signatures = signature(operatorKeys[0], digest(p.c, 31337, address(pool)));
        expect(OperatorPool.NoQuorum.selector, BOND / 1 gwei, 11 * BOND / 1 gwei);
        send(p);
        vm.prank(vm.addr(operatorKeys[1]));
        pool.leave(2); // still counts in this period and the next
        p.signatures = signature(operatorKeys[1], digest(p.c, 31337, address(pool)));
        send(p);
    }

    function test_a_quorum_below_the_pools_minimum_is_refused() public {
        deployPool(address(0));
        delete operatorKeys;
        join(uint256(keccak256("small")), 1.5 ether);
        skip(2 * PERIOD_S);
        trainer = StakeTrainer(createStake());
        Post memory p = ready();
        expect(OperatorPool.NoQuorum.selector, 1.5 ether / 1 gwei, 1.5 ether / 1 gwei);
        send(p);
    }

    // ---- refutation

    function challenged() internal returns (MockVerifier verifier) {
        verifier = new MockVerifier();
        deployPool(address(verifier));
        delete operatorKeys;
        join(uint256(keccak256("operator")), BOND);
        skip(2 * PERIOD_S);
        trainer = StakeTrainer(createStake());
    }

    /// Everything a claim or a checkpoint could see of the trainer.
    function seen() internal view returns (bytes32) {
        (bytes32 effective, bytes32 accepted) = trainer.commitments();
        (uint64 epoch, uint64 count, uint64 judged,, bool any) = trainer.accepted();
        (uint64 epochE, uint64 countE, uint64 judgedE) = trainer.effective();
        return keccak256(
            abi.encode(
                effective, accepted, epoch, count, judged, any, epochE, countE, judgedE, trainer.lateRangeCount(), trainer.feesDue()
            )
        );
    }

    function test_a_refuted_checkpoint_leaves_the_trainer_as_it_was() public {
        MockVerifier verifier = challenged();
        some(6);
        for (uint256 i = 0; i < 3; ++i) {
            skip(100);
            bytes32 before = seen();
            Post memory p = build(nowEpoch() - 1, 6, uint64(2 * i + 1));
            for (uint256 k = 0; k < p.words.length; ++k) p.c.stateRoot = keccak256(abi.encode(k));
            sign(p);
            send(p);
            check(seen() != before, "accepted");
            verifier.setWrong(p.c);
            vm.expectEmit(true, false, false, true, address(trainer));
            emit Trainer.CheckpointRefuted(p.c.epoch);
            trainer.refute(p.c, p.chain, "proof");
            eq(seen(), before, "as it was");
            // the right one of the same epoch, with other verdicts, is accepted after it
            for (uint256 k = 2 * i; k < 6; ++k) verdicts[k] = uint8((verdicts[k] + 1) % 4);
            p = build(p.c.epoch, 6, uint64(2 * i + 1));
            sign(p);
            send(p);
            keep(p);
            skip(params.challengeS);
        }
        for (uint256 i = 0; i < 5; ++i) eq(trainer.verdictOf(i), verdicts[i], "verdict");
    }

    function test_a_refuted_late_checkpoint_takes_its_range_along() public {
        MockVerifier verifier = challenged();
        some(2);
        skip(100);
        postEffective(1);
        skip(2000);
        bytes32 before = seen();
        Post memory p = build(nowEpoch() - 1, 2, 2);
        sign(p);
        send(p);
        eq(trainer.lateRangeCount(), 1, "late");
        verifier.setWrong(p.c);
        trainer.refute(p.c, p.chain, "proof");
        eq(seen(), before, "as it was");
        claims[0].late = 0;
        if (verdicts[0] != DISAGREE) refund(ALICE, 0);
        refund(BOB, 1);
    }

    function test_only_the_accepted_checkpoint_is_refuted_and_only_in_its_challenge() public {
        MockVerifier verifier = challenged();
        Post memory p = ready();
        send(p);
        Checkpoint memory c = abi.decode(abi.encode(p.c), (Checkpoint));
        c.accuracy = 1;
        verifier.setWrong(c);
        expect(Trainer.WrongCommitment.selector);
        trainer.refute(c, p.chain, "proof");
        expect(Trainer.WrongCommitment.selector);
        trainer.refute(p.c, bytes32(uint256(1)), "proof");
        expect(Trainer.NotRefuted.selector);
        trainer.refute(p.c, p.chain, "proof");
        verifier.setWrong(p.c);
        expect(Trainer.NotRefuted.selector);
        trainer.refute(p.c, p.chain, "no proof");
        skip(params.challengeS);
        expect(Trainer.NotRefutable.selector, p.c.epoch);
        trainer.refute(p.c, p.chain, "proof");
    }

    function test_nothing_is_refuted_where_nothing_was_accepted() public {
        MockVerifier verifier = challenged();
        Post memory p = ready();
        verifier.setWrong(p.c);
        expect(Trainer.NotRefutable.selector, p.c.epoch);
        trainer.refute(p.c, p.chain, "proof");
    }

    function test_a_pool_without_verifier_refutes_nothing() public {
        Post memory p = ready();
        send(p);
        expect(Trainer.NotRefuted.selector);
        trainer.refute(p.c, p.chain, "proof");
    }

    function test_without_a_challenge_time_a_checkpoint_is_effective_at_once() public {
        params.challengeS = 0;
        trainer = StakeTrainer(createStake());
        for (uint64 i = 1; i < 4; ++i) {
            contribute(ALICE, 0, 1 ether);
            verdicts[i - 1] = CREDIT;
            skip(100);
            Post memory p = post(i);
            eq(trainer.verdictOf(i - 1), CREDIT, "verdict");
            (bytes32 effective, bytes32 accepted) = trainer.commitments();
            eq(effective, accepted, "commitment");
            expect(Trainer.NotRefutable.selector, p.c.epoch);
            trainer.refute(p.c, p.chain, "proof");
        }
    }
}
