// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @dev What all karma shares.
///
///     | acc 128 | carry 88 | karma 40 |
///
/// `karma` is all there is; `acc` wei per karma times 2^32 since the beginning; `carry` the wei that could not be shared
/// exactly, or that came while nobody had karma.
type Pot is uint256;

/// @dev What one account has of it.
///
///     | acc it was paid up to 128 | owed 88 | karma 40 |
type Account is uint256;

using SharesLib for Pot global;
using SharesLib for Account global;

/// @dev One pull accumulator: sharing costs the same however many hold karma, and every division leaves its remainder with the
/// contract.
library SharesLib {
    function karma(Pot p) internal pure returns (uint256) {
        return uint40(Pot.unwrap(p));
    }

    function carry(Pot p) internal pure returns (uint256) {
        return uint88(Pot.unwrap(p) >> 40);
    }

    function acc(Pot p) internal pure returns (uint256) {
        return Pot.unwrap(p) >> 128;
    }

    function karma(Account a) internal pure returns (uint256) {
        return uint40(Account.unwrap(a));
    }

    /// @notice What the account may take now.
    function owed(Account a, Pot p) internal pure returns (uint256) {
        uint256 before = uint88(Account.unwrap(a) >> 40);
        return before + (a.karma() * (p.acc() - (Account.unwrap(a) >> 128)) >> 32);
    }

    /// @notice `amount` wei more for all who hold karma.
    function share(Pot p, uint256 amount) internal pure returns (Pot) {
        uint256 all = p.karma();
        uint256 pot = p.carry() + amount;
        uint256 acc_ = p.acc();
        if (all != 0) {
            uint256 inc = (pot << 32) / all;
            acc_ += inc;
            pot -= (inc * all + type(uint32).max) >> 32;
        }
        return Pot.wrap(uint256(SafeCast.toUint128(acc_)) << 128 | uint256(SafeCast.toUint88(pot)) << 40 | all);
    }

    /// @notice `n` karma more for an account, which first has its part until now written down.
    function credit(Account a, Pot p, uint256 n) internal pure returns (Account, Pot) {
        uint256 owed_ = SafeCast.toUint88(a.owed(p));
        return (
            Account.wrap(p.acc() << 128 | owed_ << 40 | uint256(SafeCast.toUint40(a.karma() + n))),
            Pot.wrap(Pot.unwrap(p) + n)
        );
    }

    /// @notice The account after everything it is owed was paid out.
    function paid(Account a, Pot p) internal pure returns (Account) {
        return Account.wrap(p.acc() << 128 | a.karma());
    }
}
