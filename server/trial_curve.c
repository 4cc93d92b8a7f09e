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

/* The lowest tick of the accuracy axis, in percent: a tenth below all. */
static int floor_of(const struct trial *t)
{
	int64_t low = DC_FX9_ONE;

	for (size_t i = 0; i < t->n_point; i++) {
		int64_t v = trial_share(t->curve[i].right, t->curve[i].n);

		low = v < low ? v : low;
	}
	return (int)(low / (DC_FX9_ONE / 10)) * 10;
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

static void axes_put(struct dc_buf *out, const struct trial *t, int low)
{
	for (int i = 0; i <= TICKS; i++) {
		double percent = low + (100. - low) * i / TICKS;
		double y = y_of((int64_t)(percent * 1e7), low);
		size_t n = t->n_learned * (size_t)i / TICKS;

		dc_buf_printf(out, "<path class=\"g\" d=\"M%d %.1fH%d\"/>"
			      "<text class=\"t\" x=\"%d\" y=\"%.1f\" "
			      "text-anchor=\"end\">%.0f %%</text>"
			      "<text class=\"t\" x=\"%.1f\" y=\"%d\" "
			      "text-anchor=\"%s\">%zu</text>\n", LEFT, y,
			      RIGHT, LEFT - 8, y + 4, percent, x_of(t, n),
			      BOTTOM + 20, i == TICKS ? "end" : "middle", n);
	}
	dc_buf_printf(out, "<text class=\"t\" x=\"%d\" y=\"%d\" "
		      "text-anchor=\"middle\">rows learned, each predicted "
		      "before</text>\n", (LEFT + RIGHT) / 2, BOTTOM + 40);
}

/* Accuracy so far (class c), or since the point before (class w). */
static void line_put(struct dc_buf *out, const struct trial *t, int low,
		     char class)
{
	struct trial_point from = { 0, 0 };

	dc_buf_printf(out, "<path class=\"%c\" fill=\"none\" "
		      "stroke-width=\"%d\" d=\"", class, class == 'c' ? 2 : 1);
	for (size_t i = 0; i < t->n_point; i++) {
		const struct trial_point *p = &t->curve[i];
		int64_t share = trial_share(p->right - from.right,
					    p->n - from.n);

		dc_buf_printf(out, "%c%.1f %.1f", i == 0 ? 'M' : 'L',
			      x_of(t, p->n), y_of(share, low));
		if (class == 'w')
			from = *p;
	}
	dc_buf_append_text(out, "\"/>\n");
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
