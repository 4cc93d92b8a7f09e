// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a model is made with; fixed for its life.
struct ModelParams {
    /// Whose operators sign its checkpoints, and who receives its fees.
    address pool;
    /// Labels are 0 to classes - 1.
    uint32 classes;
    uint32 maxSampleBytes;
    /// A contribution is judged at the first epoch that ends this long after it.
    uint32 refundWaitTimeS;
    /// How long after that wait a verdict counts in full.
    uint32 verdictWindowS;
    /// How long an accepted checkpoint can be refuted before it takes effect.
    uint32 challengeS;
    uint32 epochS;
    /// After its deadline, when the owner may take a condemned deposit.
    uint32 ownerClaimWaitTimeS;
    /// After its deadline, when anybody may.
    uint32 anyAddressClaimWaitTimeS;
    /// Kept from each judged deposit for the pool.
    uint64 feeGwei;
    /// Price of a deposit when nothing has happened lately, and at most.
    uint96 floorWei;
    uint96 capWei;
    /// This many contributions within windowS seconds lift the price to the cap.
    uint32 burst;
    uint32 windowS;
    /// The reporter's part of a forfeited deposit, in ten thousandths.
    uint16 reporterShareBps;
}

/// @notice The shortest waits that a factory lets a model have.
struct Minimums {
    uint32 refundWaitTimeS;
    uint32 verdictWindowS;
    uint32 challengeS;
    uint32 epochS;
    uint32 ownerClaimWaitTimeS;
    uint32 anyAddressClaimWaitTimeS;
}

/// @notice A contribution's six recorded fields, brought back by whoever claims, its id, and the late range to look at.
struct Claim {
    uint64 id;
    /// rec[id - 1] with its settled bit clear; 0 for id 0.
    bytes32 prev;
    address contributor;
    uint64 time;
    uint256 deposit;
    uint32 label;
    bytes32 sampleHash;
    /// Index of the first late range that ends after id, or their number.
    uint32 late;
}

/// @notice What operators sign (EIP-712), in this order.
struct Checkpoint {
    address trainer;
    bytes32 spec;
    uint64 epoch;
    uint64 count;
    bytes32 recordHash;
    bytes32 stateRoot;
    uint64 judged;
    bytes32 verdictsHash;
    uint64 accuracy;
}

/// @dev EIP-712 struct hash of a checkpoint. In memory its nine fields follow each other: the type's hash stands before them
/// while they are hashed.
function hashCheckpoint(Checkpoint memory c) pure returns (bytes32 hash) {
    bytes32 typeHash = CHECKPOINT_TYPEHASH;
    assembly ("memory-safe") {
        let start := sub(c, 0x20)
        let kept := mload(start)
        mstore(start, typeHash)
        hash := keccak256(start, 0x140)
        mstore(start, kept)
    }
}

bytes32 constant CHECKPOINT_TYPEHASH = keccak256(
    "Checkpoint(address trainer,bytes32 spec,uint64 epoch,uint64 count,bytes32 recordHash,bytes32 stateRoot,uint64 judged,bytes32 verdictsHash,uint64 accuracy)"
);
