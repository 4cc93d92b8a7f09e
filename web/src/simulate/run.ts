/* A run: asked for, read line by line as it goes on, stopped. */
import { signal } from "@preact/signals";
import type { Simulations, SimulationLine, SimulationResult } from "../api";
import { ApiError, client_lines } from "../lib/client";
import { resource } from "../lib/resource";
import { text } from "../strings";
import { incentive_of, scenario_of, unit_of } from "./scenario";
import type { Unit } from "./scenario";

const TRIES = 5; /* where others run theirs */

export type State = "none" | "waiting" | "running" | "stopped" | "done";

export interface Run {
	unit: Unit;
	incentive: string;
	lines: SimulationLine[];
	result: SimulationResult | null;
}

export const run_state = signal<State>("none");
export const run_now = signal<Run | null>(null);
export const run_error = signal<ApiError | null>(null);
/** Seconds until it is tried again. */
export const run_wait_s = signal(0);

let abort: AbortController | null = null;

/* While nobody looks at the page, nothing is asked for. */
export const simulations_wanted = signal(false);
export const simulations = resource<Simulations>(
	() => simulations_wanted.value ? "v1/simulations" : null, 60000);

function is_line(said: object): said is SimulationLine {
	return "t" in said;
}

function is_result(said: object): said is SimulationResult {
	return "agents" in said;
}

function take(said: object): void {
	const before = run_now.value as Run;
	if (is_line(said)) {
		run_state.value = "running";
		run_now.value = { ...before, lines: [...before.lines, said] };
	} else if (is_result(said)) {
		run_now.value = { ...before, result: said };
	} else if ("error" in said) {
		const { title, detail } =
			(said as { error: { title: string; detail: string } }).error;
		throw new ApiError(200, title, detail);
	}
}

function pause(seconds: number, mine: AbortController): Promise<void> {
	run_state.value = "waiting";
	run_wait_s.value = seconds;
	return new Promise((resolve, reject) => {
		const timer = window.setTimeout(resolve, seconds * 1000);
		mine.signal.addEventListener("abort", () => {
			window.clearTimeout(timer);
			reject(new DOMException("left", "AbortError"));
		});
	});
}

async function read(scenario: string, mine: AbortController): Promise<void> {
	for (let tried = 1; ; tried++)
		try {
			await client_lines("v1/simulations", { scenario }, take,
				mine.signal);
			return;
		} catch (cause) {
			if (!(cause instanceof ApiError) || cause.status !== 429 ||
				tried === TRIES)
				throw cause;
			await pause(cause.retry_after_s ?? 1, mine);
		}
}

export async function run_start(scenario: string): Promise<void> {
	abort?.abort();
	const mine = abort = new AbortController();
	run_error.value = null;
	run_wait_s.value = 0;
	run_state.value = "waiting";
	const of = scenario_of(scenario);
	run_now.value = { unit: unit_of(of), incentive: incentive_of(of),
		lines: [], result: null };
	try {
		await read(scenario, mine);
		if (abort !== mine)
			return;
		if (run_now.value.result === null)
			throw new ApiError(200, text.simulate.cut, "");
		run_state.value = "done";
	} catch (cause) {
		if (abort !== mine)
			return; /* another run began, or this one was stopped */
		run_state.value = "stopped";
		run_error.value = cause instanceof ApiError ? cause
			: new ApiError(0, String(cause), "");
	}
}

/** The daemon ends a run whose visitor leaves. */
export function run_stop(): void {
	if (run_state.value !== "waiting" && run_state.value !== "running")
		return;
	abort?.abort();
	abort = null;
	run_state.value = "stopped";
}
