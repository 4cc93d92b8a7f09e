// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelParams} from "./Types.sol";

/// @dev A trainer's immutable arguments in memory: five words behind the clone's own code.
///
///     word 0  spec hash                                                            256
///     word 1  owner 160 | classes 32 | maxSampleBytes 32 | burst 32
///     word 2  pool 160 | windowS 32 | createdAt 32 | reporterShareBps 16 | -- 16
///     word 3  floorWei 96 | capWei 96 | feeGwei 64
///     word 4  refundWaitTimeS | verdictWindowS | challengeS | epochS | ownerClaimWaitTimeS | anyAddressClaimWaitTimeS
///             (32 each) | -- 64
///
/// Fields run from the high bits to the low ones.
type Args is uint256;

using ArgsLib for Args global;

library ArgsLib {
    /// What OpenZeppelin's clone puts before its arguments.
    uint256 private constant CODE_BYTES = 0x2d;
    uint256 private constant ARGS_BYTES = 160;

    /// @notice The bytes that a factory appends to a clone.
    function pack(ModelParams calldata p, address owner_, bytes32 specHash) internal view returns (bytes memory) {
        return bytes.concat(
            specHash,
            abi.encodePacked(owner_, p.classes, p.maxSampleBytes, p.burst),
            abi.encodePacked(p.pool, p.windowS, uint32(block.timestamp), p.reporterShareBps, uint16(0)),
            abi.encodePacked(p.floorWei, p.capWei, p.feeGwei),
            abi.encodePacked(p.refundWaitTimeS, p.verdictWindowS, p.challengeS, p.epochS),
            abi.encodePacked(p.ownerClaimWaitTimeS, p.anyAddressClaimWaitTimeS, uint64(0))
        );
    }

    /// @notice Those of the clone that runs this code.
    function load() internal view returns (Args a) {
        assembly ("memory-safe") {
            a := mload(0x40)
            mstore(0x40, add(a, ARGS_BYTES))
            extcodecopy(address(), a, CODE_BYTES, ARGS_BYTES)
        }
    }

    /// @notice The parameters as they were given.
    function unpack(Args a) internal pure returns (ModelParams memory p) {
        p.pool = a.pool();
        p.classes = uint32(a.classes());
        p.maxSampleBytes = uint32(a.maxSampleBytes());
        p.refundWaitTimeS = uint32(a.refundWaitTimeS());
        p.verdictWindowS = uint32(a.verdictWindowS());
        p.challengeS = uint32(a.challengeS());
        p.epochS = uint32(a.epochS());
        p.ownerClaimWaitTimeS = uint32(a.ownerClaimWaitTimeS());
        p.anyAddressClaimWaitTimeS = uint32(a.anyAddressClaimWaitTimeS());
        p.feeGwei = uint64(a.feeGwei());
        p.floorWei = uint96(a.floorWei());
        p.capWei = uint96(a.capWei());
        p.burst = uint32(a.burst());
        p.windowS = uint32(a.windowS());
        p.reporterShareBps = uint16(a.reporterShareBps());
    }

    function spec(Args a) internal pure returns (bytes32) {
        return bytes32(_word(a, 0));
    }

    function owner(Args a) internal pure returns (address) {
        return address(uint160(_word(a, 1) >> 96));
    }

    function classes(Args a) internal pure returns (uint256) {
        return uint32(_word(a, 1) >> 64);
    }

    function maxSampleBytes(Args a) internal pure returns (uint256) {
        return uint32(_word(a, 1) >> 32);
    }

    function burst(Args a) internal pure returns (uint256) {
        return uint32(_word(a, 1));
    }

    function pool(Args a) internal pure returns (address) {
        return address(uint160(_word(a, 2) >> 96));
    }

    function windowS(Args a) internal pure returns (uint256) {
        return uint32(_word(a, 2) >> 64);
    }

    function createdAt(Args a) internal pure returns (uint256) {
        return uint32(_word(a, 2) >> 32);
    }

    function reporterShareBps(Args a) internal pure returns (uint256) {
        return uint16(_word(a, 2) >> 16);
    }

    function floorWei(Args a) internal pure returns (uint256) {
        return _word(a, 3) >> 160;
    }

    function capWei(Args a) internal pure returns (uint256) {
        return uint96(_word(a, 3) >> 64);
    }

    function feeGwei(Args a) internal pure returns (uint256) {
        return uint64(_word(a, 3));
    }

    function feeWei(Args a) internal pure returns (uint256) {
        return a.feeGwei() * 1 gwei;
    }

    function refundWaitTimeS(Args a) internal pure returns (uint256) {
        return _word(a, 4) >> 224;
    }

    function verdictWindowS(Args a) internal pure returns (uint256) {
        return uint32(_word(a, 4) >> 192);
    }

    function challengeS(Args a) internal pure returns (uint256) {
        return uint32(_word(a, 4) >> 160);
    }

    function epochS(Args a) internal pure returns (uint256) {
        return uint32(_word(a, 4) >> 128);
    }

    function ownerClaimWaitTimeS(Args a) internal pure returns (uint256) {
        return uint32(_word(a, 4) >> 96);
    }

    function anyAddressClaimWaitTimeS(Args a) internal pure returns (uint256) {
        return uint32(_word(a, 4) >> 64);
    }

    function _word(Args a, uint256 i) private pure returns (uint256 w) {
        assembly ("memory-safe") {
            w := mload(add(a, shl(5, i)))
        }
    }
}
