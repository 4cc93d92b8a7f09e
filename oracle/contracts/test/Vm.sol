// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev Those of forge's cheatcodes that these tests use.
interface Vm {
    struct Gas {
        uint64 gasLimit;
        uint64 gasTotalUsed;
        uint64 gasMemoryUsed;
        int64 gasRefunded;
        uint64 gasRemaining;
    }

    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function addr(uint256 key) external pure returns (address);
    function assume(bool condition) external pure;
    function chainId(uint256 id) external;
    function deal(address account, uint256 balance) external;
    function deployCode(string calldata path, bytes calldata args) external returns (address);
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data, address emitter) external;
    function expectRevert(bytes calldata reason) external;
    function getCode(string calldata path) external view returns (bytes memory);
    function getRecordedLogs() external returns (Log[] memory);
    function lastCallGas() external view returns (Gas memory);
    function load(address account, bytes32 slot) external view returns (bytes32);
    function prank(address sender) external;
    function recordLogs() external;
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function store(address account, bytes32 slot, bytes32 value) external;
    function snapshotGasLastCall(string calldata name) external returns (uint256);
    function snapshotValue(string calldata name, uint256 value) external;
    function warp(uint256 time) external;
    function getBlockTimestamp() external view returns (uint256);
}

/// @dev What every test contract begins with.
abstract contract Test {
    bool public constant IS_TEST = true;
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error Differs(string what, uint256 found, uint256 wanted);
    error IsFalse(string what);

    function eq(uint256 found, uint256 wanted, string memory what) internal pure {
        if (found != wanted) revert Differs(what, found, wanted);
    }

    function eq(bytes32 found, bytes32 wanted, string memory what) internal pure {
        eq(uint256(found), uint256(wanted), what);
    }

    function eq(address found, address wanted, string memory what) internal pure {
        eq(uint160(found), uint160(wanted), what);
    }

    function check(bool condition, string memory what) internal pure {
        if (!condition) revert IsFalse(what);
    }

    function atMost(uint256 found, uint256 most, string memory what) internal pure {
        if (found > most) revert Differs(what, found, most);
    }

    function bound(uint256 x, uint256 least, uint256 most) internal pure returns (uint256) {
        return least + x % (most - least + 1);
    }
}
