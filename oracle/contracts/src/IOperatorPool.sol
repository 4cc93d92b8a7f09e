// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a trainer and a factory ask of a pool of operators.
interface IOperatorPool {
    /// @notice Returns only if `signatures` over a checkpoint's struct hash carry strictly more than two thirds of the stake
    /// that counts now, and at least the pool's minimum.
    function requireQuorum(bytes32 structHash, bytes calldata signatures) external view;

    /// @notice Takes a trainer's fees, for the operators that count now.
    function depositFees() external payable;

    /// @notice Who can refute a checkpoint; zero when nobody can.
    function verifier() external view returns (address);

    /// @notice How long a bond stays behind after its operator's last counted period.
    function unbondS() external view returns (uint256);
}
