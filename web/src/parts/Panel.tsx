/*
 * One part of the page: a ruled heading, what belongs beside it, and the
 * resource's own states around its content.
 */
import type { ComponentChildren } from "preact";
import type { Resource } from "../lib/resource";
import { text } from "../strings";
import { Failed, Waiting } from "./Notice";
import "./Panel.css";

interface Props<T> {
	name: string;
	title: string;
	from: Resource<T>;
	lines?: number;
	aside?: ComponentChildren;
	children: (data: T) => ComponentChildren;
}

export function Panel<T>(
	{ name, title, from, lines = 4, aside, children }: Props<T>) {
	const data = from.data.value;
	const error = from.error.value;
	const busy = data === null ? !error : from.busy.value;
	return (
		<section class={`panel panel-${name}`} id={name}
			aria-labelledby={`${name}-title`} aria-busy={busy}
			data-testid={`panel-${name}`}>
			<header class="panel-head">
				<h3 id={`${name}-title`}>{title}</h3>
				{aside}
			</header>
			<div class={from.busy.value ? "panel-body busy" : "panel-body"}>
				{data !== null ? children(data)
					: error ? <Failed error={error} again={from.again} />
						: <Waiting lines={lines} />}
				{data !== null && error &&
					<p class="panel-old" data-testid="old">
						{text.error.old}
					</p>}
			</div>
		</section>
	);
}
