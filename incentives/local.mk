# incentives/: the rules of money and karma; uses base and models.
noinst_LIBRARIES += libdc_incentives.a
libdc_incentives_a_SOURCES = \
	incentives/claim.c incentives/claim.h \
	incentives/price.c incentives/price.h \
	incentives/record.c incentives/record.h \
	incentives/share.c incentives/share.h \
	incentives/verdicts.c incentives/verdicts.h

incentives_libs = libdc_incentives.a $(models_libs)
