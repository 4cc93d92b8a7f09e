# incentives/: the rules of money and karma; uses base and models.
noinst_LIBRARIES += libdc_incentives.a
libdc_incentives_a_SOURCES = \
	incentives/claim.c incentives/claim.h \
	incentives/deca_incentive.c incentives/deca_incentive.h \
	incentives/deca_trainer.c incentives/deca_trainer.h \
	incentives/drt.c incentives/drt.h \
	incentives/due.c incentives/due.h \
	incentives/market.c incentives/market.h \
	incentives/price.c incentives/price.h \
	incentives/random.c incentives/random.h \
	incentives/record.c incentives/record.h \
	incentives/share.c incentives/share.h \
	incentives/sim.c incentives/sim.h \
	incentives/sim_agent.c \
	incentives/sim_attack.c \
	incentives/sim_deca.c \
	incentives/sim_drt.c \
	incentives/sim_market.c \
	incentives/sim_stake.c \
	incentives/verdicts.c incentives/verdicts.h

incentives_libs = libdc_incentives.a $(models_libs)
