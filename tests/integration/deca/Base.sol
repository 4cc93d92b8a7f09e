// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

// Contracts with the events, calls and getters that a follower meets, the
// storage slots and the arithmetic of 0xDeCA10B's, written for decaid's tests
// from oracle/PROTOCOL.md "0xDeCA10B". What reverted there by an invalid
// opcode is a panic here: both are a revert without words. What the parts say
// among themselves is shorter.

/// The checked arithmetic that the originals have in some places.
library Checked {
    function plus(uint256 a, uint256 b) internal pure returns (uint256 c) {
        unchecked { c = a + b; }
        require(c >= a, "SafeMath: addition overflow");
    }

    function minus(uint256 a, uint256 b) internal pure returns (uint256) {
        require(b <= a, "SafeMath: subtraction overflow");
        unchecked { return a - b; }
    }

    function times(uint256 a, uint256 b) internal pure returns (uint256 c) {
        unchecked { c = a * b; }
        require(a == 0 || c / a == b, "SafeMath: multiplication overflow");
    }

    function over(uint256 a, uint256 b) internal pure returns (uint256) {
        require(b > 0, "SafeMath: division by zero");
        return a / b;
    }

    /// The square root, rounded down.
    function root(uint256 a) internal pure returns (uint256 r) {
        if (a == 0)
            return 0;
        r = a;
        for (uint256 next = a / 2 + (a & 1); next < r; next = (a / next + next) / 2)
            r = next;
    }
}

contract Owned {
    address public owner = msg.sender; // slot 0

    modifier onlyOwner() {
        require(msg.sender == owner, "Sender is not the owner.");
        _;
    }

    function transferOwnership(address newOwner) external onlyOwner {
        require(newOwner != address(0), "New owner cannot be 0x0.");
        owner = newOwner;
    }
}

abstract contract Classifier is Owned {
    string[] public classifications; // slot 1
    uint32[] public featureIndices; // slot 2
    uint32 public constant toFloat = 1e9;

    constructor(string[] memory names) {
        classifications = names;
    }

    function getNumClassifications() external view returns (uint256) {
        return classifications.length;
    }

    function getNumFeatureIndices() external view returns (uint256) {
        return featureIndices.length;
    }

    function addFeatureIndices(uint32[] calldata more) external onlyOwner {
        for (uint256 i = 0; i < more.length; i++)
            featureIndices.push(more[i]);
    }

    function predict(int64[] memory data) public view virtual returns (uint64);

    function update(int64[] memory data, uint64 label) external virtual;

    /// Of dense data; the kinds that take indices have none.
    function norm(int64[] memory) public pure virtual returns (uint256) {
        revert("Normalization is not required.");
    }

    function squares(int64[] memory data) internal pure returns (uint256 sum) {
        for (uint256 i = 0; i < data.length; i++)
            sum += uint256(int256(data[i]) * int256(data[i]));
    }

    function checkNorm(int64[] memory data) internal pure {
        uint256 sum = squares(data);
        require(1e18 - 1e11 < sum && sum < 1e18 + 1e11, "The provided data does not have a norm of 1.");
    }
}
