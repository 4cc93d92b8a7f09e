/* An address: its seal and its two ends; the whole on hover and to copy. */
import { format_short } from "../lib/format";
import { Seal } from "./Seal";
import "./Who.css";

export function Who({ address }: { address: string }) {
	return (
		<span class="who" title={address} data-value={address}>
			<Seal address={address} />
			<span class="mono">{format_short(address)}</span>
		</span>
	);
}
