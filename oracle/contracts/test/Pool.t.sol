// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OperatorPool} from "../src/OperatorPool.sol";
import {StakeTrainer} from "../src/StakeTrainer.sol";
import {Checkpoint} from "../src/Types.sol";
import {MockVerifier} from "./Checkpoint.t.sol";
import {Fixture} from "./Fixture.sol";

contract PoolTest is Fixture {
    uint256 internal constant KEY = uint256(keccak256("operator"));
    uint256 internal constant NEXT = uint256(keccak256("next key"));
    uint256 internal constant THIRD = uint256(keccak256("third key"));
    address internal constant BURNT = 0x000000000000000000000000000000000000dEaD;

    function stakeOf(uint256 key) internal view returns (uint256 stake) {
        (, stake) = pool.signerOf(vm.addr(key));
    }

    function total() internal view returns (uint256 stake) {
        (stake,) = pool.totalStake();
    }

    /// Runs as the owner of operator 1, whose keys are all the same.
    function asOwner() internal {
        vm.prank(vm.addr(KEY));
    }

    function rotate(uint256 to) internal {
        asOwner();
        pool.setRoles(1, vm.addr(to), vm.addr(KEY), vm.addr(KEY));
    }

    // ---- periods

    function test_a_bond_counts_two_periods_later() public {
        uint256 key = uint256(keccak256("second"));
        uint256 p = pool.period();
        address a = vm.addr(key);
        vm.deal(a, 5 ether);
        vm.expectEmit(true, true, false, true, address(pool));
        emit OperatorPool.OperatorJoined(2, a, a, a, a, 5 ether, "https://operator.example", uint64(p + 2));
        join(key, 5 ether);
        for (uint256 i = 0; i < 4; ++i) {
            eq(stakeOf(key), i < 2 ? 0 : 5 ether / 1 gwei, "stake");
            eq(total(), (i < 2 ? BOND : BOND + 5 ether) / 1 gwei, "total");
            skip(PERIOD_S);
        }
    }

    function test_a_bond_below_the_minimum_or_a_role_of_nobody_is_refused() public {
        expect(OperatorPool.BondTooLow.selector, 1 ether);
        pool.join{value: 1 ether - 1}(ALICE, ALICE, ALICE, "");
        for (uint256 i = 0; i < 3; ++i) {
            expect(OperatorPool.WrongRole.selector);
            pool.join{value: 1 ether}(
                i == 0 ? address(0) : ALICE, i == 1 ? address(0) : ALICE, i == 2 ? address(0) : ALICE, ""
            );
        }
    }

    function test_more_bond_counts_two_periods_later() public {
        vm.expectEmit(true, false, false, true, address(pool));
        emit OperatorPool.BondAdded(1, 1 ether, uint64(pool.period() + 2));
        pool.addBond{value: 1 ether}(1);
        skip(PERIOD_S);
        pool.addBond{value: 1 ether}(1);
        eq(stakeOf(KEY), BOND / 1 gwei, "a period later");
        skip(PERIOD_S);
        eq(stakeOf(KEY), (BOND + 1 ether) / 1 gwei, "the first");
        skip(PERIOD_S);
        eq(stakeOf(KEY), (BOND + 2 ether) / 1 gwei, "the second");
        eq(total(), (BOND + 2 ether) / 1 gwei, "total");
    }

    function test_a_new_signer_counts_when_the_old_one_does_not_any_more() public {
        rotate(NEXT);
        for (uint256 i = 0; i < 4; ++i) {
            eq(stakeOf(KEY), i < 2 ? BOND / 1 gwei : 0, "old");
            eq(stakeOf(NEXT), i < 2 ? 0 : BOND / 1 gwei, "new");
            eq(total(), BOND / 1 gwei, "total");
            skip(PERIOD_S);
        }
    }

    function test_a_signer_is_not_changed_again_before_it_counts() public {
        rotate(NEXT);
        uint256 until = pool.period() + 2;
        skip(PERIOD_S);
        asOwner();
        expect(OperatorPool.RotationPending.selector, until);
        pool.setRoles(1, vm.addr(THIRD), ALICE, ALICE);
        skip(PERIOD_S);
        rotate(THIRD);
        skip(2 * PERIOD_S);
        rotate(KEY);
        skip(2 * PERIOD_S);
        eq(stakeOf(KEY), BOND / 1 gwei, "an old key of one's own");
        eq(total(), BOND / 1 gwei, "total");
    }

    function test_a_key_of_somebody_else_is_refused() public {
        join(NEXT, BOND);
        asOwner();
        expect(OperatorPool.KeyTaken.selector, uint160(vm.addr(NEXT)));
        pool.setRoles(1, vm.addr(NEXT), ALICE, ALICE);
        asOwner();
        expect(OperatorPool.KeyTaken.selector, uint160(vm.addr(NEXT)));
        pool.setRoles(1, vm.addr(KEY), vm.addr(NEXT), ALICE);
        expect(OperatorPool.KeyTaken.selector, uint160(vm.addr(KEY)));
        pool.join{value: BOND}(vm.addr(KEY), ALICE, ALICE, "");
    }

    function test_an_attester_counts_from_its_period_on_and_until_it_is_changed() public {
        asOwner();
        pool.setRoles(1, vm.addr(KEY), ALICE, BOB);
        for (uint256 i = 0; i < 4; ++i) {
            (uint256 id, bool counts) = pool.attesterOf(vm.addr(KEY));
            eq(id, 1, "old");
            check(counts == (i < 2), "old counts");
            (id, counts) = pool.attesterOf(ALICE);
            eq(id, 1, "new");
            check(counts == (i >= 2), "new counts");
            skip(PERIOD_S);
        }
        eq(pool.operators(1).sender, BOB, "sender");
        (uint256 nobody, bool no) = pool.attesterOf(EVE);
        check(nobody == 0 && !no, "stranger");
    }

    function test_only_the_owner_changes_an_operator() public {
        bytes[] memory calls = new bytes[](6);
        calls[0] = abi.encodeCall(OperatorPool.setRoles, (1, ALICE, ALICE, ALICE));
        calls[1] = abi.encodeCall(OperatorPool.setEndpoint, (1, "x"));
        calls[2] = abi.encodeCall(OperatorPool.setOwner, (1, EVE));
        calls[3] = abi.encodeCall(OperatorPool.leave, (1));
        calls[4] = abi.encodeCall(OperatorPool.withdraw, (1));
        calls[5] = abi.encodeCall(OperatorPool.withdrawFees, (1));
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(EVE);
            (bool done, bytes memory reason) = address(pool).call(calls[i]);
            check(!done, "a stranger's change");
            eq(keccak256(reason), keccak256(abi.encodeWithSelector(OperatorPool.NotOwner.selector, 1)), "reason");
        }
    }

    function test_an_owner_hands_over_and_tells_where_the_daemon_is() public {
        vm.expectEmit(true, false, false, true, address(pool));
        emit OperatorPool.OperatorEndpointChanged(1, "https://elsewhere.example");
        asOwner();
        pool.setEndpoint(1, "https://elsewhere.example");
        asOwner();
        pool.setOwner(1, ALICE);
        vm.prank(ALICE);
        pool.leave(1);
    }

    // ---- leaving

    function test_a_bond_leaves_after_the_unbonding_time_and_not_before() public {
        asOwner();
        expect(OperatorPool.HasNotLeft.selector, 1);
        pool.withdraw(1);
        uint256 until = pool.period() + 2;
        vm.expectEmit(true, false, false, true, address(pool));
        emit OperatorPool.OperatorLeft(1, uint64(until));
        asOwner();
        pool.leave(1);
        skip(PERIOD_S);
        eq(stakeOf(KEY), BOND / 1 gwei, "counts until then");
        skip(PERIOD_S);
        eq(stakeOf(KEY) + total(), 0, "and not longer");
        vm.warp(until * PERIOD_S + UNBOND_S - 1);
        asOwner();
        expect(OperatorPool.StillBonded.selector, until * PERIOD_S + UNBOND_S);
        pool.withdraw(1);
        skip(1);
        uint256 before = vm.addr(KEY).balance;
        asOwner();
        pool.withdraw(1);
        eq(vm.addr(KEY).balance - before, BOND, "bond");
        asOwner();
        expect(OperatorPool.NothingBonded.selector, 1);
        pool.withdraw(1);
    }

    function test_who_has_left_changes_nothing_any_more() public {
        asOwner();
        pool.leave(1);
        expect(OperatorPool.HasLeft.selector, 1);
        pool.addBond{value: 1 ether}(1);
        asOwner();
        expect(OperatorPool.HasLeft.selector, 1);
        pool.leave(1);
        asOwner();
        expect(OperatorPool.HasLeft.selector, 1);
        pool.setRoles(1, ALICE, ALICE, ALICE);
    }

    function test_at_most_32_and_who_has_left_makes_room() public {
        for (uint256 i = 2; i <= 32; ++i) join(i, 1 ether);
        vm.deal(EVE, 10 ether);
        vm.prank(EVE);
        expect(OperatorPool.PoolFull.selector);
        pool.join{value: 1 ether}(EVE, EVE, EVE, "");
        vm.prank(vm.addr(7));
        pool.leave(7);
        skip(PERIOD_S);
        vm.prank(EVE);
        expect(OperatorPool.PoolFull.selector);
        pool.join{value: 1 ether}(EVE, EVE, EVE, "");
        skip(PERIOD_S);
        vm.prank(EVE);
        pool.join{value: 1 ether}(EVE, EVE, EVE, "");
        eq(pool.listed().length, 32, "listed");
        vm.warp(block.timestamp + UNBOND_S);
        vm.prank(vm.addr(7));
        pool.withdraw(7);
        eq(pool.listed().length, 32, "the leaver's place had been taken");
    }

    // ---- fees

    function test_fees_are_divided_by_stake() public {
        join(NEXT, 2 * BOND);
        skip(2 * PERIOD_S);
        pool.depositFees{value: 10}();
        eq(pool.operators(1).feesWei, 3, "a third");
        eq(pool.operators(2).feesWei, 6, "two thirds");
        eq(pool.carryWei(), 1, "carry");
        pool.depositFees{value: 2}();
        eq(pool.operators(1).feesWei, 4, "a third");
        eq(pool.operators(2).feesWei, 8, "two thirds");
        eq(pool.carryWei(), 0, "carry");
        uint256 before = vm.addr(KEY).balance;
        asOwner();
        pool.withdrawFees(1);
        asOwner();
        pool.withdrawFees(1);
        eq(vm.addr(KEY).balance - before, 4, "once");
    }

    function test_fees_that_come_while_nobody_counts_wait() public {
        deployPool(address(0));
        pool.depositFees{value: 100}();
        eq(pool.carryWei(), 100, "carry");
        join(uint256(keccak256("late")), BOND);
        skip(2 * PERIOD_S);
        pool.depositFees();
        eq(pool.operators(1).feesWei, 100, "theirs");
    }

    function test_a_rotating_operator_earns_once() public {
        rotate(NEXT);
        for (uint256 i = 0; i < 4; ++i) {
            pool.depositFees{value: 10}();
            eq(pool.operators(1).feesWei, 10 * (i + 1), "all of it");
            skip(PERIOD_S);
        }
    }

    // ---- evidence

    function pair() internal view returns (Checkpoint memory a, Checkpoint memory b) {
        a.trainer = address(trainer);
        a.epoch = 77;
        a.count = 1;
        b = abi.decode(abi.encode(a), (Checkpoint));
        b.stateRoot = keccak256("another");
    }

    function signed(uint256 key, Checkpoint memory c) internal view returns (bytes memory) {
        return signature(key, digest(c, 31337, address(pool)));
    }

    function slash(uint256 keyA, uint256 keyB) internal {
        (Checkpoint memory a, Checkpoint memory b) = pair();
        bytes memory sigA = signed(keyA, a);
        bytes memory sigB = signed(keyB, b);
        vm.prank(EVE);
        pool.slashEquivocation(a, sigA, b, sigB);
    }

    function refusedSlash(uint256 keyA, uint256 keyB, bytes4 selector) internal {
        (Checkpoint memory a, Checkpoint memory b) = pair();
        bytes memory sigA = signed(keyA, a);
        bytes memory sigB = signed(keyB, b);
        expect(selector);
        pool.slashEquivocation(a, sigA, b, sigB);
    }

    function test_two_checkpoints_of_one_epoch_cost_the_bond_at_once() public {
        uint256 before = EVE.balance;
        vm.expectEmit(true, true, false, true, address(pool));
        emit OperatorPool.OperatorSlashed(1, EVE, BOND / 20, BOND - BOND / 20);
        slash(KEY, KEY);
        eq(EVE.balance - before, BOND / 20, "reporter");
        eq(BURNT.balance, BOND - BOND / 20, "burnt");
        eq(stakeOf(KEY) + total(), 0, "stake");
        (, bool attests) = pool.attesterOf(vm.addr(KEY));
        check(!attests, "attester");
        eq(pool.listed().length, 0, "listed");
        refusedSlashAgain();
    }

    function refusedSlashAgain() internal {
        (Checkpoint memory a, Checkpoint memory b) = pair();
        bytes memory sigA = signed(KEY, a);
        bytes memory sigB = signed(KEY, b);
        expect(OperatorPool.NothingBonded.selector, 1);
        pool.slashEquivocation(a, sigA, b, sigB);
        expect(OperatorPool.StillBonded.selector, pool.period() * PERIOD_S + UNBOND_S);
        asOwner();
        pool.withdraw(1);
        skip(UNBOND_S + PERIOD_S);
        asOwner();
        expect(OperatorPool.NothingBonded.selector, 1);
        pool.withdraw(1);
    }

    function test_no_rotation_and_no_leave_launders_an_offence() public {
        rotate(NEXT);
        skip(2 * PERIOD_S);
        rotate(THIRD);
        skip(2 * PERIOD_S);
        asOwner();
        pool.leave(1);
        skip(UNBOND_S);
        slash(KEY, NEXT);
        eq(stakeOf(THIRD) + total(), 0, "stake");
    }

    function test_a_slash_in_the_middle_of_a_rotation_takes_both_keys() public {
        join(uint256(keccak256("second")), BOND);
        skip(2 * PERIOD_S);
        pool.addBond{value: 1 ether}(1);
        skip(PERIOD_S);
        rotate(NEXT);
        skip(PERIOD_S);
        slash(KEY, KEY);
        for (uint256 i = 0; i < 4; ++i) {
            eq(stakeOf(KEY) + stakeOf(NEXT), 0, "stake");
            eq(total(), BOND / 1 gwei, "the other one's");
            skip(PERIOD_S);
        }
    }

    function test_a_bond_that_has_gone_is_not_slashed() public {
        asOwner();
        pool.leave(1);
        skip(2 * PERIOD_S + UNBOND_S);
        asOwner();
        pool.withdraw(1);
        (Checkpoint memory a, Checkpoint memory b) = pair();
        bytes memory sigA = signed(KEY, a);
        bytes memory sigB = signed(KEY, b);
        expect(OperatorPool.NothingBonded.selector, 1);
        pool.slashEquivocation(a, sigA, b, sigB);
    }

    function test_what_is_no_offence_is_refused() public {
        join(NEXT, BOND);
        refusedSlash(KEY, NEXT, OperatorPool.NoOffence.selector);
        refusedSlash(EVE_KEY, EVE_KEY, OperatorPool.NoOffence.selector);
        (Checkpoint memory a, Checkpoint memory b) = pair();
        bytes memory sigA = signed(KEY, a);
        expect(OperatorPool.NoOffence.selector);
        pool.slashEquivocation(a, sigA, a, sigA);
        b.epoch += 1;
        bytes memory sigB = signed(KEY, b);
        expect(OperatorPool.NoOffence.selector);
        pool.slashEquivocation(a, sigA, b, sigB);
        (a, b) = pair();
        b.trainer = ALICE;
        sigB = signed(KEY, b);
        expect(OperatorPool.NoOffence.selector);
        pool.slashEquivocation(a, sigA, b, sigB);
        (, b) = pair();
        sigB = bytes.concat(signed(KEY, b), hex"00");
        expect(OperatorPool.WrongSignatures.selector);
        pool.slashEquivocation(a, sigA, b, sigB);
        sigB = signed(KEY, b);
        sigB[64] = 0x1d;
        expect(OperatorPool.WrongSignatures.selector);
        pool.slashEquivocation(a, sigA, b, sigB);
    }

    uint256 internal constant EVE_KEY = uint256(keccak256("eve"));

    function test_a_refuted_checkpoint_costs_the_bond() public {
        MockVerifier verifier = new MockVerifier();
        deployPool(address(verifier));
        delete operatorKeys;
        join(KEY, BOND);
        (Checkpoint memory a, Checkpoint memory b) = pair();
        bytes memory sigA = signed(KEY, a);
        bytes memory sigB = signed(KEY, b);
        verifier.setWrong(a);
        expect(OperatorPool.NoOffence.selector);
        pool.slashRefuted(b, sigB, "proof");
        vm.prank(EVE);
        pool.slashRefuted(a, sigA, "proof");
        eq(BURNT.balance, BOND - BOND / 20, "burnt");
    }

    function test_without_a_verifier_nothing_is_refuted() public {
        (Checkpoint memory a,) = pair();
        bytes memory sigA = signed(KEY, a);
        expect(OperatorPool.NoOffence.selector);
        pool.slashRefuted(a, sigA, "proof");
    }

    function test_a_bond_outlasts_every_window_of_the_factorys_models() public view {
        uint256 window = uint256(params.refundWaitTimeS) + params.verdictWindowS + params.challengeS;
        atMost(window, pool.unbondS(), "unbonding");
    }

    // ---- any history

    /// In every period the total is the sum over all keys, whatever is done in whatever order.
    function test_fuzz_the_total_is_the_sum_of_all_stakes(uint8[40] memory acts) public {
        for (uint256 i = 0; i < acts.length; ++i) {
            uint256 act = acts[i] % 8;
            uint256 n = pool.operatorCount();
            uint256 id = 1 + acts[i] / 8 % n;
            OperatorPool.Operator memory o = pool.operators(id);
            uint256 key = 1000 + i;
            bool stays = o.bondWei != 0 && o.leftFrom == 0;
            if (act == 0) join(key, 1 ether + i * 1 gwei);
            if (act == 1 && stays) pool.addBond{value: i * 1 gwei}(id);
            if (act == 2 && stays && pool.period() >= o.signerFrom) {
                vm.prank(o.owner);
                pool.setRoles(id, vm.addr(key), o.attester, o.sender);
                operatorKeys.push(key);
            }
            if (act == 3 && stays) {
                vm.prank(o.owner);
                pool.leave(id);
            }
            if (act == 4 && o.bondWei != 0) slashSigner(o.signer);
            if (act > 4) skip(PERIOD_S / 2 * (act - 4));
            uint256 sum;
            for (uint256 k = 0; k < operatorKeys.length; ++k) sum += stakeOf(operatorKeys[k]);
            eq(total(), sum, "total");
        }
        checkMoney();
    }

    function slashSigner(address signer) internal {
        for (uint256 k = 0; k < operatorKeys.length; ++k) {
            if (vm.addr(operatorKeys[k]) == signer) slash(operatorKeys[k], operatorKeys[k]);
        }
    }

    function checkMoney() internal view {
        uint256 bonds;
        for (uint256 id = 1; id <= pool.operatorCount(); ++id) bonds += pool.operators(id).bondWei;
        eq(address(pool).balance, bonds + pool.carryWei(), "balance");
    }

    receive() external payable {}
}
