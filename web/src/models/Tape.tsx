/*
 * The newest contributions as strokes in groups of ten, newest on the right:
 * tall where the model foresaw the label, short where it was surprised,
 * coloured by what became of it.
 */
import type { Contribution } from "../api";
import { contributions } from "../store";
import { format_count } from "../lib/format";
import { text } from "../strings";
import "./Tape.css";

const TENS = 10;

function stroke(one: Contribution): string {
	const foreseen = one.prediction_before === one.label;
	return `stroke stroke-${one.state}${foreseen ? "" : " stroke-short"}`;
}

function told(one: Contribution): string {
	return text.tape.item(format_count(one.id),
		one.class ?? text.feed.no_class(one.label),
		text.feed.state[one.state] ?? one.state);
}

function label(list: Contribution[]): string {
	const right = list.filter((c) => c.prediction_before === c.label).length;
	return text.tape.label(format_count(list.length), format_count(right));
}

export function Tape() {
	const list = contributions.data.value?.contributions;
	if (!list?.length)
		return null;
	const old_first = list.slice().reverse();
	return (
		<figure class="tape">
			<div class="strokes" role="img" aria-label={label(list)}
				data-testid="tape" data-value={list.length}>
				{old_first.map((one) => (
					<span key={one.id} title={told(one)}
						class={one.id % TENS === 0
							? `${stroke(one)} stroke-ten` : stroke(one)} />
				))}
			</div>
			<figcaption>
				<span>{text.tape.title}</span>
				<span>{text.tape.foreseen}</span>
				<span>{text.tape.surprise}</span>
			</figcaption>
		</figure>
	);
}
