/* What became of a contribution: a word and a drawing, never colour alone. */
import type { ContributionState } from "../api";
import { text } from "../strings";
import { Icon } from "./Icon";
import type { IconName } from "./Icon";
import "./StateChip.css";

const DRAWN: Record<ContributionState, IconName> = {
	pending: "ring",
	agree: "check",
	credit: "star",
	abstain: "dash",
	disagree: "cross",
	refunded: "back",
	forfeited: "lost",
	invalid: "broken",
};

export function StateChip({ state }: { state: ContributionState }) {
	return (
		<span class={`chip chip-${state}`} data-testid="state"
			data-value={state} title={text.feed.meaning[state]}>
			<Icon name={DRAWN[state] ?? "ring"} />
			{text.feed.state[state] ?? state}
		</span>
	);
}
