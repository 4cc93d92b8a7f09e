// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "./Vm.sol";
import {World} from "./World.sol";

/// @dev Whatever is done in whatever order, the money is there, the contract agrees with the rules, and at the end nothing
/// is stuck. Each act of the world checks itself besides.
contract InvariantsTest is Test {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    World internal world;

    function setUp() public {
        world = new World();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(world);
    }

    /// @dev Contributing, waiting and posting come often enough that the rest finds something to do.
    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[20] memory acts = [
            World.contributes.selector,
            World.contributes.selector,
            World.contributes.selector,
            World.timePasses.selector,
            World.timePasses.selector,
            World.timePasses.selector,
            World.operatorsPost.selector,
            World.operatorsPost.selector,
            World.operatorsPost.selector,
            World.operatorsAreAway.selector,
            World.aContributorClaims.selector,
            World.aContributorClaims.selector,
            World.somebodyReports.selector,
            World.somebodyReportsABatch.selector,
            World.somebodyRefutes.selector,
            World.somebodyClaimsLate.selector,
            World.somebodyTakesRewards.selector,
            World.somebodyCollectsFees.selector,
            World.aStrangerLies.selector,
            World.aStrangerPosts.selector
        ];
        targets = new FuzzSelector[](1);
        targets[0].addr = address(world);
        targets[0].selectors = new bytes4[](acts.length);
        for (uint256 i = 0; i < acts.length; ++i) targets[0].selectors[i] = acts[i];
    }

    function invariant_money_is_there_and_the_contract_agrees_with_the_rules() external view {
        world.checkNow();
    }

    function afterInvariant() external {
        world.end();
    }
}
