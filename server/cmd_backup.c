/* decaid backup: a copy that a daemon can start from. */
#include "config.h"

#include <inttypes.h>

#include "oracle/backup.h"
#include "server/wallet.h"

static int tell_backup(const struct cmd_line *line,
		       const struct backup_report *r)
{
	struct json_out j;
	struct dc_buf b;

	dc_buf_init(&b, 1 << 16);
	if (line->json) {
		json_out_init(&j, &b);
		json_put_open(&j, '{');
		json_put_key(&j, "directory");
		json_put_text(&j, line->args[0]);
		json_put_key(&j, "block");
		json_put_u64(&j, r->head.number);
		json_put_key(&j, "files");
		json_put_u64(&j, r->files);
		json_put_key(&j, "bytes");
		json_put_u64(&j, r->bytes);
		json_put_close(&j, '}');
	} else {
		dc_buf_printf(&b, "%s: block %" PRIu64 ", %" PRIu64
			      " files, %" PRIu64 " bytes", line->args[0],
			      r->head.number, r->files, r->bytes);
	}
	return wallet_print(&b);
}

int cmd_backup(const struct command *self, int argc, char **argv)
{
	struct backup_report report;
	struct dc_err err = DC_ERR_INIT;
	struct cmd_line line;
	int found = cmd_parse(&line, self, NULL, 0, argc, argv);

	if (found >= 0)
		return found;
	if (line.n_args != 1)
		found = cmd_usage(&line, "one DIR is needed");
	else if (backup_make(&report, line.args[0], line.config.data_dir,
			     &err) != DC_OK)
		found = cmd_fail(&line, &err);
	else
		found = tell_backup(&line, &report);
	cmd_line_clear(&line);
	return found;
}
