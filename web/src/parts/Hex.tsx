/* A hash or an address by its two ends, with the whole to copy. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { format_short } from "../lib/format";
import { text } from "../strings";
import { Icon } from "./Icon";
import "./Hex.css";

const SHOWN_MS = 1600;

export function Hex({ value, name }: { value: string; name: string }) {
	const copied = useSignal(false);
	useEffect(() => {
		if (!copied.value)
			return;
		const timer = setTimeout(() => { copied.value = false; }, SHOWN_MS);
		return () => clearTimeout(timer);
	}, [copied.value]);
	const copy = () => {
		/* a page that is not from a secure place has no clipboard */
		navigator.clipboard?.writeText(value).then(
			() => { copied.value = true; }, () => undefined);
	};
	return (
		<button type="button" class="hex mono" title={value}
			data-value={value} onClick={copy}>
			<span class="aloud">{text.copy} {name} </span>
			{format_short(value)}
			<Icon name={copied.value ? "check" : "copy"} />
			<span class="aloud" role="status">
				{copied.value ? text.copied : ""}
			</span>
		</button>
	);
}
