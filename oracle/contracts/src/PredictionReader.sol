// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Prediction, PredictionLib, Trust} from "./Prediction.sol";

/// @notice What a gateway is asked: operators' daemons answer it under /v1/ccip.
interface IPredictionGateway {
    /// @return an ABI-encoded Prediction
    function attestedPrediction(address trainer, bytes calldata sample) external view returns (Prediction memory);
}

/// @title Ask a model as if it were a contract (ERC-3668, CCIP-Read).
/// @notice `predict` sends the caller's client to a gateway and comes back to `predictCallback`, which believes nothing but
/// the signatures of the pool's operators. A contract that acts on a prediction within a transaction takes the gateway's
/// answer as an argument and gives it to `verify`. Nobody owns a reader; whoever wants other gateways or another trust deploys
/// another one.
///
/// @dev Storage: slot 0, the gateways' addresses.
contract PredictionReader {
    /// @notice Seconds since an operator vouched for a prediction, at most.
    uint32 public immutable maxAgeS;
    /// @notice So many operators of a trainer's pool must vouch for it.
    uint32 public immutable operators;
    string[] private _urls;

    error OffchainLookup(
        address sender, string[] urls, bytes callData, bytes4 callbackFunction, bytes extraData
    );
    error WrongTrust();

    /// @param urls_ as ERC-3668 has them: where {sender} and {data} stand they are filled in; without {data} it is POSTed to
    constructor(string[] memory urls_, uint32 maxAgeS_, uint32 operators_) {
        if (urls_.length == 0 || operators_ == 0) revert WrongTrust();
        for (uint256 i = 0; i < urls_.length; ++i) _urls.push(urls_[i]);
        maxAgeS = maxAgeS_;
        operators = operators_;
    }

    /// @notice The gateways, in the order in which a client tries them.
    function urls() external view returns (string[] memory) {
        return _urls;
    }

    /// @notice The label that a model gives a sample. For clients that know CCIP-Read: it always reverts with OffchainLookup.
    /// @param sample packed, as contributions are
    function predict(address trainer, bytes calldata sample) external view returns (uint32) {
        revert OffchainLookup(
            address(this),
            _urls,
            abi.encodeCall(IPredictionGateway.attestedPrediction, (trainer, sample)),
            this.predictCallback.selector,
            abi.encode(trainer, keccak256(sample))
        );
    }

    /// @notice Where such a client comes back to.
    /// @param response a gateway's answer
    /// @param extraData trainer and keccak of the sample
    function predictCallback(bytes calldata response, bytes calldata extraData) external view returns (uint32) {
        (address trainer, bytes32 sample) = abi.decode(extraData, (address, bytes32));
        return _check(trainer, sample, response);
    }

    /// @notice The same for contracts: the label, if the answer holds now.
    function verify(address trainer, bytes calldata sample, bytes calldata answer) external view returns (uint32) {
        return _check(trainer, keccak256(sample), answer);
    }

    function _check(address trainer, bytes32 sample, bytes calldata answer) private view returns (uint32) {
        return PredictionLib.check(
            abi.decode(answer, (Prediction)), trainer, sample, Trust({maxAgeS: maxAgeS, operators: operators})
        );
    }
}
