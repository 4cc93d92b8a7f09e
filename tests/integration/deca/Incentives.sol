// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Checked, Owned} from "./Base.sol";

/// What the trainer tells of a claim.
struct Claim {
    address by;
    uint64 label;
    uint256 addedTime;
    address author;
    uint256 initialDeposit;
    uint256 claimable;
    bool claimed;
    uint64 prediction;
    uint256 numClaims;
}

abstract contract Incentive is Owned {
    struct AddressStats {
        uint128 numValid;
        uint128 numSubmitted;
    }

    mapping(address => AddressStats) public addressStats; // slot 1
    uint256 public totalSubmitted; // slot 2
    uint256 public totalGoodDataCount; // slot 3
    uint32 public refundWaitTimeS; // slot 4
    uint32 public ownerClaimWaitTimeS; // slot 4
    uint32 public anyAddressClaimWaitTimeS; // slot 4

    constructor(uint32 refundWait, uint32 ownerWait, uint32 anyWait) {
        (refundWaitTimeS, ownerClaimWaitTimeS, anyAddressClaimWaitTimeS) = (refundWait, ownerWait, anyWait);
    }

    function numValidForAddress(address who) external view returns (uint128) {
        return addressStats[who].numValid;
    }

    function age(Claim calldata c) internal view returns (uint256) {
        unchecked { return block.timestamp - c.addedTime; }
    }

    function agreed(Claim calldata c) internal {
        require(c.prediction == c.label, "The model doesn't agree with your contribution.");
        addressStats[c.by].numValid++;
        totalGoodDataCount++;
    }

    function added(uint256 value) external virtual returns (uint256);
    function refunded(Claim calldata c) external virtual returns (uint256);
    function reported(Claim calldata c) external virtual returns (uint256);
}

contract Stakeable64 is Incentive {
    using Checked for uint256;

    event Refund(address recipient, uint256 amount);
    event Report(address recipient, uint256 amount);

    uint256 public costWeight; // slot 5
    uint256 public lastUpdateTimeS; // slot 6

    constructor(uint32 refundWait, uint32 ownerWait, uint32 anyWait, uint80 weight)
        Incentive(refundWait, ownerWait, anyWait)
    {
        costWeight = weight;
        lastUpdateTimeS = block.timestamp;
    }

    function getNextAddDataCost(uint256 time) public view returns (uint256) {
        uint256 since = time - lastUpdateTimeS;
        return costWeight.times(3600).over(since == 0 ? 1 : since.root());
    }

    function getNextAddDataCost() external view returns (uint256) {
        return getNextAddDataCost(block.timestamp);
    }

    function added(uint256 value) external override onlyOwner returns (uint256 cost) {
        cost = getNextAddDataCost(block.timestamp);
        require(value >= cost, "Didn't pay enough for the deposit.");
        lastUpdateTimeS = block.timestamp;
        totalSubmitted++;
    }

    function refunded(Claim calldata c) external override onlyOwner returns (uint256) {
        require(!c.claimed, "Deposit already claimed by submitter.");
        require(c.claimable > 0, "There is no reward left to claim.");
        require(age(c) >= refundWaitTimeS, "Not enough time has passed.");
        agreed(c);
        emit Refund(c.by, c.claimable);
        return c.claimable;
    }

    function reported(Claim calldata c) external override onlyOwner returns (uint256 reward) {
        require(c.claimable > 0, "There is no reward left to claim.");
        reward = c.claimable;
        if (age(c) < anyAddressClaimWaitTimeS) {
            require(c.by != c.author, "Cannot take your own deposit.");
            require(!c.claimed, "Deposit already claimed by reporter.");
            require(age(c) >= refundWaitTimeS, "Not enough time has passed.");
            require(c.prediction != c.label, "The model should not agree with the contribution.");
            uint256 good = addressStats[c.by].numValid;
            require(good > 0, "The sender has not sent any good data.");
            uint256 share = c.initialDeposit.times(good).over(totalGoodDataCount);
            if (share > 0 && share < reward)
                reward = share;
        }
        emit Report(c.by, reward);
    }
}

contract Points64 is Incentive {
    event Refund(address recipient);
    event Report(address recipient);

    constructor(uint32 refundWait, uint32 ownerWait, uint32 anyWait) Incentive(refundWait, ownerWait, anyWait) {}

    function added(uint256) external override onlyOwner returns (uint256) {
        totalSubmitted++;
        return 0;
    }

    function refunded(Claim calldata c) external override onlyOwner returns (uint256) {
        require(c.numClaims == 0, "Already claimed.");
        require(age(c) >= refundWaitTimeS, "Not enough time has passed.");
        agreed(c);
        emit Refund(c.by);
        return 0;
    }

    function reported(Claim calldata c) external override onlyOwner returns (uint256) {
        require(age(c) >= refundWaitTimeS, "Cannot be claimed yet.");
        require(c.numClaims == 0, "Already claimed.");
        require(c.by != c.author, "Cannot report yourself.");
        require(c.prediction != c.label, "The model should not agree with the contribution.");
        emit Report(c.by);
        return 0;
    }
}
