/* One contribution: what was said, by whom, what the model thought of it
 * before, what it cost and what became of it. */
import type { Contribution, Model } from "../api";
import { format_count, format_percent, format_percent_coarse }
	from "../lib/format";
import { Amount } from "../parts/Amount";
import { ClassName } from "../parts/ClassName";
import { Icon } from "../parts/Icon";
import { StateChip } from "../parts/StateChip";
import { When } from "../parts/When";
import { Who } from "../parts/Who";
import { text } from "../strings";
import { ContributionDetail } from "./ContributionDetail";
import "./ContributionRow.css";

interface Props {
	one: Contribution;
	model: Model;
	open: boolean;
	toggle: () => void;
}

function Before({ one, model }: { one: Contribution; model: Model }) {
	const before = one.prediction_before;
	const foreseen = before === one.label;
	const said = before === null ? text.feed.unforeseen : foreseen
		? text.feed.foreseen
		: text.feed.foresaw(
			model.classes[before] ?? text.feed.no_class(before));
	return (
		<span class={foreseen ? "before" : "before before-not"}
			data-testid="before" data-value={before ?? ""}>
			<bdi dir="auto">{said}</bdi>
		</span>
	);
}

/* From here on it stands out: honest rows of a young model come to a half. */
const SUSPECT = 0.75;

/* How unlike its label's neighbours. */
function Suspicion({ one }: { one: Contribution }) {
	if (one.suspicion === null)
		return null;
	const said = text.feed.suspicion_of(format_percent(one.suspicion));
	return (
		<span class={one.suspicion >= SUSPECT ? "suspect suspect-high" : "suspect"}
			data-testid="suspicion" data-value={one.suspicion} title={said}>
			<span aria-hidden="true">
				<span class="suspect-word">{text.feed.suspicion_word} </span>
				{format_percent_coarse(one.suspicion)}
			</span>
			<span class="aloud">{said}</span>
		</span>
	);
}

export function ContributionRow({ one, model, open, toggle }: Props) {
	const id = format_count(one.id);
	return (
		<li class="entry" data-testid="contribution" data-value={one.id}>
			<div class="entry-line">
				<span class="entry-time"><When time={one.time} /></span>
				<span class="entry-said">
					<span class="entry-label" data-testid="label">
						<ClassName label={one.label} name={one.class} />
					</span>
					<Before one={one} model={model} />
				</span>
				<span class="entry-who"><Who address={one.contributor} /></span>
				<span class="entry-deposit" data-testid="deposit"
					data-value={one.deposit_wei}>
					{model.incentive.kind !== "points" &&
						<Amount wei={one.deposit_wei} />}
				</span>
				<span class="entry-suspicion"><Suspicion one={one} /></span>
				<span class="entry-state"><StateChip state={one.state} /></span>
				<button type="button" class="entry-open" aria-expanded={open}
					aria-label={text.feed.open(id)} onClick={toggle}>
					<Icon name={open ? "unfold" : "right"} />
				</button>
				{one.text && <q class="entry-text" dir="auto"
					data-testid="said">{one.text}</q>}
			</div>
			{open && <ContributionDetail one={one} model={model} />}
		</li>
	);
}
