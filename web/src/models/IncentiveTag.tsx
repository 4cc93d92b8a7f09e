/* What is at stake: deposits, karma alone, or a bounty. */
import { text } from "../strings";
import "./IncentiveTag.css";

export function IncentiveTag({ kind }: { kind: string }) {
	return (
		<span class={`tag tag-${kind}`} data-testid="incentive"
			data-value={kind} title={text.models.incentive_meaning[kind]}>
			{text.models.incentive[kind] ?? kind}
		</span>
	);
}
