/* Runs as a picture. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/sim_plot.h"

#define WIDTH 860
#define LEFT 84
#define RIGHT 150		/* names at the ends of lines */
#define PANEL 230
#define TOP 56
#define GAP 44
#define LEGEND_LINE 20
#define POINTS_MAX 600		/* of a line */
#define TICKS 5

static const char *const colors[] = {
	"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9",
	"#000000", "#8c7a00"
};
static const char *const dashes[] = { "none", "8 4", "2 3", "10 3 2 3" };

/* A panel and what its axes reach. */
struct panel {
	double top, x_max, y_min, y_max;
};

static double x_of(const struct panel *p, double t)
{
	return LEFT + t / p->x_max * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct panel *p, double v)
{
	return p->top + PANEL -
		(v - p->y_min) / (p->y_max - p->y_min) * PANEL;
}

/* 1, 2 or 5 times a power of ten, about a TICKS-th of the range. */
static double nice_step(double range)
{
	double step = pow(10, floor(log10(range / TICKS)));

	if (range / step > 5 * TICKS)
		return 5 * step;
	return range / step > 2 * TICKS ? 2 * step : step;
}

static void escaped(struct dc_buf *b, const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text) {
		case '<':
			dc_buf_append_text(b, "&lt;");
			break;
		case '>':
			dc_buf_append_text(b, "&gt;");
			break;
		case '&':
			dc_buf_append_text(b, "&amp;");
			break;
		case '"':
			dc_buf_append_text(b, "&quot;");
			break;
		default:
			dc_buf_append_byte(b, (uint8_t)*text);
		}
}

static void text_put(struct dc_buf *b, double x, double y, const char *anchor,
		     const char *text)
{
	dc_buf_printf(b, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x,
		      y, anchor);
	escaped(b, text);
	dc_buf_append_text(b, "</text>\n");
}

/* An amount as a number of the scenario's unit. */
static double amount(const struct scenario *s, struct wei w)
{
	char digits[WEI_TEXT_BYTES];

	wei_format(w, digits);
	return strtod(digits, NULL) / pow(10, s->decimals);
}

/* Hours for a short run. */
struct time_unit {
	double s;
	const char *name;
};

static struct time_unit unit_of(double seconds)
{
	if (seconds > 3 * 86400)
		return (struct time_unit){ 86400, "days" };
	return (struct time_unit){ 3600, "hours" };
}

static void grid_put(struct dc_buf *b, const struct panel *p,
		     const char *title, const char *suffix)
{
	double step = nice_step(p->y_max - p->y_min), v;
	struct time_unit u = unit_of(p->x_max);
	double every = nice_step(p->x_max / u.s);
	char label[64];

	for (v = ceil(p->y_min / step) * step; v <= p->y_max + step / 1e6;
	     v += step) {
		dc_buf_printf(b, "<path class=\"g\" d=\"M%d %.1fH%d\"/>\n",
			      LEFT, y_of(p, v), WIDTH - RIGHT);
		(void)snprintf(label, sizeof(label), "%.6g%s",
			       fabs(v) < step / 1e6 ? 0 : v, suffix);
		text_put(b, LEFT - 8, y_of(p, v) + 4, "end", label);
	}
	for (v = 0; v <= p->x_max / u.s; v += every) {
		double x = x_of(p, v * u.s);

		dc_buf_printf(b, "<path class=\"g\" d=\"M%.1f %.1fV%.1f\"/>\n",
			      x, p->top, p->top + PANEL);
		(void)snprintf(label, sizeof(label), "%.6g", v);
		text_put(b, x, p->top + PANEL + 18, "middle", label);
	}
	text_put(b, WIDTH - RIGHT, p->top + PANEL + 34, "end", u.name);
	text_put(b, LEFT, p->top - 10, "start", title);
}

static void line_begin(struct dc_buf *b, size_t color, size_t dash)
{
	dc_buf_printf(b, "<path class=\"l\" stroke=\"%s\" "
		      "stroke-dasharray=\"%s\" d=\"",
		      colors[color % DC_ARRAY_LEN(colors)],
		      dashes[dash % DC_ARRAY_LEN(dashes)]);
}

static bool is_drawn(size_t i, size_t n)
{
	size_t every = n / POINTS_MAX + 1;

	return i % every == 0 || i + 1 == n;
}

static void accuracy_put(struct dc_buf *b, const struct panel *p,
			 const struct sim_plot_run *run, size_t dash)
{
	const struct sim_result *r = run->result;
	double y = y_of(p, (double)r->baseline_fx9 / 1e7);

	dc_buf_printf(b, "<path class=\"b\" d=\"M%d %.1fH%d\"/>\n", LEFT, y,
		      WIDTH - RIGHT);
	line_begin(b, 6, dash);
	for (size_t i = 0; i < r->n_accuracy; i++)
		if (is_drawn(i, r->n_accuracy))
			dc_buf_printf(b, "%c%.1f %.1f", i == 0 ? 'M' : 'L',
				      x_of(p, (double)r->accuracy[i].time_s),
				      y_of(p, (double)
					   r->accuracy[i].accuracy_fx9 / 1e7));
	dc_buf_append_text(b, "\"/>\n");
}

/* Balances jump: steps, not slopes. */
static void balance_put(struct dc_buf *b, const struct panel *p,
			const struct sim_plot_run *run, size_t agent,
			size_t dash)
{
	const struct sim_series *from = &run->result->balance[agent];

	line_begin(b, agent, dash);
	for (size_t i = 0; i < from->n; i++) {
		double x = x_of(p, (double)from->point[i].time_s);
		double y = y_of(p, amount(run->scenario,
					  from->point[i].balance_wei));

		if (i == 0)
			dc_buf_printf(b, "M%.1f %.1f", x, y);
		else if (is_drawn(i, from->n))
			dc_buf_printf(b, "H%.1fV%.1f", x, y);
	}
	dc_buf_append_text(b, "\"/>\n");
}

static void accuracy_range(struct panel *p, const struct sim_plot_run *run,
			   size_t n)
{
	double low = 100, high = 0;

	for (size_t k = 0; k < n; k++) {
		const struct sim_result *r = run[k].result;

		low = fmin(low, (double)r->baseline_fx9 / 1e7);
		high = fmax(high, (double)r->baseline_fx9 / 1e7);
		for (size_t i = 0; i < r->n_accuracy; i++) {
			double a = (double)r->accuracy[i].accuracy_fx9 / 1e7;

			low = fmin(low, a);
			high = fmax(high, a);
		}
	}
	p->y_min = floor(low / 10) * 10;
	p->y_max = ceil(high / 10) * 10;
	if (p->y_max <= p->y_min)
		p->y_max = p->y_min + 10;
}

static void balance_range(struct panel *p, const struct sim_plot_run *run,
			  size_t n)
{
	double high = 0, step;

	p->y_min = 0;
	for (size_t k = 0; k < n; k++)
		for (size_t a = 0; a < run[k].result->n_agent; a++) {
			const struct sim_series *s =
				&run[k].result->balance[a];

			for (size_t i = 0; i < s->n; i++)
				high = fmax(high, amount(run[k].scenario,
					s->point[i].balance_wei));
		}
	if (high <= 0)
		high = 1;
	step = nice_step(high);
	p->y_max = ceil(high / step) * step;
}

/* What lines there are, by colour and by dash. */
static void legend_put(struct dc_buf *b, const struct sim_plot_run *run,
		       size_t n, double y)
{
	const struct scenario *s = run->scenario;
	double x = LEFT;

	for (size_t i = 0; i < s->config.n_agent; i++) {
		if (x > WIDTH - 180) {
			x = LEFT;
			y += LEGEND_LINE;
		}
		dc_buf_printf(b, "<path class=\"l\" stroke=\"%s\" "
			      "stroke-dasharray=\"%s\" d=\"M%.1f %.1fh28\"/>\n",
			      colors[i % DC_ARRAY_LEN(colors)], n == 1 ?
			      dashes[i % DC_ARRAY_LEN(dashes)] : "none", x,
			      y - 4);
		text_put(b, x + 34, y, "start", s->agent[i].name);
		x += 150;
	}
	for (size_t k = 0; n > 1 && k < n; k++) {
		y += LEGEND_LINE;
		dc_buf_printf(b, "<path class=\"l\" stroke=\"#000\" "
			      "stroke-dasharray=\"%s\" d=\"M%d %.1fh28\"/>\n",
			      dashes[k % DC_ARRAY_LEN(dashes)], LEFT, y - 4);
		text_put(b, LEFT + 34, y, "start", run[k].label);
	}
}

static double legend_height(const struct sim_plot_run *run, size_t n)
{
	size_t rows = (run->scenario->config.n_agent + 3) / 4;

	return (double)(LEGEND_LINE * (rows + (n > 1 ? n : 0)) + 12);
}

static void head_put(struct dc_buf *b, const struct sim_plot_run *run,
		     double height)
{
	dc_buf_printf(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
		      "viewBox=\"0 0 %d %.0f\" width=\"%d\" height=\"%.0f\" "
		      "font-family=\"system-ui, sans-serif\" font-size=\"13\" "
		      "role=\"img\">\n<title>", WIDTH, height, WIDTH, height);
	escaped(b, run->scenario->title);
	dc_buf_append_text(b, "</title>\n<style>.l{fill:none;stroke-width:2;"
		"stroke-linejoin:round}.g{stroke:#d9d9d9}"
		".b{fill:none;stroke:#666;stroke-width:1.5;"
		"stroke-dasharray:3 4}text{fill:#222}</style>\n"
		"<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
	dc_buf_printf(b, "<g font-size=\"16\" font-weight=\"600\">");
	text_put(b, LEFT, 24, "start", run->scenario->title);
	dc_buf_append_text(b, "</g>\n");
}

/* Names at the right ends; those that would touch are moved apart. */
static void end_names(struct dc_buf *b, const struct panel *p,
		      const struct sim_plot_run *run)
{
	double last = -1e9;
	uint32_t n = run->result->n_agent;
	bool *done = dc_calloc(n, sizeof(*done));

	for (uint32_t k = 0; k < n; k++) {
		uint32_t best = n;
		double y, best_y = 1e9;

		for (uint32_t i = 0; i < n; i++) {
			const struct sim_series *s = &run->result->balance[i];

			y = y_of(p, amount(run->scenario,
					   s->point[s->n - 1].balance_wei));
			if (!done[i] && y < best_y) {
				best_y = y;
				best = i;
			}
		}
		done[best] = true;
		last = fmax(best_y + 4, last + 15);
		text_put(b, WIDTH - RIGHT + 8, last, "start",
			 run->scenario->agent[best].name);
	}
	free(done);
}

void sim_plot(struct dc_buf *b, const struct sim_plot_run *run, size_t n)
{
	struct panel above = { .top = TOP, .x_max = 1 };
	struct panel below = { .top = TOP + PANEL + GAP + 10, .x_max = 1 };
	double legend = below.top + PANEL + 62;
	static const char *const units[] = { "wei", "gwei", "ETH" };
	char title[64];

	for (size_t k = 0; k < n; k++)
		above.x_max = fmax(above.x_max, (double)run[k].result->end_s);
	below.x_max = above.x_max;
	accuracy_range(&above, run, n);
	balance_range(&below, run, n);
	head_put(b, run, legend + legend_height(run, n));
	grid_put(b, &above, "Accuracy on held-out rows", " %");
	(void)snprintf(title, sizeof(title), "Balances, %s",
		       units[run->scenario->decimals / 9]);
	grid_put(b, &below, title, "");
	for (size_t k = 0; k < n; k++) {
		accuracy_put(b, &above, &run[k], n == 1 ? 0 : k);
		for (uint32_t i = 0; i < run[k].result->n_agent; i++)
			balance_put(b, &below, &run[k], i, n == 1 ?
				    i : k);
	}
	text_put(b, WIDTH - RIGHT + 8,
		 y_of(&above, (double)run->result->baseline_fx9 / 1e7) + 4,
		 "start", "all rows, true labels");
	if (n == 1)
		end_names(b, &below, run);
	legend_put(b, run, n, legend);
	dc_buf_append_text(b, "</svg>\n");
}
