// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

import {ArgsLib} from "./Args.sol";
import {IOperatorPool} from "./IOperatorPool.sol";
import {PointsTrainer} from "./PointsTrainer.sol";
import {StakeTrainer} from "./StakeTrainer.sol";
import {Minimums, ModelParams} from "./Types.sol";

/// @title Makes one trainer a model, and lists it by an event.
contract ModelFactory {
    uint256 private constant MAX_CLASSES = 1024;
    /// Progress.sol counts epochs in 31 bits.
    uint256 private constant MIN_EPOCH_S = 2;
    uint8 private constant STAKE = 0;
    uint8 private constant POINTS = 1;

    address public immutable stakeTrainer;
    address public immutable pointsTrainer;
    uint32 private immutable _minRefundWaitTimeS;
    uint32 private immutable _minVerdictWindowS;
    uint32 private immutable _minChallengeS;
    uint32 private immutable _minEpochS;
    uint32 private immutable _minOwnerClaimWaitTimeS;
    uint32 private immutable _minAnyAddressClaimWaitTimeS;

    /// @param kind 0 stake, 1 points
    event ModelCreated(
        address indexed trainer,
        address indexed owner,
        address indexed pool,
        uint8 kind,
        bytes32 specHash,
        ModelParams params,
        string name,
        string description,
        string encoder,
        bytes spec
    );

    error WaitTooShort();
    error WindowTooShort();
    error UnbondTooShort(uint256 neededS);
    error WrongClasses();
    error WrongPrice();
    error WrongShare();
    error EmptySpec();

    constructor(Minimums memory m) {
        _minRefundWaitTimeS = m.refundWaitTimeS;
        _minVerdictWindowS = m.verdictWindowS;
        _minChallengeS = m.challengeS;
        _minEpochS = m.epochS;
        _minOwnerClaimWaitTimeS = m.ownerClaimWaitTimeS;
        _minAnyAddressClaimWaitTimeS = m.anyAddressClaimWaitTimeS;
        stakeTrainer = address(new StakeTrainer());
        pointsTrainer = address(new PointsTrainer());
    }

    /// @notice A model whose contributions carry deposits; the sender is its owner.
    function createStakeModel(
        ModelParams calldata p,
        string calldata name,
        string calldata description,
        string calldata encoder,
        bytes calldata spec
    ) external returns (address trainer) {
        _requireStakePrice(p);
        trainer = _clone(stakeTrainer, p, spec);
        emit ModelCreated(
            trainer, msg.sender, p.pool, STAKE, keccak256(spec), p, name, description, encoder, spec
        );
    }

    /// @notice A model whose contributions earn karma alone; the sender is its owner.
    function createPointsModel(
        ModelParams calldata p,
        string calldata name,
        string calldata description,
        string calldata encoder,
        bytes calldata spec
    ) external returns (address trainer) {
        _requirePointsPrice(p);
        trainer = _clone(pointsTrainer, p, spec);
        emit ModelCreated(
            trainer, msg.sender, p.pool, POINTS, keccak256(spec), p, name, description, encoder, spec
        );
    }

    /// @notice The shortest waits a model of this factory can have.
    function minimums() external view returns (Minimums memory) {
        return Minimums({
            refundWaitTimeS: _minRefundWaitTimeS,
            verdictWindowS: _minVerdictWindowS,
            challengeS: _minChallengeS,
            epochS: _minEpochS,
            ownerClaimWaitTimeS: _minOwnerClaimWaitTimeS,
            anyAddressClaimWaitTimeS: _minAnyAddressClaimWaitTimeS
        });
    }

    function _clone(address implementation, ModelParams calldata p, bytes calldata spec) private returns (address) {
        if (spec.length == 0) revert EmptySpec();
        if (p.classes < 2 || p.classes > MAX_CLASSES) revert WrongClasses();
        _requireWaits(p);
        return Clones.cloneWithImmutableArgs(implementation, ArgsLib.pack(p, msg.sender, keccak256(spec)));
    }

    function _requireWaits(ModelParams calldata p) private view {
        if (
            p.refundWaitTimeS < _minRefundWaitTimeS || p.verdictWindowS < _minVerdictWindowS
                || p.challengeS < _minChallengeS || p.epochS < _minEpochS || p.epochS < MIN_EPOCH_S
                || p.ownerClaimWaitTimeS < _minOwnerClaimWaitTimeS
                || p.anyAddressClaimWaitTimeS < _minAnyAddressClaimWaitTimeS
        ) revert WaitTooShort();
        // in time is possible only if an epoch and a challenge fit into the window
        if (p.verdictWindowS <= uint256(p.epochS) + p.challengeS) revert WindowTooShort();
        uint256 needed = uint256(p.refundWaitTimeS) + p.verdictWindowS + p.challengeS;
        if (IOperatorPool(p.pool).unbondS() < needed) revert UnbondTooShort(needed);
    }

    function _requireStakePrice(ModelParams calldata p) private pure {
        if (p.capWei < p.floorWei || uint256(p.feeGwei) * 1 gwei > p.floorWei) revert WrongPrice();
        if (p.burst != 0 && p.windowS == 0) revert WrongPrice();
        if (p.reporterShareBps > 10_000) revert WrongShare();
    }

    function _requirePointsPrice(ModelParams calldata p) private pure {
        if (p.floorWei != 0 || p.capWei != 0 || p.feeGwei != 0 || p.burst != 0 || p.windowS != 0) revert WrongPrice();
        if (p.reporterShareBps != 0) revert WrongShare();
    }
}
