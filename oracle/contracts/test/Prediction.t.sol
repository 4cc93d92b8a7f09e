// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Prediction, PredictionLib, Trust, Vouch} from "../src/Prediction.sol";
import {IPredictionGateway, PredictionReader} from "../src/PredictionReader.sol";
import {Fixture} from "./Fixture.sol";

contract PredictionTest is Fixture {
    uint256 internal constant KEY = uint256(keccak256("operator"));
    uint256 internal constant SECOND = uint256(keccak256("second"));
    uint256 internal constant THIRD = uint256(keccak256("third"));
    uint256 internal constant STRANGER = uint256(keccak256("stranger"));
    uint32 internal constant MAX_AGE_S = 60;
    bytes internal constant SAMPLE = hex"0103000102";

    Post internal state;

    function setUp() public override {
        super.setUp();
        join(SECOND, BOND);
        join(THIRD, BOND);
        skip(2 * PERIOD_S);
        contribute(ALICE, 1, 1 ether);
        skip(100);
        state = post(1);
        skip(params.challengeS);
    }

    function reader(uint32 operators) internal returns (PredictionReader) {
        string[] memory urls = new string[](2);
        urls[0] = "https://a.example/v1/ccip/{sender}/{data}.json";
        urls[1] = "https://b.example/v1/ccip";
        return PredictionReader(
            vm.deployCode(
                "oracle/contracts/artifacts/PredictionReader.json", abi.encode(urls, MAX_AGE_S, operators)
            )
        );
    }

    /// Written from oracle/PROTOCOL.md.
    function attest(uint256 key, bytes32 sample, Prediction memory p, uint64 issued, uint64 expires)
        internal
        view
        returns (Vouch memory)
    {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("decaid"),
                keccak256("1"),
                uint256(31337),
                address(pool)
            )
        );
        bytes32 said = keccak256(
            abi.encode(
                keccak256(
                    "Attestation(address trainer,bytes32 sample,bytes32 stateRoot,uint32 label,uint64 issued,uint64 expires)"
                ),
                address(trainer),
                sample,
                p.checkpoint.stateRoot,
                p.label,
                issued,
                expires
            )
        );
        return Vouch(issued, expires, signature(key, keccak256(abi.encodePacked(hex"1901", separator, said))));
    }

    function time() internal view returns (uint64) {
        return uint64(vm.getBlockTimestamp());
    }

    /// What the operators with these keys say of the sample now.
    function told(uint256[] memory keys) internal view returns (Prediction memory p) {
        p.label = 3;
        p.checkpoint = state.c;
        p.chain = state.chain;
        p.vouches = new Vouch[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            p.vouches[i] = attest(keys[i], keccak256(SAMPLE), p, time(), time() + 300);
        }
    }

    function one(uint256 key) internal pure returns (uint256[] memory keys) {
        keys = new uint256[](1);
        keys[0] = key;
    }

    function two(uint256 a, uint256 b) internal pure returns (uint256[] memory keys) {
        keys = new uint256[](2);
        (keys[0], keys[1]) = (a, b);
    }

    function verify(PredictionReader r, Prediction memory p) internal view returns (uint32) {
        return r.verify(address(trainer), SAMPLE, abi.encode(p));
    }

    // ---- asking

    function test_predict_sends_the_client_to_the_gateways() public {
        PredictionReader r = reader(1);
        vm.expectRevert(
            abi.encodeWithSelector(
                PredictionReader.OffchainLookup.selector,
                address(r),
                r.urls(),
                abi.encodeCall(IPredictionGateway.attestedPrediction, (address(trainer), SAMPLE)),
                r.predictCallback.selector,
                abi.encode(address(trainer), keccak256(SAMPLE))
            )
        );
        r.predict(address(trainer), SAMPLE);
        check(bytes4(0x556f1830) == PredictionReader.OffchainLookup.selector, "ERC-3668");
    }

    function test_a_reader_without_gateways_or_operators_is_refused() public {
        check(refusal(new string[](0), 1) == PredictionReader.WrongTrust.selector, "no gateway");
        check(refusal(new string[](1), 0) == PredictionReader.WrongTrust.selector, "no operator");
        check(refusal(new string[](1), 1) == bytes4(0), "one of each");
    }

    /// With what the built reader's constructor reverts; zero: it does not.
    function refusal(string[] memory urls, uint32 operators) internal returns (bytes4 why) {
        bytes memory code = abi.encodePacked(
            vm.getCode("oracle/contracts/artifacts/PredictionReader.json"), abi.encode(urls, MAX_AGE_S, operators)
        );
        assembly ("memory-safe") {
            mstore(0, 0)
            if iszero(create(0, add(code, 32), mload(code))) { returndatacopy(0, 0, 4) }
            why := mload(0)
        }
    }

    /// A reader has none such; another contract may.
    function test_a_trust_in_nobody_is_none() public {
        Prediction memory p = told(one(KEY));
        expect(PredictionLib.TooFewVouches.selector, 1, 0);
        this.checked(p, Trust({maxAgeS: MAX_AGE_S, operators: 0}));
        eq(this.checked(p, Trust({maxAgeS: MAX_AGE_S, operators: 1})), 3, "in one");
    }

    function checked(Prediction memory p, Trust memory t) external view returns (uint32) {
        return PredictionLib.check(p, address(trainer), keccak256(SAMPLE), t);
    }

    // ---- what holds

    function test_what_enough_operators_vouch_for_holds() public {
        PredictionReader r = reader(1);
        Prediction memory p = told(one(KEY));
        eq(verify(r, p), 3, "one");
        eq(r.predictCallback(abi.encode(p), abi.encode(address(trainer), keccak256(SAMPLE))), 3, "callback");
        eq(verify(r, told(two(KEY, THIRD))), 3, "one of two");
        eq(verify(reader(2), told(two(KEY, THIRD))), 3, "two");
        eq(verify(reader(2), told(two(SECOND, THIRD))), 3, "two others");
    }

    function test_too_few_operators_or_one_twice_do_not() public {
        PredictionReader r = reader(2);
        vm.expectRevert(abi.encodeWithSelector(PredictionLib.TooFewVouches.selector, 1, 2));
        verify(r, told(one(KEY)));
        expect(PredictionLib.NotAscending.selector, 1);
        verify(r, told(two(KEY, KEY)));
        expect(PredictionLib.NotAscending.selector, 1);
        verify(r, told(two(THIRD, KEY)));
    }

    function test_a_stranger_or_an_attester_that_does_not_count_is_none() public {
        PredictionReader r = reader(1);
        expect(PredictionLib.NoAttester.selector, uint160(vm.addr(STRANGER)));
        verify(r, told(one(STRANGER)));
        vm.prank(vm.addr(KEY));
        pool.setRoles(1, vm.addr(KEY), vm.addr(STRANGER), vm.addr(KEY));
        expect(PredictionLib.NoAttester.selector, uint160(vm.addr(STRANGER)));
        verify(r, told(one(STRANGER)));
        eq(verify(r, told(one(KEY))), 3, "until its successor counts");
        skip(2 * PERIOD_S);
        eq(verify(r, told(one(STRANGER))), 3, "the successor");
        expect(PredictionLib.NoAttester.selector, uint160(vm.addr(KEY)));
        verify(r, told(one(KEY)));
    }

    // ---- when

    function test_it_holds_from_its_time_to_its_end_and_to_the_age_allowed() public {
        PredictionReader r = reader(1);
        Prediction memory p = told(one(KEY));
        uint64 t = time();
        skip(MAX_AGE_S);
        eq(verify(r, p), 3, "as old as may be");
        skip(1);
        expect(PredictionLib.WrongTime.selector, t, t + 300);
        verify(r, p);
        t = time();
        p.vouches[0] = attest(KEY, keccak256(SAMPLE), p, t, t + 2);
        skip(1);
        eq(verify(r, p), 3, "the last second");
        skip(1);
        expect(PredictionLib.WrongTime.selector, t, t + 2);
        verify(r, p);
        p.vouches[0] = attest(KEY, keccak256(SAMPLE), p, time() + 1, time() + 2);
        expect(PredictionLib.WrongTime.selector, time() + 1, time() + 2);
        verify(r, p);
        skip(1);
        eq(verify(r, p), 3, "from its time on");
    }

    function test_only_the_effective_state_is_believed() public {
        PredictionReader r = reader(1);
        contribute(BOB, 0, 1 ether);
        skip(100);
        Post memory before = state;
        state = post(2);
        Prediction memory next = told(one(KEY));
        expect(PredictionLib.NotEffective.selector);
        verify(r, next);
        state = before;
        eq(verify(r, told(one(KEY))), 3, "the one before, while that is in challenge");
        skip(params.challengeS);
        eq(verify(r, next), 3, "then that one");
        Prediction memory old = told(one(KEY));
        expect(PredictionLib.NotEffective.selector);
        verify(r, old);
    }

    // ---- what is changed on the way

    function reverts(PredictionReader r, address trainer_, bytes memory sample, bytes memory answer)
        internal
        view
        returns (bool)
    {
        try r.verify(trainer_, sample, answer) returns (uint32) {
            return false;
        } catch {
            return true;
        }
    }

    /// Any bit of the answer; what no field needs (padding) may be refused or not, but gives the same label.
    function test_fuzz_no_changed_answer_gives_another_label(uint256 at) public {
        PredictionReader r = reader(1);
        bytes memory answer = abi.encode(told(one(KEY)));
        at = bound(at, 0, 8 * answer.length - 1);
        answer[at / 8] ^= bytes1(uint8(1 << (at % 8)));
        try r.verify(address(trainer), SAMPLE, answer) returns (uint32 label) {
            eq(label, 3, "label");
        } catch {}
    }

    function test_fuzz_another_sample_label_state_or_time_is_refused(uint256 seed, bytes memory sample) public {
        PredictionReader r = reader(1);
        Prediction memory p = told(one(KEY));
        vm.assume(keccak256(sample) != keccak256(SAMPLE));
        check(reverts(r, address(trainer), sample, abi.encode(p)), "sample");
        uint32 label = p.label;
        p.label = uint32(bound(seed, 0, 2));
        check(reverts(r, address(trainer), SAMPLE, abi.encode(p)), "label");
        p.label = label;
        p.vouches[0].expires += uint64(bound(seed, 1, 1000));
        check(reverts(r, address(trainer), SAMPLE, abi.encode(p)), "expires");
        p = told(one(KEY));
        p.vouches[0].issued -= uint64(bound(seed, 1, MAX_AGE_S));
        check(reverts(r, address(trainer), SAMPLE, abi.encode(p)), "issued");
        p = told(one(KEY));
        p.checkpoint.stateRoot = keccak256(abi.encode(seed));
        check(reverts(r, address(trainer), SAMPLE, abi.encode(p)), "state");
        p = told(one(KEY));
        p.checkpoint.stateRoot = keccak256(abi.encode(seed));
        p.vouches[0] = attest(KEY, keccak256(SAMPLE), p, time(), time() + 300);
        check(reverts(r, address(trainer), SAMPLE, abi.encode(p)), "a state that was never effective");
    }

    function test_another_models_or_chains_attestation_is_refused() public {
        PredictionReader r = reader(1);
        bytes memory answer = abi.encode(told(one(KEY)));
        check(reverts(r, createPoints(), SAMPLE, answer), "another model");
        vm.chainId(1);
        check(reverts(r, address(trainer), SAMPLE, answer), "another chain");
    }
}
