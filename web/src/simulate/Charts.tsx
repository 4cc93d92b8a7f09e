/* Accuracy with its baseline, and each balance, as the run goes on. */
import type { SimulationLine } from "../api";
import { format_number, format_percent, format_percent_coarse }
	from "../lib/format";
import { text } from "../strings";
import { IS_FREE } from "./choices";
import { DASHES, KINDS } from "./lines";
import type { Drawn, Scales } from "./lines";
import { LineChart } from "./LineChart";
import type { Run } from "./run";

const DAY_S = 86400;
const HOURS_UP_TO_S = 3 * DAY_S;

function last<T>(list: readonly T[]): T | undefined {
	return list[list.length - 1];
}

function end_s({ lines, result }: Run): number {
	return result?.end ?? last(lines)?.t ?? 0;
}

function time_scale(run: Run): Pick<Scales, "unit_s" | "label"> {
	return end_s(run) > HOURS_UP_TO_S
		? { unit_s: DAY_S, label: text.simulate.days }
		: { unit_s: 3600, label: text.simulate.hours };
}

export function accuracy_lines(run: Run): Drawn[] {
	const { lines, result } = run;
	const points = result?.accuracy ??
		lines.map((one): [number, number] => [one.t, one.accuracy]);
	const baseline = result?.baseline ?? lines[0]?.baseline ?? 0;
	return [
		{ name: text.simulate.accuracy, colour: "--accent", dash: [],
			points, steps: false },
		{ name: text.simulate.baseline, colour: "--ink-3", dash: [3, 4],
			points: [[0, baseline], [Math.max(1, end_s(run)), baseline]],
			steps: false, thin: true },
	];
}

function balance_points(name: string, { lines, result }: Run):
	readonly [number, number][] {
	return result?.balances[name] ?? lines.map(
		(one: SimulationLine): [number, number] =>
			[one.t, one.balances[name] ?? 0]);
}

export function balance_lines(run: Run): Drawn[] {
	const names = Object.keys(run.result?.balances ??
		run.lines[0]?.balances ?? {});
	return names.map((name, i) => ({
		name, colour: `--class-${i % KINDS}`,
		/* more agents than colours: the second round is dashed otherwise */
		dash: DASHES[(i + Math.floor(i / KINDS)) % KINDS] ?? [],
		points: balance_points(name, run), steps: true,
	}));
}

function accuracy_said(run: Run): string {
	const [line, base] = accuracy_lines(run) as [Drawn, Drawn];
	return text.simulate.accuracy_label(
		format_percent(line.points[0]?.[1]),
		format_percent(last(line.points)?.[1]),
		format_percent(base.points[0]?.[1]));
}

export function Charts({ run }: { run: Run }) {
	const time = time_scale(run);
	const unit = text.simulate.unit[run.unit];
	const balances = balance_lines(run);
	return (
		<>
			<h4 class="simulate-what">{text.simulate.accuracy_title}</h4>
			<LineChart name="accuracy" label={accuracy_said(run)}
				lines={accuracy_lines(run)} value={format_percent}
				scales={{ ...time, y: format_percent_coarse, whole: [0, 1] }} />
			{!IS_FREE.includes(run.incentive) && <>
				<h4 class="simulate-what">
					{text.simulate.balances_title(unit)}</h4>
				<LineChart name="balances"
					label={text.simulate.balances_label(balances.map(
						({ name, points }) => text.simulate.balance_said(name,
							format_number(points[0]?.[1] ?? 0),
							format_number(last(points)?.[1] ?? 0))).join(", "))}
					lines={balances} value={format_number}
					scales={{ ...time, y: format_number }} />
			</>}
		</>
	);
}
