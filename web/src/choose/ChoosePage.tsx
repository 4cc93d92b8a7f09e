/* Which model type and encoder to choose for what kind of data. */
import type { ComponentChildren } from "preact";
import { text } from "../strings";
import { best_of, comparisons } from "./accuracy";
import type { Comparison, Measured } from "./accuracy";
import "./ChoosePage.css";

const NAMES: Readonly<Record<string, string>> = text.choose.sets;
const KINDS: Readonly<Record<string, { title: string; advice: string }>> =
	text.choose.kinds;

function Part({ name, title, children }:
	{ name: string; title: string; children: ComponentChildren }) {
	return (
		<section class="panel" aria-labelledby={`${name}-title`}
			data-testid={`panel-${name}`}>
			<header class="panel-head">
				<h3 id={`${name}-title`}>{title}</h3>
			</header>
			<div class="panel-body">{children}</div>
		</section>
	);
}

function Row({ row }: { row: Measured }) {
	const best = best_of(row);
	return (
		<tr data-testid="measured" data-value={row.set}>
			<td>{NAMES[row.set]}</td>
			{row.ours.map((percent, i) => (
				<td key={i} class={best[i] ? "n choose-best" : "n"}
					data-testid="measured-percent" data-value={percent}>
					{text.choose.percent(percent)}</td>
			))}
			<td class="n quiet">{row.peer}</td>
		</tr>
	);
}

/* Only sets that have a name here are shown: others' makers did not allow to
 * pass theirs on. */
function Table({ of }: { of: Comparison }) {
	return (
		<div class="choose-scroll" tabIndex={0} role="region"
			aria-label={KINDS[of.kind]?.title ?? of.kind}>
			<table class="grid">
				<thead>
					<tr>
						<th>{text.choose.data}</th>
						{of.types.map((type) =>
							<th key={type} class="n">{type}</th>)}
						<th class="n">{text.choose.peer}</th>
					</tr>
				</thead>
				<tbody>
					{of.rows.filter((row) => row.set in NAMES).map((row) =>
						<Row key={row.set} row={row} />)}
				</tbody>
			</table>
		</div>
	);
}

function Kinds({ list }: { list: Readonly<Record<string, string>> }) {
	return (
		<dl class="choose-kinds">
			{Object.entries(list).map(([name, what]) => (
				<div key={name} data-testid="choose-kind" data-value={name}>
					<dt>{name}</dt><dd>{what}</dd>
				</div>
			))}
		</dl>
	);
}

export function ChoosePage() {
	return (
		<main class="plain" id="model" tabIndex={-1}>
			<h2>{text.choose.title}</h2>
			<p class="plain-lead">{text.choose.lead}</p>
			<div class="plain-parts">
				{comparisons.map((one) => (
					<Part key={one.kind} name={one.kind}
						title={KINDS[one.kind]?.title ?? one.kind}>
						<p class="choose-advice">
							{KINDS[one.kind]?.advice}</p>
						<Table of={one} />
					</Part>
				))}
				<Part name="types" title={text.choose.types_title}>
					<Kinds list={text.choose.types} />
				</Part>
				<Part name="encoders" title={text.choose.encoders_title}>
					<Kinds list={text.choose.encoders} />
				</Part>
			</div>
			<p class="choose-own quiet">{text.choose.source}</p>
			<p class="choose-own">{text.choose.own}
				<code>{text.choose.own_command}</code></p>
		</main>
	);
}
