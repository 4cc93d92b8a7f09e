// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./Base.sol";

// What a stranger may deploy to harm who looks for trainers: each has the
// getters of the originals, and one that does not what those do.

/// The trainer's part of it.
contract HostileTrainer {
    event AddData(int64[] d, uint64 c, uint256 t, address indexed sender, uint256 cost);

    string public constant description = "";
    string public constant encoder = "";
    address public immutable dataHandler;
    address public immutable incentiveMechanism;
    address public immutable classifier;
    bytes32 private immutable harm;

    constructor(bytes32 harm_, address handler, address incentive, address classifier_) {
        (harm, dataHandler, incentiveMechanism, classifier) = (harm_, handler, incentive, classifier_);
    }

    function name() external view returns (string memory) {
        require(harm != "name reverts", "no name");
        while (harm == "name never ends") {}
        if (harm == "name is long")
            return string(new bytes(300000));
        return "hostile";
    }

    function shout() external {
        emit AddData(new int64[](4), 0, block.timestamp, msg.sender, 0);
    }
}

/// A dense perceptron of four weights, as far as its getters say.
contract HostileClassifier is Owned {
    uint32 public constant learningRate = 1e9;
    bytes32 private immutable harm;

    constructor(bytes32 harm_) {
        harm = harm_;
    }

    function getNumClassifications() external view returns (uint256) {
        return harm == "a million classes" ? 1000000 : harm == "65 classes" ? 65 : harm == "long names" ? 20 : 2;
    }

    function classifications(uint256) external view returns (string memory) {
        return harm == "long names" ? string(new bytes(100000)) : "a";
    }

    function intercept() external view returns (int256) {
        return harm == "a wide number" ? int256(2 ** 200) : int256(0);
    }

    function weights(uint256 i) external view returns (int256) {
        require(i < 4 || harm == "weights without end");
        return 1e9;
    }

    function predict(int64[] calldata data) external view returns (uint64) {
        while (harm == "predict never ends") {}
        require(data.length == 4, "The data must have the same dimension as the weights.");
        if (harm == "predict lies")
            return 7;
        int256 sum = 0;
        for (uint256 i = 0; i < 4; i++)
            sum += int256(data[i]) * 1e9;
        return sum > 0 ? 1 : 0;
    }
}

/// Emits as a trainer does while it is made.
contract Shouter {
    event AddData(int64[] d, uint64 c, uint256 t, address indexed sender, uint256 cost);

    constructor() {
        emit AddData(new int64[](2), 1, block.timestamp, msg.sender, 1);
    }
}

/// Makes many of those.
contract Flood {
    function burst(uint256 n) external {
        for (uint256 i = 0; i < n; i++)
            new Shouter();
    }
}
