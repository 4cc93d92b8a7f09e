// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Checked, Owned} from "./Base.sol";

/// What an incentive is told of a claim; who claims is `by`.
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

    function getNextAddDataCost(uint256 time) public view virtual returns (uint256);

    function getNextAddDataCost() external view returns (uint256) {
        return getNextAddDataCost(block.timestamp);
    }

    function getNextAddDataCost(int64[] memory, uint64) external view returns (uint256) {
        return getNextAddDataCost(block.timestamp);
    }

    function handleAddData(uint256 value, int64[] memory, uint64) external onlyOwner returns (uint256 cost) {
        cost = getNextAddDataCost(block.timestamp);
        require(value >= cost, "Didn't pay enough for the deposit.");
        totalSubmitted++;
        added();
    }

    function handleRefund(address submitter, int64[] memory, uint64 classification, uint256 addedTime,
        uint256 claimableAmount, bool claimedBySubmitter, uint64 prediction, uint256 numClaims)
        external onlyOwner returns (uint256)
    {
        Claim memory c;
        (c.by, c.label, c.addedTime, c.claimable) = (submitter, classification, addedTime, claimableAmount);
        (c.claimed, c.prediction, c.numClaims) = (claimedBySubmitter, prediction, numClaims);
        mayRefund(c);
        require(age(c) >= refundWaitTimeS, "Not enough time has passed.");
        require(c.prediction == c.label, "The model doesn't agree with your contribution.");
        addressStats[c.by].numValid++;
        totalGoodDataCount++;
        refunded(c);
        return c.claimable;
    }

    function handleReport(address reporter, int64[] memory, uint64 classification, uint256 addedTime,
        address originalAuthor, uint256 initialDeposit, uint256 claimableAmount, bool claimedByReporter,
        uint64 prediction, uint256 numClaims) external onlyOwner returns (uint256)
    {
        Claim memory c;
        (c.by, c.label, c.addedTime, c.author) = (reporter, classification, addedTime, originalAuthor);
        (c.initialDeposit, c.claimable, c.claimed) = (initialDeposit, claimableAmount, claimedByReporter);
        (c.prediction, c.numClaims) = (prediction, numClaims);
        return report(c);
    }

    /// Since it was added; for times to come that is long ago.
    function age(Claim memory c) internal view returns (uint256) {
        unchecked { return block.timestamp - c.addedTime; }
    }

    function added() internal virtual;
    function mayRefund(Claim memory c) internal view virtual;
    function refunded(Claim memory c) internal virtual;
    function report(Claim memory c) internal virtual returns (uint256);
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
        require(refundWait <= ownerWait, "Owner claim wait time must be at least the refund wait time.");
        require(ownerWait <= anyWait, "Owner claim wait time must be less than the any address claim wait time.");
        costWeight = weight;
        lastUpdateTimeS = block.timestamp;
    }

    function getNextAddDataCost(uint256 time) public view override returns (uint256) {
        if (costWeight == 0)
            return 0;
        require(lastUpdateTimeS <= time, "The last update time is after the current time.");
        uint256 since = time - lastUpdateTimeS;
        return costWeight.times(3600).over(since == 0 ? 1 : since.root());
    }

    function added() internal override {
        lastUpdateTimeS = block.timestamp;
    }

    function mayRefund(Claim memory c) internal pure override {
        require(!c.claimed, "Deposit already claimed by submitter.");
        require(c.claimable > 0, "There is no reward left to claim.");
    }

    function refunded(Claim memory c) internal override {
        emit Refund(c.by, c.claimable);
    }

    function report(Claim memory c) internal override returns (uint256 reward) {
        require(c.claimable > 0, "There is no reward left to claim.");
        reward = late(c) ? c.claimable : part(c);
        emit Report(c.by, reward);
    }

    function late(Claim memory c) private view returns (bool) {
        return age(c) >= anyAddressClaimWaitTimeS || (c.by == owner && age(c) >= ownerClaimWaitTimeS);
    }

    /// By the good data that the reporter sent; what is left where that is
    /// nothing, or more.
    function part(Claim memory c) private view returns (uint256 share) {
        require(c.by != c.author, "Cannot take your own deposit.");
        require(!c.claimed, "Deposit already claimed by reporter.");
        require(age(c) >= refundWaitTimeS, "Not enough time has passed.");
        require(c.prediction != c.label, "The model should not agree with the contribution.");
        uint256 good = addressStats[c.by].numValid;
        require(good > 0, "The sender has not sent any good data.");
        share = c.initialDeposit.times(good).over(totalGoodDataCount);
        if (share == 0 || share > c.claimable)
            share = c.claimable;
    }
}

contract Points64 is Incentive {
    event Refund(address recipient);
    event Report(address recipient);

    constructor(uint32 refundWait, uint32 ownerWait, uint32 anyWait) Incentive(refundWait, ownerWait, anyWait) {}

    function getNextAddDataCost(uint256) public pure override returns (uint256) {
        return 0;
    }

    function added() internal override {}

    function mayRefund(Claim memory c) internal pure override {
        require(c.numClaims == 0, "Already claimed.");
        require(!c.claimed, "Already claimed by submitter.");
    }

    function refunded(Claim memory c) internal override {
        emit Refund(c.by);
    }

    function report(Claim memory c) internal override returns (uint256) {
        uint256 since = age(c);
        require(since >= refundWaitTimeS || since >= anyAddressClaimWaitTimeS ||
            (since >= ownerClaimWaitTimeS && c.by == owner), "Cannot be claimed yet.");
        require(c.numClaims == 0, "Already claimed.");
        require(c.by != c.author, "Cannot report yourself.");
        require(!c.claimed, "Already claimed by reporter.");
        require(c.prediction != c.label, "The model should not agree with the contribution.");
        emit Report(c.by);
        return c.claimable;
    }
}
