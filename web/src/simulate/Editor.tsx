/* The scenario as a form: one part a line of the text, agents below. */
import type { ComponentChildren } from "preact";
import { Icon } from "../parts/Icon";
import { text } from "../strings";
import {
	agent_new, ASKS_RULE, behaviour_of, BEHAVIOURS, behaving, INCENTIVES, MODELS,
	VERDICTS, with_incentive, with_model, with_verdict,
} from "./choices";
import type { Behaviour } from "./choices";
import { KeyValue, Kind, Value } from "./Field";
import {
	agent_added, agents_at, incentive_of, line_at, line_removed, pairs_of, with_single,
	with_words, word_of,
} from "./scenario";
import type { Scenario } from "./scenario";
import "./Editor.css";

interface Props {
	scenario: Scenario;
	edit: (to: Scenario) => void;
}

function Part({ title, children }:
	{ title: string; children: ComponentChildren }) {
	return (
		<fieldset class="editor-part">
			<legend>{title}</legend>
			<div class="editor-values">{children}</div>
		</fieldset>
	);
}

function Keys({ scenario, edit, at }: Props & { at: number }) {
	return (
		<>
			{pairs_of(scenario[at]).map(([key]) => (
				<KeyValue key={key} scenario={scenario} at={at} name={key}
					edit={edit} />
			))}
		</>
	);
}

function Single({ scenario, edit, keyword, label }:
	Props & { keyword: string; label: string }) {
	const at = line_at(scenario, keyword);
	return <Value name={keyword} label={label}
		value={scenario[at]?.words[1] ?? ""}
		change={(typed) => edit(at >= 0 && word_of(typed) === ""
			? line_removed(scenario, at)
			: with_single(scenario, keyword, word_of(typed)))} />;
}

/* A line that begins with a kind: its other numbers follow from the choice. */
function Chosen({ scenario, edit, keyword, title, kinds, names = {}, choose }:
	Props & {
		keyword: string; title: string; kinds: readonly string[];
		names?: Record<string, string>;
		choose: (scenario: Scenario, to: string) => Scenario;
	}) {
	const at = line_at(scenario, keyword);
	return (
		<Part title={title}>
			<Kind name={keyword} label={title} options={kinds} names={names} silent
				value={scenario[at]?.words[1] ?? ""}
				choose={(to) => edit(choose(scenario, to))} />
			<Keys scenario={scenario} edit={edit} at={at} />
		</Part>
	);
}

function Agent({ scenario, edit, at, alone }:
	Props & { at: number; alone: boolean }) {
	const line = scenario[at] as Scenario[number];
	const name = line.words[1] ?? "";
	const rename = (typed: string) => word_of(typed) !== "" &&
		edit(with_words(scenario, at,
			["agent", word_of(typed).replace(/=/g, ""),
				...line.words.slice(2)]));
	return (
		<fieldset class="agent" data-testid="agent" data-value={name}>
			<legend class="aloud">{text.simulate.agent_legend(name)}</legend>
			<div class="agent-head">
				<Value name={`${name}.name`} label={text.simulate.name}
					value={name} change={rename} />
				<Kind name={`${name}.behaviour`}
					label={text.simulate.behaviour}
					value={behaviour_of(line)}
					options={Object.keys(BEHAVIOURS)}
					names={text.simulate.behaviour_name}
					choose={(to) => edit(with_words(scenario, at,
						behaving(scenario, line, to as Behaviour)))} />
				<button type="button" class="remove" disabled={alone}
					aria-label={text.simulate.remove(name)}
					title={text.simulate.remove(name)}
					data-testid="agent-remove" data-value={name}
					onClick={() => edit(line_removed(scenario, at))}>
					<Icon name="cross" />
				</button>
			</div>
			<div class="editor-values">
				<Keys scenario={scenario} edit={edit} at={at} />
			</div>
		</fieldset>
	);
}

function Agents({ scenario, edit, most }: Props & { most: number }) {
	const all = agents_at(scenario);
	return (
		<section class="agents" aria-labelledby="agents-title">
			<h4 id="agents-title" class="simulate-what">
				{text.simulate.agents}</h4>
			{all.map((at) => (
				<Agent key={at} scenario={scenario} edit={edit} at={at}
					alone={all.length === 1} />
			))}
			<button type="button" class="link" disabled={all.length >= most}
				data-testid="agent-add"
				onClick={() => edit(agent_added(scenario,
					agent_new(scenario)))}>
				{text.simulate.add}
			</button>
		</section>
	);
}

/* A rule that nobody asks would only mislead. */
function Rule({ scenario, edit }: Props) {
	const incentive = incentive_of(scenario);
	if (ASKS_RULE.includes(incentive))
		return <Chosen scenario={scenario} edit={edit} keyword="verdict"
			title={text.simulate.verdict} kinds={Object.keys(VERDICTS)}
			choose={with_verdict} />;
	return (
		<fieldset class="editor-part" data-testid="no-rule">
			<legend>{text.simulate.verdict}</legend>
			<p class="quiet editor-hint">{incentive === "market"
				? text.simulate.market_judges : text.simulate.model_judges}</p>
		</fieldset>
	);
}

export function Editor({ scenario, edit, most }: Props & { most: number }) {
	const both = { scenario, edit };
	return (
		<div class="editor" data-testid="editor">
			<Chosen {...both} keyword="incentive"
				title={text.simulate.incentive}
				kinds={Object.keys(INCENTIVES)} choose={with_incentive}
				names={text.simulate.incentive_name} />
			<Rule {...both} />
			<Chosen {...both} keyword="model" title={text.simulate.model}
				kinds={Object.keys(MODELS)} choose={with_model} />
			<Part title={text.simulate.data}>
				<Keys {...both} at={line_at(scenario, "data")} />
				<Single {...both} keyword="start"
					label={text.simulate.start_line} />
				<Single {...both} keyword="measure"
					label={text.simulate.measure_line} />
				<Single {...both} keyword="seed"
					label={text.simulate.seed_line} />
			</Part>
			<Agents {...both} most={most} />
			<p class="quiet editor-hint">{text.simulate.syntax}</p>
		</div>
	);
}
