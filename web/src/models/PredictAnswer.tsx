/* The class the model chose, and how close the others came. */
import type { Model, Prediction } from "../api";
import { format_count, format_score } from "../lib/format";
import { ClassName } from "../parts/ClassName";
import { text } from "../strings";
import "./PredictAnswer.css";

const SHOWN = 8;
const LEAST = 0.04; /* of the bar, so that the last is still a bar */

interface Scored { name: string; label: number; score: string; size: number }

/* Scores have no common zero (log-probabilities, margins): a bar tells where
 * one stands between the worst and the best of this answer. */
function scored(answer: Prediction, model: Model): Scored[] {
	const list = Object.entries(answer.scores).map(([name, score]) =>
		({ name, score, label: model.classes.indexOf(name), size: 0 }));
	list.sort((a, b) => Number(b.score) - Number(a.score));
	const best = Number(list[0]?.score);
	const span = best - Number(list[list.length - 1]?.score);
	for (const one of list)
		one.size = span > 0 ? Math.max(LEAST,
			1 - (best - Number(one.score)) / span) : 1;
	return list;
}

function Bar({ one, chosen }: { one: Scored; chosen: boolean }) {
	const colour = `bar class-${Math.max(0, one.label) % SHOWN}`;
	return (
		<li class={chosen ? "score-row score-chosen" : "score-row"}
			data-testid="score" data-value={one.score}>
			<ClassName label={Math.max(0, one.label)} name={one.name} />
			<span class="score-number" title={one.score}>
				{format_score(one.score)}</span>
			<svg class={colour} viewBox="0 0 100 3" aria-hidden="true"
				preserveAspectRatio="none">
				<rect width={100 * one.size} height="3"
					fill="currentColor" />
			</svg>
		</li>
	);
}

export function PredictAnswer({ answer, model }:
	{ answer: Prediction; model: Model }) {
	return (
		<div class="answer" data-testid="predict-result"
			data-value={answer.label}>
			<p class="answer-class" data-testid="predict-class">
				<ClassName label={answer.label} name={answer.class} />
			</p>
			<ol class="scores" aria-label={text.predict.scores}>
				{scored(answer, model).slice(0, SHOWN).map((one) =>
					<Bar key={one.name} one={one}
						chosen={one.name === answer.class} />)}
			</ol>
			<p class="answer-of">
				{text.model.as_of(format_count(answer.as_of.contributions),
					format_count(answer.as_of.block))}
			</p>
		</div>
	);
}
