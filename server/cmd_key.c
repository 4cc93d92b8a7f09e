/* decaid key new, import, show, address: key files. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "oracle/keyguard.h"
#include "server/wallet.h"

/* {"address", "file"} or the address alone. */
static int tell_address(const struct cmd_line *line, const struct addr20 *a,
			const char *file)
{
	char text[ADDR20_TEXT_BYTES];
	struct json_out j;
	struct dc_buf b;

	dc_buf_init(&b, 1 << 16);
	addr20_format(a, text);
	if (line->json) {
		json_out_init(&j, &b);
		json_put_open(&j, '{');
		json_put_key(&j, "address");
		json_put_address(&j, a);
		json_put_key(&j, "file");
		json_put_text(&j, file);
		json_put_close(&j, '}');
	} else {
		dc_buf_append_text(&b, text);
	}
	return wallet_print(&b);
}

/* Where a command's one FILE and the passphrase are; -1: both are there. */
static int check_files(const struct cmd_line *line)
{
	if (line->n_args != 1)
		return cmd_usage(line, "one FILE is needed");
	if (line->config.passphrase_file[0] == '\0')
		return cmd_usage(line, "--passphrase-file is needed");
	return -1;
}

/* A new key, random or out of hex_path, as a key file. */
static int save_key(const struct cmd_line *line, const char *hex_path,
		    enum keystore_strength strength)
{
	const char *file = line->args[0];
	struct dc_err err = DC_ERR_INIT;
	struct keyguard *g = keyguard_new(&err);
	enum dc_status found = g == NULL ? DC_EIO : DC_OK;
	struct keyslot slot;
	int exit_status;

	if (found == DC_OK)
		found = hex_path != NULL
				? keyguard_import(g, &slot, hex_path, &err)
				: keyguard_random(g, &slot, &err);
	if (found == DC_OK)
		found = keyguard_save(g, slot, file,
				      line->config.passphrase_file, strength,
				      &err);
	exit_status = found == DC_OK
			? tell_address(line, keyguard_address(g, slot), file)
			: cmd_fail(line, &err);
	keyguard_free(g);
	return exit_status;
}

int cmd_key_new(const struct command *self, int argc, char **argv)
{
	const char *light = NULL;
	const struct cmd_option options[] = {
		{ "light", NULL, "cheap to open: for tests and demos",
		  &light },
	};
	struct cmd_line line;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	found = check_files(&line);
	if (found < 0)
		found = save_key(&line, NULL, light != NULL
				 ? KEYSTORE_LIGHT : KEYSTORE_STANDARD);
	cmd_line_clear(&line);
	return found;
}

int cmd_key_import(const struct command *self, int argc, char **argv)
{
	const char *light = NULL, *hex = NULL;
	const struct cmd_option options[] = {
		{ "hex", "FILE", "file with the secret as 64 hex digits",
		  &hex },
		{ "light", NULL, "cheap to open: for tests and demos",
		  &light },
	};
	struct cmd_line line;
	int found = cmd_parse(&line, self, options, DC_ARRAY_LEN(options),
			      argc, argv);

	if (found >= 0)
		return found;
	found = check_files(&line);
	if (found < 0 && hex == NULL)
		found = cmd_usage(&line, "--hex FILE is needed");
	if (found < 0)
		found = save_key(&line, hex, light != NULL
				 ? KEYSTORE_LIGHT : KEYSTORE_STANDARD);
	cmd_line_clear(&line);
	return found;
}

/* The address that a file claims; nothing is opened. */
int cmd_key_show(const struct command *self, int argc, char **argv)
{
	struct dc_err err = DC_ERR_INIT;
	struct cmd_line line;
	struct addr20 claimed;
	struct dc_buf file;
	enum dc_status status;
	int found = cmd_parse(&line, self, NULL, 0, argc, argv);

	if (found >= 0)
		return found;
	if (line.n_args != 1) {
		found = cmd_usage(&line, "one FILE is needed");
		cmd_line_clear(&line);
		return found;
	}
	dc_buf_init(&file, KEYSTORE_FILE_MAX_BYTES);
	status = keystore_file_read(&file, line.args[0], &err);
	if (status == DC_OK)
		status = keystore_claimed_address(&claimed,
						  dc_buf_text(&file),
						  file.len, &err);
	found = status == DC_OK ? tell_address(&line, &claimed, line.args[0])
				: cmd_fail(&line, &err);
	dc_buf_clear(&file);
	cmd_line_clear(&line);
	return found;
}

/* The address of the key in a file, opened. */
int cmd_key_address(const struct command *self, int argc, char **argv)
{
	struct dc_err err = DC_ERR_INIT;
	struct keyguard *g = NULL;
	struct keyslot slot;
	struct cmd_line line;
	int found = cmd_parse(&line, self, NULL, 0, argc, argv);

	if (found >= 0)
		return found;
	found = check_files(&line);
	if (found < 0) {
		g = keyguard_new(&err);
		found = g != NULL && keyguard_load(g, &slot, line.args[0],
					line.config.passphrase_file,
					&err) == DC_OK
			? tell_address(&line, keyguard_address(g, slot),
				       line.args[0])
			: cmd_fail(&line, &err);
	}
	keyguard_free(g);
	cmd_line_clear(&line);
	return found;
}
