/* What came of a run, in words and in a table. */
import type { SimulationAgent, SimulationResult, SimulationRole } from "../api";
import { format_count, format_number, format_part, format_percent }
	from "../lib/format";
import { text } from "../strings";
import { IS_FREE } from "./choices";
import type { Run } from "./run";
import "./Outcome.css";

interface Account extends SimulationAgent {
	name: string;
	start: number;
	end: number;
}

function accounts(result: SimulationResult): Account[] {
	return Object.entries(result.agents).map(([name, agent]) => {
		const points = result.balances[name] ?? [];
		return { ...agent, name, start: points[0]?.[1] ?? 0,
			end: points[points.length - 1]?.[1] ?? 0 };
	});
}

const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);

const names_format = new Intl.ListFormat("en-GB");

/* "Ann, Ben and Cem, honest, earned 0.2 ETH together." */
function role_said(all: Account[], role: SimulationRole, unit: string,
	free: boolean): string | null {
	const of = all.filter((one) => one.role === role);
	if (of.length === 0)
		return null;
	const start = sum(of.map((one) => one.start));
	const gain = sum(of.map((one) => one.end)) - start;
	const amount = `${format_number(Math.abs(gain))} ${unit}`;
	const names = names_format.format(of.map((one) => one.name));
	if (free && role !== "caller")
		return text.simulate.karma_said[role](names, of.length,
			format_count(sum(of.map((one) => one.refunded))),
			format_count(sum(of.map((one) => one.wrong))));
	const says = text.simulate.said[role];
	return says(names, of.length, gain, amount, format_part(start === 0 ? 0 : Math.abs(gain) / start),
		format_count(sum(of.map((one) => one.wrong))));
}

function verdicts_said({ verdicts: { right, wrong, copies,
	copies_credited } }: SimulationResult, incentive: string): string[] {
	const all = (of: Record<string, number>) => sum(Object.values(of));
	const said: string[] = [];
	if (incentive === "market")
		return said; /* it scores rows and judges none */
	if (all(right) > 0)
		said.push(text.simulate.condemned(format_count(all(right)),
			format_part(right.disagree / all(right))));
	if (all(wrong) > 0)
		said.push(text.simulate.accepted(format_count(all(wrong)),
			format_part((wrong.agree + wrong.credit) / all(wrong)),
			format_part(wrong.disagree / all(wrong))));
	if (copies > 0)
		said.push(text.simulate.copied(format_count(copies),
			format_count(copies_credited)));
	return said;
}

const ROLES: readonly SimulationRole[] =
	["attacker", "honest", "careless", "caller"];

export function sentences({ unit, incentive, result }: Run): string[] {
	if (result === null)
		return [];
	const all = accounts(result);
	const first = result.accuracy[0]?.[1];
	const end = result.accuracy[result.accuracy.length - 1]?.[1];
	return [
		...ROLES.flatMap((role) =>
			role_said(all, role, text.simulate.unit[unit],
				IS_FREE.includes(incentive)) ?? []),
		text.simulate.accuracy_said(format_percent(first),
			format_percent(end), format_percent(result.lowest),
			format_percent(result.baseline)),
		...verdicts_said(result, incentive),
		text.simulate.given(format_count(result.contributions),
			format_count(result.rows), format_number(result.end / 86400)),
	];
}

function Row({ one, free }: { one: Account; free: boolean }) {
	const gain = one.end - one.start;
	const way = gain < 0 ? "gain-loss" : gain > 0 ? "gain-up" : "";
	return (
		<tr data-testid="outcome-agent" data-value={one.name}>
			<td><bdi dir="auto">{one.name}</bdi></td>
			<td>{text.simulate.role[one.role]}</td>
			<td class="n wide">{format_number(one.start)}</td>
			<td class="n">{format_number(one.end)}</td>
			{free ? <td class="n" data-testid="outcome-karma"
				data-value={one.refunded}>{format_count(one.refunded)}</td>
				: <td class={`n ${way}`} data-testid="outcome-gain"
					data-value={gain}>
					{gain > 0 ? "+" : ""}{format_number(gain)}</td>}
			<td class="n wide">{format_count(one.contributions)}</td>
			<td class="n wide">{format_count(one.wrong)}</td>
			{!free && <td class="n wider">
				{format_count(one.refunded)}</td>}
		</tr>
	);
}

function Table({ run, result }: { run: Run; result: SimulationResult }) {
	const free = IS_FREE.includes(run.incentive);
	return (
		<table class="grid outcome-table">
			<caption class="aloud">{text.simulate.table}</caption>
			<thead>
				<tr>
					<th>{text.simulate.agent}</th>
					<th>{text.simulate.kind}</th>
					<th class="n wide">{text.simulate.start}</th>
					<th class="n">
						{text.simulate.end(text.simulate.unit[run.unit])}</th>
					<th class="n">{free ? text.simulate.karma
						: text.simulate.gain}</th>
					<th class="n wide">{text.simulate.contributions}</th>
					<th class="n wide">{text.simulate.wrong}</th>
					{!free && <th class="n wider">{text.simulate.karma}</th>}
				</tr>
			</thead>
			<tbody>
				{accounts(result).map((one) => (
					<Row key={one.name} one={one} free={free} />
				))}
			</tbody>
		</table>
	);
}

export function Outcome({ run }: { run: Run }) {
	if (run.result === null)
		return null;
	return (
		<>
			<ul class="outcome" data-testid="outcome">
				{sentences(run).map((one) => <li key={one}>{one}</li>)}
			</ul>
			<Table run={run} result={run.result} />
		</>
	);
}
