/* The simulator. */
import type { SimulationRole } from "../api";
import type { Behaviour } from "../simulate/choices";
import type { Unit } from "../simulate/scenario";
import { many } from "./plural";

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
	recent: "Rows remembered",
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

export const simulate = {
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
};
