// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// Emits what a trainer emits, and is none.
contract Lookalike {
	event AddData(int64[] d, uint64 c, uint256 t, address indexed sender, uint256 cost);

	function shout(uint64 label) external {
		emit AddData(new int64[](2), label, block.timestamp, msg.sender, 1);
	}
}
