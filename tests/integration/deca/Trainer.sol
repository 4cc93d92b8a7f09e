// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Checked, Classifier, Owned} from "./Base.sol";
import {Claim, Incentive} from "./Incentives.sol";

contract DataHandler64 is Owned {
    using Checked for uint256;

    struct StoredData {
        uint64 c;
        uint256 t;
        address sender;
        uint256 initialDeposit;
        uint256 claimableAmount;
        uint256 numClaims;
        mapping(address => bool) claimedBy;
    }

    mapping(bytes32 => StoredData) public addedData; // slot 1

    function keyOf(int64[] memory data, uint64 c, uint256 t, address who) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(data, c, t, who));
    }

    /// The entry, which must be the one that was asked for.
    function entry(int64[] memory data, uint64 c, uint256 t, address who, string memory wrongSender)
        private view returns (StoredData storage d)
    {
        d = addedData[keyOf(data, c, t, who)];
        require(d.c == c, "Classification is not equal.");
        require(d.t == t, "Added time is not equal.");
        require(d.sender == who, wrongSender);
    }

    function asked(int64[] memory data, uint64 c, uint256 t, address who) private view returns (StoredData storage) {
        return entry(data, c, t, who, "Data isn't from the right author.");
    }

    function getClaimableAmount(int64[] memory data, uint64 c, uint256 t, address who) external view returns (uint256) {
        return asked(data, c, t, who).claimableAmount;
    }

    function getInitialDeposit(int64[] memory data, uint64 c, uint256 t, address who) external view returns (uint256) {
        return asked(data, c, t, who).initialDeposit;
    }

    function getNumClaims(int64[] memory data, uint64 c, uint256 t, address who) external view returns (uint256) {
        return asked(data, c, t, who).numClaims;
    }

    function hasClaimed(int64[] memory data, uint64 c, uint256 t, address who, address claimer)
        external view returns (bool)
    {
        return asked(data, c, t, who).claimedBy[claimer];
    }

    /// An entry without money left is overwritten; its claimants stay.
    function handleAddData(address sender, uint256 cost, int64[] memory data, uint64 c)
        external onlyOwner returns (uint256)
    {
        StoredData storage d = addedData[keyOf(data, c, block.timestamp, sender)];
        require(d.sender == address(0) || d.claimableAmount == 0,
            "Conflicting data key. The data may have already been added.");
        (d.c, d.t, d.sender) = (c, block.timestamp, sender);
        (d.initialDeposit, d.claimableAmount, d.numClaims) = (cost, cost, 0);
        return block.timestamp;
    }

    function found(int64[] memory data, uint64 c, uint256 t, address who, string memory wrongSender)
        private view returns (StoredData storage)
    {
        require(addedData[keyOf(data, c, t, who)].sender != address(0), "Data not found.");
        return entry(data, c, t, who, wrongSender);
    }

    function handleRefund(address submitter, int64[] memory data, uint64 c, uint256 t)
        external onlyOwner returns (uint256 left, bool claimed, uint256 n)
    {
        StoredData storage d = found(data, c, t, submitter, "Data is not from the sender.");
        (left, claimed, n) = (d.claimableAmount, d.claimedBy[submitter], d.numClaims);
        d.claimableAmount = 0;
        d.claimedBy[submitter] = true;
        d.numClaims = n.plus(1);
    }

    function handleReport(address reporter, int64[] memory data, uint64 c, uint256 t, address author)
        external onlyOwner returns (uint256 deposit, uint256 left, bool claimed, uint256 n, bytes32 key)
    {
        StoredData storage d = found(data, c, t, author, "Sender is not equal.");
        (deposit, left, claimed, n) = (d.initialDeposit, d.claimableAmount, d.claimedBy[reporter], d.numClaims);
        key = keyOf(data, c, t, author);
        d.claimedBy[reporter] = true;
        d.numClaims = n.plus(1);
    }

    function updateClaimableAmount(bytes32 key, uint256 reward) external onlyOwner {
        addedData[key].claimableAmount = addedData[key].claimableAmount.minus(reward);
    }
}

contract CollaborativeTrainer64 {
    event AddData(int64[] d, uint64 c, uint256 t, address indexed sender, uint256 cost);

    string public name; // slot 0
    string public description; // slot 1
    string public encoder; // slot 2
    DataHandler64 public dataHandler; // slot 3
    Incentive public incentiveMechanism; // slot 4
    Classifier public classifier; // slot 5

    constructor(string memory n, string memory d, string memory e, DataHandler64 handler, Incentive incentive, Classifier c) {
        (name, description, encoder) = (n, d, e);
        (dataHandler, incentiveMechanism, classifier) = (handler, incentive, c);
    }

    function addData(int64[] memory data, uint64 classification) external payable {
        uint256 cost = incentiveMechanism.handleAddData(msg.value, data, classification);
        uint256 time = dataHandler.handleAddData(msg.sender, cost, data, classification);
        classifier.update(data, classification);
        if (msg.value > cost)
            payable(msg.sender).transfer(msg.value - cost);
        emit AddData(data, classification, time, msg.sender, cost);
    }

    function refund(int64[] memory data, uint64 classification, uint256 addedTime) external {
        Claim memory c;
        (c.claimable, c.claimed, c.numClaims) =
            dataHandler.handleRefund(msg.sender, data, classification, addedTime);
        c.prediction = classifier.predict(data);
        payable(msg.sender).transfer(incentiveMechanism.handleRefund(msg.sender, data, classification, addedTime,
            c.claimable, c.claimed, c.prediction, c.numClaims));
    }

    function report(int64[] memory data, uint64 classification, uint256 addedTime, address originalAuthor) external {
        Claim memory c;
        bytes32 key;
        (c.initialDeposit, c.claimable, c.claimed, c.numClaims, key) =
            dataHandler.handleReport(msg.sender, data, classification, addedTime, originalAuthor);
        c.prediction = classifier.predict(data);
        uint256 reward = incentiveMechanism.handleReport(msg.sender, data, classification, addedTime, originalAuthor,
            c.initialDeposit, c.claimable, c.claimed, c.prediction, c.numClaims);
        dataHandler.updateClaimableAmount(key, reward);
        payable(msg.sender).transfer(reward);
    }
}
