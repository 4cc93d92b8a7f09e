// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Many questions in one call to a node, for who records what contracts do: of
/// contracts that are there, or of one made for it and called in order.
contract Runner {
    struct Answer {
        bool done;
        bytes data; // what was returned, or why not
    }

    /// What contracts answer, each asked by this one.
    function look(address[] memory to, bytes[] memory calls) external view returns (Answer[] memory out) {
        out = new Answer[](calls.length);
        for (uint256 i = 0; i < calls.length; i++)
            (out[i].done, out[i].data) = to[i].staticcall(calls[i]);
    }

    function balances(address[] memory who) external view returns (uint256[] memory out) {
        out = new uint256[](who.length);
        for (uint256 i = 0; i < who.length; i++)
            out[i] = who[i].balance;
    }

    /// The first answer is the constructor's. This is the owner.
    function run(bytes memory creation, bytes[] memory calls) external returns (Answer[] memory out) {
        address made;
        out = new Answer[](calls.length + 1);
        assembly ("memory-safe") { made := create(0, add(creation, 32), mload(creation)) }
        if (made == address(0)) {
            out[0].data = reason();
            return out;
        }
        out[0].done = true;
        for (uint256 i = 0; i < calls.length; i++)
            (out[i + 1].done, out[i + 1].data) = made.call(calls[i]);
    }

    function reason() private pure returns (bytes memory data) {
        assembly ("memory-safe") {
            data := mload(64)
            mstore(64, add(data, and(add(returndatasize(), 63), not(31))))
            mstore(data, returndatasize())
            returndatacopy(add(data, 32), 0, returndatasize())
        }
    }
}
