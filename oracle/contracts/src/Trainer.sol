// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

import {Args, ArgsLib} from "./Args.sol";
import {Head} from "./Head.sol";
import {IOperatorPool} from "./IOperatorPool.sol";
import {IVerifier} from "./IVerifier.sol";
import {LateRange, LateRangeLib} from "./LateRange.sol";
import {Progress} from "./Progress.sol";
import {Account, Pot} from "./Shares.sol";
import {CHECKPOINT_TYPEHASH, Checkpoint, Claim, ModelParams, hashCheckpoint} from "./Types.sol";

/// @title One model's public record: its contributions, the verdicts on them, and what follows from these.
/// @notice The model itself is computed off the chain, by anybody, from the samples in the logs; operators of the trainer's
/// pool sign what they computed. Every rule is stated in oracle/PROTOCOL.md. A clone with immutable arguments: no owner's
/// power over it, no upgrade.
///
/// @dev Invariants, cited by number where they are kept:
///
///  (1) The slot of the newest record and of every record without an effective verdict shows its hash: contributions link to
///      it and checkpoints are compared with it. Only settled records below the newest become 0.
///  (2) A record is settled once: only a slot with bit 0 clear and the claim's own hash can be, and settling changes it.
///  (3) A verdict is written once. Bits below `judged` never change; a refutation lowers `judged` only to what it was while
///      none of the verdicts above had taken effect.
///  (4) A record that was taken back unjudged lies in no range whose fees the pool gets: it can be taken back only if no
///      checkpoint covers it or one in a late range does, and a range that begins below the highest one taken back is late.
///  (5) State is written before anything is sent. (The guard is there in case a later change forgets.)
abstract contract Trainer is ReentrancyGuardTransient {
    uint256 internal constant DISAGREE = 0;
    uint256 internal constant CREDIT = 3;
    /// Verdicts a word; two bits each.
    uint256 private constant PER_WORD = 128;
    /// Ids stay below this.
    uint256 private constant MAX_RECORDS = 0x7fffffff;
    uint256 private constant MAX_ACCURACY = 1e9;
    bytes32 private constant SETTLED = bytes32(uint256(1));

    address private immutable _implementation = address(this);

    // Storage. Each line is one slot, or a run of them.
    /// slot 0: count, price level, number of late ranges; see Head.sol
    Head internal _head;
    /// slot 1: the last checkpoint's epoch, count, judged; see Progress.sol
    Progress internal _progress;
    /// slots 2, 3: keccak(struct hash, verdict chain) of the last checkpoint and the one before it, by parity
    bytes32[2] private _commitments;
    /// slot 4: all karma and what it shares; see Shares.sol
    Pot internal _pot;
    /// slot 5: account => karma and what is owed to it; see Shares.sol
    mapping(address => Account) internal _accounts;
    /// slot 6: index => late range; see LateRange.sol
    mapping(uint256 => LateRange) internal _late;
    /// slots 7 ...: record hash, bit 0 the settled flag
    bytes32[MAX_RECORDS] private _rec;
    /// after them: 128 verdicts a slot
    uint256[MAX_RECORDS / PER_WORD + 1] private _words;

    event Contributed(
        uint256 indexed id, address indexed contributor, uint32 label, uint256 deposit, bytes sample
    );
    event Refunded(uint256 indexed id, address indexed contributor, uint256 amount, uint256 karma);
    event Reported(
        uint256 indexed id, address indexed reporter, address indexed contributor, uint256 reward, uint256 shared
    );
    event LateClaimed(uint256 indexed id, address indexed claimant, address indexed contributor, uint256 amount);
    event CheckpointAccepted(
        uint64 indexed epoch, uint64 count, uint64 judged, uint64 accuracy, bytes32 stateRoot, bytes32 verdictsHash
    );
    event CheckpointRefuted(uint64 indexed epoch);

    error NoModel();
    error UnknownLabel(uint32 label);
    error SampleTooLong(uint256 length);
    error Full();
    error NotContributor(uint256 id);
    error OwnContribution(uint256 id);
    error AlreadySettled(uint256 id);
    error WrongClaim(uint256 id);
    error WrongLateRange(uint256 id);
    error NotJudged(uint256 id);
    error InChallenge(uint256 id);
    error Condemned(uint256 id);
    error NotCondemned(uint256 id);
    error LateVerdict(uint256 id);
    error TooEarly(uint256 id, uint256 fromTime);
    error EpochNotOver(uint256 epoch);
    error EpochNotLater(uint256 epoch);
    error BeforeInChallenge();
    error NothingNew();
    error OutOfOrder();
    error NoSuchRecord(uint256 count);
    error WrongCommitment();
    error WrongWords();
    error AccuracyTooHigh();
    error NotRefutable(uint256 epoch);
    error NotRefuted();
    error SendFailed();

    /// @dev What a claim looks at, read once for a whole batch.
    struct Claiming {
        Args a;
        Progress progress;
        uint256 judged;
    }

    // ---- contributing

    /// @notice Adds a labelled sample; what is sent along is its deposit.
    /// @param sample in the spec's sample format; what is not in it is kept, and condemned
    /// @param label from 0 to the number of classes less one
    /// @return id contributions are numbered from 0
    function contribute(bytes calldata sample, uint32 label) external payable returns (uint256 id) {
        if (address(this) == _implementation) revert NoModel();
        Args a = ArgsLib.load();
        if (label >= a.classes()) revert UnknownLabel(label);
        if (sample.length > a.maxSampleBytes()) revert SampleTooLong(sample.length);
        Head h = _head;
        id = h.count();
        if (id == MAX_RECORDS) revert Full();
        _head = h.contributed(_admit(a, h));
        bytes32 prev = id == 0 ? bytes32(0) : _rec[id - 1] & ~SETTLED;
        _rec[id] = _recordHash(prev, label, keccak256(sample));
        emit Contributed(id, msg.sender, label, msg.value, sample);
    }

    // ---- claiming

    /// @notice The contributor takes the deposit back, and one karma where the verdict gives credit.
    function refund(Claim calldata c) external nonReentrant {
        Claiming memory x = _claiming();
        (uint256 amount, uint256 karma) = _refundOne(x, c);
        _afterRefunds(x, amount, karma);
    }

    /// @notice The same for several of the sender's contributions; all or none.
    function refundBatch(Claim[] calldata cs) external nonReentrant {
        Claiming memory x = _claiming();
        uint256 amount;
        uint256 karma;
        for (uint256 i = 0; i < cs.length; ++i) {
            (uint256 amount1, uint256 karma1) = _refundOne(x, cs[i]);
            amount += amount1;
            karma += karma1;
        }
        _afterRefunds(x, amount, karma);
    }

    /// @notice Forfeits a condemned deposit: a part to the sender, the rest to all who hold karma.
    function report(Claim calldata c) external nonReentrant {
        Claiming memory x = _claiming();
        (uint256 reward, Pot pot) = _reportOne(x, _pot, c);
        _pot = pot;
        _send(msg.sender, reward);
    }

    /// @notice The same for several contributions; those settled by somebody faster are passed over.
    function reportBatch(Claim[] calldata cs) external nonReentrant {
        Claiming memory x = _claiming();
        Pot pot = _pot;
        uint256 reward;
        for (uint256 i = 0; i < cs.length; ++i) {
            if (_isSettled(cs[i].id)) continue;
            uint256 reward1;
            (reward1, pot) = _reportOne(x, pot, cs[i]);
            reward += reward1;
        }
        _pot = pot;
        _send(msg.sender, reward);
    }

    /// @notice Takes a condemned deposit that nobody reported: the owner first, then anybody.
    function claimLate(Claim calldata c) external nonReentrant {
        Claiming memory x = _claiming();
        uint256 amount = _condemned(x, c);
        uint256 wait = msg.sender == x.a.owner() ? x.a.ownerClaimWaitTimeS() : x.a.anyAddressClaimWaitTimeS();
        uint256 fromTime = _deadline(x.a, c.time) + wait;
        if (block.timestamp <= fromTime) revert TooEarly(c.id, fromTime);
        _settle(x, c.id);
        emit LateClaimed(c.id, msg.sender, c.contributor, amount);
        _send(msg.sender, amount);
    }

    // ---- checkpoints

    /// @notice Posts what the pool's operators signed for an epoch; anybody may.
    /// @param prevChain V[judged / 128] of the last accepted checkpoint; 0 when there is none. It is signed: with another one no
    /// words give the verdicts' hash that the operators put their names to
    /// @param words the verdict words that cover [judged of the last one, judged), whole
    /// @param signatures 65 bytes each, ascending by signer
    function writeCheckpoint(
        uint64 epoch,
        uint64 count,
        uint64 judged,
        uint64 accuracy,
        bytes32 stateRoot,
        bytes32 prevChain,
        uint256[] calldata words,
        bytes calldata signatures
    ) external {
        Args a = ArgsLib.load();
        Progress p = _progress;
        _requireNext(a, p, epoch, count, judged);
        if (accuracy > MAX_ACCURACY) revert AccuracyTooHigh();

        bytes32 recordHash = _recordAt(count);
        (bytes32 chain, bytes32 verdictsHash) = _writeWords(p.judged(), judged, prevChain, words);
        if (_isLate(a, p, judged)) p = _noteLateRange(p, judged);
        p = p.accepted(a.challengeS() != 0, epoch, count, judged);
        _progress = p;
        bytes32 structHash =
            _structHash(a.spec(), epoch, count, recordHash, stateRoot, judged, verdictsHash, accuracy);
        _commit(p.parity(), _commitment(structHash, chain));
        emit CheckpointAccepted(epoch, count, judged, accuracy, stateRoot, verdictsHash);
        IOperatorPool(a.pool()).requireQuorum(structHash, signatures);
    }

    /// @notice Takes an accepted checkpoint back before it is effective: the trainer is then as it was before it.
    /// @param c the checkpoint as it was signed
    /// @param chain its verdict chain
    /// @param proof what the pool's verifier wants to see
    function refute(Checkpoint calldata c, bytes32 chain, bytes calldata proof) external {
        Args a = ArgsLib.load();
        Progress p = _progress;
        if (p.effective(a.challengeS())) revert NotRefutable(c.epoch);
        if (_commitmentAt(p.parity()) != _commitment(hashCheckpoint(c), chain)) revert WrongCommitment();
        address verifier = IOperatorPool(a.pool()).verifier();
        if (verifier == address(0) || !IVerifier(verifier).refutes(c, proof)) revert NotRefuted();
        _forgetLateness(p);
        _progress = p.refuted();
        emit CheckpointRefuted(c.epoch);
    }

    // ---- views

    /// @notice A record's slot as it is: hash, or hash with bit 0 set, or 0.
    function rec(uint256 id) external view returns (bytes32) {
        return id < MAX_RECORDS ? _rec[id] : bytes32(0);
    }

    /// @notice Number of contributions, price level, and the time at which it was that.
    function head() external view returns (uint256 count, uint256 level, uint256 time) {
        Head h = _head;
        return (h.count(), h.level(), h.time());
    }

    /// @notice The last accepted checkpoint, effective or not; acceptedAt is 0 when there is none or it was restored.
    function accepted() external view returns (uint64 epoch, uint64 count, uint64 judged, uint64 acceptedAt, bool any) {
        Progress p = _progress;
        any = p.closed() != 0;
        epoch = any ? uint64(p.closed() - 1) : 0;
        return (epoch, uint64(p.count()), uint64(p.judged()), uint64(p.acceptedAt()), any);
    }

    /// @notice The effective checkpoint; all 0 when there is none.
    function effective() external view returns (uint64 epoch, uint64 count, uint64 judged) {
        Progress p = _progress;
        bool now_ = p.effective(ArgsLib.load().challengeS());
        uint256 closed = now_ ? p.closed() : p.closedBefore();
        epoch = closed == 0 ? 0 : uint64(closed - 1);
        return (epoch, uint64(now_ ? p.count() : p.countBefore()), uint64(now_ ? p.judged() : p.judgedBefore()));
    }

    /// @notice keccak(struct hash, verdict chain) of the effective checkpoint and of the last accepted one.
    function commitments() external view returns (bytes32 effective_, bytes32 accepted_) {
        Progress p = _progress;
        accepted_ = _commitmentAt(p.parity());
        effective_ = p.effective(ArgsLib.load().challengeS()) ? accepted_ : _commitmentAt(1 - p.parity());
    }

    /// @notice 0 disagree, 1 abstain, 2 agree, 3 agree with credit; only once it is effective.
    function verdictOf(uint256 id) external view returns (uint8) {
        if (id >= _progress.judgedNow(ArgsLib.load().challengeS())) revert NotJudged(id);
        return uint8(_verdict(id));
    }

    /// @notice 128 verdicts as they are stored; bits at and beyond the accepted `judged` mean nothing.
    function verdictWord(uint256 w) external view returns (uint256) {
        return w < _words.length ? _word(w) : 0;
    }

    function lateRangeCount() external view returns (uint256) {
        return _head.lateRanges();
    }

    function lateRanges(uint256 i) external view returns (uint64 from, uint64 to, uint64 acceptedAt) {
        LateRange r = _late[i];
        return i < _head.lateRanges() ? (uint64(r.from()), uint64(r.to()), uint64(r.acceptedAt())) : (0, 0, 0);
    }

    function params() external view returns (ModelParams memory) {
        return ArgsLib.load().unpack();
    }

    function owner() external view returns (address) {
        return ArgsLib.load().owner();
    }

    function pool() external view returns (address) {
        return ArgsLib.load().pool();
    }

    /// @notice keccak of the spec's text.
    function spec() external view returns (bytes32) {
        return ArgsLib.load().spec();
    }

    function createdAt() external view returns (uint256) {
        return ArgsLib.load().createdAt();
    }

    function getNumClassifications() external view returns (uint256) {
        return ArgsLib.load().classes();
    }

    function refundWaitTimeS() external view returns (uint256) {
        return ArgsLib.load().refundWaitTimeS();
    }

    function ownerClaimWaitTimeS() external view returns (uint256) {
        return ArgsLib.load().ownerClaimWaitTimeS();
    }

    function anyAddressClaimWaitTimeS() external view returns (uint256) {
        return ArgsLib.load().anyAddressClaimWaitTimeS();
    }

    function totalSubmitted() external view returns (uint256) {
        return _head.count();
    }

    /// @notice An account's karma.
    function numValidForAddress(address submitter) external view returns (uint256) {
        return _accounts[submitter].karma();
    }

    /// @notice All karma.
    function totalGoodDataCount() external view returns (uint256) {
        return _pot.karma();
    }

    /// @notice What `claimRewards` would send to an account now.
    function rewardsOf(address account) external view returns (uint256) {
        return _accounts[account].owed(_pot);
    }

    /// @notice What the next contribution must deposit at least, now.
    function getNextAddDataCost() external view returns (uint256) {
        return _price(ArgsLib.load(), _head, block.timestamp);
    }

    /// @notice The same at another time, if nothing is contributed until then.
    function getNextAddDataCost(uint256 currentTimeS) external view returns (uint256) {
        return _price(ArgsLib.load(), _head, currentTimeS);
    }

    // ---- what an incentive decides

    /// @dev Refuses a deposit that is not enough; returns the price level after this contribution.
    function _admit(Args a, Head h) internal virtual returns (uint256 level);

    function _price(Args a, Head h, uint256 time) internal view virtual returns (uint256);

    // ---- one claim

    function _claiming() private view returns (Claiming memory x) {
        x.a = ArgsLib.load();
        x.progress = _progress;
        x.judged = x.progress.judgedNow(x.a.challengeS());
    }

    function _refundOne(Claiming memory x, Claim calldata c) private returns (uint256 amount, uint256 karma) {
        if (c.contributor != msg.sender) revert NotContributor(c.id);
        _requireOpen(c);
        if (c.id >= x.judged) {
            amount = _takeBack(x, c);
        } else {
            (bool exempt, bool late) = _lateness(x, c);
            uint256 verdict = _verdict(c.id);
            if (verdict == DISAGREE && !late) revert Condemned(c.id);
            amount = exempt ? c.deposit : c.deposit - x.a.feeWei();
            karma = verdict == CREDIT ? 1 : 0;
            _settle(x, c.id);
        }
        emit Refunded(c.id, msg.sender, amount, karma);
    }

    /// @dev Keeps (4): what a checkpoint covers can be taken back unjudged only in a late range.
    function _takeBack(Claiming memory x, Claim calldata c) private returns (uint256) {
        uint256 fromTime = _deadline(x.a, c.time);
        if (block.timestamp <= fromTime) revert TooEarly(c.id, fromTime);
        if (c.id < x.progress.judged()) {
            uint256 n = _head.lateRanges();
            if (n == 0 || _late[n - 1].to() <= c.id) revert InChallenge(c.id);
        }
        x.progress = x.progress.withTakenBack(c.id);
        _rec[c.id] |= SETTLED; // keeps (1)
        return c.deposit;
    }

    function _afterRefunds(Claiming memory x, uint256 amount, uint256 karma) private {
        if (Progress.unwrap(x.progress) != Progress.unwrap(_progress)) _progress = x.progress;
        if (karma != 0) (_accounts[msg.sender], _pot) = _accounts[msg.sender].credit(_pot, karma);
        _send(msg.sender, amount);
    }

    function _reportOne(Claiming memory x, Pot pot, Claim calldata c) private returns (uint256 reward, Pot) {
        if (c.contributor == msg.sender) revert OwnContribution(c.id);
        uint256 amount = _condemned(x, c);
        reward = amount * x.a.reporterShareBps() / 10_000;
        _settle(x, c.id);
        emit Reported(c.id, msg.sender, c.contributor, reward, amount - reward);
        return (reward, pot.share(amount - reward));
    }

    /// @dev What a deposit is worth that stands condemned, in time.
    function _condemned(Claiming memory x, Claim calldata c) private view returns (uint256) {
        _requireOpen(c);
        if (c.id >= x.judged) revert NotJudged(c.id);
        if (_verdict(c.id) != DISAGREE) revert NotCondemned(c.id);
        (bool exempt, bool late) = _lateness(x, c);
        if (late) revert LateVerdict(c.id);
        return exempt ? c.deposit : c.deposit - x.a.feeWei();
    }

    /// @dev Keeps (2).
    function _requireOpen(Claim calldata c) private view {
        bytes32 slot = _rec[c.id];
        if (slot == _recordHash(c)) return;
        if (_isSettled(c.id)) revert AlreadySettled(c.id);
        revert WrongClaim(c.id);
    }

    function _isSettled(uint256 id) private view returns (bool) {
        bytes32 slot = _rec[id];
        return slot & SETTLED != 0 || (slot == 0 && id < _head.count());
    }

    /// @dev Settles on an effective verdict; keeps (1). What a checkpoint counts exists, so it tells without another read that
    /// there is a newer record.
    function _settle(Claiming memory x, uint256 id) private {
        if (id + 1 < x.progress.count() || id + 1 < _head.count()) delete _rec[id];
        else _rec[id] |= SETTLED;
    }

    /// @dev Whether a judged contribution lies in a late range (then it pays no fee), and whether its own verdict came too late.
    function _lateness(Claiming memory x, Claim calldata c) private view returns (bool exempt, bool late) {
        if (!x.progress.late()) return (false, false);
        uint256 n = _head.lateRanges();
        if (c.late >= n) {
            if (c.late != n || (n != 0 && c.id < _late[n - 1].to())) revert WrongLateRange(c.id);
            return (false, false);
        }
        LateRange r = _late[c.late];
        if (c.id < r.endBefore() || c.id >= r.to()) revert WrongLateRange(c.id);
        exempt = c.id >= r.from();
        late = exempt && r.acceptedAt() + x.a.challengeS() > _deadline(x.a, c.time);
    }

    /// @param time a block's, from a claim whose hash was right
    function _deadline(Args a, uint256 time) private pure returns (uint256) {
        unchecked {
            return time + a.refundWaitTimeS() + a.verdictWindowS();
        }
    }

    function _verdict(uint256 id) private view returns (uint256) {
        unchecked {
            return _word(id / PER_WORD) >> (2 * (id % PER_WORD)) & 3;
        }
    }

    function _recordHash(bytes32 prev, uint256 label, bytes32 sampleHash) private view returns (bytes32) {
        return keccak256(abi.encode(prev, msg.sender, block.timestamp, msg.value, label, sampleHash)) & ~SETTLED;
    }

    /// @dev The same of a claim: the six recorded fields stand in it one after the other, behind the id.
    function _recordHash(Claim calldata c) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let fields := mload(0x40)
            calldatacopy(fields, add(c, 0x20), 0xc0)
            hash := keccak256(fields, 0xc0)
        }
        hash &= ~SETTLED;
    }

    /// @dev Keeps (5): the last thing a claim does.
    function _send(address to, uint256 amount) internal {
        if (amount == 0) return;
        (bool sent,) = to.call{value: amount}("");
        if (!sent) revert SendFailed();
    }

    // ---- one checkpoint

    function _requireNext(Args a, Progress p, uint256 epoch, uint256 count, uint256 judged) private view {
        unchecked {
            // each below 2^64
            if (block.timestamp < (epoch + 1) * a.epochS()) revert EpochNotOver(epoch);
            if (epoch < p.closed()) revert EpochNotLater(epoch);
            if (!p.effective(a.challengeS())) revert BeforeInChallenge();
            uint256 more = count - p.count();
            uint256 moreJudged = judged - p.judged();
            if (more | moreJudged == 0) revert NothingNew();
            // a difference below zero is above 2^64
            if ((more | moreJudged | (count - judged)) >> 64 != 0) revert OutOfOrder();
        }
    }

    /// @dev `hashCheckpoint` of these; written out because every checkpoint pays for it. Cleaned by the ABI decoder.
    function _structHash(
        bytes32 spec_,
        uint64 epoch,
        uint64 count,
        bytes32 recordHash,
        bytes32 stateRoot,
        uint64 judged,
        bytes32 verdictsHash,
        uint64 accuracy
    ) private view returns (bytes32 hash) {
        bytes32 typeHash = CHECKPOINT_TYPEHASH;
        assembly ("memory-safe") {
            let c := mload(0x40)
            mstore(c, typeHash)
            mstore(add(c, 0x20), address())
            mstore(add(c, 0x40), spec_)
            mstore(add(c, 0x60), epoch)
            mstore(add(c, 0x80), count)
            mstore(add(c, 0xa0), recordHash)
            mstore(add(c, 0xc0), stateRoot)
            mstore(add(c, 0xe0), judged)
            mstore(add(c, 0x100), verdictsHash)
            mstore(add(c, 0x120), accuracy)
            hash := keccak256(c, 0x140)
        }
    }

    /// @dev The array without its bounds: a parity is 0 or 1.
    function _commitmentAt(uint256 parity) private view returns (bytes32 stored) {
        assembly ("memory-safe") {
            stored := sload(add(_commitments.slot, parity))
        }
    }

    function _commit(uint256 parity, bytes32 commitment) private {
        assembly ("memory-safe") {
            sstore(add(_commitments.slot, parity), commitment)
        }
    }

    function _commitment(bytes32 structHash, bytes32 chain) private pure returns (bytes32) {
        return Hashes.efficientKeccak256(structHash, chain);
    }

    /// @dev The hash of record `count - 1`, which (1) keeps: `count` is above `judged` of the last checkpoint.
    function _recordAt(uint256 count) private view returns (bytes32 hash) {
        hash = count <= MAX_RECORDS ? _rec[count - 1] & ~SETTLED : bytes32(0);
        if (hash == 0) revert NoSuchRecord(count);
    }

    /// @dev Writes the words that cover [from, to) and hashes them. Keeps (3): stored bits below `from` come back unchanged.
    /// Bits from `from` on may be left from a refuted checkpoint. The record before `to` exists, so every word has its slot.
    function _writeWords(uint256 from, uint256 to, bytes32 chain, uint256[] calldata words)
        private
        returns (bytes32, bytes32)
    {
        unchecked {
            uint256 w = from / PER_WORD;
            uint256 full = to / PER_WORD;
            uint256 tail;
            if (to == from) {
                if (words.length != 0) revert WrongWords();
                tail = _word(full) & _below(to);
            } else {
                if (words.length != (to + PER_WORD - 1) / PER_WORD - w) revert WrongWords();
                if ((words[0] ^ _word(w)) & _below(from) != 0) revert WrongWords();
                uint256 at;
                assembly ("memory-safe") {
                    at := words.offset
                }
                for (; w < full; ++w) {
                    bytes32 word;
                    assembly ("memory-safe") {
                        word := calldataload(at)
                        sstore(add(_words.slot, w), word)
                        at := add(at, 0x20)
                    }
                    chain = Hashes.efficientKeccak256(chain, word);
                }
                if (to % PER_WORD != 0) {
                    tail = words[words.length - 1];
                    if (tail & ~_below(to) != 0) revert WrongWords();
                    _words[full] = tail;
                }
            }
            return (chain, _hash3(chain, tail, to));
        }
    }

    function _hash3(bytes32 a, uint256 b, uint256 c) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, a)
            mstore(add(m, 0x20), b)
            mstore(add(m, 0x40), c)
            hash := keccak256(m, 0x60)
        }
    }

    /// @dev The array without its bounds: the callers' ids are those of records.
    function _word(uint256 w) private view returns (uint256 word) {
        assembly ("memory-safe") {
            word := sload(add(_words.slot, w))
        }
    }

    /// @dev The bits of the verdicts before `id` in its word.
    function _below(uint256 id) private pure returns (uint256) {
        unchecked {
            return (1 << (2 * (id % PER_WORD))) - 1;
        }
    }

    /// @dev Whether a checkpoint accepted now judges contributions after an outage or a silence, or some that may have been
    /// taken back; the latter keeps (4).
    function _isLate(Args a, Progress p, uint256 judged) private view returns (bool) {
        unchecked {
            uint256 closed = p.closed() * a.epochS();
            if (closed == 0) closed = a.createdAt();
            bool outage = block.timestamp + a.challengeS() > closed + a.verdictWindowS();
            return (outage || p.judged() < p.takenBack()) && judged != p.judged();
        }
    }

    function _noteLateRange(Progress p, uint256 judged) private returns (Progress) {
        Head h = _head;
        uint256 n = h.lateRanges();
        LateRange last = n == 0 ? LateRange.wrap(0) : _late[n - 1];
        _late[n] = last.following(p.judged(), judged);
        _head = h.withLateRanges(n + 1);
        return p.withLate();
    }

    /// @dev Removes the range of the checkpoint in challenge, if it was late.
    function _forgetLateness(Progress p) private {
        Head h = _head;
        uint256 n = h.lateRanges();
        if (n == 0 || _late[n - 1].to() <= p.judgedBefore()) return;
        _late[n - 1] = LateRange.wrap(0);
        _head = h.withLateRanges(n - 1);
    }
}
