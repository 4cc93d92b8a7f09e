// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelFactory} from "../src/ModelFactory.sol";
import {Minimums, ModelParams} from "../src/Types.sol";
import {Fixture} from "./Fixture.sol";

contract FactoryTest is Fixture {
    function refusedStake(ModelParams memory p, bytes4 selector) internal {
        expect(selector);
        factory.createStakeModel(p, "", "", "", SPEC);
    }

    function test_a_model_is_told_with_everything_it_was_made_with() public {
        params.pool = address(pool);
        address next = nextTrainer();
        vm.expectEmit(true, true, true, true, address(factory));
        emit ModelFactory.ModelCreated(
            next, OWNER, address(pool), 0, keccak256(SPEC), params, "name", "what it does", "none", SPEC
        );
        vm.prank(OWNER);
        eq(factory.createStakeModel(params, "name", "what it does", "none", SPEC), next, "address");
    }

    /// Where the factory's next clone will stand: its nonce is the number of contracts it has made, and one.
    function nextTrainer() internal view returns (address) {
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"d694", address(factory), uint8(4))))));
    }

    function test_waits_below_the_minimums_are_refused() public {
        Minimums memory m = factory.minimums();
        eq(m.verdictWindowS, 20, "minimum");
        for (uint256 i = 0; i < 5; ++i) {
            ModelParams memory p = defaultParams();
            if (i == 0) p.refundWaitTimeS = m.refundWaitTimeS - 1;
            if (i == 1) p.verdictWindowS = m.verdictWindowS - 1;
            if (i == 2) p.epochS = m.epochS - 1;
            if (i == 3) p.ownerClaimWaitTimeS = m.ownerClaimWaitTimeS - 1;
            if (i == 4) p.anyAddressClaimWaitTimeS = m.anyAddressClaimWaitTimeS - 1;
            refusedStake(p, ModelFactory.WaitTooShort.selector);
        }
    }

    function test_an_epoch_of_a_second_is_refused_whatever_the_minimum() public {
        Minimums memory none;
        ModelFactory lax = ModelFactory(vm.deployCode("oracle/contracts/artifacts/ModelFactory.json", abi.encode(none)));
        ModelParams memory p = defaultParams();
        p.epochS = 1;
        expect(ModelFactory.WaitTooShort.selector);
        lax.createStakeModel(p, "", "", "", SPEC);
        p.epochS = 2;
        lax.createStakeModel(p, "", "", "", SPEC);
    }

    function test_a_window_without_room_for_a_verdict_in_time_is_refused() public {
        ModelParams memory p = defaultParams();
        p.verdictWindowS = p.epochS + p.challengeS;
        refusedStake(p, ModelFactory.WindowTooShort.selector);
    }

    function test_a_pool_whose_bonds_leave_before_the_windows_end_is_refused() public {
        ModelParams memory p = defaultParams();
        p.refundWaitTimeS = uint32(UNBOND_S) - p.verdictWindowS - p.challengeS;
        factory.createStakeModel(p, "", "", "", SPEC);
        p.refundWaitTimeS += 1;
        expect(ModelFactory.UnbondTooShort.selector, UNBOND_S + 1);
        factory.createStakeModel(p, "", "", "", SPEC);
    }

    function test_a_pool_that_is_none_is_refused() public {
        ModelParams memory p = defaultParams();
        p.pool = ALICE;
        vm.expectRevert("");
        factory.createStakeModel(p, "", "", "", SPEC);
    }

    function test_wrong_classes_prices_shares_and_specs_are_refused() public {
        for (uint256 i = 0; i < 6; ++i) {
            ModelParams memory p = defaultParams();
            if (i == 0) p.classes = 1;
            if (i == 1) p.classes = 1025;
            if (i == 2) p.capWei = p.floorWei - 1;
            if (i == 3) p.feeGwei = uint64(p.floorWei / 1 gwei + 1);
            if (i == 4) p.windowS = 0;
            if (i == 5) p.reporterShareBps = 10_001;
            refusedStake(
                p,
                i < 2
                    ? ModelFactory.WrongClasses.selector
                    : i < 5 ? ModelFactory.WrongPrice.selector : ModelFactory.WrongShare.selector
            );
        }
        expect(ModelFactory.EmptySpec.selector);
        factory.createStakeModel(defaultParams(), "", "", "", "");
    }

    function test_points_have_no_prices() public {
        for (uint256 i = 0; i < 6; ++i) {
            ModelParams memory p = defaultParams();
            (p.feeGwei, p.floorWei, p.capWei, p.burst, p.windowS, p.reporterShareBps) = (0, 0, 0, 0, 0, 0);
            if (i == 0) p.feeGwei = 1;
            if (i == 1) p.floorWei = 1;
            if (i == 2) p.capWei = 1;
            if (i == 3) p.burst = 1;
            if (i == 4) p.windowS = 1;
            if (i == 5) p.reporterShareBps = 1;
            expect(i < 5 ? ModelFactory.WrongPrice.selector : ModelFactory.WrongShare.selector);
            factory.createPointsModel(p, "", "", "", SPEC);
        }
        createPoints();
    }

    function test_a_fixed_price_needs_no_window() public {
        ModelParams memory p = defaultParams();
        (p.burst, p.windowS) = (0, 0);
        factory.createStakeModel(p, "", "", "", SPEC);
    }
}
