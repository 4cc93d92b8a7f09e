/* The lines of both charts as uPlot draws them. */
import uPlot from "uplot";
import { chart_axis, CHART_FONT } from "../lib/chart";
import { palette_colour } from "../lib/palette";

/* Told apart by colour, by dash and by name: no reader needs all three. */
export const DASHES: readonly number[][] =
	[[], [9, 4], [2, 3], [9, 3, 2, 3], [14, 4], [5, 5], [2, 6], [12, 3, 3, 3]];
export const KINDS = DASHES.length;

export interface Drawn {
	name: string;
	colour: string; /* a variable of the palette */
	dash: readonly number[];
	points: readonly (readonly [number, number])[]; /* (time, value) */
	steps: boolean; /* holds its value until the next point */
	thin?: boolean;
}

export interface Scales {
	unit_s: number; /* seconds of one unit of x */
	label: string; /* of x */
	y: (value: number) => string;
	whole?: [number, number]; /* y stays within */
}

export function lines_data(lines: readonly Drawn[], unit_s: number):
	uPlot.AlignedData {
	return uPlot.join(lines.map(({ points }): uPlot.AlignedData => [
		points.map(([t]) => t / unit_s), points.map(([, v]) => v)]));
}

function series(line: Drawn): uPlot.Series {
	return {
		stroke: () => palette_colour(line.colour),
		width: line.thin ? 1.25 : 2,
		dash: [...line.dash],
		spanGaps: true,
		points: { show: false },
		...(line.steps && uPlot.paths.stepped
			? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
	};
}

/* A little room above and below, and within what is possible. */
function range(whole: [number, number] | undefined): uPlot.Scale.Range {
	return (_, from, to) => {
		const room = Math.max((to - from) * 0.08, Math.abs(to) * 0.01, 1e-9);
		return [Math.max(whole?.[0] ?? -Infinity, from - room),
			Math.min(whole?.[1] ?? Infinity, to + room)];
	};
}

export function lines_options(width: number, height: number,
	lines: readonly Drawn[], scales: Scales,
	moved: (index: number | null) => void): uPlot.Options {
	return {
		width,
		height,
		padding: [10, 10, 0, 0],
		legend: { show: false },
		cursor: {
			y: false, drag: { x: false, y: false },
			points: { size: 8, width: 2 },
		},
		scales: { x: { time: false }, y: { range: range(scales.whole) } },
		axes: [
			{
				...chart_axis(30, (v) => String(Number(v.toPrecision(6)))),
				space: 60, label: scales.label, labelFont: CHART_FONT,
				labelSize: 20, labelGap: 2,
			},
			{ ...chart_axis(62, scales.y), space: 34 },
		],
		series: [{}, ...lines.map(series)],
		hooks: { setCursor: [(u) => moved(u.cursor.idx ?? null)] },
	};
}

/** The value of a line at a moment: that of the last point by then. */
export function value_at({ points }: Drawn, t: number): number | undefined {
	let found = points[0]?.[1];
	for (const [time, value] of points) {
		if (time > t)
			break;
		found = value;
	}
	return found;
}
