/*
 * check_server_manual.c: the manual pages against what they describe: each
 * key, command, option and route stands in its page, and nothing else does.
 * What a page lacks is printed as the lines to put there.
 */

#include "config.h"

#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "server/conf.h"
#include "server/recipe.h"
#include "tests/unit/unit.h"

#define PAGE_BYTES_MAX (1 << 20)

/* ---- texts ---- */

/* A stream to its end, blanks and line ends as they are. */
static void slurp(struct dc_buf *out, FILE *f)
{
	char part[4096];
	size_t n;

	dc_buf_init(out, PAGE_BYTES_MAX);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		dc_buf_append(out, part, n);
	ck_assert(!dc_buf_failed(out));
}

static void read_page(struct dc_buf *out, const char *name)
{
	char path[4096];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", TEST_MAN, name);
	f = fopen(path, "re");
	ck_assert_msg(f != NULL, "%s is not there", path);
	slurp(out, f);
	ck_assert_int_eq(fclose(f), 0);
}

/* Each run of blanks and line ends becomes one blank, in place: a page may
 * break its lines where it likes. */
static void squeeze(char *text)
{
	char *to = text;
	bool blank = false;

	for (const char *p = text; *p != '\0'; p++) {
		if (isspace((unsigned char)*p)) {
			blank = true;
			continue;
		}
		if (blank && to != text)
			*to++ = ' ';
		blank = false;
		*to++ = *p;
	}
	*to = '\0';
}

/* Is text, its blanks squeezed, in page? */
static bool holds(const char *page, const char *text)
{
	char *a = dc_strdup(page), *b = dc_strdup(text);
	bool found;

	squeeze(a);
	squeeze(b);
	found = strstr(a, b) != NULL;
	free(a);
	free(b);
	return found;
}

/* What stands from the line `start` to the next line that begins with one of
 * two macros, in memory of its own; NULL: there is no such line. */
static char *part_of(const char *page, const char *start, const char *end1,
		     const char *end2)
{
	size_t len = strlen(start);
	const char *at = page, *next;
	char *found;

	while ((at = strstr(at, start)) != NULL &&
	       ((at != page && at[-1] != '\n') || at[len] != '\n'))
		at++;
	if (at == NULL)
		return NULL;
	for (next = at + len + 1; *next != '\0'; next++)
		if (next[-1] == '\n' &&
		    (strncmp(next, end1, strlen(end1)) == 0 ||
		     strncmp(next, end2, strlen(end2)) == 0))
			break;
	found = dc_malloc((size_t)(next - at) + 1);
	memcpy(found, at, (size_t)(next - at));
	found[next - at] = '\0';
	return found;
}

/* The next line of text that starts with head: *after it, up to 255 bytes of
 * the rest of it in out.  Returns where to go on; NULL: none. */
static const char *next_line(char out[256], const char *text,
			     const char *head)
{
	for (; *text != '\0'; text += strcspn(text, "\n"),
			      text += *text == '\n') {
		size_t len;

		if (strncmp(text, head, strlen(head)) != 0)
			continue;
		text += strlen(head);
		len = strcspn(text, "\n");
		ck_assert_uint_lt(len, 256);
		memcpy(out, text, len);
		out[len] = '\0';
		return text + len + (text[len] == '\n');
	}
	return NULL;
}

/* A sentence from a summary: first letter large, a full stop. */
static void put_sentence(struct dc_buf *b, const char *text, size_t len)
{
	dc_buf_append_byte(b, (uint8_t)toupper((unsigned char)text[0]));
	dc_buf_append(b, text + 1, len - 1);
	dc_buf_append_text(b, ".\n");
}

/* ---- decaid.conf.5 ---- */

static void put_key(struct dc_buf *b, const struct config_key *k)
{
	dc_buf_printf(b, ".It Cm %s No = Ar %s\n", k->name,
		      config_type_name(k->type));
	put_sentence(b, k->doc, strlen(k->doc));
	if (k->type == CONFIG_TYPE_UINT && k->most == INT64_MAX)
		dc_buf_printf(b, "Range: %" PRIu64 " and up.\n", k->least);
	else if (k->type == CONFIG_TYPE_UINT)
		dc_buf_printf(b, "Range: %" PRIu64 " to %" PRIu64 ".\n",
			      k->least, k->most);
	if (*k->initial == '\0')
		dc_buf_append_text(b, "Not set by default.\n");
	else
		dc_buf_printf(b, "Default:\n.Li %s .\n", k->initial);
}

START_TEST(every_key_stands_in_the_page_with_sentence_range_and_default)
{
	const struct config_key *keys;
	struct dc_buf page, want;
	unsigned lacking = 0;
	size_t n;

	read_page(&page, "decaid.conf.5");
	keys = config_keys(&n);
	for (size_t i = 0; i < n; i++) {
		dc_buf_init(&want, 4096);
		put_key(&want, &keys[i]);
		if (!holds(dc_buf_text(&page), dc_buf_text(&want))) {
			printf("man/decaid.conf.5 lacks:\n%s",
			       dc_buf_text(&want));
			lacking++;
		}
		dc_buf_clear(&want);
	}
	dc_buf_clear(&page);
	ck_assert_uint_eq(lacking, 0);
}
END_TEST

START_TEST(the_page_names_no_key_that_is_not_there)
{
	struct dc_buf page;
	const char *at;
	char name[256];

	read_page(&page, "decaid.conf.5");
	at = dc_buf_text(&page);
	while ((at = next_line(name, at, ".It Cm ")) != NULL) {
		name[strcspn(name, " ")] = '\0';
		ck_assert_msg(config_key_find(name) != NULL,
			      "man/decaid.conf.5: %s is no key", name);
	}
	dc_buf_clear(&page);
}
END_TEST

/* ---- decaid.1 ---- */

/* What the program prints when asked with words. */
static void ask_program(struct dc_buf *out, const char *words)
{
	char line[256];
	FILE *f;

	(void)snprintf(line, sizeof(line), "./decaid %s --help", words);
	f = popen(line, "re");
	ck_assert_ptr_nonnull(f);
	slurp(out, f);
	ck_assert_msg(pclose(f) == 0, "%s failed", line);
}

/* ".It Fl -key Ns = Ns Ar FILE" from "key=FILE". */
static void put_option_head(struct dc_buf *b, const char *option)
{
	size_t len = strcspn(option, "=");

	dc_buf_printf(b, ".It Fl -%.*s", (int)len, option);
	if (option[len] != '\0')
		dc_buf_printf(b, " Ns = Ns Ar %s", option + len + 1);
}

/* "summary [default]" as lines of the page. */
static void put_option_text(struct dc_buf *b, const char *summary)
{
	const char *bracket = strrchr(summary, '[');
	size_t len = strlen(summary);

	if (bracket == NULL || summary[len - 1] != ']') {
		put_sentence(b, summary, len);
		return;
	}
	put_sentence(b, summary, (size_t)(bracket - 1 - summary));
	dc_buf_printf(b, "Default: %.*s.\n",
		      (int)(strlen(bracket) - 2), bracket + 1);
}

/* "Default: X." from "summary [X]"; "" where there is none. */
static void put_default(struct dc_buf *b, const char *summary)
{
	struct dc_buf all;
	const char *at;

	dc_buf_init(&all, 4096);
	put_option_text(&all, summary);
	at = strstr(dc_buf_text(&all), "Default: ");
	dc_buf_append_text(b, at != NULL ? at : "");
	dc_buf_clear(&all);
}

/* One option of a command's help is in the command's section of the page. */
static bool check_option(const char *section, const char *command,
			 const char *option, const char *summary)
{
	struct dc_buf head, initial, lines;
	bool found;
	char *item;

	dc_buf_init(&head, 512);
	dc_buf_init(&initial, 512);
	dc_buf_init(&lines, 4096);
	put_option_head(&head, option);
	put_default(&initial, summary);
	dc_buf_printf(&lines, "%s\n", dc_buf_text(&head));
	put_option_text(&lines, summary);
	item = part_of(section, dc_buf_text(&head), ".It", ".El");
	found = item != NULL && holds(item, dc_buf_text(&initial));
	if (!found)
		printf("man/decaid.1, %s, lacks:\n%s", command,
		       dc_buf_text(&lines));
	free(item);
	dc_buf_clear(&head);
	dc_buf_clear(&initial);
	dc_buf_clear(&lines);
	return found;
}

/* Go through the options of a help text: each is "  --name=ARG  summary", or
 * its summary is the next line. */
static unsigned check_options(const char *help, const char *section,
			      const char *command)
{
	const char *at = strstr(help, "\nOptions:\n"), *end;
	unsigned lacking = 0;
	char line[256];

	if (at == NULL)
		return 0;
	at += strlen("\nOptions:\n");
	end = strstr(at, "\n\n");
	ck_assert_ptr_nonnull(end);
	while ((at = next_line(line, at, "  --")) != NULL && at <= end + 1) {
		size_t len = strcspn(line, " ");
		const char *summary = line + len + strspn(line + len, " ");
		char below[256];

		if (*summary == '\0') {
			at = next_line(below, at, "  ");
			ck_assert_ptr_nonnull(at);
			summary = below + strspn(below, " ");
		}
		line[len] = '\0';
		lacking += !check_option(section, command, line, summary);
	}
	return lacking;
}

/* No option in the section that the help does not name. */
static unsigned check_strangers(const char *help, const char *section,
				const char *command)
{
	const char *at = section;
	unsigned strangers = 0;
	char line[256];

	while ((at = next_line(line, at, ".It Fl -")) != NULL) {
		struct dc_buf want;

		line[strcspn(line, " ")] = '\0';
		dc_buf_init(&want, 512);
		dc_buf_printf(&want, "\n  --%s", line);
		if (strstr(help, dc_buf_text(&want)) == NULL) {
			printf("man/decaid.1, %s: no option --%s\n", command,
			       line);
			strangers++;
		}
		dc_buf_clear(&want);
	}
	return strangers;
}

/* One line of the list of commands: "  deploy pool     Put ..." */
static unsigned check_command(const char *page, char *line)
{
	char *gap = strstr(line, "  "), *section, start[300];
	const char *summary;
	struct dc_buf help, want;
	unsigned wrong = 0;

	ck_assert_ptr_nonnull(gap);
	*gap = '\0';
	summary = gap + 1 + strspn(gap + 1, " ");
	ask_program(&help, line);
	(void)snprintf(start, sizeof(start), ".Ss %s", line);
	section = part_of(page, start, ".Ss", ".Sh");
	dc_buf_init(&want, 4096);
	put_sentence(&want, summary, strlen(summary));
	if (section == NULL || !holds(section, dc_buf_text(&want))) {
		printf("man/decaid.1 lacks:\n%s\n.D1 Nm decaid Cm %s "
		       "Op Ar option ...\n%s", start, line,
		       dc_buf_text(&want));
		wrong++;
	}
	wrong += check_options(dc_buf_text(&help),
			       section != NULL ? section : "", line);
	if (section != NULL)
		wrong += check_strangers(dc_buf_text(&help), section, line);
	free(section);
	dc_buf_clear(&want);
	dc_buf_clear(&help);
	return wrong;
}

START_TEST(every_command_and_option_stands_in_the_page)
{
	struct dc_buf page, help;
	const char *at, *end;
	unsigned wrong = 0, commands = 0;
	char line[256];

	read_page(&page, "decaid.1");
	ask_program(&help, "");
	at = strstr(dc_buf_text(&help), "Commands:\n");
	ck_assert_ptr_nonnull(at);
	end = strstr(at, "\n\n");
	ck_assert_ptr_nonnull(end);
	while ((at = next_line(line, at, "  ")) != NULL && at <= end + 1) {
		wrong += check_command(dc_buf_text(&page), line);
		commands++;
	}
	dc_buf_clear(&page);
	dc_buf_clear(&help);
	ck_assert_uint_gt(commands, 10);
	ck_assert_uint_eq(wrong, 0);
}
END_TEST

START_TEST(the_page_names_no_command_that_is_not_there)
{
	struct dc_buf page, help;
	const char *at;
	char *section, name[256], want[300];

	read_page(&page, "decaid.1");
	ask_program(&help, "");
	section = part_of(dc_buf_text(&page), ".Sh COMMANDS", ".Sh", ".Sh");
	ck_assert_ptr_nonnull(section);
	at = section;
	while ((at = next_line(name, at, ".Ss ")) != NULL) {
		(void)snprintf(want, sizeof(want), "\n  %s  ", name);
		ck_assert_msg(strstr(dc_buf_text(&help), want) != NULL,
			      "man/decaid.1: %s is no command", name);
	}
	free(section);
	dc_buf_clear(&page);
	dc_buf_clear(&help);
}
END_TEST

/* Whoever deploys reads there what his contributors' deposits hang on. */
START_TEST(the_page_tells_the_rule_of_each_type_with_a_jury)
{
	static const char *const types[] = { "logistic", "naive-bayes",
					     "passive-aggressive" };
	struct dc_buf page;

	read_page(&page, "decaid.1");
	for (size_t i = 0; i < DC_ARRAY_LEN(types); i++) {
		const char *rule = recipe_verdict(types[i]);

		ck_assert_int_eq(strncmp(rule, "jury ", 5), 0);
		ck_assert_msg(strstr(dc_buf_text(&page), rule) != NULL,
			      "man/decaid.1, deploy model, --verdict lacks: "
			      "%s, %s", types[i], rule);
	}
	dc_buf_clear(&page);
}
END_TEST

/* ---- decaid-api.7 ---- */

static json_t *load_openapi(void)
{
	json_error_t why;
	json_t *doc = json_load_file(TEST_OPENAPI, 0, &why);

	ck_assert_msg(doc != NULL, "%s:%d: %s", TEST_OPENAPI, why.line,
		      why.text);
	return doc;
}

/* The parameter, also where it is only pointed to. */
static const json_t *parameter_at(const json_t *doc, const json_t *p)
{
	static const char head[] = "#/components/parameters/";
	const char *ref = json_string_value(json_object_get(p, "$ref"));

	if (ref == NULL)
		return p;
	ck_assert(strncmp(ref, head, strlen(head)) == 0);
	p = json_object_get(json_object_get(json_object_get(doc,
			"components"), "parameters"), ref + strlen(head));
	ck_assert_ptr_nonnull(p);
	return p;
}

static bool in_path(const json_t *parameter)
{
	const char *in = json_string_value(json_object_get(parameter, "in"));

	return in != NULL && strcmp(in, "path") == 0;
}

/* " Cm limit": parameters are named by this macro and no other. */
static bool check_parameters(const json_t *doc, const json_t *operation,
			     const char *item, const char *head)
{
	bool right = true;
	const json_t *each;
	size_t i;

	json_array_foreach (json_object_get(operation, "parameters"), i,
			    each) {
		const json_t *p = parameter_at(doc, each);
		char want[128];

		if (in_path(p))
			continue;
		(void)snprintf(want, sizeof(want), "\n.Cm %s",
			json_string_value(json_object_get(p, "name")));
		if (strstr(item, want) != NULL)
			continue;
		printf("man/decaid-api.7, %s, lacks:%s\n", head + 7, want);
		right = false;
	}
	return right;
}

static bool check_route(const json_t *doc, const char *page,
			const char *path, const char *method,
			const json_t *operation)
{
	char head[256], upper[16];
	char *item;
	bool right;
	size_t i;

	for (i = 0; method[i] != '\0' && i < sizeof(upper) - 1; i++)
		upper[i] = (char)toupper((unsigned char)method[i]);
	upper[i] = '\0';
	(void)snprintf(head, sizeof(head), ".It Cm %s Pa %s", upper, path);
	item = part_of(page, head, ".It", ".El");
	if (item == NULL)
		printf("man/decaid-api.7 lacks:\n%s\n%s.\n", head,
		       json_string_value(json_object_get(operation,
							 "summary")));
	right = item != NULL && check_parameters(doc, operation, item, head);
	free(item);
	return right;
}

START_TEST(every_route_and_parameter_stands_in_the_page)
{
	json_t *doc = load_openapi(), *routes, *operation;
	const char *path, *method;
	unsigned wrong = 0, n = 0;
	struct dc_buf page;

	read_page(&page, "decaid-api.7");
	json_object_foreach (json_object_get(doc, "paths"), path, routes)
		json_object_foreach (routes, method, operation) {
			wrong += !check_route(doc, dc_buf_text(&page), path,
					      method, operation);
			n++;
		}
	dc_buf_clear(&page);
	json_decref(doc);
	ck_assert_uint_gt(n, 10);
	ck_assert_uint_eq(wrong, 0);
}
END_TEST

START_TEST(the_page_names_no_route_that_is_not_there)
{
	json_t *doc = load_openapi();
	const json_t *paths = json_object_get(doc, "paths");
	struct dc_buf page;
	const char *at;
	char line[256];

	read_page(&page, "decaid-api.7");
	at = dc_buf_text(&page);
	while ((at = next_line(line, at, ".It Cm ")) != NULL) {
		char *path = strstr(line, " Pa ");

		if (path == NULL)
			continue;
		*path = '\0';
		path += 4;
		for (char *p = line; *p != '\0'; p++)
			*p = (char)tolower((unsigned char)*p);
		ck_assert_msg(json_object_get(json_object_get(paths, path),
					      line) != NULL,
			      "man/decaid-api.7: no route %s %s", line, path);
	}
	dc_buf_clear(&page);
	json_decref(doc);
}
END_TEST

UNIT_MAIN("server/manual",
	  every_key_stands_in_the_page_with_sentence_range_and_default,
	  the_page_names_no_key_that_is_not_there,
	  every_command_and_option_stands_in_the_page,
	  the_page_names_no_command_that_is_not_there,
	  the_page_tells_the_rule_of_each_type_with_a_jury,
	  every_route_and_parameter_stands_in_the_page,
	  the_page_names_no_route_that_is_not_there)
