// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {StakeTrainer} from "../src/StakeTrainer.sol";
import {Trainer} from "../src/Trainer.sol";
import {Claim} from "../src/Types.sol";
import {Fixture} from "./Fixture.sol";

/// @dev What each act costs as a transaction of its own, call data and the 21,000 included (tests/bench/gas.mjs measures the
/// same on a node). The figures are kept in oracle/contracts/gas/GasTest.json: a change shows in the diff.
/// forge-config: default.isolate = true
contract GasTest is Fixture {
    function setUp() public override {
        super.setUp();
        params.challengeS = 0;
        params.verdictWindowS = 86_400;
        params.refundWaitTimeS = 60;
        params.burst = 0;
        trainer = StakeTrainer(createStake());
    }

    function spent(string memory name, uint256 per, uint256 most) internal {
        uint256 gas = (vm.lastCallGas().gasTotalUsed + per - 1) / per;
        vm.snapshotValue(name, gas);
        atMost(gas, most, name);
    }

    /// @dev Bytes without zeros, as a packed sample's mostly are.
    function sampleOf(uint256 length, uint256 seed) internal pure returns (bytes memory sample) {
        sample = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            sample[i] = bytes1(uint8(1 + uint256(keccak256(abi.encode(seed, i))) % 255));
        }
    }

    function contributeBytes(address who, uint256 length) internal {
        bytes memory sample = sampleOf(length, claims.length);
        vm.prank(who);
        trainer.contribute{value: 0.0101 ether}(sample, 3);
        note(who, 3, 0.0101 ether, sample);
    }

    function judgeAll() internal {
        skip(100);
        postEffective(uint64(claims.length));
    }

    function test_contributing() public {
        contributeBytes(ALICE, 42);
        skip(5);
        contributeBytes(ALICE, 42); // 20 indices below 16,384
        spent("contribute, 20 sparse indices", 1, 62_000);
        contributeBytes(ALICE, 202); // 100 indices below 2^18
        spent("contribute, 100 sparse indices", 1, 68_000);
        contributeBytes(ALICE, 2003); // 400 values of 5 bytes
        spent("contribute, 400 dense values", 1, 125_000);
    }

    function test_refunding() public {
        for (uint256 i = 0; i < 25; ++i) {
            contributeBytes(i == 2 ? BOB : ALICE, 42);
            verdicts[i] = CREDIT;
        }
        judgeAll();
        refund(ALICE, 0);
        refund(ALICE, 1);
        spent("refund", 1, 53_000);
        refund(BOB, 2);
        spent("refund, an account's first", 1, 72_000);
        Claim[] memory cs = new Claim[](20);
        for (uint256 i = 0; i < 20; ++i) cs[i] = claims[3 + i];
        vm.prank(ALICE);
        trainer.refundBatch(cs);
        spent("refund, each of a batch of 20", 20, 11_000);
    }

    function test_reporting() public {
        for (uint256 i = 0; i < 25; ++i) {
            contributeBytes(ALICE, 42);
            verdicts[i] = i == 0 ? CREDIT : DISAGREE;
        }
        judgeAll();
        refund(ALICE, 0);
        report(EVE, 1);
        spent("report, the model's first", 1, 77_000);
        report(EVE, 2);
        spent("report", 1, 60_000);
        Claim[] memory cs = new Claim[](20);
        for (uint256 i = 0; i < 20; ++i) cs[i] = claims[3 + i];
        vm.prank(EVE);
        trainer.reportBatch(cs);
        spent("report, each of a batch of 20", 20, 15_000);
    }

    function judgesThrice() internal {
        for (uint256 i = 0; i < 768; ++i) {
            contributeBytes(ALICE, 42);
            verdicts[i] = uint8(uint256(keccak256(abi.encode(i))) % 4);
        }
        skip(100);
        for (uint64 judged = 256; judged <= 768; judged += 256) {
            skip(params.epochS);
            postEffective(judged);
        }
    }

    function test_judging() public {
        judgesThrice();
        spent("verdict, 256 a checkpoint", 256, 400);
    }

    function test_judging_with_a_challenge_time() public {
        params.challengeS = 3600;
        trainer = StakeTrainer(createStake());
        judgesThrice();
        spent("verdict, 256 a checkpoint, challenge time", 256, 400);
    }

    function test_making_a_model() public {
        createStake();
        spent("one more model", 1, 350_000);
    }
}
