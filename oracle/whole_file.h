#ifndef DECAID_ORACLE_WHOLE_FILE_H
#define DECAID_ORACLE_WHOLE_FILE_H

/*
 * Files that are whole or not there, however the process ends: written
 * aside, synced, renamed, and the folder synced. One writer at a time.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define WHOLE_FILE_ASIDE ".part"	/* behind the name, while it is written */

/* FOLDER/NAME, over what was there. Errors: DC_EINVAL the name is too long;
 * DC_EIO the disk: what was there stays. */
enum dc_status whole_file_write(const char *folder, const char *name,
				const uint8_t *in, size_t len,
				struct dc_err *err) DC_MUST_CHECK;

/* Another name for it, over what was there, synced.
 * Errors: as above; DC_ENOTFOUND there is none. */
enum dc_status whole_file_rename(const char *folder, const char *name,
				 const char *to,
				 struct dc_err *err) DC_MUST_CHECK;

/* Map one for reading; whole_file_unmap gives it back.
 * Errors: DC_ENOTFOUND no such file; DC_EIO; DC_EINVAL as above. */
enum dc_status whole_file_map(const uint8_t **out, size_t *len,
			      const char *folder, const char *name,
			      struct dc_err *err) DC_MUST_CHECK;
void whole_file_unmap(const uint8_t *in, size_t len);

#endif /* DECAID_ORACLE_WHOLE_FILE_H */
