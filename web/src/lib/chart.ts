/* What the charts of all pages have in common. */
import uPlot from "uplot";
import { palette_colour } from "./palette";

export const CHART_FONT =
	"12px \"Familjen Grotesk Variable\", system-ui, sans-serif";

export function chart_axis(size: number, format: (value: number) => string): uPlot.Axis {
	return {
		font: CHART_FONT,
		size,
		gap: 6,
		stroke: () => palette_colour("--ink-3"),
		grid: { stroke: () => palette_colour("--line"), width: 1 },
		ticks: { stroke: () => palette_colour("--line-2"), width: 1, size: 5 },
		border: { show: false },
		values: (_, values) => values.map((v) => v == null ? "" : format(v)),
	};
}
