/* One value of a scenario's line, and a choice among kinds. */
import type { Scenario } from "./scenario";
import { value_of, with_value, word_of } from "./scenario";
import { text } from "../strings";
import "./Field.css";

/* Values that the spec has times 10^9, as numbers to read. */
const SCALED: Record<string, readonly string[]> = {
	model: ["epsilon", "learning-rate", "smoothing", "variance"],
	verdict: ["credit", "margin"],
};
const SCALE = 1e9;

function shown(keyword: string, key: string, value: string): string {
	const number = Number(value);
	return SCALED[keyword]?.includes(key) && Number.isFinite(number)
		? String(number / SCALE) : value;
}

function written(keyword: string, key: string, typed: string): string {
	const word = word_of(typed);
	const number = Number(word);
	return SCALED[keyword]?.includes(key) && word !== "" &&
		Number.isFinite(number)
		? String(BigInt(Math.round(number * SCALE))) : word;
}

export function Value({ name, label, value, change }: {
	name: string; label: string; value: string;
	change: (typed: string) => void;
}) {
	return (
		<label class="value">
			<span>{label}</span>
			<input class="field" value={value} name={name} dir="auto"
				autoComplete="off" spellcheck={false} maxLength={40}
				data-testid={`value-${name.replace(".", "-")}`}
				onChange={(event) => change(event.currentTarget.value)} />
		</label>
	);
}

/** KEY=VALUE of a line. */
export function KeyValue({ scenario, at, name, edit }: {
	scenario: Scenario; at: number; name: string;
	edit: (to: Scenario) => void;
}) {
	const line = scenario[at];
	const keyword = line?.words[0] ?? "";
	const about = keyword === "agent" ? line?.words[1] ?? "" : keyword;
	return <Value name={`${about}.${name}`}
		label={text.simulate.key[name] ?? name}
		value={shown(keyword, name, value_of(line, name) ?? "")}
		change={(typed) => edit(with_value(scenario, at, name,
			written(keyword, name, typed)))} />;
}

/** silent: its label stands above already, and is read aloud alone. */
export function Kind({ name, label, value, options, names, choose, silent }: {
	name: string; label: string; value: string; options: readonly string[];
	names: Record<string, string>; choose: (to: string) => void;
	silent?: boolean;
}) {
	const all = options.includes(value) || value === ""
		? options : [...options, value];
	return (
		<label class="value value-kind">
			<span class={silent ? "aloud" : ""}>{label}</span>
			<select class="field" value={value} name={name}
				data-testid={`kind-${name.replace(".", "-")}`} data-value={value}
				onChange={(event) => choose(event.currentTarget.value)}>
				{all.map((one) => (
					<option key={one} value={one} selected={one === value}>
						{names[one] ?? one}</option>
				))}
			</select>
		</label>
	);
}
