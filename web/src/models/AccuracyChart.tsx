/*
 * How accuracy went, contribution by contribution. The canvas is one picture
 * to a screen reader, told in a sentence; the numbers are in a table below it,
 * and the arrow keys move along the line.
 */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Accuracy, AccuracyPoint } from "../api";
import { format_count, format_percent } from "../lib/format";
import { palette } from "../lib/palette";
import { Empty } from "../parts/Notice";
import { Panel } from "../parts/Panel";
import { accuracy } from "../store";
import { text } from "../strings";
import { chart_data, chart_options } from "./chart";
import { AccuracyTable } from "./AccuracyTable";
import { Tape } from "./Tape";
import "./AccuracyChart.css";

const TALL = 250;
const NARROW = 520;
const SHORT = 200;

function first(points: AccuracyPoint[]): AccuracyPoint | undefined {
	return points[0];
}

function last(points: AccuracyPoint[]): AccuracyPoint | undefined {
	return points[points.length - 1];
}

function summary({ progressive, holdout }: Accuracy): string {
	const end = last(progressive);
	const best = Math.max(...progressive.map((p) => p[3]));
	return (end ? text.chart.summary(format_count(end[0]),
		format_percent(first(progressive)?.[3]), format_percent(end[3]),
		format_percent(best)) : "") +
		(holdout.length ? text.chart.summary_holdout(
			format_percent(first(holdout)?.[3]),
			format_percent(last(holdout)?.[3])) : "");
}

function near(points: AccuracyPoint[], x: number): AccuracyPoint | undefined {
	let found = first(points);
	for (const point of points)
		if (point[0] <= x)
			found = point;
	return found;
}

function Key({ id, name, value }:
	{ id: string; name: string; value: number | undefined }) {
	if (value === undefined)
		return null;
	return (
		<span class={`key key-${id}`} data-testid={`key-${id}`}
			data-value={value}>
			<span class="key-line" aria-hidden="true" />
			{name} <b>{format_percent(value)}</b>
		</span>
	);
}

function Keys({ data, x }: { data: Accuracy; x: number | null }) {
	const at = x ?? Infinity;
	return (
		<p class="keys">
			<Key id="progressive" name={text.chart.progressive}
				value={near(data.progressive, at)?.[3]} />
			<Key id="holdout" name={text.chart.holdout}
				value={near(data.holdout, at)?.[3]} />
			<span class="quiet">{x === null ? text.chart.now
				: text.chart.at(format_count(x))}</span>
		</p>
	);
}

function height(width: number): number {
	return width < NARROW ? SHORT : TALL;
}

function Plot({ data, moved }:
	{ data: Accuracy; moved: (x: number | null) => void }) {
	const box = useRef<HTMLDivElement>(null);
	const plot = useRef<uPlot | null>(null);
	useEffect(() => {
		const inside = box.current as HTMLDivElement;
		const wide = inside.clientWidth;
		const made = new uPlot(chart_options(wide, height(wide), (index) =>
			moved(index === null ? null : made.data[0][index] ?? null)),
		chart_data(data), inside);
		const watch = new ResizeObserver(() => {
			const width = inside.clientWidth;
			if (width > 0 && width !== made.width)
				made.setSize({ width, height: height(width) });
		});
		plot.current = made;
		watch.observe(inside);
		document.fonts.ready.then(() => made.redraw(false, true));
		return () => {
			watch.disconnect();
			made.destroy();
		};
	}, []);
	useEffect(() => plot.current?.setData(chart_data(data)), [data]);
	useEffect(() => plot.current?.redraw(false, true), [palette.value]);
	const step = (event: KeyboardEvent) => {
		const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
		if (!by || !plot.current)
			return;
		event.preventDefault();
		move_cursor(plot.current, by);
	};
	return <div ref={box} class="plot" tabIndex={0} role="img"
		aria-label={`${summary(data)} ${text.chart.keys}`}
		data-testid="chart" data-value={data.progressive.length}
		onKeyDown={step} onBlur={() =>
			plot.current?.setCursor({ left: -10, top: -10 })} />;
}

function move_cursor(plot: uPlot, by: number): void {
	const xs = plot.data[0];
	const from = plot.cursor.idx ?? (by < 0 ? xs.length : -1);
	const to = Math.min(xs.length - 1, Math.max(0, from + by));
	const left = plot.valToPos(xs[to] as number, "x");
	plot.setCursor({ left, top: 0 });
}

export function AccuracyChart() {
	const x = useSignal<number | null>(null);
	return (
		<Panel name="accuracy" title={text.chart.title} from={accuracy}
			lines={8} aside={accuracy.data.value?.progressive.length ?
				<Keys data={accuracy.data.value} x={x.value} /> : null}>
			{(data) => data.progressive.length + data.holdout.length === 0
				? <Empty title={text.chart.empty} />
				: <>
					<Plot data={data} moved={(to) => { x.value = to; }} />
					<Tape />
					<AccuracyTable data={data} />
				</>}
		</Panel>
	);
}
