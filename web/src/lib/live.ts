/*
 * News from the daemon: Server-Sent Events while they come, polling while
 * they do not. An event says that something changed; what it is now comes
 * over REST, so losing events costs freshness and never truth.
 */
import { computed, signal } from "@preact/signals";
import { EVENT_KINDS } from "../api";
import type { EventKind } from "../api";

export type Connection = "connecting" | "live" | "polling" | "offline";

type Listener = (kind: EventKind, data: Record<string, unknown>) => void;

/* After the first failure, the second, ... and every further one. */
const REOPEN_MS = [2000, 4000, 8000, 16000, 30000];
const POLL_MS = 3000;
const CHECK_MS = 15000;
/* Some proxies hold a stream back: then nobody waits for it. */
const OPEN_MS = 5000;

const stream = signal<"connecting" | "open" | "closed">("connecting");

/** Whether the last question over REST was answered; null before any. */
export const answered = signal<boolean | null>(null);

/** When the daemon last said anything at all, ms; 0 before. */
export const heard_ms = signal(0);

export const connection = computed<Connection>(() => {
	if (answered.value === false)
		return "offline";
	if (stream.value === "open")
		return "live";
	if (answered.value === null || stream.value === "connecting")
		return "connecting";
	return "polling";
});

function parse(data: string): Record<string, unknown> {
	try {
		const body: unknown = JSON.parse(data);
		if (typeof body === "object" && body !== null)
			return body as Record<string, unknown>;
	} catch {
		/* half an event: the hint that something changed is left */
	}
	return {};
}

let source: EventSource | null = null;
let reopen = 0;
let patience = 0;
let fails = 0;

function open(path: string, listener: Listener, poll: () => void): void {
	const mine = new EventSource(new URL(path, document.baseURI));
	source = mine;
	window.clearTimeout(patience);
	patience = window.setTimeout(() => {
		if (source === mine && stream.value === "connecting")
			stream.value = "closed"; /* until it opens after all */
	}, OPEN_MS);
	mine.onopen = () => {
		fails = 0;
		stream.value = "open";
		heard_ms.value = Date.now();
		poll(); /* what happened while nobody listened */
	};
	mine.onerror = () => {
		stream.value = "closed";
		poll();
		if (mine.readyState !== EventSource.CLOSED || source !== mine)
			return; /* the browser tries again, with Last-Event-ID */
		const wait = REOPEN_MS[Math.min(fails++, REOPEN_MS.length - 1)];
		reopen = window.setTimeout(open, wait, path, listener, poll);
	};
	for (const kind of EVENT_KINDS)
		mine.addEventListener(kind, (event: MessageEvent<string>) => {
			heard_ms.value = Date.now();
			listener(kind, parse(event.data));
		});
}

/** Listen to another stream; the one before is closed. */
export function live_listen(path: string, listener: Listener,
	poll: () => void): void {
	source?.close();
	window.clearTimeout(reopen);
	fails = 0;
	stream.value = "connecting";
	open(path, listener, poll);
}

/** Ask again from time to time: often without a stream, seldom with one. */
export function live_start(poll: () => void): void {
	let polled = performance.now();
	window.setInterval(() => {
		const wait = stream.value === "open" ? CHECK_MS : POLL_MS;
		if (performance.now() - polled < wait)
			return;
		polled = performance.now();
		poll();
	}, 1000);
}
