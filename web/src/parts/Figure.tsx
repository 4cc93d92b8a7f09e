/* One number that matters, with its name and what belongs below it. */
import type { ComponentChildren } from "preact";
import "./Figure.css";

interface Props {
	id: string;
	name: string;
	meaning?: string;
	raw: string | number | null | undefined;
	children: ComponentChildren;
	below?: ComponentChildren;
}

export function Figure({ id, name, meaning, raw, children, below }: Props) {
	return (
		<div class={`figure figure-${id}`} title={meaning}>
			<dt>{name}</dt>
			<dd class="figure-value" data-testid={`figure-${id}`}
				data-value={raw ?? ""}>{children}</dd>
			{below && <dd class="figure-below">{below}</dd>}
		</div>
	);
}
