/*
 * Several lines over time, with a key that tells each one's value where the
 * cursor is. The canvas is one picture to a screen reader; the numbers are in
 * the tables beside it.
 */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { palette } from "../lib/palette";
import { text } from "../strings";
import { lines_data, lines_options, value_at } from "./lines";
import type { Drawn, Scales } from "./lines";
import "./LineChart.css";

const TALL = 240;
const NARROW = 520;
const SHORT = 190;

interface Props {
	name: string;
	label: string; /* what a screen reader says */
	lines: readonly Drawn[];
	scales: Scales;
	value: (value: number) => string;
}

/* A sample of the line itself: its colour and its dash. */
function Stroke({ line }: { line: Drawn }) {
	return (
		<svg class="line-stroke" width="26" height="8" viewBox="0 0 26 8"
			aria-hidden="true">
			<path d="M0 4H26" fill="none" stroke={`var(${line.colour})`}
				stroke-width={line.thin ? 1.25 : 2}
				stroke-dasharray={line.dash.join(" ") || "none"} />
		</svg>
	);
}

function Keys({ lines, t, value }:
	{ lines: readonly Drawn[]; t: number; value: Props["value"] }) {
	return (
		<ul class="line-keys">
			{lines.map((line) => {
				const now = value_at(line, t);
				return (
					<li key={line.name} data-testid="line-key"
						data-value={line.name}>
						<Stroke line={line} />
						<bdi dir="auto">{line.name}</bdi>
						{now !== undefined && <b>{value(now)}</b>}
					</li>
				);
			})}
		</ul>
	);
}

function height(width: number): number {
	return width < NARROW ? SHORT : TALL;
}

function Plot({ name, label, lines, scales, moved }:
	Omit<Props, "value"> & { moved: (t: number | null) => void }) {
	const box = useRef<HTMLDivElement>(null);
	const plot = useRef<uPlot | null>(null);
	/* other lines or another scale are another plot */
	const kind = `${scales.label} ${lines.map((one) => one.name).join("\n")}`;
	useEffect(() => {
		const inside = box.current as HTMLDivElement;
		const wide = inside.clientWidth;
		const made = new uPlot(lines_options(wide, height(wide), lines, scales,
			(index) => moved(index === null ? null
				: (made.data[0][index] ?? 0) * scales.unit_s)),
		lines_data(lines, scales.unit_s), inside);
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
			plot.current = null;
			made.destroy();
		};
	}, [kind]);
	useEffect(() => plot.current?.setData(
		lines_data(lines, scales.unit_s)), [lines]);
	useEffect(() => plot.current?.redraw(false, true), [palette.value]);
	return <div ref={box} class="plot" role="img" aria-label={label}
		tabIndex={0} data-testid={`plot-${name}`}
		data-value={Math.max(0, ...lines.map((one) => one.points.length))}
		onKeyDown={(event) => {
			const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
			if (!by || !plot.current)
				return;
			event.preventDefault();
			cursor_step(plot.current, by);
		}}
		onBlur={() => plot.current?.setCursor({ left: -10, top: -10 })} />;
}

function cursor_step(plot: uPlot, by: number): void {
	const xs = plot.data[0];
	const from = plot.cursor.idx ?? (by < 0 ? xs.length : -1);
	const to = Math.min(xs.length - 1, Math.max(0, from + by));
	const left = plot.valToPos(xs[to] as number, "x");
	plot.setCursor({ left, top: 0 });
}

export function LineChart(props: Props) {
	const t = useSignal<number | null>(null);
	const { lines, scales, value } = props;
	return (
		<div class="line-chart">
			<Keys lines={lines} t={t.value ?? Infinity} value={value} />
			<p class="line-at quiet">{t.value === null ? text.simulate.now
				: text.simulate.at(String(Number(
					(t.value / scales.unit_s).toPrecision(4))),
				scales.label)}</p>
			<Plot {...props} label={`${props.label} ${text.chart.keys}`}
				moved={(to) => { t.value = to; }} />
		</div>
	);
}
