// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Classifier, Owned} from "./Base.sol";
import {Claim, Incentive} from "./Incentives.sol";

contract DataHandler64 is Owned {
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

    function keyOf(int64[] memory data, uint64 c, uint256 t, address who) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(data, c, t, who));
    }

    function store(bytes32 key, uint64 c, address sender, uint256 cost) external onlyOwner {
        StoredData storage d = addedData[key];
        require(d.claimableAmount == 0, "Conflicting data key. The data may have already been added.");
        (d.c, d.t, d.sender) = (c, block.timestamp, sender);
        (d.initialDeposit, d.claimableAmount, d.numClaims) = (cost, cost, 0);
    }

    function claim(bytes32 key, address by, uint256 amount) external onlyOwner {
        StoredData storage d = addedData[key];
        d.claimableAmount -= amount;
        d.numClaims++;
        d.claimedBy[by] = true;
    }

    function hasClaimed(bytes32 key, address by) external view returns (bool) {
        return addedData[key].claimedBy[by];
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
        uint256 cost = incentiveMechanism.added(msg.value);
        bytes32 key = dataHandler.keyOf(data, classification, block.timestamp, msg.sender);
        dataHandler.store(key, classification, msg.sender, cost);
        classifier.update(data, classification);
        if (msg.value > cost)
            payable(msg.sender).transfer(msg.value - cost);
        emit AddData(data, classification, block.timestamp, msg.sender, cost);
    }

    function facts(bytes32 key, int64[] memory data) private view returns (Claim memory c) {
        require(key != bytes32(0), "No key.");
        (uint64 label, uint256 t, address author, uint256 initial, uint256 left, uint256 n) = dataHandler.addedData(key);
        require(author != address(0), "Data not found.");
        c = Claim(msg.sender, label, t, author, initial, left, dataHandler.hasClaimed(key, msg.sender),
            classifier.predict(data), n);
    }

    function refund(int64[] memory data, uint64 classification, uint256 addedTime) external {
        bytes32 key = dataHandler.keyOf(data, classification, addedTime, msg.sender);
        uint256 amount = incentiveMechanism.refunded(facts(key, data));
        dataHandler.claim(key, msg.sender, amount);
        payable(msg.sender).transfer(amount);
    }

    function report(int64[] memory data, uint64 classification, uint256 addedTime, address originalAuthor) external {
        bytes32 key = dataHandler.keyOf(data, classification, addedTime, originalAuthor);
        uint256 amount = incentiveMechanism.reported(facts(key, data));
        dataHandler.claim(key, msg.sender, amount);
        payable(msg.sender).transfer(amount);
    }
}
