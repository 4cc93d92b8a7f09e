// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Checked, Classifier} from "./Base.sol";

contract NearestCentroidClassifier is Classifier {
    using Checked for uint256;

    event AddClass(string name, uint256 index);

    uint256 public constant UINT256_MAX = type(uint256).max;
    uint256 public constant dataCountLimit = 2 ** 191;
    int64[][] public centroids; // slot 3
    uint256[] public dataCounts; // slot 4

    constructor(string[] memory names, int64[][] memory c, uint256[] memory counts) Classifier(names) {
        require(c.length == names.length, "The number of centroids and classifications must be the same.");
        require(names.length > 0, "At least one class is required.");
        for (uint256 k = 1; k < c.length; k++)
            require(c[k].length == c[0].length, "Inconsistent number of dimensions.");
        centroids = c;
        dataCounts = counts;
    }

    function addClass(int64[] memory c, string memory name, uint256 count) external onlyOwner {
        require(c.length == centroids[0].length, "Data doesn't have the correct number of dimensions.");
        require(count < dataCountLimit, "Data count is too large.");
        classifications.push(name);
        centroids.push(c);
        dataCounts.push(count);
        emit AddClass(name, classifications.length - 1);
    }

    function extendCentroid(int64[] memory more, uint64 k) external onlyOwner {
        require(k < centroids.length, "This classification has not been added yet.");
        for (uint256 i = 0; i < more.length; i++)
            centroids[k].push(more[i]);
    }

    function norm(int64[] memory data) public pure override returns (uint256) {
        return squares(data).root();
    }

    /// As far as it matters: one that reaches the least is left there, and
    /// only then may a centroid be shorter than the data.
    function distance(int64[] memory data, int64[] storage c, uint256 least) private view returns (uint256 sum) {
        for (uint256 i = 0; i < data.length; i++) {
            int256 diff = int256(data[i]) - c[i];
            sum += uint256(diff * diff) / 1e9;
            if (sum >= least)
                break;
        }
    }

    function predict(int64[] memory data) public view override returns (uint64 best) {
        require(data.length == centroids[0].length, "Data doesn't have the correct length.");
        uint256 least = type(uint256).max;
        for (uint64 k = 0; k < centroids.length; k++) {
            uint256 sum = distance(data, centroids[k], least);
            if (sum < least) {
                least = sum;
                best = k;
            }
        }
    }

    function update(int64[] memory data, uint64 label) external override onlyOwner {
        require(data.length == centroids[label].length, "Data doesn't have the correct number of dimensions.");
        uint256 n = dataCounts[label];
        uint256 m = n < dataCountLimit ? n + 1 : n;
        dataCounts[label] = m;
        checkNorm(data);
        unchecked {
            for (uint256 i = 0; i < data.length; i++)
                centroids[label][i] = int64((int256(centroids[label][i]) * int256(n) + data[i]) / int256(m));
        }
    }

    function getNumSamples(uint256 k) external view returns (uint256) {
        return dataCounts[k];
    }

    function getCentroidValue(uint256 k, uint256 i) external view returns (int64) {
        return centroids[k][i];
    }
}

contract SparseNearestCentroidClassifier is Classifier {
    using Checked for uint256;

    struct CentroidValue {
        uint64 value; // slot 0
        uint64 numSamples; // slot 0
    }

    struct ClassInfo {
        uint64 numSamples; // slot 0
        uint256 squaredMagnitude; // slot 1
        mapping(uint32 => CentroidValue) centroid; // slot 2
    }

    event AddClass(string name, uint256 index);

    uint256 public constant UINT256_MAX = type(uint256).max;
    uint256 public constant dataCountLimit = 2 ** 191;
    ClassInfo[] public classInfos; // slot 3

    constructor(string[] memory names, uint64[][][] memory c, uint64[] memory counts) Classifier(names) {
        require(c.length == names.length, "The number of centroids and classifications must be the same.");
        require(names.length > 0, "At least one class is required.");
        for (uint256 k = 0; k < c.length; k++) {
            classInfos.push().numSamples = counts[k];
            put(classInfos[k], c[k]);
        }
    }

    function put(ClassInfo storage info, uint64[][] memory c) private {
        unchecked {
            for (uint256 i = 0; i < c.length; i++) {
                info.centroid[uint32(c[i][0])] = CentroidValue(c[i][1], info.numSamples);
                info.squaredMagnitude += uint256(c[i][1]) * c[i][1];
            }
        }
    }

    function addClass(uint64[][] memory c, string memory name, uint64 count) external onlyOwner {
        classifications.push(name);
        ClassInfo storage info = classInfos.push();
        info.numSamples = count;
        put(info, c);
        emit AddClass(name, classifications.length - 1);
    }

    function extendCentroid(uint64[][] memory more, uint64 k) external onlyOwner {
        require(k < classInfos.length, "This classification has not been added yet.");
        put(classInfos[k], more);
    }

    function scaled(ClassInfo storage info, uint32 index) private view returns (uint256 value) {
        CentroidValue storage v = info.centroid[index];
        value = v.value;
        if (v.numSamples != info.numSamples)
            value = value * v.numSamples / info.numSamples;
    }

    function predict(int64[] memory data) public view override returns (uint64 best) {
        uint256 least = type(uint256).max;
        for (uint64 k = 0; k < classInfos.length; k++) {
            int256 sum = 0;
            uint256 distance;
            for (uint256 i = 0; i < data.length; i++)
                sum += 1e9 - 2 * int256(scaled(classInfos[k], uint32(uint64(data[i]))));
            unchecked { distance = uint256(int256(classInfos[k].squaredMagnitude) + sum * 1e9); }
            if (distance < least) {
                least = distance;
                best = k;
            }
        }
    }

    function update(int64[] memory data, uint64 label) external override onlyOwner {
        require(label < classInfos.length, "This classification has not been added yet.");
        ClassInfo storage info = classInfos[label];
        uint64 n = info.numSamples;
        uint64 m;
        uint256 length = info.squaredMagnitude;
        uint256 added = 0;
        unchecked { m = n + 1; }
        info.numSamples = m;
        for (uint256 i = 0; i < data.length; i++) {
            CentroidValue storage v = info.centroid[uint32(uint64(data[i]))];
            uint64 product;
            unchecked { product = v.value * v.numSamples; }
            uint256 before = uint256(product) / n;
            length = length.minus(before * before);
            v.value = uint64((n * before + 1e9) / m);
            v.numSamples = m;
            added = added.plus(uint256(v.value) * v.value);
        }
        uint64 square;
        unchecked { square = m * m; }
        info.squaredMagnitude = length.times(uint256(n) * n).over(square).plus(added);
    }

    /// As it is kept, which the originals tell by their storage alone.
    function stored(uint256 k, uint32 index) external view returns (CentroidValue memory) {
        return classInfos[k].centroid[index];
    }

    function getCentroidValue(uint256 k, uint32 index) external view returns (uint64) {
        return uint64(scaled(classInfos[k], index));
    }

    function getNumSamples(uint256 k) external view returns (uint64) {
        return classInfos[k].numSamples;
    }

    function getSquaredMagnitude(uint256 k) external view returns (uint256) {
        return classInfos[k].squaredMagnitude;
    }
}
