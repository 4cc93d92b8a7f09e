// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {StakeTrainer} from "../src/StakeTrainer.sol";
import {Trainer} from "../src/Trainer.sol";
import {Claim} from "../src/Types.sol";
import {MockVerifier} from "./Checkpoint.t.sol";
import {Fixture} from "./Fixture.sol";

/// @dev Everybody who may act on a stake model, and a model of the rules beside it, written from oracle/PROTOCOL.md: each act
/// is predicted before it is done, and then either pays exactly that or is refused.
contract World is Fixture {
    struct Fate {
        bool settled;
        bool exempt;
        /// by the checkpoint accepted at this time; 0 while none has judged it
        uint64 judgedAt;
    }

    struct Range {
        uint64 from;
        uint64 to;
    }

    /// What was before the last checkpoint.
    struct Before {
        bytes32 chain;
        uint64 judged;
        uint64 count;
        uint64 epoch;
        bool any;
    }

    address[3] internal contributors = [ALICE, BOB, CAROL];
    address[6] internal everybody = [ALICE, BOB, CAROL, EVE, OWNER, address(0xA5)];
    MockVerifier internal verifier;

    Fate[] internal fates;
    Range[] internal ranges;
    Before internal before;
    bool internal any;
    uint256 internal acceptedAt;
    Post internal last;
    uint64 internal takenBackEnd;

    uint256 internal karmaAll;
    uint256 internal acc;
    uint256 internal carry;
    mapping(address => uint256) internal karma;
    mapping(address => uint256) internal paidAcc;
    mapping(address => uint256) internal owed;
    uint256 internal collected;
    uint256 internal balance;
    uint256 public divisions;

    /// What the checks would else add up over all records after every act; checkAll() counts them again.
    uint256 internal openDeposits;
    uint256 internal settledCharged;
    /// [i] of the records below i that have been judged, those that owe a fee
    uint256[] internal chargedBelow = [0];
    uint256 internal acts;
    /// Until then the operators count what comes in and judge nothing.
    uint256 internal idleUntil;

    constructor() {
        super.setUp();
        verifier = new MockVerifier();
        deployPool(address(verifier));
        delete operatorKeys;
        join(uint256(keccak256("operator")), BOND);
        skip(2 * PERIOD_S);
        // short, so that what comes after each of them comes often
        params.refundWaitTimeS = 30;
        params.verdictWindowS = 90;
        params.ownerClaimWaitTimeS = 60;
        params.anyAddressClaimWaitTimeS = 120;
        trainer = StakeTrainer(createStake());
    }

    function setUp() public override {}

    modifier act() {
        ++acts;
        _;
    }

    // ---- what everybody does

    function contributes(uint256 who, uint32 label, uint256 more) external act {
        if (claims.length >= 200) return;
        uint256 deposit = trainer.getNextAddDataCost() + more % 0.01 ether;
        contribute(contributors[who % 3], label % 4, deposit);
        fates.push();
        chargedBelow.push();
        balance += deposit;
        openDeposits += deposit;
        skip(more % 7);
    }

    function timePasses(uint256 seconds_) external act {
        skip(seconds_ % 40);
    }

    function operatorsAreAway(uint256 seconds_) external act {
        if (seconds_ % 4 == 0) skip(seconds_ % 700);
        if (seconds_ % 4 == 1) idleUntil = vm.getBlockTimestamp() + seconds_ % 300;
    }

    /// Mostly of the last epoch and right; sometimes of an earlier one, or judging less than it must.
    function operatorsPost(uint256 seed) external act {
        uint64 epoch = nowEpoch() - 1 - uint64(seed % 16 == 0 ? seed / 16 % 5 : 0);
        uint64 count = uint64(claims.length);
        uint256 closes = (uint256(epoch) + 1) * params.epochS;
        while (count > 0 && claims[count - 1].time >= closes) --count;
        uint64 judged = count;
        while (judged > 0 && claims[judged - 1].time + params.refundWaitTimeS > closes) --judged;
        if (seed % 8 == 1 && judged > lastJudged) judged -= uint64(seed / 256 % (judged - lastJudged + 1));
        if (vm.getBlockTimestamp() < idleUntil && judged > lastJudged) judged = lastJudged;
        for (uint256 i = lastJudged; i < judged; ++i) {
            verdicts[i] = uint8(uint256(keccak256(abi.encode(seed, i))) % 4);
        }
        bool right = (!any || epoch > lastEpoch) && isEffective() && count >= lastCount && judged >= lastJudged
            && (count > lastCount || judged > lastJudged);
        Post memory p = build(epoch, count, judged);
        sign(p);
        try this.sends(p) {
            check(right, "a checkpoint that must be refused was accepted");
            accept(p);
        } catch {
            check(!right, "a right checkpoint was refused");
        }
    }

    function sends(Post memory p) external {
        send(p);
    }

    function somebodyRefutes(uint256 seed) external act {
        if (seed % 3 != 0 || !any) return;
        bool right = !isEffective();
        verifier.setWrong(last.c);
        try trainer.refute(last.c, last.chain, "proof") {
            check(right, "an effective checkpoint was refuted");
        } catch {
            check(!right, "a checkpoint in challenge was not refuted");
            return;
        }
        for (uint256 i = before.judged; i < lastJudged; ++i) fates[i].judgedAt = 0;
        if (ranges.length != 0 && ranges[ranges.length - 1].to > before.judged) ranges.pop();
        (lastChain, lastJudged, lastCount, lastEpoch, any) =
            (before.chain, before.judged, before.count, before.epoch, before.any);
        acceptedAt = 0;
    }

    function aContributorClaims(uint256 seed) external act {
        if (claims.length == 0) return;
        uint64 id = picked(seed);
        Claim memory c = named(id);
        (bool right, uint256 amount, bool credit) = refundable(id);
        uint256 had = c.contributor.balance;
        vm.prank(c.contributor);
        try trainer.refund(c) {
            check(right, "a refund that must be refused was paid");
        } catch {
            check(!right, "a refund was refused");
            return;
        }
        eq(c.contributor.balance - had, amount, "refund");
        if (id >= judgedNow() && id >= takenBackEnd) takenBackEnd = id + 1;
        if (credit) gains(c.contributor);
        settle(id, amount);
    }

    function somebodyReports(uint256 who, uint256 seed) external act {
        if (claims.length == 0) return;
        uint64 id = picked(seed);
        Claim memory c = named(id);
        address reporter = everybody[who % 6];
        bool right = reporter != c.contributor && condemned(id);
        uint256 had = reporter.balance;
        vm.prank(reporter);
        try trainer.report(c) {
            check(right, "a report that must be refused was paid");
        } catch {
            check(!right, "a report was refused");
            return;
        }
        uint256 amount = lessFee(id);
        uint256 reward = amount * params.reporterShareBps / 10_000;
        eq(reporter.balance - had, reward, "reward");
        shares(amount - reward);
        settle(id, reward);
    }

    /// Several at once, what is settled among them, some twice.
    function somebodyReportsABatch(uint256 who, uint256 seed) external act {
        if (claims.length == 0) return;
        address reporter = everybody[who % 6];
        Claim[] memory cs = new Claim[](4);
        uint256 n;
        for (uint256 i = 0; i < 4; ++i) {
            uint64 id = uint64(uint256(keccak256(abi.encode(seed, i))) % claims.length);
            if (!fates[id].settled && (claims[id].contributor == reporter || !condemned(id))) continue;
            cs[n++] = named(id);
        }
        assembly ("memory-safe") {
            mstore(cs, n)
        }
        uint256 had = reporter.balance;
        vm.prank(reporter);
        trainer.reportBatch(cs);
        uint256 sum;
        for (uint256 i = 0; i < n; ++i) {
            if (fates[cs[i].id].settled) continue;
            uint256 amount = lessFee(cs[i].id);
            uint256 reward = amount * params.reporterShareBps / 10_000;
            shares(amount - reward);
            settle(cs[i].id, reward);
            sum += reward;
        }
        eq(reporter.balance - had, sum, "rewards");
    }

    function somebodyClaimsLate(uint256 who, uint256 seed) external act {
        if (claims.length == 0) return;
        uint64 id = picked(seed);
        Claim memory c = named(id);
        address claimant = everybody[who % 6];
        uint256 wait = claimant == OWNER ? params.ownerClaimWaitTimeS : params.anyAddressClaimWaitTimeS;
        bool right = condemned(id) && vm.getBlockTimestamp() > deadline(id) + wait;
        uint256 had = claimant.balance;
        vm.prank(claimant);
        try trainer.claimLate(c) {
            check(right, "a late claim that must be refused was paid");
        } catch {
            check(!right, "a late claim was refused");
            return;
        }
        eq(claimant.balance - had, lessFee(id), "late claim");
        settle(id, lessFee(id));
    }

    function somebodyTakesRewards(uint256 who) public act {
        address a = everybody[who % 6];
        uint256 amount = rewardsOf(a);
        eq(claimRewards(a), amount, "rewards");
        (owed[a], paidAcc[a]) = (0, acc);
        balance -= amount;
    }

    function somebodyCollectsFees() public act {
        uint256 due = feesDue();
        uint256 had = address(pool).balance;
        trainer.collectFees();
        eq(address(pool).balance - had, due, "fees");
        collected += due / feeWei();
        balance -= due;
    }

    /// Claims that lie about a field, on whatever record: none may be paid.
    function aStrangerLies(uint256 seed, uint256 field, uint256 lie) external act {
        if (claims.length == 0) return;
        Claim memory c = named(uint64(seed % claims.length));
        bytes32 truth = keccak256(abi.encode(c));
        if (field % 6 == 0) c.id = uint64(lie % (claims.length + 2));
        if (field % 6 == 1) c.deposit = lie % 100 ether;
        if (field % 6 == 2) c.time = uint64(lie % 2e9);
        if (field % 6 == 3) c.contributor = address(0xA5);
        if (field % 6 == 4) c.label = uint32(lie);
        if (field % 6 == 5) c.sampleHash = bytes32(lie);
        if (keccak256(abi.encode(c)) == truth) return;
        nobodyIsPaid(c, "a lie was paid");
    }

    /// Posts that lack a signature, a field's truth, or stake: none may be accepted.
    function aStrangerPosts(uint256 seed, uint256 how) external act {
        uint64 judged = uint64(claims.length);
        for (uint256 i = lastJudged; i < judged; ++i) verdicts[i] = DISAGREE;
        Post memory p = build(nowEpoch() - 1, uint64(claims.length), judged);
        if (how % 4 != 0) sign(p);
        if (how % 4 == 0) p.signatures = signature(seed % 1e9 + 1, digest(p.c, 31337, address(pool)));
        if (how % 4 == 1) p.c.stateRoot = bytes32(seed);
        if (how % 4 == 2) p.c.accuracy = uint64(seed % 1e9);
        if (how % 4 == 3) p.signatures = bytes.concat(p.signatures, p.signatures);
        if (how % 4 == 2 && p.c.accuracy == 900_000_000) return;
        try this.sends(p) {
            check(false, "a forged checkpoint was accepted");
        } catch {}
    }

    // ---- the rules

    /// Mostly one that is still open, if there is one.
    function picked(uint256 seed) internal view returns (uint64 id) {
        id = uint64(seed % claims.length);
        for (uint256 i = 0; seed & 3 << 128 != 0 && fates[id].settled && i < claims.length; ++i) {
            id = uint64((id + 1) % claims.length);
        }
    }

    function nobodyIsPaid(Claim memory c, string memory what) internal {
        bool paid;
        vm.prank(c.contributor);
        try trainer.refund(c) { paid = true; } catch {}
        vm.prank(EVE);
        try trainer.report(c) { paid = true; } catch {}
        vm.prank(OWNER);
        try trainer.claimLate(c) { paid = true; } catch {}
        check(!paid, what);
    }

    function isEffective() internal view returns (bool) {
        return vm.getBlockTimestamp() >= acceptedAt + params.challengeS;
    }

    function judgedNow() public view returns (uint64) {
        return isEffective() ? lastJudged : before.judged;
    }

    function accept(Post memory p) internal {
        uint256 closed = any ? (uint256(lastEpoch) + 1) * params.epochS : trainer.createdAt();
        bool late =
            vm.getBlockTimestamp() + params.challengeS > closed + params.verdictWindowS || lastJudged < takenBackEnd;
        for (uint256 i = lastJudged; i < p.c.judged; ++i) {
            fates[i].judgedAt = uint64(vm.getBlockTimestamp());
            fates[i].exempt = late;
            chargedBelow[i + 1] = chargedBelow[i] + (late ? 0 : 1);
        }
        if (late && p.c.judged > lastJudged) ranges.push(Range(lastJudged, p.c.judged));
        before = Before(lastChain, lastJudged, lastCount, lastEpoch, any);
        keep(p);
        (any, acceptedAt) = (true, vm.getBlockTimestamp());
        last.c = p.c;
        last.chain = p.chain;
    }

    function named(uint64 id) internal view returns (Claim memory c) {
        c = claims[id];
        while (c.late < ranges.length && ranges[c.late].to <= id) ++c.late;
    }

    function isLate(uint64 id) internal view returns (bool) {
        return fates[id].exempt && fates[id].judgedAt + params.challengeS > deadline(id);
    }

    function lessFee(uint64 id) internal view returns (uint256) {
        return claims[id].deposit - (fates[id].exempt ? 0 : feeWei());
    }

    function refundable(uint64 id) internal view returns (bool right, uint256 amount, bool credit) {
        if (fates[id].settled) return (false, 0, false);
        if (id < judgedNow()) {
            right = verdicts[id] != DISAGREE || isLate(id);
            return (right, lessFee(id), verdicts[id] == CREDIT);
        }
        bool covered = id < lastJudged && !fates[id].exempt;
        return (vm.getBlockTimestamp() > deadline(id) && !covered, claims[id].deposit, false);
    }

    function condemned(uint64 id) internal view returns (bool) {
        return !fates[id].settled && id < judgedNow() && verdicts[id] == DISAGREE && !isLate(id);
    }

    function settle(uint64 id, uint256 paid) internal {
        fates[id].settled = true;
        balance -= paid;
        openDeposits -= claims[id].deposit;
        if (id < judgedNow() && !fates[id].exempt) ++settledCharged;
        checkRecord(id, judgedNow());
        nobodyIsPaid(named(id), "paid twice");
    }

    function gains(address a) internal {
        owed[a] = rewardsOf(a);
        paidAcc[a] = acc;
        ++karma[a];
        ++karmaAll;
        ++divisions;
    }

    function shares(uint256 amount) internal {
        uint256 pot = carry + amount;
        if (karmaAll == 0) {
            carry = pot;
            return;
        }
        uint256 inc = (pot << 32) / karmaAll;
        acc += inc;
        uint256 all = inc * karmaAll;
        carry = pot - (all / (1 << 32) + (all % (1 << 32) == 0 ? 0 : 1));
        ++divisions;
    }

    function rewardsOf(address a) internal view returns (uint256) {
        return owed[a] + ((karma[a] * (acc - paidAcc[a])) >> 32);
    }

    function feesDue() internal view returns (uint256) {
        return (chargedBelow[judgedNow()] - collected) * feeWei();
    }

    // ---- what must hold at any time

    /// @dev Between acts: what is owed, in sums; each of the views; the last record and eight others, in turn. A record that
    /// lost its hash or its settled bit stays so: its turn, its own act or the end shows it.
    function checkNow() external view {
        checkMoney();
        checkViews();
        uint64 judged = judgedNow();
        uint256 n = claims.length;
        if (n != 0) checkRecord(n - 1, judged);
        for (uint256 i = 0; i < 8 && i < n; ++i) checkRecord((acts * 8 + i) % n, judged);
        if (acts % 128 == 0) checkAll();
    }

    function checkMoney() internal view {
        eq(address(trainer).balance, balance, "balance");
        uint256 due = feesDue() + carry + openDeposits - (chargedBelow[judgedNow()] - settledCharged) * feeWei();
        for (uint256 i = 0; i < 6; ++i) due += rewardsOf(everybody[i]);
        atMost(due, balance, "more is owed than held");
    }

    function checkViews() internal view {
        eq(trainer.feesDue(), feesDue(), "fees due");
        eq(trainer.totalSubmitted(), claims.length, "count");
        eq(trainer.totalGoodDataCount(), karmaAll, "all karma");
        eq(trainer.lateRangeCount(), ranges.length, "late ranges");
        (,, uint64 judged) = trainer.effective();
        eq(judged, judgedNow(), "judged");
        for (uint256 i = 0; i < 6; ++i) {
            eq(trainer.numValidForAddress(everybody[i]), karma[everybody[i]], "karma");
            eq(trainer.rewardsOf(everybody[i]), rewardsOf(everybody[i]), "rewards");
        }
    }

    function checkRecord(uint256 i, uint64 judged) internal view {
        bytes32 slot = trainer.rec(i);
        bool settled = fates[i].settled;
        bool shown = bytes32(uint256(slot) & ~uint256(1)) == records[i];
        check(shown || (slot == 0 && settled), "a record lost its hash");
        if (i >= judged || i + 1 == claims.length) check(shown, "a record that is needed lost its hash");
        if (shown) check((uint256(slot) & 1 != 0) == settled, "settled bit");
    }

    /// @dev Every record, and this world's own sums.
    function checkAll() internal view {
        uint64 judged = judgedNow();
        uint256 deposits;
        uint256 charged;
        uint256 settled;
        for (uint256 i = 0; i < claims.length; ++i) {
            Fate memory f = fates[i];
            checkRecord(i, judged);
            if (!f.settled) deposits += claims[i].deposit;
            if (i >= judged || f.exempt) continue;
            ++charged;
            if (f.settled) ++settled;
        }
        eq(openDeposits, deposits, "open deposits");
        eq(chargedBelow[judged], charged, "charged");
        eq(settledCharged, settled, "settled of the charged");
    }

    // ---- the end

    /// After the last deadline everybody takes what is theirs; only what could not be divided stays.
    function end() external {
        checkAll();
        skip(1_000_000);
        for (uint64 i = 0; i < claims.length; ++i) {
            if (fates[i].settled) continue;
            Claim memory c = named(i);
            (bool right, uint256 amount, bool credit) = refundable(i);
            uint256 had = address(trainer).balance;
            if (right) {
                vm.prank(c.contributor);
                trainer.refund(c);
            } else {
                amount = lessFee(i);
                vm.prank(address(0xA5));
                trainer.claimLate(c);
            }
            eq(had - address(trainer).balance, amount, "the last claim");
            if (credit) gains(c.contributor);
            settle(i, amount);
        }
        for (uint256 i = 0; i < 6; ++i) somebodyTakesRewards(i);
        somebodyCollectsFees();
        checkAll();
        eq(address(trainer).balance, balance, "balance");
        atMost(balance, carry + divisions + 6, "stuck");
    }

    receive() external payable {}
}
