// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

import {Checkpoint, hashCheckpoint} from "./Types.sol";

/// @notice One operator's word for a prediction.
struct Vouch {
    uint64 issued;
    uint64 expires;
    /// 65 bytes, over the EIP-712 type Attestation in the pool's domain.
    bytes signature;
}

/// @notice What a gateway answers: a label, the effective checkpoint in whose state the model says so, and who vouches for it.
struct Prediction {
    uint32 label;
    Checkpoint checkpoint;
    /// The checkpoint's verdict chain, which its trainer commits to beside it.
    bytes32 chain;
    /// Ascending by the operators' ids.
    Vouch[] vouches;
}

/// @notice How far a prediction is trusted.
struct Trust {
    /// Seconds since an operator vouched for it, at most.
    uint32 maxAgeS;
    /// So many operators of the trainer's pool must vouch, at least 1.
    uint32 operators;
}

/// @dev What is asked of a trainer.
interface ICommitted {
    function pool() external view returns (address);
    function commitments() external view returns (bytes32 effective_, bytes32 accepted_);
}

/// @dev What is asked of a pool.
interface IAttesters {
    function attesterOf(address attester) external view returns (uint256 id, bool counts);
}

/// @title Whether a prediction holds, for any contract; the rules are oracle/PROTOCOL.md "Attested predictions".
library PredictionLib {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant ATTESTATION_TYPEHASH = keccak256(
        "Attestation(address trainer,bytes32 sample,bytes32 stateRoot,uint32 label,uint64 issued,uint64 expires)"
    );

    /// The checkpoint is not the trainer's effective one: another one is by now, or it never was.
    error NotEffective();
    error TooFewVouches(uint256 found, uint256 wanted);
    error WrongTime(uint256 issued, uint256 expires);
    /// The signature is no operator's, or one whose attester does not count now.
    error NoAttester(address signer);
    error NotAscending(uint256 operator);

    /// @notice Returns the label only if enough operators vouch for it now. Vouches beyond those are not looked at.
    /// @param sample keccak of the packed sample
    function check(Prediction memory p, address trainer, bytes32 sample, Trust memory t)
        internal
        view
        returns (uint32 label)
    {
        (bytes32 effective,) = ICommitted(trainer).commitments();
        if (Hashes.efficientKeccak256(hashCheckpoint(p.checkpoint), p.chain) != effective) revert NotEffective();
        if (t.operators == 0 || p.vouches.length < t.operators) revert TooFewVouches(p.vouches.length, t.operators);
        address pool = ICommitted(trainer).pool();
        bytes32 domain = _domain(pool);
        uint256 last;
        for (uint256 i = 0; i < t.operators; ++i) {
            Vouch memory v = p.vouches[i];
            if (v.issued > block.timestamp || block.timestamp >= v.expires || block.timestamp - v.issued > t.maxAgeS) {
                revert WrongTime(v.issued, v.expires);
            }
            bytes32 said = keccak256(
                abi.encode(
                    ATTESTATION_TYPEHASH, trainer, sample, p.checkpoint.stateRoot, p.label, v.issued, v.expires
                )
            );
            uint256 id = _operator(pool, keccak256(abi.encodePacked(hex"1901", domain, said)), v.signature);
            if (id <= last) revert NotAscending(id);
            last = id;
        }
        return p.label;
    }

    function _operator(address pool, bytes32 digest, bytes memory signature) private view returns (uint256) {
        address signer = ECDSA.recover(digest, signature);
        (uint256 id, bool counts) = IAttesters(pool).attesterOf(signer);
        if (!counts) revert NoAttester(signer);
        return id;
    }

    function _domain(address pool) private view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256("decaid"), keccak256("1"), block.chainid, pool));
    }
}
