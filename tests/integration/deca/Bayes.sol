// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Checked, Classifier} from "./Base.sol";

contract NaiveBayesClassifier is Classifier {
    using Checked for uint256;

    struct ClassInfo {
        uint64 numSamples; // slot 0
        uint64 totalFeatureCount; // slot 0
        mapping(uint32 => uint32) featureCounts; // slot 1
    }

    event AddClass(string name, uint256 index);

    ClassInfo[] public classInfos; // slot 3
    uint32 public smoothingFactor; // slot 4
    uint256 totalNumFeatures; // slot 5

    constructor(string[] memory names, uint64[] memory counts, uint32[][][] memory features, uint256 all, uint32 smoothing)
        Classifier(names)
    {
        require(names.length > 0, "At least one class is required.");
        require(names.length == counts.length, "The number of classifications must match the number of _classCounts.");
        require(names.length == features.length, "The number of classifications must match the number of _featureCounts.");
        totalNumFeatures = all;
        smoothingFactor = smoothing;
        for (uint256 k = 0; k < names.length; k++) {
            classInfos.push().numSamples = counts[k];
            put(classInfos[k], features[k]);
        }
    }

    /// A count given anew takes the old one's place, and both are in the total.
    function put(ClassInfo storage info, uint32[][] memory features) private {
        for (uint256 i = 0; i < features.length; i++) {
            info.featureCounts[features[i][0]] = features[i][1];
            info.totalFeatureCount += features[i][1];
        }
    }

    function initializeCounts(uint32[][] memory features, uint64 k) external onlyOwner {
        require(k < classInfos.length, "This classification has not been added yet.");
        put(classInfos[k], features);
    }

    function addClass(uint64 count, uint32[][] memory features, string memory name) external onlyOwner {
        classifications.push(name);
        ClassInfo storage info = classInfos.push();
        info.numSamples = count;
        put(info, features);
        emit AddClass(name, classifications.length - 1);
    }

    function predict(int64[] memory data) public view override returns (uint64 best) {
        uint256 most = 0;
        uint256 smooth = uint256(smoothingFactor).times(totalNumFeatures);
        for (uint64 k = 0; k < classInfos.length; k++) {
            ClassInfo storage info = classInfos[k];
            uint256 divisor;
            unchecked { divisor = 1e9 * uint256(info.totalFeatureCount) + smooth; }
            uint256 p = uint256(info.numSamples).times(1e9);
            for (uint256 i = 0; i < data.length; i++) {
                uint256 n = info.featureCounts[uint32(uint64(data[i]))];
                p = p.times(1e9 * n + smoothingFactor).over(divisor);
            }
            if (p > most) {
                most = p;
                best = k;
            }
        }
    }

    function update(int64[] memory data, uint64 label) external override onlyOwner {
        require(label < classInfos.length, "Classification is out of bounds.");
        ClassInfo storage info = classInfos[label];
        require(info.numSamples < type(uint64).max, "There are too many samples for the class.");
        info.numSamples++;
        unchecked {
            info.totalFeatureCount += uint64(data.length);
            for (uint256 i = 0; i < data.length; i++) {
                require(data[i] < 2 ** 33, "A feature index is too high.");
                info.featureCounts[uint32(uint64(data[i]))]++;
            }
        }
    }

    function getClassTotalFeatureCount(uint256 k) external view returns (uint64) {
        return classInfos[k].totalFeatureCount;
    }

    function getFeatureCount(uint256 k, uint32 index) external view returns (uint32) {
        return classInfos[k].featureCounts[index];
    }

    function getNumSamples(uint256 k) external view returns (uint64) {
        return classInfos[k].numSamples;
    }
}
