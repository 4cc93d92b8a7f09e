#ifndef DECAID_ORACLE_SIGNLOG_FILE_H
#define DECAID_ORACLE_SIGNLOG_FILE_H

/*
 * The bytes of the signer's file: a header and records of one size, each
 * with a checksum over its place and content, only ever appended. Shared by
 * signlog*.c alone.
 *
 *     header  magic 16 | version 4 | chain id 8 | zeros 28 | check 8
 *     record  kind 4 | body 116 | check 8
 *     body 1  pool 20 | trainer 20 | epoch 8 | epoch_s 4 | digest 32
 *     body 2  day 8 | nonce 8 | cost 32
 *
 * Numbers are big-endian; check is the head of a keccak.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "oracle/signlog.h"

#define SIGNLOG_RECORD_BYTES 128

enum signlog_kind { SIGNLOG_CHECKPOINT = 1, SIGNLOG_SPEND = 2 };

struct signlog_record {
	enum signlog_kind kind;
	union {
		struct sign_entry entry;
		struct sign_spend spend;
	} u;
};

struct signlog_file {
	int fd;			/* locked; -1: none */
	/* For a shorter one, made beside it while files may still be opened:
	 * the signer shuts itself in before it signs. */
	int spare_fd, dir_fd;	/* -1: none */
	char *name;		/* in that directory */
	uint64_t chain_id;
	uint64_t bytes;		/* whole, checked, durable */
	bool broken;		/* a sync failed: what is on disk is unknown */
};

typedef enum dc_status (*signlog_visit)(void *user,
					const struct signlog_record *r,
					struct dc_err *err);

/* Open or create, lock, check, and show each record in order. A torn last
 * record is cut off. */
enum dc_status signlog_file_open(struct signlog_file *f, const char *path,
				 uint64_t chain_id, signlog_visit visit,
				 void *user, struct dc_err *err)
	DC_MUST_CHECK;
void signlog_file_close(struct signlog_file *f);

/* Durable when it returns DC_OK. */
enum dc_status signlog_file_append(struct signlog_file *f,
				   const struct signlog_record *r,
				   struct dc_err *err) DC_MUST_CHECK;

/* Make room beside it for a shorter one: NAME.new, whose content says
 * nothing. Without it the file is not shortened while the process lives. */
enum dc_status signlog_file_spare(struct signlog_file *f, const char *path,
				  struct dc_err *err) DC_MUST_CHECK;

/* Put these records alone in the place of all: written aside, synced, and
 * the two files exchanged at once. Opens nothing.
 * Errors: DC_EREFUSED no spare, or the file system cannot exchange: f is as
 *     it was; DC_EIO: as it was, or, when the directory cannot be synced,
 *     broken. */
enum dc_status signlog_file_replace(struct signlog_file *f,
				    const struct signlog_record *r, size_t n,
				    struct dc_err *err) DC_MUST_CHECK;

#endif /* DECAID_ORACLE_SIGNLOG_FILE_H */
