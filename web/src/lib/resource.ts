/*
 * One thing the page shows and keeps fresh: an address that may change, the
 * last good answer, and what went wrong since.
 *
 * (1) At most one request is under way; a touch meanwhile asks once more after.
 * (2) Two requests are at least gap_ms apart, however many touches come.
 * (3) A page that nobody looks at asks nothing, and catches up when it is seen.
 * (4) A good answer is never thrown away for a bad one: it only grows old.
 */
import { batch, effect, signal, untracked } from "@preact/signals";
import type { ReadonlySignal, Signal } from "@preact/signals";
import { ApiError, client_get } from "./client";

export interface Resource<T> {
	data: Signal<T | null>;
	error: ReadonlySignal<ApiError | null>;
	/** When the daemon last answered for it, ms; 0 before. */
	at: ReadonlySignal<number>;
	/** Something else was chosen and its answer is awaited. */
	busy: ReadonlySignal<boolean>;
	touch(): void;
	/** Somebody wants it now: ask at once, whatever happened before. */
	again(): void;
	/** Ask no more, for what belongs to a part that goes away. */
	stop(): void;
}

/* After the first failure, the second, ... and every further one. */
const RETRY_MS = [1000, 2000, 4000, 8000, 15000];

export function resource<T>(path: () => string | null, gap_ms: number):
	Resource<T> {
	const data = signal<T | null>(null);
	const error = signal<ApiError | null>(null);
	const at = signal(0);
	const busy = signal(false);
	let url: string | null = null;
	let abort: AbortController | null = null;
	let timer = 0;
	let dirty = false;
	let asked_ms = -Infinity;
	let fails = 0;

	function plan(): void {
		if (timer || abort || !dirty || url === null || document.hidden)
			return; /* keeps (1), (3) */
		const wait = Math.max(0, asked_ms + gap_ms - performance.now());
		timer = window.setTimeout(run, wait); /* keeps (2) */
	}

	function failed(cause: unknown): void {
		busy.value = false;
		error.value = cause instanceof ApiError
			? cause : new ApiError(0, String(cause), "");
		const lost = error.value.status === 0 || error.value.status >= 500;
		if (!lost)
			return;
		dirty = true;
		const back = RETRY_MS[Math.min(fails++, RETRY_MS.length - 1)] as number;
		const wait = (error.value.retry_after_s ?? 0) * 1000;
		asked_ms = performance.now() + Math.max(back, wait) - gap_ms;
	}

	async function run(): Promise<void> {
		const mine = new AbortController();
		const asked = url;
		timer = 0;
		dirty = false;
		abort = mine;
		asked_ms = performance.now();
		try {
			const body = await client_get<T>(asked as string, mine.signal);
			if (abort !== mine)
				return;
			fails = 0;
			batch(() => {
				data.value = body;
				error.value = null;
				busy.value = false;
				at.value = Date.now();
			});
		} catch (cause) {
			if (abort !== mine)
				return;
			failed(cause); /* keeps (4) */
		}
		abort = null;
		plan();
	}

	function touch(): void {
		dirty = true;
		plan();
	}

	function again(): void {
		window.clearTimeout(timer);
		timer = 0;
		asked_ms = -Infinity;
		touch();
	}

	function move(to: string | null): void {
		abort?.abort();
		abort = null;
		/* another choice of the same list: the old one stays, dimmed */
		if (url?.split("?")[0] !== to?.split("?")[0])
			data.value = null;
		url = to;
		busy.value = true;
		error.value = null;
		fails = 0;
		again();
	}

	const unfollow = effect(() => {
		const to = path();
		untracked(() => {
			if (to !== url)
				move(to);
		});
	});
	document.addEventListener("visibilitychange", plan);
	const stop = () => {
		unfollow();
		move(null);
		document.removeEventListener("visibilitychange", plan);
	};
	return { data, error, at, busy, touch, again, stop };
}
