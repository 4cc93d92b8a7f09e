// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev A stake in three periods, in one slot, with the operator it belongs to.
///
///     | operator 32 | stake from base + 2 on 64 | in base + 1 64 | in base 64 | base 32 |
///
/// Stakes are in gwei. What changes in a period counts two periods later, so three values are enough.
type Schedule is uint256;

using ScheduleLib for Schedule global;

library ScheduleLib {
    uint256 private constant BITS = 64;

    function operator(Schedule s) internal pure returns (uint256) {
        return Schedule.unwrap(s) >> 224;
    }

    /// @notice The stake that counts in `period`, which is not before the last change.
    function stakeIn(Schedule s, uint256 period) internal pure returns (uint256) {
        unchecked {
            uint256 ahead = period - uint32(Schedule.unwrap(s));
            if (ahead > 2) ahead = 2;
            return uint64(Schedule.unwrap(s) >> (32 + BITS * ahead));
        }
    }

    /// @notice The stake that will count when all changes have taken effect.
    function last(Schedule s) internal pure returns (uint256) {
        return uint64(Schedule.unwrap(s) >> (32 + BITS * 2));
    }

    /// @notice The same schedule seen from `period` on.
    function from(Schedule s, uint256 period) internal pure returns (Schedule) {
        return make(s.operator(), period, s.stakeIn(period), s.stakeIn(period + 1), s.stakeIn(period + 2));
    }

    /// @notice With `stake` from two periods after `period` on.
    function change(Schedule s, uint256 period, uint256 stake) internal pure returns (Schedule) {
        return make(s.operator(), period, s.stakeIn(period), s.stakeIn(period + 1), stake);
    }

    function make(uint256 operator_, uint256 period, uint256 s0, uint256 s1, uint256 s2)
        internal
        pure
        returns (Schedule)
    {
        return Schedule.wrap(operator_ << 224 | s2 << 160 | s1 << 96 | s0 << 32 | uint32(period));
    }
}
