/* The few numbers that say how the chosen model is doing. */
import type { Model } from "../api";
import { format_count, format_percent } from "../lib/format";
import { Amount, amount_text } from "../parts/Amount";
import { Figure } from "../parts/Figure";
import { text } from "../strings";

function Money({ model }: { model: Model }) {
	const next = model.incentive.next_deposit_wei;
	return (
		<>
			<Figure id="held" name={text.figures.held} raw={model.held_wei}
				meaning={text.figures.held_meaning} below={
					<span data-testid="figure-paid"
						data-value={model.paid_out_wei}>
						{text.figures.paid(amount_text(model.paid_out_wei))}
					</span>}>
				<Amount wei={model.held_wei} />
			</Figure>
			{next !== undefined && <Figure id="next" raw={next}
				name={text.figures.next} meaning={text.figures.next_meaning}>
				<Amount wei={next} />
			</Figure>}
		</>
	);
}

export function Figures({ model }: { model: Model }) {
	const { progressive, holdout } = model.accuracy;
	const people = model.contributors;
	return (
		<dl class="figures" aria-label={text.figures.title}>
			<Figure id="progressive" name={text.figures.progressive}
				meaning={text.figures.progressive_meaning} raw={progressive}
				below={text.figures.progressive_below}>
				{format_percent(progressive)}
			</Figure>
			{holdout !== null && <Figure id="holdout" raw={holdout}
				name={text.figures.holdout}
				meaning={text.figures.holdout_meaning}
				below={text.figures.holdout_below}>
				{format_percent(holdout)}
			</Figure>}
			<Figure id="contributions" name={text.figures.contributions}
				raw={model.contributions} below={
					<span data-testid="figure-contributors"
						data-value={people}>
						{text.figures.contributors(
							format_count(people), people)}
					</span>}>
				{format_count(model.contributions)}
			</Figure>
			{model.incentive.kind !== "points" && <Money model={model} />}
		</dl>
	);
}
