/* Who signs checkpoints, and how reliably. */
import { Operators } from "../parts/Operators";
import { text } from "../strings";

export function OperatorsPage() {
	return (
		<main class="plain" id="model" tabIndex={-1}>
			<h2>{text.operators.title}</h2>
			<p class="plain-lead">{text.operators.lead}</p>
			<Operators />
		</main>
	);
}
