// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev Which checkpoint was accepted last, and what was true before it: one slot, so that a claim learns with one read what
/// is effective, and a refutation finds everything it restores.
///
///     255      254         224 223        192 191           160 159    128
///     | parity | taken back 31 | acceptedAt 32 | judged before 32 | judged 32 |
///     | count before 32 | count 32 | -- | closed before 31 | late | closed 31 |
///     127             96 95    64  63  62             32   31   30        0
///
/// `closed` is the epoch plus one, 0 when there was none: epochs below it are closed (31 bits last until 2106 because an epoch
/// has two seconds at least). `late` is set once there has been a late range: until then claims need not look. `taken back` is
/// one more than the highest id that was taken back unjudged. `parity` says which commitment belongs to the last checkpoint.
type Progress is uint256;

using ProgressLib for Progress global;

library ProgressLib {
    uint256 private constant OLD = 0xffffffff00000000ffffffff000000007fffffff00000000;
    uint256 private constant LATE = 1 << 31;
    uint256 private constant PARITY = 1 << 255;
    uint256 private constant TAKEN_BACK = uint256(0x7fffffff) << 224;
    uint256 private constant KEPT = PARITY | TAKEN_BACK | LATE;

    function closed(Progress p) internal pure returns (uint256) {
        return Progress.unwrap(p) & (LATE - 1);
    }

    /// @notice Whether there has been a late range.
    function late(Progress p) internal pure returns (bool) {
        return Progress.unwrap(p) & LATE != 0;
    }

    function closedBefore(Progress p) internal pure returns (uint256) {
        return uint32(Progress.unwrap(p) >> 32);
    }

    function count(Progress p) internal pure returns (uint256) {
        return uint32(Progress.unwrap(p) >> 64);
    }

    function countBefore(Progress p) internal pure returns (uint256) {
        return uint32(Progress.unwrap(p) >> 96);
    }

    function judged(Progress p) internal pure returns (uint256) {
        return uint32(Progress.unwrap(p) >> 128);
    }

    function judgedBefore(Progress p) internal pure returns (uint256) {
        return uint32(Progress.unwrap(p) >> 160);
    }

    function acceptedAt(Progress p) internal pure returns (uint256) {
        return uint32(Progress.unwrap(p) >> 192);
    }

    function takenBack(Progress p) internal pure returns (uint256) {
        return (Progress.unwrap(p) & TAKEN_BACK) >> 224;
    }

    function parity(Progress p) internal pure returns (uint256) {
        return Progress.unwrap(p) >> 255;
    }

    function withLate(Progress p) internal pure returns (Progress) {
        return Progress.wrap(Progress.unwrap(p) | LATE);
    }

    /// @notice Whether the last checkpoint has taken effect (true when there is none).
    function effective(Progress p, uint256 challengeS) internal view returns (bool) {
        unchecked {
            return block.timestamp >= p.acceptedAt() + challengeS;
        }
    }

    /// @notice How many verdicts are effective now.
    function judgedNow(Progress p, uint256 challengeS) internal view returns (uint256) {
        return p.effective(challengeS) ? p.judged() : p.judgedBefore();
    }

    /// @notice A later checkpoint accepted now; the present one becomes what was before. One that cannot be refuted takes its
    /// predecessor's commitment's place.
    function accepted(Progress p, bool refutable, uint256 epoch, uint256 count_, uint256 judged_)
        internal
        view
        returns (Progress)
    {
        uint256 w = Progress.unwrap(p);
        uint256 before = (w << 32) & OLD;
        uint256 kept = (refutable ? w ^ PARITY : w) & KEPT;
        uint256 time = uint256(uint32(block.timestamp)) << 192;
        return Progress.wrap(kept | time | before | judged_ << 128 | count_ << 64 | (epoch + 1));
    }

    /// @notice As it was before the last checkpoint; that one is effective.
    function refuted(Progress p) internal pure returns (Progress) {
        uint256 w = Progress.unwrap(p);
        uint256 before = w & OLD;
        return Progress.wrap((w ^ PARITY) & KEPT | before | before >> 32);
    }

    /// @notice With `id` among those that were taken back.
    function withTakenBack(Progress p, uint256 id) internal pure returns (Progress) {
        if (id < p.takenBack()) return p;
        return Progress.wrap(Progress.unwrap(p) & ~TAKEN_BACK | (id + 1) << 224);
    }
}
