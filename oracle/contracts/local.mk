# oracle/contracts/: the Solidity, its tests, and the artifacts that the
# daemon embeds. What forge makes (out/, cache/) is not distributed.
EXTRA_DIST += \
	oracle/contracts/README.md \
	oracle/contracts/artifacts.mjs \
	oracle/contracts/artifacts/ModelFactory.json \
	oracle/contracts/artifacts/OperatorPool.json \
	oracle/contracts/artifacts/PointsTrainer.json \
	oracle/contracts/artifacts/PredictionReader.json \
	oracle/contracts/artifacts/StakeTrainer.json \
	oracle/contracts/build.sh \
	oracle/contracts/embed.sh \
	oracle/contracts/forge.sh \
	oracle/contracts/foundry.toml \
	oracle/contracts/gas/GasTest.json \
	oracle/contracts/solc.js \
	oracle/contracts/src/Args.sol \
	oracle/contracts/src/Head.sol \
	oracle/contracts/src/IOperatorPool.sol \
	oracle/contracts/src/IVerifier.sol \
	oracle/contracts/src/LateRange.sol \
	oracle/contracts/src/ModelFactory.sol \
	oracle/contracts/src/OperatorPool.sol \
	oracle/contracts/src/PointsTrainer.sol \
	oracle/contracts/src/Prediction.sol \
	oracle/contracts/src/PredictionReader.sol \
	oracle/contracts/src/Progress.sol \
	oracle/contracts/src/Schedule.sol \
	oracle/contracts/src/Shares.sol \
	oracle/contracts/src/StakeTrainer.sol \
	oracle/contracts/src/Trainer.sol \
	oracle/contracts/src/Types.sol \
	oracle/contracts/test/Checkpoint.t.sol \
	oracle/contracts/test/Claims.t.sol \
	oracle/contracts/test/Contribute.t.sol \
	oracle/contracts/test/Edges.t.sol \
	oracle/contracts/test/Factory.t.sol \
	oracle/contracts/test/Fixture.sol \
	oracle/contracts/test/Gas.t.sol \
	oracle/contracts/test/Hostile.t.sol \
	oracle/contracts/test/Invariants.t.sol \
	oracle/contracts/test/Pool.t.sol \
	oracle/contracts/test/Prediction.t.sol \
	oracle/contracts/test/Vm.sol \
	oracle/contracts/test/World.sol

# The contracts' creation code, from the committed artifacts.
oracle_artifacts = $(srcdir)/oracle/contracts/artifacts
nodist_libdc_oracle_a_SOURCES = oracle/bytecode_gen.c
CLEANFILES += oracle/bytecode_gen.c
oracle/bytecode_gen.c: $(srcdir)/oracle/contracts/embed.sh \
		$(oracle_artifacts)/ModelFactory.json \
		$(oracle_artifacts)/OperatorPool.json \
		$(oracle_artifacts)/PredictionReader.json
	$(AM_V_GEN)$(srcdir)/oracle/contracts/embed.sh $(oracle_artifacts) \
		>$@.tmp && mv $@.tmp $@

# What tests/contracts.sh compiled.
clean_folders += oracle/contracts/out oracle/contracts/cache
