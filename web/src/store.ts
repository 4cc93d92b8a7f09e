/*
 * Everything the page knows, and which news makes which of it old. Components
 * read these signals; nothing else asks the daemon but the predict form.
 */
import { computed, effect, signal, untracked } from "@preact/signals";
import type {
	Accuracy, Board, BoardBy, BoardWindow, CheckpointPage, Contribution, Contributor,
	ContributionEvent, ContributionPage, Deposits, EventKind, Model, ModelPage, ModelSort,
	OperatorPage, Status,
} from "./api";
import { answered, heard_ms, live_listen, live_start } from "./lib/live";
import { resource } from "./lib/resource";
import { route } from "./lib/router";

export const FEED_LIMIT = 60;
const SORTS: readonly ModelSort[] =
	["new", "name", "accuracy", "contributions", "deposits"];
/* What a leaderboard can be ranked by; where nothing is deposited, nothing is
 * earned either. */
export const BOARDS: readonly BoardBy[] =
	["karma", "contributions", "earned", "deposited"];
export const BOARDS_POINTS: readonly BoardBy[] = ["karma", "contributions"];
export const WINDOWS: readonly BoardWindow[] = ["24h", "7d", "30d", "all"];

function one_of<T extends string>(list: readonly T[], value: string | undefined,
	otherwise: T): T {
	return list.find((item) => item === value) ?? otherwise;
}

/* What the address chooses. */
export const chosen_search = computed(() => route.value.query.q ?? "");
export const chosen_sort = computed(
	() => one_of(SORTS, route.value.query.sort, "contributions"));
export const chosen_by = computed(
	() => one_of(BOARDS, route.value.query.by, "karma"));
export const chosen_window = computed(
	() => one_of(WINDOWS, route.value.query.window, "all"));
export const chosen_state = computed(() => route.value.query.state ?? "");
export const chosen_contributor = computed(
	() => route.value.query.contributor ?? "");

function query(path: string, part: Record<string, string | number>): string {
	const search = new URLSearchParams();
	for (const [key, value] of Object.entries(part))
		if (value !== "")
			search.set(key, String(value));
	return search.toString() ? `${path}?${search}` : path;
}

export const status = resource<Status>(() => "v1/status", 1000);

export const models = resource<ModelPage>(() => query("v1/models", {
	q: chosen_search.value, sort: chosen_sort.value,
}), 2000);

/*
 * Without a model in the address the first of the list is shown, and stays
 * shown when the order changes under it.
 */
const first_seen = signal<string | null>(null);
effect(() => {
	const first = models.data.value?.models[0];
	if (first && untracked(() => first_seen.value) === null)
		first_seen.value = first.slug;
});
export const model_key = computed(
	() => route.value.model ?? first_seen.value);

function of_model(rest: string, part: () => Record<string, string | number>):
	() => string | null {
	return () => model_key.value === null ? null : query(
		`v1/models/${encodeURIComponent(model_key.value)}${rest}`, part());
}

export const model = resource<Model>(of_model("", () => ({})), 1000);
export const accuracy = resource<Accuracy>(
	of_model("/accuracy", () => ({ points: 300 })), 2000);
export const contributions = resource<ContributionPage>(
	of_model("/contributions", () => ({
		limit: FEED_LIMIT,
		state: chosen_state.value,
		contributor: chosen_contributor.value,
	})), 1000);
export const board = resource<Board>(of_model("/leaderboard", () => ({
	by: chosen_by.value, window: chosen_window.value, limit: 12,
})), 2000);
export const checkpoints = resource<CheckpointPage>(
	of_model("/checkpoints", () => ({ limit: 12 })), 1500);
export const deposits = resource<Deposits>(
	of_model("/deposits", () => ({ limit: 8 })), 3000);
/* Of pages that are looked at alone. */
export const all_board = resource<Board>(() => route.value.page === "board"
	? query("v1/leaderboard", {
		by: chosen_by.value, window: chosen_window.value, limit: 50,
	}) : null, 2000);
export const contributor = resource<Contributor>(
	() => route.value.page === "contributors" && route.value.who
		? `v1/contributors/${encodeURIComponent(route.value.who)}` : null,
	2000);
export const operators = resource<OperatorPage>(() => "v1/operators", 3000);

const everything = [
	status, models, model, accuracy, contributions, board, checkpoints,
	deposits, operators, all_board, contributor,
];

function poll(): void {
	for (const part of everything)
		part.touch();
}

const paid =
	[model, contributions, board, deposits, all_board, contributor];
const made_old: Record<EventKind, readonly { touch(): void }[]> = {
	block: [status, models, deposits],
	reorg: everything,
	model: [models, status],
	contribution: [
		model, models, accuracy, board, deposits, all_board, contributor,
	],
	checkpoint: [...paid, checkpoints, operators],
	refuted: [...paid, checkpoints],
	refund: paid,
	report: paid,
	claim: paid,
	reward: [model, board, all_board, contributor],
	prediction: [],
	operator: [operators, status],
};

/* The contribution of an event, as the list would tell it; null where the
 * event tells too little. It is new, so nobody has judged it. */
function said_by(data: ContributionEvent): Contribution | null {
	const { id, label, deposit_wei, block, tx, time, state } = data;
	const contributor = data.contributor ?? data.account;
	if (id === undefined || label === undefined || !deposit_wei ||
		block === undefined || !tx || !time || !state || !contributor)
		return null;
	return {
		class: null, claimable_wei: "0", prediction_before: null,
		verdict: null, verdict_epoch: null, suspicion: null,
		...data, id, label, deposit_wei, block, tx, time, state,
		contributor,
	};
}

/*
 * A contribution that came whole with its event, right after the newest one
 * known, is shown at once; for anything else the list is asked for.
 */
function feed_add(data: ContributionEvent): void {
	const page = contributions.data.peek();
	const next = (page?.contributions[0]?.id ?? -1) + 1;
	const one = said_by(data);
	if (!page || chosen_state.peek() || chosen_contributor.peek() ||
		!one || one.id !== next) {
		contributions.touch();
		return;
	}
	contributions.data.value = {
		...page,
		contributions: [one, ...page.contributions].slice(0, FEED_LIMIT),
	};
}

function is_shown(data: Record<string, unknown>): boolean {
	const of = data.model;
	const shown = model.data.peek();
	return typeof of !== "string" || !shown || of === shown.slug ||
		of.toLowerCase() === shown.address.toLowerCase();
}

function heard(kind: EventKind, data: Record<string, unknown>): void {
	if (!is_shown(data)) {
		models.touch();
		return;
	}
	if (kind === "contribution")
		feed_add(data as ContributionEvent);
	for (const part of made_old[kind])
		part.touch();
}

/* Whose events to listen to: of the model that is shown, of all ("") where
 * none is; null before either is known. */
const listened = computed(() => {
	if (model.data.value)
		return model.data.value.slug;
	return model.error.value || models.data.value?.models.length === 0
		? "" : null;
});

export function store_start(): void {
	effect(() => {
		const key = listened.value;
		if (key !== null)
			untracked(() => live_listen(
				query("v1/events", { model: key }), heard, poll));
	});
	effect(() => {
		if (status.error.value)
			answered.value = false;
		else if (status.at.value) {
			answered.value = true;
			heard_ms.value = status.at.value;
		}
	});
	live_start(poll);
}

/** The head as last heard. */
export const chain = computed(() => status.data.value?.chain ?? null);
