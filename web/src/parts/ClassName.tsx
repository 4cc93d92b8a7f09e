/* A class of the model: its colour and its name, which a stranger chose. */
import { text } from "../strings";
import "./ClassName.css";

export const CLASS_COLOURS = 8;

export function ClassName({ label, name }:
	{ label: number; name: string | null | undefined }) {
	return (
		<span class={`class-name class-${label % CLASS_COLOURS}`}
			data-value={label}>
			<span class="class-dot" aria-hidden="true" />
			<bdi class="class-text" dir="auto">
				{name ?? text.feed.no_class(label)}
			</bdi>
		</span>
	);
}
