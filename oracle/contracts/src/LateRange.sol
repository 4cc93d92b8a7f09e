// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev Contributions [from, to) that were judged after an outage or a silence, by the checkpoint accepted at `acceptedAt`.
///
///     | -- 96 | exempt 32 | end before 32 | acceptedAt 32 | to 32 | from 32 |
///
/// `end before` is `to` of the range before this one: with it one read tells that an id lies in no earlier range. `exempt` is
/// how many contributions lie in this and all earlier ranges: they pay no fee.
type LateRange is uint256;

using LateRangeLib for LateRange global;

library LateRangeLib {
    /// @notice The range that follows `last` (0 when it is the first one).
    function following(LateRange last, uint256 from_, uint256 to_) internal view returns (LateRange) {
        uint256 exempt_ = last.exempt() + to_ - from_;
        uint256 time = uint32(block.timestamp);
        return LateRange.wrap(exempt_ << 128 | last.to() << 96 | time << 64 | to_ << 32 | from_);
    }

    function from(LateRange r) internal pure returns (uint256) {
        return uint32(LateRange.unwrap(r));
    }

    function to(LateRange r) internal pure returns (uint256) {
        return uint32(LateRange.unwrap(r) >> 32);
    }

    function acceptedAt(LateRange r) internal pure returns (uint256) {
        return uint32(LateRange.unwrap(r) >> 64);
    }

    function endBefore(LateRange r) internal pure returns (uint256) {
        return uint32(LateRange.unwrap(r) >> 96);
    }

    function exempt(LateRange r) internal pure returns (uint256) {
        return uint32(LateRange.unwrap(r) >> 128);
    }
}
