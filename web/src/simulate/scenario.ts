/*
 * A scenario's text as lines of words, and changes of it. The text is what
 * is run, shared and kept; the form is only another way to write it. What the
 * words mean is the daemon's to say (man decaid-scenario).
 */
export interface Line {
	readonly words: readonly string[];
	readonly comment: string; /* from the # on */
}
export type Scenario = readonly Line[];

function line_of(text: string): Line {
	const at = text.search(/(^|\s)#/);
	const own = at < 0 ? text : text.slice(0, at);
	return {
		words: own.split(/[ \t]+/).filter(Boolean),
		comment: at < 0 ? "" : text.slice(at).trim(),
	};
}

export function scenario_of(text: string): Scenario {
	return text.replace(/\n$/, "").split("\n").map(line_of);
}

export function text_of(scenario: Scenario): string {
	return scenario.map(({ words, comment }) =>
		[...words, comment].filter(Boolean).join(" ")).join("\n") + "\n";
}

/** Where the line of a keyword is, -1: nowhere. */
export function line_at(scenario: Scenario, keyword: string): number {
	return scenario.findIndex(({ words }) => words[0] === keyword);
}

/** Where the agents are. */
export function agents_at(scenario: Scenario): number[] {
	return scenario.flatMap(({ words }, i) => words[0] === "agent" ? [i] : []);
}

/** KEY and VALUE of each such word of a line. */
export function pairs_of(line: Line | undefined): [string, string][] {
	return (line?.words ?? []).flatMap((word): [string, string][] => {
		const at = word.indexOf("=");
		return at > 0 ? [[word.slice(0, at), word.slice(at + 1)]] : [];
	});
}

export function value_of(line: Line | undefined, key: string):
	string | undefined {
	return pairs_of(line).find(([name]) => name === key)?.[1];
}

function replaced(scenario: Scenario, at: number, words: readonly string[]):
	Scenario {
	return scenario.map((line, i) => i === at ? { ...line, words } : line);
}

/** Other words on a line; it is put before the agents where there is none. */
export function with_words(scenario: Scenario, at: number,
	words: readonly string[]): Scenario {
	if (at >= 0)
		return replaced(scenario, at, words);
	const first = agents_at(scenario)[0] ?? scenario.length;
	return [...scenario.slice(0, first), { words, comment: "" },
		...scenario.slice(first)];
}

/** KEY=VALUE on a line; null takes it away. */
export function with_value(scenario: Scenario, at: number, key: string,
	value: string | null): Scenario {
	const before = scenario[at]?.words ?? [];
	const place = before.findIndex((word) => word.startsWith(`${key}=`));
	const word = `${key}=${value}`;
	if (value === null)
		return replaced(scenario, at, before.filter((_, i) => i !== place));
	return replaced(scenario, at, place < 0 ? [...before, word]
		: before.map((old, i) => i === place ? word : old));
}

/** A line of one value, such as "start 0.1". */
export function with_single(scenario: Scenario, keyword: string,
	value: string): Scenario {
	return with_words(scenario, line_at(scenario, keyword), [keyword, value]);
}

/** What a person typed, as one word. */
export function word_of(typed: string): string {
	return typed.replace(/[\s#]+/g, "");
}

export function agent_added(scenario: Scenario, words: readonly string[]):
	Scenario {
	return [...scenario, { words, comment: "" }];
}

export function line_removed(scenario: Scenario, at: number): Scenario {
	return scenario.filter((_, i) => i !== at);
}

/** "0.02" of "0.02~0.005", as a number; 1 where there is none. */
export function usual_deposit(scenario: Scenario): number {
	for (const at of agents_at(scenario)) {
		const mean = Number(value_of(scenario[at], "deposit")?.split("~")[0]);
		if (mean > 0)
			return mean;
	}
	return 1;
}

export type Unit = "wei" | "gwei" | "eth";

export function unit_of(scenario: Scenario): Unit {
	const unit = scenario[line_at(scenario, "unit")]?.words[1];
	return unit === "eth" || unit === "gwei" ? unit : "wei";
}

export function incentive_of(scenario: Scenario): string {
	return scenario[line_at(scenario, "incentive")]?.words[1] ?? "";
}

export function title_of(scenario: Scenario): string {
	const words = scenario[line_at(scenario, "title")]?.words ?? [];
	return words.slice(1).join(" ");
}
