# Integration tests: decaid's parts against a real EVM node (anvil). They
# skip where node_modules is absent.

check_PROGRAMS += tests/integration/followd
tests_integration_followd_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
tests_integration_followd_LDADD = tests/unit/libfake.a $(oracle_libs) \
	$(oracle_outside_libs) $(SQLITE_LIBS)
EXTRA_DIST += tests/integration/chain.mjs tests/integration/daemon.mjs \
	tests/integration/follow.mjs tests/integration/judge.mjs

EXTRA_DIST += tests/vectors/self-signed.pem
EXTRA_DIST += tests/integration/kills.mjs tests/integration/process.mjs
SCRIPT_TESTS += tests/integration/kills.sh
SOAK_TESTS += tests/integration/kills.sh
dist_check_SCRIPTS += tests/integration/kills.sh
SCRIPT_TESTS += tests/integration/follow.sh
SOAK_TESTS += tests/integration/follow.sh
dist_check_SCRIPTS += tests/integration/follow.sh

EXTRA_DIST += tests/integration/cli.mjs tests/integration/commands.mjs
SCRIPT_TESTS += tests/integration/commands.sh
dist_check_SCRIPTS += tests/integration/commands.sh

EXTRA_DIST += tests/integration/demo.mjs tests/integration/demo_rows.mjs
SCRIPT_TESTS += tests/integration/demo.sh
dist_check_SCRIPTS += tests/integration/demo.sh
SCRIPT_TESTS += tests/integration/simulate.sh
dist_check_SCRIPTS += tests/integration/simulate.sh

# Predictions that a contract can check, with the attester's key alone in a
# daemon of its own.
EXTRA_DIST += tests/integration/attest.mjs
SCRIPT_TESTS += tests/integration/attest.sh
dist_check_SCRIPTS += tests/integration/attest.sh

EXTRA_DIST += tests/integration/keeping.mjs
SCRIPT_TESTS += tests/integration/keeping.sh
dist_check_SCRIPTS += tests/integration/keeping.sh

EXTRA_DIST += tests/integration/proof_check.mjs tests/integration/proofs.mjs
SCRIPT_TESTS += tests/integration/proofs.sh
EXTRA_DIST += tests/integration/quorum.mjs
SCRIPT_TESTS += tests/integration/quorum.sh
dist_check_SCRIPTS += tests/integration/quorum.sh
dist_check_SCRIPTS += tests/integration/proofs.sh

# The contracts against the rules in C: rules.mjs drives a chain and rulesd.
check_PROGRAMS += tests/integration/rulesd
tests_integration_rulesd_LDADD = $(incentives_libs)
EXTRA_DIST += tests/integration/rules.mjs
SCRIPT_TESTS += tests/integration/rules.sh
SOAK_TESTS += tests/integration/rules.sh
dist_check_SCRIPTS += tests/integration/rules.sh
EXTRA_DIST += tests/integration/deca.mjs tests/integration/deca_world.mjs \
	tests/integration/mirrors.mjs tests/integration/deca/Hostile.sol \
	tests/integration/deca/Lookalike.sol \
	tests/integration/deca/Base.sol tests/integration/deca/Bayes.sol \
	tests/integration/deca/Centroids.sol \
	tests/integration/deca/Incentives.sol \
	tests/integration/deca/Perceptrons.sol \
	tests/integration/deca/Runner.sol \
	tests/integration/deca/Trainer.sol
SCRIPT_TESTS += tests/integration/deca.sh
SOAK_TESTS += tests/integration/deca.sh
dist_check_SCRIPTS += tests/integration/deca.sh
SCRIPT_TESTS += tests/integration/mirrors.sh
dist_check_SCRIPTS += tests/integration/mirrors.sh

EXTRA_DIST += tests/integration/dataservice.mjs
SCRIPT_TESTS += tests/integration/dataservice.sh
dist_check_SCRIPTS += tests/integration/dataservice.sh

EXTRA_DIST += tests/integration/takeover.mjs
SCRIPT_TESTS += tests/integration/takeover.sh
dist_check_SCRIPTS += tests/integration/takeover.sh

# Starting weights: from a model file into call data, and to every follower.
EXTRA_DIST += tests/integration/start.mjs
SCRIPT_TESTS += tests/integration/start.sh
dist_check_SCRIPTS += tests/integration/start.sh

# One text, one sample: against npm's murmurhash-js.
EXTRA_DIST += tests/integration/encoders.mjs
SCRIPT_TESTS += tests/integration/encoders.sh
dist_check_SCRIPTS += tests/integration/encoders.sh

# Off the chain: train, evaluate, import and export as a person uses them.
SCRIPT_TESTS += tests/integration/offchain.sh
dist_check_SCRIPTS += tests/integration/offchain.sh
