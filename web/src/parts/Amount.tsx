/* An amount of wei in the unit it reads best in; the exact wei on hover. */
import { format_wei } from "../lib/format";
import { text } from "../strings";

export function amount_text(wei: string): string {
	const { number, unit } = format_wei(wei);
	return `${number} ${text[unit]}`;
}

export function Amount({ wei }: { wei: string }) {
	const { number, unit } = format_wei(wei);
	return (
		<span class="amount" title={`${wei} ${text.wei}`} data-value={wei}>
			{number}{" "}
			<span class="unit">{text[unit]}</span>
		</span>
	);
}
