// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Args, ArgsLib} from "./Args.sol";
import {Head} from "./Head.sol";
import {IOperatorPool} from "./IOperatorPool.sol";
import {LateRange} from "./LateRange.sol";
import {Progress} from "./Progress.sol";
import {Account, Pot} from "./Shares.sol";
import {Trainer} from "./Trainer.sol";

/// @title Deposit, refund, take.
/// @notice Good data gets its deposit back; the deposit of bad data goes to whoever reports it and to all who have
/// contributed good data before.
contract StakeTrainer is Trainer {
    /// after Trainer's slots: contributions whose fee has gone to the pool
    uint256 private _collected;

    event RewardsClaimed(address indexed account, uint256 amount);
    event FeesCollected(uint256 amount);

    error DepositTooLow(uint256 price);

    /// @notice Sends the caller's part of what was forfeited.
    function claimRewards() external nonReentrant {
        Pot pot = _pot;
        Account account = _accounts[msg.sender];
        uint256 amount = account.owed(pot);
        _accounts[msg.sender] = account.paid(pot);
        emit RewardsClaimed(msg.sender, amount);
        _send(msg.sender, amount);
    }

    /// @notice Sends the fees of what was judged in time to the pool; anybody may.
    function collectFees() external nonReentrant {
        Args a = ArgsLib.load();
        uint256 charged = _charged(a);
        uint256 amount = (charged - _collected) * a.feeWei();
        _collected = charged;
        emit FeesCollected(amount);
        if (amount != 0) IOperatorPool(a.pool()).depositFees{value: amount}();
    }

    /// @notice What `collectFees` would send now.
    function feesDue() external view returns (uint256) {
        Args a = ArgsLib.load();
        return (_charged(a) - _collected) * a.feeWei();
    }

    /// @dev How many contributions have been judged effectively and in no late range.
    function _charged(Args a) private view returns (uint256) {
        uint256 judged = _progress.judgedNow(a.challengeS());
        uint256 n = _head.lateRanges();
        if (n == 0) return judged;
        LateRange last = _late[n - 1];
        uint256 pending = last.to() > judged ? last.to() - last.from() : 0;
        return judged - (last.exempt() - pending);
    }

    function _admit(Args a, Head h) internal override returns (uint256 level) {
        level = _levelAt(a, h, block.timestamp);
        uint256 price = _priceOf(a, level);
        if (msg.value < price) revert DepositTooLow(price);
        uint256 full = a.burst() * a.windowS();
        level += a.windowS();
        if (level > full) level = full;
    }

    function _price(Args a, Head h, uint256 time) internal pure override returns (uint256) {
        return _priceOf(a, _levelAt(a, h, time));
    }

    /// @dev The level falls by `burst` a second.
    function _levelAt(Args a, Head h, uint256 time) private pure returns (uint256) {
        uint256 last = h.time();
        if (time <= last) return h.level();
        // a time from outside can be anything; none above 2^64 makes a difference
        uint256 fallen = (time - last > type(uint64).max ? type(uint64).max : time - last) * a.burst();
        return fallen < h.level() ? h.level() - fallen : 0;
    }

    /// @dev floor + ceil((cap - floor) * level / (burst * window)).
    function _priceOf(Args a, uint256 level) private pure returns (uint256) {
        uint256 floor = a.floorWei();
        if (level == 0) return floor;
        uint256 full = a.burst() * a.windowS();
        return floor + ((a.capWei() - floor) * level + full - 1) / full;
    }
}
