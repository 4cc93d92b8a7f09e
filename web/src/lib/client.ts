/*
 * Asking the daemon. Addresses are relative to the page, so that it works
 * behind a prefix; every answer is kept with its ETag, so that asking again
 * costs a 304.
 */
import type { Problem } from "../api";
import { text } from "../strings";

export class ApiError extends Error {
	constructor(
		readonly status: number, /* 0: no answer at all */
		readonly title: string,
		readonly detail: string,
		readonly retry_after_s: number | null = null,
	) {
		super(detail ? `${title}: ${detail}` : title);
	}
}

const KEPT_MAX = 64;
const kept = new Map<string, { etag: string; body: unknown }>();

function keep(url: string, etag: string, body: unknown): void {
	kept.delete(url);
	kept.set(url, { etag, body });
	if (kept.size > KEPT_MAX)
		kept.delete(kept.keys().next().value as string);
}

function address(path: string): string {
	return new URL(path, document.baseURI).href;
}

async function failure(answer: Response): Promise<ApiError> {
	let problem: Problem = {};
	try {
		problem = await answer.json() as Problem;
	} catch {
		/* a proxy's page, not ours: the status says enough */
	}
	const retry = Number(answer.headers.get("Retry-After") ?? "");
	return new ApiError(answer.status,
		problem.title ?? text.error.status(answer.status),
		problem.detail ?? "", retry > 0 ? retry : null);
}

async function send(url: string, init: RequestInit): Promise<Response> {
	try {
		return await fetch(url, { credentials: "omit", ...init });
	} catch (cause) {
		if (cause instanceof DOMException && cause.name === "AbortError")
			throw cause;
		throw new ApiError(0, text.error.unreachable, "");
	}
}

export async function client_get<T>(path: string, signal: AbortSignal):
	Promise<T> {
	const url = address(path);
	const before = kept.get(url);
	const headers: Record<string, string> = { Accept: "application/json" };
	if (before)
		headers["If-None-Match"] = before.etag;
	const answer = await send(url, { headers, signal, cache: "no-store" });
	if (answer.status === 304 && before)
		return before.body as T;
	if (!answer.ok)
		throw await failure(answer);
	const body = await answer.json() as T;
	const etag = answer.headers.get("ETag");
	if (etag)
		keep(url, etag, body);
	return body;
}

/*
 * Post, and hand on each line of JSON as it comes.
 */
export async function client_lines(path: string, body: unknown,
	take: (said: object) => void, signal: AbortSignal): Promise<void> {
	const answer = await send(address(path), {
		method: "POST",
		headers: {
			"Accept": "application/x-ndjson",
			"Content-Type": "application/json",
		},
		body: JSON.stringify(body),
		signal,
	});
	if (!answer.ok || !answer.body)
		throw await failure(answer);
	await lines_read(answer.body.getReader(), take, signal);
}

async function lines_read(from: ReadableStreamDefaultReader<Uint8Array>,
	take: (said: object) => void, signal: AbortSignal): Promise<void> {
	const decoder = new TextDecoder();
	let kept_text = "";
	for (;;) {
		let part;
		try {
			part = await from.read();
		} catch (cause) {
			if (signal.aborted)
				throw cause;
			throw new ApiError(0, text.error.unreachable, "");
		}
		if (part.done)
			return;
		const lines = (kept_text +
			decoder.decode(part.value, { stream: true })).split("\n");
		kept_text = lines.pop() as string;
		for (const line of lines)
			if (line !== "")
				take(JSON.parse(line) as object);
	}
}

export async function client_post<T>(path: string, body: string,
	signal: AbortSignal): Promise<T> {
	const answer = await send(address(path), {
		method: "POST",
		headers: {
			"Accept": "application/json",
			"Content-Type": "application/json",
		},
		body,
		signal,
	});
	if (!answer.ok)
		throw await failure(answer);
	return await answer.json() as T;
}
