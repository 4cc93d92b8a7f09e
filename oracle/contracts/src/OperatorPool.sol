// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IOperatorPool} from "./IOperatorPool.sol";
import {IVerifier} from "./IVerifier.sol";
import {Schedule, ScheduleLib} from "./Schedule.sol";
import {Checkpoint, hashCheckpoint} from "./Types.sol";

/// @title The operators whose signatures trainers accept, their bonds, and what they earn and lose.
/// @notice Anybody may join with a bond. An operator has four roles: a cold owner, the signer of checkpoints, the attester of
/// predictions, the sender of transactions. Time is cut into periods; what changes in one counts two later, but a slash at
/// once. No owner, no upgrade.
///
/// @dev Invariants:
///
///  (1) In every period the total is the sum of the stakes of all signers.
///  (2) A key belongs to one operator for ever, so evidence finds its operator whatever was rotated since.
///  (3) At most two signers of one operator have stake in any period, the present one and the one before it; a slash takes
///      both.
///  (4) At most MAX_OPERATORS are listed, and all that count are listed.
///  (5) Balance is at least all bonds, all earned fees and the carry.
contract OperatorPool is IOperatorPool, EIP712, ReentrancyGuardTransient {
    uint256 public constant MAX_OPERATORS = 32;
    uint256 private constant SIGNATURE_BYTES = 65;
    /// Half the order of secp256k1: of the two signatures over a message only one counts.
    uint256 private constant HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;
    /// One part in this many of a slashed bond goes to the reporter.
    uint256 private constant REWARD_PART = 20;
    address private constant BURN = 0x000000000000000000000000000000000000dEaD;

    struct Operator {
        // slot 0
        address owner;
        uint96 bondWei;
        // slot 1
        address signer;
        /// the first period in which the present signer counts
        uint32 signerFrom;
        /// the first period in which it does not count any more; 0 while it stays
        uint32 leftFrom;
        // slot 2
        address signerBefore;
        // slot 3
        address attester;
        uint96 feesWei;
        // slot 4
        address sender;
        /// one more than its place in the list; 0 when it is not listed
        uint8 place;
    }

    /// @dev When an attester's key counts.
    struct Attester {
        uint32 operator;
        uint32 from;
        /// the first period in which it does not; 0 while it stays
        uint32 until;
    }

    uint256 public immutable periodS;
    uint256 public immutable unbondS;
    uint256 public immutable minBondWei;
    /// @notice No quorum below this stake, whatever the total.
    uint256 public immutable minStakeWei;
    address public immutable verifier;

    // Storage. EIP712 has two slots before these; they stay empty.
    /// all stakes; see Schedule.sol
    Schedule private _total;
    /// signer => its stake and its operator
    mapping(address => Schedule) private _signers;
    /// attester => its operator and when it counts
    mapping(address => Attester) private _attesters;
    /// id => operator; ids count from 1
    mapping(uint256 => Operator) private _operators;
    uint256 public operatorCount;
    /// ids of those that count, have counted until lately or will
    uint256[] private _listed;
    /// fees that could not be divided exactly, or came while nobody counted
    uint256 public carryWei;

    event OperatorJoined(
        uint256 indexed id,
        address indexed owner,
        address signer,
        address attester,
        address sender,
        uint256 bond,
        string endpoint,
        uint64 fromPeriod
    );
    event OperatorRolesChanged(
        uint256 indexed id, address signer, address attester, address sender, uint64 fromPeriod
    );
    event OperatorEndpointChanged(uint256 indexed id, string endpoint);
    event OperatorOwnerChanged(uint256 indexed id, address indexed owner);
    event BondAdded(uint256 indexed id, uint256 amount, uint64 fromPeriod);
    event OperatorLeft(uint256 indexed id, uint64 untilPeriod);
    event BondWithdrawn(uint256 indexed id, uint256 amount);
    event OperatorSlashed(uint256 indexed id, address indexed reporter, uint256 reward, uint256 burnt);
    event FeesReceived(address indexed from, uint256 amount);
    event FeesWithdrawn(uint256 indexed id, uint256 amount);

    error WrongPeriod();
    error BondTooLow(uint256 least);
    error PoolFull();
    error WrongRole();
    error KeyTaken(address key);
    error NotOwner(uint256 id);
    error HasLeft(uint256 id);
    error HasNotLeft(uint256 id);
    error RotationPending(uint256 untilPeriod);
    error StillBonded(uint256 untilTime);
    error NothingBonded(uint256 id);
    error WrongSignatures();
    error NoQuorum(uint256 stakeGwei, uint256 totalGwei);
    error NoOffence();
    error SendFailed();

    modifier onlyOwnerOf(uint256 id) {
        if (msg.sender != _operators[id].owner) revert NotOwner(id);
        _;
    }

    constructor(uint256 periodS_, uint256 unbondS_, uint256 minBondWei_, uint256 minStakeWei_, address verifier_)
        EIP712("decaid", "1")
    {
        if (periodS_ == 0) revert WrongPeriod();
        if (minBondWei_ < 1 gwei) revert BondTooLow(1 gwei);
        periodS = periodS_;
        unbondS = unbondS_;
        minBondWei = minBondWei_;
        minStakeWei = minStakeWei_;
        verifier = verifier_;
        _total = ScheduleLib.make(0, period(), 0, 0, 0);
    }

    // ---- joining, changing, leaving

    /// @notice Makes the sender the owner of a new operator; what is sent is its bond.
    function join(address signer, address attester, address sender, string calldata endpoint)
        external
        payable
        returns (uint256 id)
    {
        if (msg.value < minBondWei) revert BondTooLow(minBondWei);
        if (signer == address(0) || attester == address(0) || sender == address(0)) revert WrongRole();
        uint256 p = period();
        id = ++operatorCount;
        Operator storage o = _operators[id];
        o.owner = msg.sender;
        o.bondWei = SafeCast.toUint96(msg.value);
        o.sender = sender;
        _list(id, p);
        _startSigner(o, id, signer, p);
        _startAttester(o, id, attester, p);
        _total = _total.change(p, _total.last() + _stake(msg.value));
        emit OperatorJoined(id, msg.sender, signer, attester, sender, msg.value, endpoint, uint64(p + 2));
    }

    /// @notice Adds what is sent to a bond; anybody may.
    function addBond(uint256 id) external payable {
        Operator storage o = _requireStays(id);
        uint256 p = period();
        uint256 before = _stake(o.bondWei);
        o.bondWei = SafeCast.toUint96(o.bondWei + msg.value);
        uint256 stake = _stake(o.bondWei);
        _signers[o.signer] = _signers[o.signer].change(p, stake);
        _total = _total.change(p, _total.last() + stake - before);
        emit BondAdded(id, msg.value, uint64(p + 2));
    }

    /// @notice Gives the operator these keys. A signer can be changed again once the change before it counts.
    function setRoles(uint256 id, address signer, address attester, address sender) external onlyOwnerOf(id) {
        Operator storage o = _requireStays(id);
        if (signer == address(0) || attester == address(0) || sender == address(0)) revert WrongRole();
        uint256 p = period();
        if (signer != o.signer) {
            if (p < o.signerFrom) revert RotationPending(o.signerFrom); // keeps (3)
            _signers[o.signer] = _signers[o.signer].change(p, 0);
            o.signerBefore = o.signer;
            _startSigner(o, id, signer, p);
        }
        if (attester != o.attester) {
            _attesters[o.attester].until = uint32(p + 2);
            _startAttester(o, id, attester, p);
        }
        o.sender = sender;
        emit OperatorRolesChanged(id, signer, attester, sender, uint64(p + 2));
    }

    /// @notice Tells where the operator's daemon answers.
    function setEndpoint(uint256 id, string calldata endpoint) external onlyOwnerOf(id) {
        emit OperatorEndpointChanged(id, endpoint);
    }

    /// @notice Hands the operator, its bond and its fees to another owner.
    function setOwner(uint256 id, address owner) external onlyOwnerOf(id) {
        if (owner == address(0)) revert WrongRole();
        _operators[id].owner = owner;
        emit OperatorOwnerChanged(id, owner);
    }

    /// @notice Ends the operator two periods on; the bond follows after the unbonding time.
    function leave(uint256 id) external onlyOwnerOf(id) {
        Operator storage o = _requireStays(id);
        uint256 p = period();
        o.leftFrom = uint32(p + 2);
        _signers[o.signer] = _signers[o.signer].change(p, 0);
        _attesters[o.attester].until = uint32(p + 2);
        _total = _total.change(p, _total.last() - _stake(o.bondWei));
        emit OperatorLeft(id, uint64(p + 2));
    }

    /// @notice Sends the bond of an operator that has left to its owner.
    function withdraw(uint256 id) external nonReentrant onlyOwnerOf(id) {
        Operator storage o = _operators[id];
        if (o.leftFrom == 0) revert HasNotLeft(id);
        uint256 untilTime = o.leftFrom * periodS + unbondS;
        if (block.timestamp < untilTime) revert StillBonded(untilTime);
        uint256 amount = o.bondWei;
        if (amount == 0) revert NothingBonded(id);
        o.bondWei = 0;
        _unlist(id);
        emit BondWithdrawn(id, amount);
        _send(msg.sender, amount);
    }

    // ---- fees

    /// @inheritdoc IOperatorPool
    function depositFees() external payable {
        emit FeesReceived(msg.sender, msg.value);
        uint256 p = period();
        uint256 all = _total.stakeIn(p);
        uint256 pot = carryWei + msg.value;
        uint256 left = pot;
        for (uint256 i = 0; all != 0 && i < _listed.length; ++i) {
            Operator storage o = _operators[_listed[i]];
            uint256 part = pot * _stakeIn(o, p) / all;
            o.feesWei = SafeCast.toUint96(o.feesWei + part);
            left -= part;
        }
        carryWei = left;
    }

    /// @notice Sends an operator's fees to its owner.
    function withdrawFees(uint256 id) external nonReentrant onlyOwnerOf(id) {
        uint256 amount = _operators[id].feesWei;
        _operators[id].feesWei = 0;
        emit FeesWithdrawn(id, amount);
        _send(msg.sender, amount);
    }

    // ---- evidence

    /// @notice Two checkpoints that one operator signed for one trainer and epoch cost it its bond.
    function slashEquivocation(Checkpoint calldata a, bytes calldata sigA, Checkpoint calldata b, bytes calldata sigB)
        external
        nonReentrant
    {
        if (a.trainer != b.trainer || a.epoch != b.epoch) revert NoOffence();
        bytes32 hashA = hashCheckpoint(a);
        bytes32 hashB = hashCheckpoint(b);
        if (hashA == hashB) revert NoOffence();
        uint256 id = _operatorThatSigned(hashA, sigA);
        if (id != _operatorThatSigned(hashB, sigB)) revert NoOffence();
        _slash(id);
    }

    /// @notice A signed checkpoint that the verifier refutes costs the operator its bond.
    function slashRefuted(Checkpoint calldata c, bytes calldata sig, bytes calldata proof) external nonReentrant {
        uint256 id = _operatorThatSigned(hashCheckpoint(c), sig);
        if (verifier == address(0) || !IVerifier(verifier).refutes(c, proof)) revert NoOffence();
        _slash(id);
    }

    // ---- views

    /// @inheritdoc IOperatorPool
    function requireQuorum(bytes32 structHash, bytes calldata signatures) external view {
        bytes32 digest = _hashTypedDataV4(structHash);
        uint256 p = period();
        uint256 stake;
        uint256 end = signatures.length;
        if (end % SIGNATURE_BYTES != 0) revert WrongSignatures();
        address before;
        unchecked {
            // stakes below 2^64, no more than there are signers
            for (uint256 i = 0; i < end; i += SIGNATURE_BYTES) {
                address signer = _recover(digest, signatures, i);
                if (signer <= before) revert WrongSignatures();
                before = signer;
                stake += _signers[signer].stakeIn(p); // a stranger's is 0
            }
            uint256 all = _total.stakeIn(p);
            if (stake * 3 <= all * 2 || stake * 1 gwei < minStakeWei) revert NoQuorum(stake, all);
        }
    }

    /// @notice The period that runs now.
    function period() public view returns (uint256) {
        return block.timestamp / periodS;
    }

    /// @notice All stake that counts now, and what it will be when all changes count, in gwei.
    function totalStake() external view returns (uint256 nowGwei, uint256 laterGwei) {
        return (_total.stakeIn(period()), _total.last());
    }

    /// @notice A signer's operator and the stake it signs with now; 0 and 0 for a stranger.
    function signerOf(address signer) external view returns (uint256 id, uint256 stakeGwei) {
        Schedule s = _signers[signer];
        id = s.operator();
        if (id != 0) stakeGwei = s.stakeIn(period());
    }

    /// @notice Whose attester a key is, and whether its attestations count now.
    function attesterOf(address attester) external view returns (uint256 id, bool counts) {
        Attester storage t = _attesters[attester];
        uint256 p = period();
        return (t.operator, t.operator != 0 && p >= t.from && (t.until == 0 || p < t.until));
    }

    function operators(uint256 id) external view returns (Operator memory) {
        return _operators[id];
    }

    /// @notice The operators that count, have counted until lately or will.
    function listed() external view returns (uint256[] memory) {
        return _listed;
    }

    // ---- inside

    function _stake(uint256 bondWei) private pure returns (uint256) {
        return SafeCast.toUint64(bondWei / 1 gwei);
    }

    function _requireStays(uint256 id) private view returns (Operator storage o) {
        o = _operators[id];
        if (o.bondWei == 0) revert NothingBonded(id);
        if (o.leftFrom != 0) revert HasLeft(id);
    }

    /// @dev The operator's stake in a period, whichever of its keys carries it.
    function _stakeIn(Operator storage o, uint256 p) private view returns (uint256 stake) {
        stake = _signers[o.signer].stakeIn(p);
        if (o.signerBefore != address(0)) stake += _signers[o.signerBefore].stakeIn(p);
    }

    /// @dev Keeps (2): a key is new, or was this operator's before.
    function _startSigner(Operator storage o, uint256 id, address signer, uint256 p) private {
        Schedule s = _signers[signer];
        if (s.operator() != 0 && s.operator() != id) revert KeyTaken(signer);
        s = s.operator() == 0 ? ScheduleLib.make(id, p, 0, 0, 0) : s;
        _signers[signer] = s.change(p, _stake(o.bondWei));
        o.signer = signer;
        o.signerFrom = uint32(p + 2);
    }

    function _startAttester(Operator storage o, uint256 id, address attester, uint256 p) private {
        Attester storage t = _attesters[attester];
        if (t.operator != 0 && t.operator != id) revert KeyTaken(attester);
        _attesters[attester] = Attester({operator: uint32(id), from: uint32(p + 2), until: 0});
        o.attester = attester;
    }

    /// @dev Keeps (4): takes a free place, or that of one that does not count any more.
    function _list(uint256 id, uint256 p) private {
        uint256 n = _listed.length;
        for (uint256 i = 0; n == MAX_OPERATORS && i < n; ++i) {
            uint256 leftFrom = _operators[_listed[i]].leftFrom;
            if (leftFrom != 0 && leftFrom <= p) {
                _unlist(_listed[i]);
                n = _listed.length;
            }
        }
        if (n == MAX_OPERATORS) revert PoolFull();
        _listed.push(id);
        _operators[id].place = uint8(n + 1);
    }

    function _unlist(uint256 id) private {
        uint256 place = _operators[id].place;
        if (place == 0) return;
        uint256 moved = _listed[_listed.length - 1];
        _listed[place - 1] = moved;
        _operators[moved].place = uint8(place);
        _operators[id].place = 0;
        _listed.pop();
    }

    /// @dev Who signed, by the 65 bytes from `i` on: r, s in the lower half of the order (EIP-2), v 27 or 28.
    function _recover(bytes32 digest, bytes calldata sigs, uint256 i) private pure returns (address signer) {
        bytes32 r;
        uint256 s;
        uint256 v;
        assembly ("memory-safe") {
            let at := add(sigs.offset, i)
            r := calldataload(at)
            s := calldataload(add(at, 0x20))
            v := byte(0, calldataload(add(at, 0x40)))
        }
        if (s <= HALF_ORDER) signer = ecrecover(digest, uint8(v), r, bytes32(s));
        if (signer == address(0)) revert WrongSignatures();
    }

    function _operatorThatSigned(bytes32 structHash, bytes calldata sig) private view returns (uint256 id) {
        if (sig.length != SIGNATURE_BYTES) revert WrongSignatures();
        id = _signers[_recover(_hashTypedDataV4(structHash), sig, 0)].operator();
        if (id == 0) revert NoOffence();
    }

    /// @dev Takes the whole bond; keeps (1) and (3).
    function _slash(uint256 id) private {
        Operator storage o = _operators[id];
        uint256 bond = o.bondWei;
        if (bond == 0) revert NothingBonded(id);
        o.bondWei = 0;
        uint256 p = period();
        _total = ScheduleLib.make(
            0,
            p,
            _total.stakeIn(p) - _stakeIn(o, p),
            _total.stakeIn(p + 1) - _stakeIn(o, p + 1),
            _total.stakeIn(p + 2) - _stakeIn(o, p + 2)
        );
        _signers[o.signer] = ScheduleLib.make(id, p, 0, 0, 0);
        if (o.signerBefore != address(0)) _signers[o.signerBefore] = ScheduleLib.make(id, p, 0, 0, 0);
        _attesters[o.attester].until = uint32(p);
        if (o.leftFrom == 0) o.leftFrom = uint32(p);
        _unlist(id);
        uint256 reward = bond / REWARD_PART;
        emit OperatorSlashed(id, msg.sender, reward, bond - reward);
        _send(BURN, bond - reward);
        _send(msg.sender, reward);
    }

    function _send(address to, uint256 amount) private {
        if (amount == 0) return;
        (bool sent,) = to.call{value: amount}("");
        if (!sent) revert SendFailed();
    }
}
