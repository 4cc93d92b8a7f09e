// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Checked, Classifier} from "./Base.sol";

contract DensePerceptron is Classifier {
    int80[] public weights; // slot 3
    int80 public intercept; // slot 4
    uint32 public learningRate; // slot 4

    constructor(string[] memory names, int80[] memory w, int80 bias, uint32 rate) Classifier(names) {
        weights = w;
        intercept = bias;
        learningRate = rate;
    }

    function initializeWeights(int80[] calldata more) external onlyOwner {
        for (uint256 i = 0; i < more.length; i++)
            weights.push(more[i]);
    }

    function norm(int64[] memory data) public pure override returns (uint256) {
        return Checked.root(squares(data));
    }

    function predict(int64[] memory data) public view override returns (uint64) {
        require(data.length == weights.length, "The data must have the same dimension as the weights.");
        int256 sum = intercept;
        for (uint256 i = 0; i < data.length; i++)
            sum += int256(weights[i]) * data[i];
        return sum > 0 ? 1 : 0;
    }

    function update(int64[] memory data, uint64 label) external override onlyOwner {
        uint64 said = predict(data);
        checkNorm(data);
        if (said == label)
            return;
        for (uint256 i = 0; i < data.length; i++) {
            int80 step = int80(int128(data[i]) * int128(uint128(learningRate)) / 1e9);
            unchecked { weights[i] = label > 0 ? weights[i] + step : weights[i] - step; }
        }
    }
}

contract SparsePerceptron is Classifier {
    mapping(uint64 => int80) public weights; // slot 3
    int80 public intercept; // slot 4
    uint32 public learningRate; // slot 4

    constructor(string[] memory names, int80[] memory w, int80 bias, uint32 rate) Classifier(names) {
        for (uint64 i = 0; i < w.length; i++)
            weights[i] = w[i];
        intercept = bias;
        learningRate = rate;
    }

    function initializeWeights(uint64 first, int80[] calldata w) external onlyOwner {
        unchecked {
            for (uint64 i = 0; i < w.length; i++)
                weights[first + i] = w[i];
        }
    }

    /// Pairs of an index and a weight; an index below 0 is cut to 64 bits.
    function initializeSparseWeights(int80[][] memory w) external onlyOwner {
        for (uint256 i = 0; i < w.length; i++) {
            int80 index = w[i][0];
            require(index < 2 ** 64, "A feature index is too large.");
            weights[uint64(uint80(index))] = w[i][1];
        }
    }

    /// How many are predicted right. Unlike predict, the sum wraps.
    function evaluateBatch(uint24[60][] calldata rows, uint64[] calldata labels) external view returns (uint256 right) {
        for (uint256 k = 0; k < rows.length; k++) {
            int80 sum = intercept;
            unchecked {
                for (uint256 i = 0; i < 60; i++)
                    sum += weights[rows[k][i]];
            }
            if (labels[k] == (sum > 0 ? 1 : 0))
                right++;
        }
    }

    function predict(int64[] memory data) public view override returns (uint64) {
        int256 sum = intercept;
        for (uint256 i = 0; i < data.length; i++) {
            require(data[i] >= 0, "Not all indices are >= 0.");
            sum += weights[uint64(data[i])];
        }
        return sum > 0 ? 1 : 0;
    }

    function update(int64[] memory data, uint64 label) external override onlyOwner {
        if (predict(data) == label)
            return;
        int80 step = int80(uint80(learningRate));
        for (uint256 i = 0; i < data.length; i++) {
            uint64 index = uint64(data[i]);
            unchecked { weights[index] = label > 0 ? weights[index] + step : weights[index] - step; }
        }
    }
}
