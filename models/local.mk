# models/: classifiers, samples, roots and verdicts, in integers; uses base.
noinst_LIBRARIES += libdc_models.a
libdc_models_a_CFLAGS = $(AM_CFLAGS) $(XXHASH_CFLAGS)
libdc_models_a_SOURCES = \
	models/adagrad.h \
	models/adagrad_four.c models/adagrad_four.h \
	models/blend.c \
	models/covariance.c models/covariance.h \
	models/covariance_four.c models/covariance_four.h \
	models/deca.c models/deca.h models/deca_private.h \
	models/deca_bayes.c \
	models/deca_centroid.c \
	models/deca_encoder.c models/deca_encoder.h \
	models/deca_perceptron.c \
	models/deca_reason.h \
	models/deca_sparse_centroid.c \
	models/deca_types.c \
	models/deca_view.c models/deca_view.h \
	models/encoder.c models/encoder.h \
	models/encoder_embedding.c \
	models/encoder_ngrams.c \
	models/encoder_pixels.c \
	models/encoder_scale.c \
	models/encoder_tokens.c models/encoder_tokens.h \
	models/encoder_unit.c \
	models/encoder_vocabulary.c \
	models/encoder_words.c \
	models/fx9.c models/fx9.h \
	models/fx9_ln.c \
	models/holdout.c models/holdout.h \
	models/hoeffding.c \
	models/kalman.c \
	models/learner.c models/learner.h \
	models/logistic.c \
	models/merkle.c models/merkle.h \
	models/model.c models/model.h \
	models/murmur.h \
	models/proof.c models/proof.h \
	models/naive_bayes.c \
	models/nearest.c \
	models/passive_aggressive.c \
	models/reciprocal.h \
	models/root.c models/root.h \
	models/rows.c models/rows.h \
	models/sample.c models/sample.h \
	models/softmax.c models/softmax.h \
	models/sparse_perceptron.c \
	models/spec.c models/spec.h models/spec_words.c \
	models/start.c models/start.h \
	models/suspicion.c models/suspicion.h \
	models/suspicion_dense.c models/suspicion_private.h \
	models/suspicion_sparse.c \
	models/verdict.c models/verdict.h \
	models/verdict_fold.c \
	models/verdict_jury.c \
	models/verdict_recent.c models/verdict_recent.h \
	models/verdict_support.c

models_libs = libdc_models.a $(base_libs) $(UNISTRING_LIBS) $(XXHASH_LIBS)

dist_doc_DATA += models/ACCURACY.md models/VERDICTS.md
