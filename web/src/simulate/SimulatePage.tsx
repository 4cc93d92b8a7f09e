/*
 * The simulator: a scenario beside what comes of it. Which example, and the
 * text where it was edited, are in the address.
 */
import { useSignal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Simulations } from "../api";
import { format_count, format_percent_coarse } from "../lib/format";
import { route, route_choose } from "../lib/router";
import { Choice } from "../parts/Choice";
import { Empty, Failed, Waiting } from "../parts/Notice";
import { text } from "../strings";
import { Charts } from "./Charts";
import { Editor } from "./Editor";
import { Kind } from "./Field";
import { Outcome } from "./Outcome";
import {
	run_error, run_now, run_start, run_state, run_stop, run_wait_s,
	simulations, simulations_wanted,
} from "./run";
import { scenario_of, text_of, title_of } from "./scenario";
import "./SimulatePage.css";

const ADDRESS_MAX = 6000; /* characters of a scenario in the address */
const VIEWS = ["form", "text"] as const;
type View = typeof VIEWS[number];

function example_text(from: Simulations, name: string | undefined): string {
	const found = from.examples.find((one) => one.name === name);
	return (found ?? from.examples[0])?.scenario ?? "";
}

/* What is run is what a person would share. */
function share(from: Simulations, scenario: string): void {
	const same = from.examples.find((one) => one.scenario === scenario);
	route_choose({
		example: same?.name ?? "",
		scenario: same || scenario.length > ADDRESS_MAX ? "" : scenario,
	});
}

function Pick({ from, typed }: { from: Simulations; typed: Signal<string> }) {
	const same = from.examples.find((one) => one.scenario === typed.value);
	return <Kind name="example" label={text.simulate.example}
		value={same?.name ?? text.simulate.own}
		options={from.examples.map((one) => one.name)}
		names={text.simulate.example_name}
		choose={(to) => {
			const found = from.examples.find((one) => one.name === to);
			if (found)
				typed.value = found.scenario;
		}} />;
}

function AsText({ typed, most }: { typed: Signal<string>; most: number }) {
	return (
		<>
			<textarea class="field as-text mono" rows={26} spellcheck={false}
				aria-label={text.simulate.as_text} maxLength={most}
				data-testid="scenario-text" value={typed.value}
				onInput={(event) => {
					typed.value = event.currentTarget.value;
				}} />
			<p class="quiet editor-hint">{text.simulate.as_text_hint}</p>
		</>
	);
}

function Buttons({ from, typed }: { from: Simulations; typed: Signal<string> }) {
	const busy = run_state.value === "running" || run_state.value === "waiting";
	return (
		<div class="simulate-run">
			<button type="submit" class="primary" data-testid="run">
				{run_now.value ? text.simulate.again : text.simulate.run}
			</button>
			{busy && <button type="button" class="link" data-testid="stop"
				onClick={run_stop}>{text.simulate.stop}</button>}
			<p class="quiet simulate-limits">{text.simulate.limits(
				format_count(from.limits.rows),
				format_count(from.limits.agents),
				format_count(from.limits.processor_s))}
			{typed.value.length > ADDRESS_MAX &&
				` ${text.simulate.text_long}.`}</p>
		</div>
	);
}

/* On a phone what comes of it stands between the two. */
function Writing({ from, typed }: { from: Simulations; typed: Signal<string> }) {
	const view = useSignal<View>("form");
	const scenario = scenario_of(typed.value);
	return (
		<>
			<section class="panel simulate-pick"
				aria-labelledby="scenario-title">
				<header class="panel-head">
					<h3 id="scenario-title">{text.simulate.scenario}</h3>
				</header>
				<Pick from={from} typed={typed} />
				<Buttons from={from} typed={typed} />
			</section>
			<section class="panel simulate-edit" aria-labelledby="edit-title">
				<header class="panel-head">
					<h3 id="edit-title">{text.simulate.edit}</h3>
					<Choice name="view" label={text.simulate.view}
						options={VIEWS} names={text.simulate.view_name}
						value={view.value}
						choose={(to) => { view.value = to; }} />
				</header>
				{view.value === "form"
					? <Editor scenario={scenario} most={from.limits.agents}
						edit={(to) => { typed.value = text_of(to); }} />
					: <AsText typed={typed} most={from.limits.text_bytes} />}
			</section>
		</>
	);
}

function status_said(): string {
	const lines = run_now.value?.lines ?? [];
	const line = lines[lines.length - 1];
	switch (run_state.value) {
	case "none":
		return "";
	case "waiting":
		return run_wait_s.value > 0 ? text.simulate.full(run_wait_s.value)
			: text.simulate.waiting;
	case "running":
		return text.simulate.running(format_percent_coarse(line?.done ?? 0),
			format_count(line?.contributions ?? 0));
	case "stopped":
		return text.simulate.stopped;
	case "done":
		return text.simulate.done;
	}
}

function Status() {
	const lines = run_now.value?.lines ?? [];
	const done = run_state.value === "done" ? 1
		: lines[lines.length - 1]?.done ?? 0;
	const going = run_state.value === "waiting" ||
		run_state.value === "running";
	return (
		<div class="simulate-status">
			<p role="status" data-testid="run-state"
				data-value={run_state.value}>{status_said()}</p>
			{going && <progress max={1} value={done}
				aria-label={text.simulate.running(
					format_percent_coarse(done), "")} />}
		</div>
	);
}

function Result({ title }: { title: string }) {
	const run = run_now.value;
	const error = run_error.value;
	return (
		<section class="panel simulate-result" aria-labelledby="result-title"
			data-testid="result">
			<header class="panel-head">
				<h3 id="result-title">
					<bdi dir="auto">{run ? title : text.simulate.result}</bdi>
				</h3>
				<Status />
			</header>
			{error && <div class="notice notice-bad" role="alert"
				data-testid="run-error" data-value={error.status}>
				<p class="notice-title">{error.title}</p>
				{error.detail && <p class="notice-hint">
					<bdi dir="auto">{error.detail}</bdi></p>}
			</div>}
			{run && run.lines.length > 0 ? <>
				<Outcome run={run} />
				<Charts run={run} />
			</> : !error && <Empty title={text.simulate.none}>
				{text.simulate.none_hint}</Empty>}
		</section>
	);
}

function Loaded({ from }: { from: Simulations }) {
	const typed = useSignal(route.peek().query.scenario ||
		example_text(from, route.peek().query.example));
	useEffect(() => run_stop, []);
	return (
		<form class="simulate-parts" onSubmit={(event) => {
			event.preventDefault();
			share(from, typed.value);
			void run_start(typed.value);
		}}>
			<Writing from={from} typed={typed} />
			<Result title={title_of(scenario_of(typed.value))} />
		</form>
	);
}

export function SimulatePage() {
	useEffect(() => { simulations_wanted.value = true; }, []);
	const from = simulations.data.value;
	const error = simulations.error.value;
	return (
		<main class="simulate" id="model" tabIndex={-1}>
			<h2>{text.simulate.title}</h2>
			<p class="simulate-lead">{text.simulate.lead}</p>
			{from?.runs ? <Loaded from={from} />
				: from ? <Empty title={text.simulate.off}>
					{text.simulate.off_hint}</Empty>
					: error ? <Failed error={error} again={simulations.again} />
						: <Waiting lines={9} />}
		</main>
	);
}
