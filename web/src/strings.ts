/* Every word the page says, in one place. */
import type {
	BaselineRole, BoardBy, BoardWindow, CheckpointStatus, ContributionState, ModelSort,
	SimulationRole, Verdict,
} from "./api";
import type { Connection } from "./lib/live";
import type { Page } from "./lib/router";
import type { Behaviour } from "./simulate/choices";
import type { Unit } from "./simulate/scenario";
import type { Theme } from "./theme";

const plural = new Intl.PluralRules("en");

function many(count: number, one: string, other: string): string {
	return plural.select(count) === "one" ? one : other;
}

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

const board_by: Record<BoardBy, string> = {
	karma: "Karma",
	contributions: "Contributions",
	earned: "Earned",
	deposited: "Deposited",
};

const board_role: Record<BaselineRole, string> = {
	owner: "owner",
	reference: "reference",
};

const board_window: Record<BoardWindow, string> = {
	"24h": "24 h",
	"7d": "7 days",
	"30d": "30 days",
	"all": "All time",
};

const connection: Record<Connection, string> = {
	connecting: "connecting",
	live: "live",
	polling: "asking again",
	offline: "no answer",
};

const connection_meaning: Record<Connection, string> = {
	connecting: "Waiting for the first answer",
	live: "News arrives as it happens",
	polling: "The live stream is closed; the page asks every few seconds",
	offline: "The daemon does not answer; what is shown is what was known",
};

const theme: Record<Theme, string> = {
	system: "as the system",
	light: "light",
	dark: "dark",
};

/* Chains that people know by name; others are told by number. */
const chain_name: Record<number, string> = {
	1: "Ethereum",
	10: "OP Mainnet",
	100: "Gnosis",
	8453: "Base",
	31337: "Local chain",
	42161: "Arbitrum One",
	11155111: "Sepolia",
};

const page: Record<Exclude<Page, "contributors" | "choose">, string> = {
	models: "Models",
	board: "Leaderboard",
	operators: "Operators",
	simulate: "Simulator",
};

const unit: Record<Unit, string> = { wei: "wei", gwei: "gwei", eth: "ETH" };

const role: Record<SimulationRole, string> = {
	honest: "honest",
	careless: "careless",
	attacker: "attacker",
	caller: "caller",
};

const behaviour: Record<Behaviour, string> = {
	honest: "honest",
	careless: "careless: some labels wrong",
	liar: "lies: every label wrong",
	turncoat: "turns: honest, then lies",
	drift: "drifts: more and more wrong",
	one_class: "relabels one class",
	private: "lies with words of its own",
	primed: "plants words, then lies with them",
	copies: "lies and sends copies",
	near: "lies and sends near copies",
	sybils: "lies from many accounts",
	caller: "pays for predictions",
};

/* The keys of a scenario's lines, as decaid-scenario(5) has them. */
const scenario_key: Record<string, string> = {
	accounts: "Accounts",
	any: "Late claim by anybody after",
	balance: "Starts with",
	burst: "Contributions before the price rises",
	by: "Scores by",
	calls: "Pays a prediction",
	cap: "Highest deposit",
	capacity: "Samples kept",
	challenge: "Challenge time",
	chars: "Characters",
	class: "Relabels",
	clip: "Clip",
	columns: "Columns",
	copies: "Copies of each row",
	credit: "Unsure below, nats",
	deposit: "Deposit",
	drift: "Rises within",
	epoch: "Epoch",
	epsilon: "Epsilon",
	fee: "Fee a contribution",
	floor: "Lowest deposit",
	folds: "Folds",
	from: "Lies from",
	"held-out": "Rows to measure with",
	known: "Rows a fold must know",
	"learning-rate": "Learning rate",
	margin: "Margin, nats",
	near: "Columns changed in copies",
	neighbours: "Neighbours",
	owner: "Late claim by the owner after",
	passes: "Passes at most",
	prime: "Plants words until",
	private: "Words of its own",
	recent: "Pairs remembered",
	refund: "Refund after",
	reporter: "Reporter's part, basis points",
	retry: "Tries again each",
	rounds: "Bounty, rounds",
	rows: "Rows to contribute",
	scores: "Scores",
	seed: "Seed of the data",
	smoothing: "Smoothing",
	stakes: "Stakes",
	support: "Accounts that support a word",
	take: "Take after",
	unit: "Stake a row",
	variance: "Variance",
	verdict: "No verdict after",
	wait: "Comes each",
	weight: "Deposit weight",
	when: "Contributes",
	window: "Price window",
	wrong: "Wrong labels, part",
};

function gained(gain: number, amount: string, part: string): string {
	return gain < 0 ? `lost ${amount} (${part})`
		: gain > 0 ? `earned ${amount} (${part})` : "came out even";
}

/* What a role's agents gained or lost together. */
type Said = (names: string, count: number, gain: number, amount: string,
	part: string, wrong: string) => string;
const said: Record<SimulationRole, Said> = {
	attacker: (names, count, gain, amount, part, wrong) => gain < 0
		? `The attack cost ${names} ${amount}, ${part} of what ` +
			`${many(count, "it", "they")} came with, for ${wrong} wrong ` +
			"labels."
		: `The attack ${gain > 0 ? "paid" : "cost nothing"}: ${names} ` +
			`${gained(gain, amount, part)} with ${wrong} wrong labels.`,
	honest: (names, count, gain, amount, part) => gain < 0
		? `Honesty did not pay: ${names} ${gained(gain, amount, part)}` +
			`${many(count, "", " together")}.`
		: `Honesty ${gain > 0 ? "paid" : "cost nothing"}: ${names} ` +
			`${gained(gain, amount, part)}${many(count, "", " together")}.`,
	careless: (names, count, gain, amount, part, wrong) =>
		`${names}, careless with ${wrong} labels, ` +
		`${gained(gain, amount, part)}${many(count, "", " together")}.`,
	caller: (names, _, __, amount) =>
		`${names} paid ${amount} for predictions.`,
};

/* The same where there are no deposits and only karma can be had. */
type KarmaSaid = (names: string, count: number, karma: string,
	wrong: string) => string;
const karma_said: Record<Exclude<SimulationRole, "caller">, KarmaSaid> = {
	attacker: (names, count, karma, wrong) =>
		`Nothing is at stake: ${names} ${many(count, "has", "have")} ` +
		`${karma} karma, with ${wrong} wrong labels.`,
	honest: (names, count, karma) =>
		`Honesty earned ${names} ${karma} karma` +
		`${many(count, "", " together")}.`,
	careless: (names, count, karma, wrong) =>
		`${names}, careless with ${wrong} labels, ` +
		`${many(count, "has", "have")} ${karma} karma` +
		`${many(count, "", " together")}.`,
};

export const text = {
	product: "decaid",
	skip: "Skip to the content",
	coin: "ETH",
	gwei: "gwei",
	wei: "wei",
	none: "–",
	copy: "Copy",
	copied: "Copied",
	loading: "Loading",
	error: {
		unreachable: "The daemon does not answer",
		status: (status: number) => `The daemon answered ${status}`,
		again: "Try again",
		old: "Shown as last known",
	},
	header: {
		chain: (id: number) => chain_name[id] ?? `Chain ${id}`,
		chain_id: (id: number) => `Chain id ${id}`,
		head: "head",
		followed: "followed",
		finalized: "final",
		lag: "behind",
		lag_blocks: (count: string, n: number) =>
			`${count} ${many(n, "block", "blocks")} behind`,
		caught_up: "caught up",
		heard_label: "Last heard from the daemon",
		connection,
		connection_meaning,
		theme_now: (name: Theme) => `Palette: ${theme[name]}`,
	},
	stale: {
		since: (time: string) => `You see what was known at ${time}.`,
		halted: "Following has stopped for good: the log says why. What is " +
			"shown is what was known.",
		lagging: (count: string) =>
			`The daemon is ${count} blocks behind its chain: newer ` +
			"contributions are not shown yet.",
	},
	models: {
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
	},
	model: {
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
	},
	figures: {
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
	},
	chart: {
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
	},
	tape: {
		label: (count: string, right: string) =>
			`The newest ${count} contributions, newest on the right: the ` +
			`model foresaw ${right}.`,
		title: "Newest contributions",
		foreseen: "tall: foreseen by the model",
		surprise: "short: a surprise",
		item: (id: string, label: string, state: string) =>
			`#${id} ${label}, ${state}`,
	},
	feed: {
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
	},
	contributor: {
		title: "Contributor",
		agreed: (count: string) => `${count} agreed`,
		model: "Model",
		models: "By model",
		recent: "Newest contributions",
		label: "Label",
		none: "Nobody of this address",
		none_hint: "It has not contributed to a model that this daemon " +
			"follows.",
		money: {
			earned: "Earned",
			lost: "Lost",
			locked: "Locked",
			claimable: "Claimable",
		},
		meaning: {
			earned: "Rewards and reporter's parts taken, beyond what came back",
			lost: "Deposits that did not come back, and fees",
			locked: "Deposits that cannot be taken back yet",
			claimable: "Refunds that are due, and rewards: shares of what " +
				"others lost",
		},
		rewards: (amount: string) => `${amount} of it rewards`,
		all: "All of theirs",
	},
	board: {
		title: "Leaderboard",
		all_title: "Leaderboard of all models",
		all_lead: "Who taught the models most: karma comes from contributions " +
			"that were right and taught something.",
		by_label: "Ranked by",
		by: board_by,
		window_label: "Window",
		window: board_window,
		rank: "Rank",
		who: "Contributor",
		share: "Share",
		agreed: "Agreed",
		empty: "Nobody yet",
		empty_hint: "Karma comes with the first checkpoint that credits a " +
			"contribution.",
		empty_window: "Nobody in this time",
		up: (n: string) => `up ${n}`,
		down: (n: string) => `down ${n}`,
		same: "unchanged",
		fresh: "new",
		apart: "Not ranked",
		apart_hint: "Baselines: the model’s owner and accounts run for " +
			"reference. They take nobody’s rank.",
		role: board_role,
		would_be: (n: string) => `would be ${n}`,
		show: "Show contributions of",
	},
	predict: {
		refused: "This daemon does not predict with this model",
		title: "Ask the model",
		hint: "Free, and answered by the daemon from its current state.",
		text: "Text",
		text_hint: "Any words",
		image: "Picture",
		image_hint: "A picture, PNG or JPEG",
		no_image: "Pick a picture first",
		large_image: "The picture is too large: at most 6 MiB",
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
	},
	checkpoints: {
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
	},
	deposits: {
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
	},
	operators: {
		title: "Operators",
		lead: "They put a bond behind what they sign. A checkpoint counts " +
			"when more than two thirds of the bonds signed it; who signs two " +
			"different ones loses theirs.",
		who: "Operator",
		endpoint: "Endpoint",
		bond: "Bond",
		signed: "Signed",
		missed: "Missed",
		last: "Last epoch",
		status: "Status",
		slashed: "slashed",
		ours: "this daemon",
		quorum: (part: string, bond: string) =>
			`a checkpoint needs more than ${part} of ${bond}`,
		empty: "No operator is registered",
		empty_hint: "Checkpoints are computed, and wait for a quorum.",
	},
	nav: {
		label: "Pages",
		page,
	},
	simulate: {
		title: "Simulator",
		lead: "Try a model, an incentive and its attackers before money is " +
			"at stake. The model and the rules of money are the ones that " +
			"run on chain data; the same scenario gives the same result " +
			"anywhere.",
		off: "This daemon runs no simulations",
		off_hint: "Its owner has turned them off. The command runs them " +
			"anywhere: decaid simulate --example attack",
		scenario: "Scenario",
		example: "Example",
		example_name: {
			attack: "A liar before a jury",
			market: "A prediction market",
			readme: "Good and bad data, as 0xDeCA10B has it",
		} as Record<string, string>,
		own: "Edited",
		edit: "Change it",
		view: "Edit as",
		view_name: { form: "Form", text: "Text" },
		as_text: "Scenario as text",
		as_text_hint: "The same as decaid simulate FILE reads; man " +
			"decaid-scenario says what each word means.",
		data: "Data and time",
		start_line: "Known at the start",
		measure_line: "Measured each",
		seed_line: "Seed",
		model: "Model",
		verdict: "Verdict rule",
		model_judges: "Not asked here: the model as it is when a refund is " +
			"wanted decides, and it has learned the row.",
		market_judges: "Not asked here: the rows to measure with decide.",
		incentive: "Incentive",
		incentive_name: {
			"stake": "stake: StakeTrainer",
			"deposit-refund-take": "deposit, refund, take: 0xDeCA10B",
			"Stakeable64": "Stakeable64: 0xDeCA10B’s contract",
			"Points64": "Points64: 0xDeCA10B’s contract",
			"points": "points: karma alone",
			"market": "prediction market",
		} as Record<string, string>,
		key: scenario_key,
		agents: "Agents",
		agent_legend: (name: string) => `Agent ${name}`,
		name: "Name",
		behaviour: "Behaves",
		behaviour_name: behaviour,
		add: "Add an agent",
		remove: (name: string) => `Remove ${name}`,
		syntax: "Times: 90s, 10m, 1h, 1d. 50~10 is drawn around 50, by 10 or so.",
		run: "Run",
		again: "Run again",
		stop: "Stop",
		result: "Result",
		none: "Nothing has run yet",
		none_hint: "Pick an example or write your own, and press Run: " +
			"accuracy and each balance are drawn as they come.",
		waiting: "Waiting for the first measurement",
		full: (seconds: number) =>
			`Others simulate now: yours begins in ${seconds} s`,
		running: (part: string, rows: string) => `${part} done, ${rows} ` +
			"contributions",
		done: "Finished",
		stopped: "Stopped",
		cut: "The run ended in the middle",
		limits: (rows: string, agents: string, seconds: string) =>
			`Here a run has at most ${rows} rows, ${agents} agents and ` +
			`${seconds}\u00a0s of processor time; decaid simulate has no limits.`,
		accuracy: "Accuracy",
		baseline: "All rows, true labels",
		accuracy_title: "Accuracy on held-out rows",
		accuracy_label: (from: string, to: string, baseline: string) =>
			`Accuracy over time: from ${from} to ${to}; ${baseline} if every ` +
			"row had its true label.",
		balances_title: (of: string) => `Balances, ${of}`,
		balances_label: (list: string) => `Balances over time: ${list}.`,
		balance_said: (name: string, from: string, to: string) =>
			`${name} from ${from} to ${to}`,
		days: "days",
		hours: "hours",
		now: "at the end",
		at: (time: string, of: string) => `after ${time} ${of}`,
		unit,
		said,
		karma_said,
		role,
		accuracy_said: (from: string, to: string, low: string, base: string) =>
			`Accuracy went from ${from} to ${to}, ${low} at the lowest; with ` +
			`every row under its true label it would be ${base}.`,
		condemned: (rows: string, part: string) =>
			`Of ${rows} rows with their true label, ${part} were condemned.`,
		accepted: (rows: string, part: string, bad: string) =>
			`Of ${rows} rows with a wrong one, the judge agreed with ${part} ` +
			`and condemned ${bad}.`,
		copied: (copies: string, credited: string) =>
			`Of ${copies} copies ${credited} earned credit.`,
		given: (given: string, rows: string, days: string) =>
			`${given} contributions of ${rows} rows, in ${days} days.`,
		table: "What became of each agent",
		agent: "Agent",
		kind: "Role",
		start: "Start",
		end: (of: string) => `End, ${of}`,
		gain: "Gain",
		contributions: "Contributions",
		wrong: "Wrong",
		karma: "Karma",
		text_long: "The scenario is too long for an address: keep it as text",
	},
	choose: {
		title: "Which model to choose",
		lead: "Percent right on rows that no model had seen, after learning " +
			"each training row once, in order, as contributions come. The " +
			"parameters are the same for every set of a kind.",
		data: "Data",
		peer: "scikit-learn, one pass / converged",
		percent: (percent: string) => percent,
		kinds: {
			texts: {
				title: "Texts",
				advice: "Take blend with ngrams. naive-bayes with " +
					"murmur3-words comes near it with shorter samples, which " +
					"cost less on the chain.",
			},
			tables: {
				title: "Tables",
				advice: "Take kalman with scale. Where columns are few and " +
					"no line parts the classes, nearest is ahead; where they " +
					"are of many kinds, hoeffding. Of more than 512 columns, " +
					"arow.",
			},
		},
		sets: {
			sms: "Text messages: spam or not",
			clickbait: "Headlines: news or clickbait",
			tictactoe: "Ends of tic-tac-toe: has x won",
			wisdm: "Accelerometer: six activities",
			occupancy: "Room sensors: is somebody there",
			banknote: "Banknotes: which of two classes",
			breastcancer: "Cell nuclei: benign or malignant",
			optdigits: "Handwritten digits, 8 by 8",
		},
		types_title: "Model types",
		types: {
			"arow": "Knows how sure it is of each weight; tables of any " +
				"width, right from few rows.",
			"blend": "Naive Bayes and logistic regression side by side; how " +
				"much to trust each is learned too.",
			"hoeffding": "Trees that are split where the data are sure, and " +
				"vote; up to 1,024 columns, much memory.",
			"kalman": "Logistic regression that knows how sure it is of each " +
				"pair of weights; up to 512 columns.",
			"logistic": "A learning rate for each weight; texts and tables " +
				"of any width.",
			"naive-bayes": "Little memory, quick to learn from few texts; " +
				"overrates what repeats itself.",
			"nearest": "Keeps the newest samples and compares by distance; " +
				"each prediction looks at all of them.",
			"sparse-perceptron": "The cheapest, and the least accurate.",
			"deca-…": "0xDeCA10B's five classifiers, bit for bit, for models " +
				"that must agree with such a contract.",
		},
		encoders_title: "Encoders",
		encoders: {
			"ngrams": "A text as words, pairs of words and runs of five " +
				"characters, hashed.",
			"murmur3-words": "A text as words, hashed as 0xDeCA10B's " +
				"dashboard does; several times shorter on the chain.",
			"vocabulary": "A text as those of its words that the model knows.",
			"scale": "Numbers, each from its column's centre, divided by its " +
				"width.",
			"unit": "As scale, and each sample of length 1.",
			"pixels": "A picture as a grid of grey.",
			"none": "Column indices, or numbers as they are.",
		},
		source: "Data: UCI Machine Learning Repository, sets 228, 101, 357, " +
			"267, 17 and 80; headlines of Chakraborty et al., ASONAM 2016; " +
			"WISDM of Kwapisz et al., SensorKDD 2010.",
		own: "Measure your own data, with every type at once:",
		own_command: "decaid evaluate --train FILE --test FILE --type all",
	},
	footer: {
		version: (version: string) => `decaid ${version}`,
		up: (duration: string) => `up ${duration}`,
		api: "API",
		licences: "Licences",
		promise: "Public data, public models, free predictions.",
	},
};
