/* What a part says when it has nothing to show: empty, failed, or not yet. */
import type { ComponentChildren } from "preact";
import type { ApiError } from "../lib/client";
import { text } from "../strings";
import "./Notice.css";

export function Empty({ title, children }:
	{ title: string; children?: ComponentChildren }) {
	return (
		<div class="notice" data-testid="empty">
			<p class="notice-title">{title}</p>
			{children && <p class="notice-hint">{children}</p>}
		</div>
	);
}

export function Failed({ error, again }:
	{ error: ApiError; again: () => void }) {
	return (
		<div class="notice notice-bad" role="alert" data-testid="failed"
			data-value={error.status}>
			<p class="notice-title">{error.title}</p>
			{error.detail && <p class="notice-hint">
				<bdi dir="auto">{error.detail}</bdi>
			</p>}
			<button type="button" class="link" onClick={again}>
				{text.error.again}
			</button>
		</div>
	);
}

export function Waiting({ lines }: { lines: number }) {
	return (
		<div class="waiting" data-testid="waiting">
			<span class="aloud">{text.loading}</span>
			{Array.from({ length: lines }, (_, line) => (
				<span key={line} class="waiting-line" aria-hidden="true" />
			))}
		</div>
	);
}
