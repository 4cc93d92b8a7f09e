// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelFactory} from "../src/ModelFactory.sol";
import {OperatorPool} from "../src/OperatorPool.sol";
import {PointsTrainer} from "../src/PointsTrainer.sol";
import {StakeTrainer} from "../src/StakeTrainer.sol";
import {Trainer} from "../src/Trainer.sol";
import {Checkpoint, Claim, Minimums, ModelParams} from "../src/Types.sol";
import {Test} from "./Vm.sol";

/// @dev Follows one trainer as a daemon would: its records, its verdicts, the checkpoint it accepted last. Written from
/// oracle/PROTOCOL.md and not from the contracts.
abstract contract Fixture is Test {
    uint8 internal constant DISAGREE = 0;
    uint8 internal constant ABSTAIN = 1;
    uint8 internal constant AGREE = 2;
    uint8 internal constant CREDIT = 3;

    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant PERIOD_S = 100;
    uint256 internal constant UNBOND_S = 100_000;
    uint256 internal constant BOND = 2 ether;
    bytes internal constant SPEC = "decaid 1\nmodel sparse-perceptron columns=16384\n";

    /// What a checkpoint needs beside itself.
    struct Post {
        Checkpoint c;
        bytes32 prevChain;
        bytes32 chain;
        uint256[] words;
        bytes signatures;
    }

    ModelFactory internal factory;
    OperatorPool internal pool;
    StakeTrainer internal trainer;
    ModelParams internal params;
    uint256[] internal operatorKeys;

    Claim[] internal claims;
    bytes32[] internal records;
    uint8[] internal verdicts;

    bytes32 internal lastChain;
    uint64 internal lastJudged;
    uint64 internal lastCount;
    uint64 internal lastEpoch;

    address internal constant OWNER = address(0xA0);
    address internal constant ALICE = address(0xA1);
    address internal constant BOB = address(0xA2);
    address internal constant CAROL = address(0xA3);
    address internal constant EVE = address(0xA4);

    function setUp() public virtual {
        vm.warp(START);
        vm.chainId(31337);
        for (uint160 a = 0xA0; a < 0xA8; ++a) vm.deal(address(a), 1000 ether);
        deployPool(address(0));
        factory = ModelFactory(
            vm.deployCode(
                "oracle/contracts/artifacts/ModelFactory.json",
                abi.encode(
                    Minimums({
                        refundWaitTimeS: 10,
                        verdictWindowS: 20,
                        challengeS: 0,
                        epochS: 2,
                        ownerClaimWaitTimeS: 10,
                        anyAddressClaimWaitTimeS: 20
                    })
                )
            )
        );
        join(uint256(keccak256("operator")), BOND);
        vm.warp(START + 2 * PERIOD_S);
        params = defaultParams();
        trainer = StakeTrainer(createStake());
    }

    // ---- deploying

    function defaultParams() internal view virtual returns (ModelParams memory p) {
        p.pool = address(pool);
        p.classes = 4;
        p.maxSampleBytes = 4096;
        p.refundWaitTimeS = 60;
        p.verdictWindowS = 300;
        p.challengeS = 20;
        p.epochS = 10;
        p.ownerClaimWaitTimeS = 1000;
        p.anyAddressClaimWaitTimeS = 2000;
        p.feeGwei = 100_000;
        p.floorWei = 0.01 ether;
        p.capWei = 1 ether;
        p.burst = 10;
        p.windowS = 100;
        p.reporterShareBps = 1000;
    }

    function deployPool(address verifier) internal {
        pool = OperatorPool(
            vm.deployCode(
                "oracle/contracts/artifacts/OperatorPool.json", abi.encode(PERIOD_S, UNBOND_S, 1 ether, 2 ether, verifier)
            )
        );
    }

    function createStake() internal returns (address) {
        params.pool = address(pool);
        vm.prank(OWNER);
        return factory.createStakeModel(params, "name", "what it does", "none", SPEC);
    }

    function createPoints() internal returns (address) {
        ModelParams memory p = defaultParams();
        (p.feeGwei, p.floorWei, p.capWei, p.burst, p.windowS, p.reporterShareBps) = (0, 0, 0, 0, 0, 0);
        vm.prank(OWNER);
        return factory.createPointsModel(p, "name", "what it does", "none", SPEC);
    }

    /// @dev An operator with one key for everything; it counts two periods later.
    function join(uint256 key, uint256 bond) internal returns (uint256 id) {
        address a = vm.addr(key);
        vm.deal(a, bond);
        vm.prank(a);
        id = pool.join{value: bond}(a, a, a, "https://operator.example");
        operatorKeys.push(key);
    }

    // ---- contributing

    function contribute(address who, uint32 label) internal returns (uint64 id) {
        return contribute(who, label, trainer.getNextAddDataCost());
    }

    function contribute(address who, uint32 label, uint256 deposit) internal returns (uint64 id) {
        bytes memory sample = abi.encode("sample", claims.length);
        vm.prank(who);
        id = uint64(trainer.contribute{value: deposit}(sample, label));
        note(who, label, deposit, sample);
    }

    /// @dev Keeps what a follower would of a contribution that was made just now.
    function note(address who, uint32 label, uint256 deposit, bytes memory sample) internal {
        Claim memory c;
        c.id = uint64(claims.length);
        c.prev = c.id == 0 ? bytes32(0) : records[c.id - 1];
        c.contributor = who;
        c.time = uint64(vm.getBlockTimestamp());
        c.deposit = deposit;
        c.label = label;
        c.sampleHash = keccak256(sample);
        claims.push(c);
        bytes32 hash = keccak256(abi.encode(c.prev, who, uint256(c.time), deposit, uint256(label), c.sampleHash));
        records.push(bytes32(uint256(hash) & ~uint256(1)));
        verdicts.push(ABSTAIN);
    }

    // ---- checkpoints

    function nowEpoch() internal view returns (uint64) {
        return uint64(vm.getBlockTimestamp() / params.epochS);
    }

    /// @dev The verdicts [lastJudged, judged) as the protocol packs them, and the hashes over them.
    function pack(uint64 judged) internal view returns (uint256[] memory words, bytes32 chain, bytes32 verdictsHash) {
        uint256 first = lastJudged / 128;
        uint256 end = judged == lastJudged ? first : (uint256(judged) + 127) / 128;
        words = new uint256[](end - first);
        chain = lastChain;
        uint256 tail;
        for (uint256 i = first * 128; i < judged; ++i) {
            uint256 bits = uint256(verdicts[i]) << (2 * (i % 128));
            if (i / 128 < end) words[i / 128 - first] |= bits;
            if (i / 128 == judged / 128) tail |= bits;
        }
        for (uint256 w = first; w < judged / 128; ++w) chain = keccak256(abi.encode(chain, words[w - first]));
        verdictsHash = keccak256(abi.encode(chain, tail, uint256(judged)));
    }

    /// @dev A right checkpoint, not yet signed.
    function build(uint64 epoch, uint64 count, uint64 judged) internal view returns (Post memory p) {
        p.prevChain = lastChain;
        bytes32 verdictsHash;
        (p.words, p.chain, verdictsHash) = pack(judged);
        p.c = Checkpoint({
            trainer: address(trainer),
            spec: keccak256(SPEC),
            epoch: epoch,
            count: count,
            recordHash: count == 0 ? bytes32(0) : records[count - 1],
            stateRoot: keccak256(abi.encode("state", epoch)),
            judged: judged,
            verdictsHash: verdictsHash,
            accuracy: 900_000_000
        });
    }

    function structHash(Checkpoint memory c) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256(
                    "Checkpoint(address trainer,bytes32 spec,uint64 epoch,uint64 count,bytes32 recordHash,bytes32 stateRoot,uint64 judged,bytes32 verdictsHash,uint64 accuracy)"
                ),
                c
            )
        );
    }

    function digest(Checkpoint memory c, uint256 chainId, address pool_) internal pure returns (bytes32) {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("decaid"),
                keccak256("1"),
                chainId,
                pool_
            )
        );
        return keccak256(abi.encodePacked(hex"1901", separator, structHash(c)));
    }

    function signature(uint256 key, bytes32 digest_) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest_);
        return abi.encodePacked(r, s, v);
    }

    /// @dev Of all `keys`, ascending by address.
    function signatures(uint256[] memory keys, bytes32 digest_) internal pure returns (bytes memory out) {
        address before;
        for (uint256 n = 0; n < keys.length; ++n) {
            uint256 next;
            for (uint256 i = 0; i < keys.length; ++i) {
                bool later = vm.addr(keys[i]) > before;
                if (later && (next == 0 || vm.addr(keys[i]) < vm.addr(next))) next = keys[i];
            }
            out = abi.encodePacked(out, signature(next, digest_));
            before = vm.addr(next);
        }
    }

    function sign(Post memory p) internal view {
        p.signatures = signatures(operatorKeys, digest(p.c, 31337, address(pool)));
    }

    function send(Post memory p) internal {
        trainer.writeCheckpoint(
            p.c.epoch,
            p.c.count,
            p.c.judged,
            p.c.accuracy,
            p.c.stateRoot,
            p.prevChain,
            p.words,
            p.signatures
        );
    }

    function keep(Post memory p) internal {
        lastChain = p.chain;
        lastJudged = p.c.judged;
        lastCount = p.c.count;
        lastEpoch = p.c.epoch;
    }

    /// @dev Signs and posts the epoch before this one, over all records, judging those below `judged`.
    function post(uint64 judged) internal returns (Post memory p) {
        p = build(nowEpoch() - 1, uint64(claims.length), judged);
        sign(p);
        send(p);
        keep(p);
    }

    function postEffective(uint64 judged) internal {
        post(judged);
        skip(params.challengeS);
    }

    function skip(uint256 seconds_) internal {
        vm.warp(vm.getBlockTimestamp() + seconds_);
    }

    function feeWei() internal view returns (uint256) {
        return uint256(params.feeGwei) * 1 gwei;
    }

    function deadline(uint64 id) internal view returns (uint256) {
        return claims[id].time + params.refundWaitTimeS + params.verdictWindowS;
    }

    // ---- claiming

    function refund(address who, uint64 id) internal returns (uint256) {
        uint256 before = who.balance;
        vm.prank(who);
        trainer.refund(claims[id]);
        return who.balance - before;
    }

    function report(address who, uint64 id) internal returns (uint256) {
        uint256 before = who.balance;
        vm.prank(who);
        trainer.report(claims[id]);
        return who.balance - before;
    }

    function claimLate(address who, uint64 id) internal returns (uint256) {
        uint256 before = who.balance;
        vm.prank(who);
        trainer.claimLate(claims[id]);
        return who.balance - before;
    }

    function claimRewards(address who) internal returns (uint256) {
        uint256 before = who.balance;
        vm.prank(who);
        trainer.claimRewards();
        return who.balance - before;
    }

    function expect(bytes4 selector) internal {
        vm.expectRevert(abi.encodeWithSelector(selector));
    }

    function expect(bytes4 selector, uint256 a) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, a));
    }

    function expect(bytes4 selector, uint256 a, uint256 b) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, a, b));
    }
}
