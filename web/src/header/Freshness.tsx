/* Whether news arrives, and how old the last is: it ticks each second. */
import { now_ms } from "../lib/clock";
import { format_ago } from "../lib/format";
import { connection, heard_ms } from "../lib/live";
import { text } from "../strings";
import "./Freshness.css";

export function Freshness({ error }: { error: boolean }) {
	const state = connection.value;
	const heard = heard_ms.value;
	const age_s = Math.max(0, (now_ms.value - heard) / 1000);
	return (
		<div class={`fresh fresh-${state}`} data-error={error}
			title={text.header.connection_meaning[state]}>
			<span class="fresh-dot" aria-hidden="true" />
			<span role="status" data-testid="connection" data-value={state}>
				{text.header.connection[state]}
			</span>
			{heard > 0 &&
				<span class="fresh-age" data-testid="heard" data-value={heard}
					aria-label={text.header.heard_label}>
					{format_ago(age_s)}
				</span>}
		</div>
	);
}
