// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Args} from "./Args.sol";
import {Head} from "./Head.sol";
import {Trainer} from "./Trainer.sol";

/// @title Karma alone: no deposit, no fee, nothing to win but the board.
contract PointsTrainer is Trainer {
    error DepositNotTaken();

    function _admit(Args, Head) internal override returns (uint256) {
        if (msg.value != 0) revert DepositNotTaken();
        return 0;
    }

    function _price(Args, Head, uint256) internal pure override returns (uint256) {
        return 0;
    }
}
