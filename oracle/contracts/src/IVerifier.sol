// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Checkpoint} from "./Types.sol";

/// @notice Decides whether a proof shows that a checkpoint is not what its chain, spec and epoch make it.
interface IVerifier {
    function refutes(Checkpoint calldata c, bytes calldata proof) external view returns (bool);
}
