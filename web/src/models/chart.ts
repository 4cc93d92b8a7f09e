/* The accuracy lines as uPlot draws them: data, scales, colours, cursor. */
import uPlot from "uplot";
import type { Accuracy, AccuracyPoint } from "../api";
import { format_count, format_percent_coarse } from "../lib/format";
import { chart_axis, CHART_FONT } from "../lib/chart";
import { palette_colour } from "../lib/palette";
import { text } from "../strings";

const STEP = 0.1; /* the scale of y begins and ends at whole tenths */
const SETTLED = 10;
const SETTLED_PART = 0.05;

function column(points: AccuracyPoint[]): [number[], number[]] {
	return [points.map((p) => p[0]), points.map((p) => p[3])];
}

/* Both lines over one x; where only one has a point the other has none. */
export function chart_data(from: Accuracy): uPlot.AlignedData {
	return uPlot.join([column(from.progressive), column(from.holdout)]);
}

/* The first few contributions throw the line from 0 to 1 and back: the scale
 * is that of what follows them, and the line may leave it there. */
function y_range(u: uPlot): uPlot.Range.MinMax {
	const [xs, ...lines] = u.data;
	const settled = Math.max(SETTLED, (xs[xs.length - 1] ?? 0) * SETTLED_PART);
	const begin = Math.max(0, xs.findIndex((x) => x >= settled));
	const ys = lines.flatMap((line) => Array.from(line).slice(begin))
		.filter((y): y is number => y != null);
	const from = Math.floor(Math.min(...ys, 1) / STEP) * STEP;
	const to = Math.ceil(Math.max(...ys, 0) / STEP) * STEP;
	return [Math.max(0, from - STEP), Math.min(1, to + STEP)];
}

export function chart_options(width: number, height: number,
	moved: (index: number | null) => void): uPlot.Options {
	return {
		width,
		height,
		padding: [10, 20, 0, 0],
		legend: { show: false },
		cursor: {
			y: false,
			drag: { x: false, y: false },
			points: { size: 9, width: 2 },
		},
		scales: { x: { time: false }, y: { range: y_range } },
		axes: [
			{
				...chart_axis(30, format_count), space: 70,
				label: text.chart.axis, labelFont: CHART_FONT, labelSize: 20,
				labelGap: 2,
				incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3,
					1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 1e7],
			},
			{ ...chart_axis(46, format_percent_coarse), space: 34 },
		],
		series: [
			{},
			{
				stroke: () => palette_colour("--accent"), width: 2,
				spanGaps: true, points: { show: false },
			},
			{
				stroke: () => palette_colour("--brass"), width: 2,
				dash: [7, 4], spanGaps: true, points: { show: false },
			},
		],
		hooks: {
			setCursor: [(u) => moved(u.cursor.idx ?? null)],
		},
	};
}
