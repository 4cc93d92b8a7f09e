/* The list of models, and a model's page. */
import type {
	CheckpointStatus, ContributionState, ModelSort, Verdict,
} from "../api";
import { many } from "./plural";

const contribution_state: Record<ContributionState, string> = {
	pending: "waiting",
	agree: "agreed",
	credit: "credited",
	abstain: "undecided",
	disagree: "disagreed",
	refunded: "refunded",
	forfeited: "forfeited",
	invalid: "invalid",
};

const contribution_meaning: Record<ContributionState, string> = {
	pending: "Not judged yet: its epoch has not ended",
	agree: "The judge agreed: the deposit can be taken back",
	credit: "The judge agreed and it taught something: refund and karma",
	abstain: "The judge was not sure: the deposit can be taken back",
	disagree: "The judge disagreed: the deposit can be lost to a report",
	refunded: "The deposit went back to its contributor",
	forfeited: "Reported: the deposit went to the others",
	invalid: "Not in the one form a sample may have: it trains nothing",
};

const verdict: Record<Verdict, string> = {
	disagree: "disagree",
	abstain: "abstain",
	agree: "agree",
	credit: "agree, with credit",
};

const checkpoint_status: Record<CheckpointStatus, string> = {
	computed: "computed",
	signed: "signed",
	sent: "sent",
	mined: "mined",
	effective: "effective",
	final: "final",
};

const sort: Record<ModelSort, string> = {
	contributions: "most contributions",
	accuracy: "best accuracy",
	deposits: "most deposits",
	new: "newest",
	name: "name",
};

export const models = {
	title: "Models",
	search: "Search models",
	sort_label: "Order",
	sort,
	empty: "No model yet",
	empty_hint: "A model appears here as soon as one is deployed on the " +
		"chain that this daemon follows.",
	nothing_found: "No model is called that",
	all: "All models",
	contributions: (count: string, n: number) =>
		`${count} ${many(n, "contribution", "contributions")}`,
	held: (amount: string) => `${amount} held`,
	incentive: { stake: "stake", points: "points", market: "market" } as
		Record<string, string>,
	incentive_meaning: {
		stake: "Deposits: taken back when the judge agrees, lost to " +
			"others when it does not",
		points: "Karma only: no deposits",
		market: "A bounty, shared by what each contribution was worth",
	} as Record<string, string>,
	progressive_short: "progressive",
	holdout_short: "held out",
	more: "There are more: search to find them",
	unnamed: "Unnamed model",
};

export const model = {
	not_found: "No such model",
	not_found_hint: "The address names a model that this daemon does not " +
		"follow. It may be on another chain, or be hidden by its owner's " +
		"list.",
	by: "by",
	since: "since",
	mirrored_since: "mirrored since",
	classes: (count: string) => `${count} classes`,
	type: "model",
	encoder: "encoder",
	embedding: "texts embedded by",
	embedded: (service: string, model: string) =>
		`${service}, ${model}`,
	unserved: "which this daemon does not ask: it takes the numbers alone",
	rule: "verdicts",
	features: "columns",
	mirrored: "0xDeCA10B",
	mirrored_meaning: "Mirrored from a 0xDeCA10B contract: there the " +
		"chain judges",
	audit: "audit",
	audited: (compared: string, differed: string) =>
		`${compared} answers compared with the contract's, ` +
		`${differed} differ`,
	details: "Details",
	state_root: "state root",
	download: "download",
	download_state: "state",
	download_state_meaning: "The whole state with its spec, for " +
		"decaid train, evaluate and export",
	download_json: "0xDeCA10B JSON",
	download_json_meaning: "What is served, as one of 0xDeCA10B's " +
		"model files",
	as_of: (count: string, block: string) =>
		`after ${count} contributions, block ${block}`,
};

export const figures = {
	title: "Figures",
	progressive: "Progressive accuracy",
	progressive_meaning: "Each contribution is predicted before the " +
		"model learns from it; one whose label is wrong counts as a " +
		"mistake of the model",
	progressive_below: "wrong labels count too",
	holdout: "Held-out accuracy",
	holdout_meaning: "On rows that this daemon's owner kept aside: the " +
		"model is asked about them and never learns them",
	holdout_below: "on rows it never learns",
	contributions: "Contributions",
	contributors: (count: string, n: number) =>
		`from ${count} ${many(n, "address", "addresses")}`,
	held: "Deposits held",
	held_meaning: "Waiting in the contract for refund or report",
	paid: (amount: string) => `${amount} paid out`,
	next: "Next deposit",
	next_meaning: "What the contract asks for the next contribution",
};

export const chart = {
	title: "Accuracy",
	progressive: "Progressive",
	holdout: "Held out",
	axis: "contributions",
	empty: "No accuracy yet: the first contributions are on their way.",
	label: "Accuracy over contributions",
	keys: "Left and right arrow keys move along the line",
	summary: (points: string, from: string, to: string, best: string) =>
		`Progressive accuracy over ${points} contributions: from ${from} ` +
		`to ${to}, best ${best}.`,
	summary_holdout: (from: string, to: string) =>
		` Held-out accuracy: from ${from} to ${to}.`,
	at: (id: string) => `at contribution ${id}`,
	now: "now",
	table: "The same in numbers",
	contribution: "Contribution",
	block: "Block",
	time: "Time",
};

export const tape = {
	label: (count: string, right: string) =>
		`The newest ${count} contributions, newest on the right: the ` +
		`model foresaw ${right}.`,
	title: "Newest contributions",
	foreseen: "tall: foreseen by the model",
	surprise: "short: a surprise",
	item: (id: string, label: string, state: string) =>
		`#${id} ${label}, ${state}`,
};

export const feed = {
	title: "Contributions",
	state_label: "State",
	any_state: "every state",
	state: contribution_state,
	meaning: contribution_meaning,
	empty: "No contribution yet",
	empty_hint: "They appear here in the second in which they are mined.",
	empty_filter: "None like that",
	clear: "Show all",
	only: (who: string) => `only ${who}`,
	foreseen: "foreseen",
	foresaw: (name: string) => `model said ${name}`,
	unforeseen: "model had no say",
	fresh: (count: string, n: number) =>
		`${count} new ${many(n, "contribution", "contributions")}`,
	id: "Contribution",
	more: "Show more",
	open: (id: string) => `Details of contribution ${id}`,
	text: "Text",
	sample: "Sample",
	values: (shown: string, rest: number) =>
		rest > 0 ? `${shown} … and ${rest} more` : shown,
	contributor: "Contributor",
	model_said: "Model said before",
	verdict: "Verdict",
	verdict_none: "none yet",
	verdict_epoch: (name: string, epoch: string) =>
		`${name}, epoch ${epoch}`,
	claimable: "Claimable",
	suspicion: "Suspicion",
	suspicion_word: "suspicion",
	suspicion_of: (percent: string) => `Suspicion ${percent}: the part ` +
		"of its nearest neighbours' votes that goes to other labels",
	block: "Block",
	tx: "Transaction",
	time: "Time",
	verdict_name: verdict,
	no_class: (label: number) => `label ${label}`,
};

export const predict = {
	refused: "This daemon does not predict with this model",
	title: "Ask the model",
	hint: "Free, and answered by the daemon from its current state.",
	text: "Text",
	text_hint: "Any words",
	image: "Picture",
	image_hint: "A picture, PNG or JPEG",
	no_image: "Pick a picture first",
	large_image: "The picture is too large: at most 4 MiB",
	features: "Numbers",
	features_hint: "One number a feature, with spaces or commas between",
	indices: "Indices",
	indices_hint: (columns: string) =>
		`Which of the ${columns} columns are set, with spaces or commas ` +
		"between",
	indices_any_hint: "Which features are set, with spaces or commas " +
		"between",
	form: "Input",
	submit: "Predict",
	asking: "Asking",
	scores: "Scores",
	not_a_number: (word: string) => `“${word}” is not a number`,
	not_an_index: (word: string) =>
		`“${word}” is not a whole number from 0 up`,
	empty: "Type something first",
	wait: (seconds: number) =>
		`Too many questions: try again in ${seconds} s`,
};

export const checkpoints = {
	title: "Checkpoints",
	epoch: "Epoch",
	end: "Ended",
	count: "Contributions",
	judged: "Judged",
	accuracy: "Accuracy",
	root: "State root",
	status_label: "Status",
	status: checkpoint_status,
	tx: "Transaction",
	differs: "differs",
	differs_meaning: "What was accepted is not what this daemon computed",
	refuted: "refuted",
	signed_by: "Signatures",
	signatures: (n: string, count: number) =>
		`${n} ${many(count, "signature", "signatures")}`,
	empty: "No checkpoint yet",
	empty_hint: "One is signed at the end of each epoch that brought " +
		"something new.",
};

export const deposits = {
	title: "Deposits",
	held: (amount: string) => `${amount} held`,
	id: "Contribution",
	who: "Contributor",
	amount: "Deposit",
	when: "Can be claimed",
	refund: "refund now",
	report: "report now",
	until: (when: string) => `deadline ${when}`,
	empty: "Nothing is waiting",
	empty_hint: "No deposit waits in this contract.",
};
