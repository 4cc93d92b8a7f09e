/*
 * What the form offers: kinds of models, verdict rules, incentives and
 * agents, each as the words that begin it. Every number stays editable.
 */
import {
	agents_at, line_at, pairs_of, unit_of, usual_deposit, value_of,
	with_words,
} from "./scenario";
import type { Line, Scenario } from "./scenario";

/* Parameters as the spec wants them, in alphabetical order; columns are those
 * of the model before. */
export const MODELS: Record<string, (columns: string) => string> = {
	"naive-bayes": (columns) => `columns=${columns} smoothing=100000000`,
	"logistic": (columns) => `columns=${columns} epsilon=10000000 ` +
		"learning-rate=500000000",
	"blend": (columns) => `columns=${columns} epsilon=10000000 ` +
		"learning-rate=400000000 smoothing=100000000",
	"sparse-perceptron": (columns) =>
		`columns=${columns} learning-rate=1000000000`,
	"hoeffding": (columns) => `columns=${columns} grace=20 nodes=63 trees=16`,
	"kalman": (columns) => `columns=${columns} variance=1000000000`,
	"nearest": (columns) =>
		`capacity=2048 columns=${columns} neighbours=3`,
	"passive-aggressive": (columns) =>
		`aggressiveness=700000000 columns=${columns} horizon=80000`,
};

export const VERDICTS: Record<string, string> = {
	"jury": "credit=4000000000 folds=6 known=8 margin=4000000000 " +
		"recent=8192",
	"two-fold": "credit=1000000000 margin=1000000000",
	"k-fold": "credit=1000000000 folds=6 margin=1000000000",
	"sketch-fold": "credit=1000000000 folds=6 margin=1000000000",
	"support": "credit=1000000000 folds=6 margin=1000000000 support=2",
};

/* Incentives that ask the verdict rule; of the others one is a market, and the
 * rest ask the model as it is at that moment. */
export const ASKS_RULE: readonly string[] = ["stake", "points"];

/* Incentives without deposits. */
export const IS_FREE: readonly string[] = ["points", "Points64"];

/* What amounts are, as multiples of what an agent usually offers. */
export const INCENTIVES: Record<string,
	(amount: (part: number) => string) => string> = {
	"stake": (of) => `floor=${of(0.5)} cap=${of(5)} burst=20 window=1h ` +
		"refund=1h challenge=10m epoch=10m reporter=1000",
	"deposit-refund-take": (of) =>
		`weight=${of(1.2)} refund=1d take=9d retry=1d`,
	"Stakeable64": (of) => `weight=${of(0.005)} refund=1d any=9d retry=1d`,
	"Points64": () => "refund=1d any=9d retry=1d",
	"points": () => "refund=1h challenge=10m epoch=10m",
	"market": (of) => `unit=${of(0.5)} rounds=500 by=contributor`,
};

/* Agents by what they do beside offering deposits. */
export const BEHAVIOURS = {
	honest: "",
	careless: "wrong=0.1",
	liar: "wrong=1",
	turncoat: "wrong=1 from=2d",
	drift: "wrong=1 drift=4d",
	one_class: "wrong=1 class=CLASS",
	private: "wrong=1 private=5",
	primed: "wrong=1 private=5 prime=1d",
	copies: "wrong=1 copies=3",
	near: "wrong=1 copies=3 near=2",
	sybils: "wrong=1 private=5 accounts=12",
	caller: "",
} as const;
export type Behaviour = keyof typeof BEHAVIOURS;

/* The least odd explanation of the keys that an agent has. */
export function behaviour_of(line: Line): Behaviour {
	const has = Object.fromEntries(pairs_of(line));
	if ("calls" in has)
		return "caller";
	if (Number(has.accounts ?? 1) > 1)
		return "sybils";
	if ("copies" in has)
		return "near" in has ? "near" : "copies";
	if ("private" in has)
		return "prime" in has ? "primed" : "private";
	if ("class" in has)
		return "one_class";
	if ("drift" in has)
		return "drift";
	if ("from" in has)
		return "turncoat";
	const wrong = Number(has.wrong ?? 0);
	return wrong === 0 ? "honest" : wrong <= 0.5 ? "careless" : "liar";
}

/* An amount in the scenario's unit: wei are whole. */
function amount_text(scenario: Scenario, amount: number): string {
	return unit_of(scenario) === "wei" ? String(Math.max(1, Math.round(amount)))
		: String(Number(amount.toPrecision(6)));
}

function class_of(scenario: Scenario): string {
	const classes = scenario.filter(({ words }) => words[0] === "class");
	return classes[classes.length - 1]?.words[1] ?? "positive";
}

const OWN = ["balance", "deposit", "wait", "when"];

/* An agent's words once it behaves like this; what it has and when it comes
 * stay. */
export function behaving(scenario: Scenario, line: Line, to: Behaviour):
	string[] {
	const usual = amount_text(scenario, usual_deposit(scenario));
	const kept = pairs_of(line).filter(([key]) => OWN.includes(key) &&
		!(to === "caller" && (key === "deposit" || key === "when")));
	const words = [line.words[0] as string, line.words[1] as string,
		...kept.map(([key, value]) => `${key}=${value}`)];
	if (to === "caller")
		words.push(`calls=${usual}`);
	else if (!kept.some(([key]) => key === "deposit"))
		words.push(`deposit=${usual}`);
	const more = BEHAVIOURS[to].replace("CLASS", class_of(scenario));
	return [...words, ...more.split(" ").filter(Boolean)];
}

export function with_model(scenario: Scenario, name: string): Scenario {
	const at = line_at(scenario, "model");
	const columns = value_of(scenario[at], "columns") ?? "1000";
	const rest = MODELS[name]?.(columns) ?? "";
	return with_words(scenario, at, ["model", name, ...rest.split(" ")]);
}

export function with_verdict(scenario: Scenario, name: string): Scenario {
	return with_words(scenario, line_at(scenario, "verdict"),
		["verdict", name, ...(VERDICTS[name] ?? "").split(" ")]);
}

export function with_incentive(scenario: Scenario, name: string): Scenario {
	const usual = usual_deposit(scenario);
	const rest = INCENTIVES[name]?.((part) =>
		amount_text(scenario, usual * part)) ?? "";
	return with_words(scenario, line_at(scenario, "incentive"),
		["incentive", name, ...rest.split(" ")]);
}

const NAMES = ["Ada", "Bo", "Chi", "Dee", "Eli", "Fay", "Gus", "Hal", "Ida",
	"Jo", "Kim", "Lou", "Max", "Nia", "Oz", "Pia"];

/* One more, with what the last one has. */
export function agent_new(scenario: Scenario): string[] {
	const all = agents_at(scenario);
	const taken = all.map((at) => scenario[at]?.words[1]);
	const name = NAMES.find((one) => !taken.includes(one)) ??
		`Agent${all.length + 1}`;
	const like = all.map((at) => scenario[at] as Line)
		.find((line) => value_of(line, "deposit") !== undefined);
	const kept = pairs_of(like).filter(([key]) =>
		["balance", "deposit", "wait"].includes(key));
	const words = kept.length === 3
		? kept.map(([key, value]) => `${key}=${value}`)
		: ["balance=100", "deposit=1", "wait=10m"];
	return ["agent", name, ...words];
}
