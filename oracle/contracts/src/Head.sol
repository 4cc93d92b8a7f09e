// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev The slot that every contribution writes.
///
///     255      160 159       128 127    96 95     64 63     0
///     | -- 96     | late ranges | count 32 | time 32 | level 64 |
///
/// `level` and `time` are the price level and when it was last brought up to date; `count` is how many contributions there
/// are; `late ranges` is the length of that list (it changes only after an outage, and claims read this slot anyway).
type Head is uint256;

using HeadLib for Head global;

library HeadLib {
    function level(Head h) internal pure returns (uint256) {
        return uint64(Head.unwrap(h));
    }

    function time(Head h) internal pure returns (uint256) {
        return uint32(Head.unwrap(h) >> 64);
    }

    function count(Head h) internal pure returns (uint256) {
        return uint32(Head.unwrap(h) >> 96);
    }

    function lateRanges(Head h) internal pure returns (uint256) {
        return uint32(Head.unwrap(h) >> 128);
    }

    /// @notice One contribution more, at price level `level_`, now.
    function contributed(Head h, uint256 level_) internal view returns (Head) {
        uint256 kept = (Head.unwrap(h) >> 96) + 1;
        return Head.wrap(kept << 96 | uint256(uint32(block.timestamp)) << 64 | level_);
    }

    function withLateRanges(Head h, uint256 n) internal pure returns (Head) {
        return Head.wrap(uint256(uint128(Head.unwrap(h))) | n << 128);
    }
}
