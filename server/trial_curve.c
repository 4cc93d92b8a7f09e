/* The learning curve as an SVG that stands alone, in light and dark. */
#include "config.h"

#include "server/trial_tell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/types.h"

/* The picture, and the frame of the curve in it. */
enum { WIDTH = 720, HEIGHT = 400, LEFT = 60, TOP = 44, RIGHT = 700,
	BOTTOM = 352 };

#define TICKS 5
#define WINDOW 20	/* points that the light line looks back: a tenth */

static const char head[] =
	"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
	"width=\"%d\" height=\"%d\" role=\"img\" "
	"font-family=\"system-ui,sans-serif\" font-size=\"12\">\n"
	"<style>"
	".b{fill:#fff}.t{fill:#222}.g{stroke:#ddd}.c{stroke:#0a6cbd}"
	".w{stroke:#9ec5e5}"
	"@media(prefers-color-scheme:dark){.b{fill:#16181c}.t{fill:#ddd}"
	".g{stroke:#3a3d42}.c{stroke:#58a6ff}.w{stroke:#2d5680}}"
	"</style>\n"
	"<title>Learning curve</title>\n"
	"<rect class=\"b\" width=\"%d\" height=\"%d\"/>\n";

/* Accuracy up to point i (class c), or of the rows of the WINDOW points
 * before it (class w). */
static int64_t share_at(const struct trial *t, size_t i, char class)
{
	struct trial_point from = { 0, 0 };

	if (class == 'w' && i >= WINDOW)
		from = t->curve[i - WINDOW];
	return trial_share(t->curve[i].right - from.right,
			   t->curve[i].n - from.n);
}

/* Before so many points the first rows make any line jump. */
static size_t first_point(const struct trial *t)
{
	return t->n_point > WINDOW ? WINDOW / 2 : 0;
}

/* The lowest tick of the accuracy axis, in percent: a tenth below all. */
static int floor_of(const struct trial *t)
{
	int64_t low = DC_FX9_ONE - 1;

	for (size_t i = first_point(t); i < t->n_point; i++)
		for (const char *class = "cw"; *class != '\0'; class++) {
			int64_t v = share_at(t, i, *class);

			low = v < low ? v : low;
		}
	return (int)(low / (DC_FX9_ONE / 10)) * 10;
}

/* Rows between two ticks: 1, 2 or 5 times a power of ten, at most TICKS of
 * them. */
static size_t step_of(size_t n)
{
	for (size_t ten = 1;; ten *= 10) {
		if (n / ten <= TICKS)
			return ten;
		if (n / (2 * ten) <= TICKS)
			return 2 * ten;
		if (n / (5 * ten) <= TICKS)
			return 5 * ten;
	}
}

static double x_of(const struct trial *t, size_t n)
{
	return LEFT + (double)(RIGHT - LEFT) * (double)n /
		(double)(t->n_learned > 0 ? t->n_learned : 1);
}

static double y_of(int64_t share, int low)
{
	double part = ((double)share / 1e7 - low) / (100 - low);

	return BOTTOM - (BOTTOM - TOP) * (part < 0 ? 0 : part);
}

static void text_put(struct dc_buf *out, double x, double y,
		     const char *anchor, const char *class, const char *text)
{
	dc_buf_printf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" "
		      "text-anchor=\"%s\">%s</text>\n", class, x, y, anchor,
		      text);
}

static void axes_put(struct dc_buf *out, const struct trial *t, int low)
{
	size_t step = step_of(t->n_learned);
	char text[32];

	for (int i = 0; i <= TICKS; i++) {
		double percent = low + (100. - low) * i / TICKS;
		double y = y_of((int64_t)(percent * 1e7), low);

		dc_buf_printf(out, "<path class=\"g\" d=\"M%d %.1fH%d\"/>",
			      LEFT, y, RIGHT);
		(void)snprintf(text, sizeof(text), "%.0f %%", percent);
		text_put(out, LEFT - 8, y + 4, "end", "t", text);
	}
	for (size_t n = 0; n <= t->n_learned; n += step) {
		(void)snprintf(text, sizeof(text), "%zu", n);
		text_put(out, x_of(t, n), BOTTOM + 20, "middle", "t", text);
	}
	text_put(out, (LEFT + RIGHT) / 2, BOTTOM + 40, "middle", "t",
		 "rows learned, each predicted before");
}

static void line_put(struct dc_buf *out, const struct trial *t, int low,
		     char class)
{
	size_t first = first_point(t);

	dc_buf_printf(out, "<path class=\"%c\" fill=\"none\" "
		      "stroke-width=\"%d\" d=\"", class,
		      class == 'c' ? 2 : 1);
	for (size_t i = first; i < t->n_point; i++)
		dc_buf_printf(out, "%c%.1f %.1f", i == first ? 'M' : 'L',
			      x_of(t, t->curve[i].n),
			      y_of(share_at(t, i, class), low));
	dc_buf_append_text(out, "\"/>\n");
}

/* What the two lines are, in their colours. */
static void legend_put(struct dc_buf *out)
{
	dc_buf_printf(out, "<path class=\"c\" stroke-width=\"2\" "
		      "d=\"M%d 20h16\"/><path class=\"w\" "
		      "stroke-width=\"1\" d=\"M%d 20h16\"/>\n", RIGHT - 196,
		      RIGHT - 122);
	text_put(out, RIGHT - 176, 24, "start", "t", "so far");
	text_put(out, RIGHT - 102, 24, "start", "t", "of the last tenth");
}

static void curve_put(struct dc_buf *out, const struct trial *t)
{
	int low = floor_of(t);
	int64_t v = (trial_share(t->n_right, t->n_learned) + 50000) / 100000;

	dc_buf_printf(out, head, WIDTH, HEIGHT, WIDTH, HEIGHT, WIDTH, HEIGHT);
	dc_buf_printf(out, "<text class=\"t\" x=\"%d\" y=\"24\" "
		      "font-size=\"15\">%s: %lld.%02lld %% of %zu rows</text>"
		      "\n", LEFT, t->spec.model->choice.name,
		      (long long)(v / 100), (long long)(v % 100),
		      t->n_learned);
	legend_put(out);
	axes_put(out, t, low);
	line_put(out, t, low, 'w');
	line_put(out, t, low, 'c');
	dc_buf_append_text(out, "</svg>\n");
}

enum dc_status trial_curve_save(const struct trial *t, const char *path,
				struct dc_err *err)
{
	struct dc_buf out;
	bool done;
	FILE *f;

	errno = 0;
	f = fopen(path, "w");
	if (f == NULL)
		return dc_fail(err, DC_EIO, "%s: %s", path, strerror(errno));
	dc_buf_init(&out, 1 << 20);
	curve_put(&out, t);
	done = fwrite(out.data, 1, out.len, f) == out.len;
	done = fclose(f) == 0 && done;
	dc_buf_clear(&out);
	if (!done)
		return dc_fail(err, DC_EIO, "%s: %s", path, strerror(errno));
	return DC_OK;
}
