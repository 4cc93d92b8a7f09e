#!/usr/bin/env node
/*
 * Serves the dashboard's bundle and a make-believe chain behind the daemon's
 * interface.
 *     node tests/e2e/fixture.mjs [--port N] [--each N] [--blocks N]
 * runs by itself for development, a block a second; tests import
 * fixture_start and move time by hand.
 */
import { createHash } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { address, FixtureChain, models_usual } from "./fixture_chain.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));

/* Where the bundle lies: tests of a build in another folder say where. */
export const DIST = process.env.DECAID_WEB_DIST ??
	path.join(HERE, "..", "..", "web", "dist");

/* The very policy that the daemon sends with its pages. */
export const POLICY = policy_of(fs.readFileSync(
	path.join(HERE, "..", "..", "server", "http_send.c"), "utf8"));

const TYPES = {
	".html": "text/html; charset=utf-8", ".js": "text/javascript",
	".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2",
	".txt": "text/plain; charset=utf-8",
};

function policy_of(source) {
	const [, lines] = /#define PAGE_POLICY((?:.*\\\n)+.*)/.exec(source);
	return [...lines.matchAll(/"([^"]*)"/g)].map(([, part]) => part).join("");
}

class Refused extends Error {
	constructor(status, title, detail, headers = {}) {
		super(title);
		Object.assign(this, { status, title, detail, headers });
	}
}

function page_of(list, query, name) {
	const limit = Math.min(500, Number(query.get("limit") ?? 50));
	const from = Number(query.get("after") ?? 0);
	const next = from + limit < list.length ? String(from + limit) : null;
	return { [name]: list.slice(from, from + limit), next };
}

function thinned(list, points) {
	const step = Math.max(1, Math.ceil(list.length / points));
	return list.filter((_, i) =>
		i % step === 0 || i === list.length - 1);
}

function contributions(chain, model, query) {
	const { state, contributor, label } = Object.fromEntries(query);
	const list = model.contributions.filter((one) =>
		(!state || one.state === state || one.verdict === state) &&
		(!contributor || one.contributor === contributor) &&
		(!label || one.label === Number(label))).reverse();
	return page_of(list.map((one) => chain.shown(one)), query,
		"contributions");
}

const SORTED = {
	new: (a, b) => b.created_block - a.created_block,
	accuracy: (a, b) => b.accuracy.progressive - a.accuracy.progressive,
	contributions: (a, b) => b.contributions - a.contributions,
	deposits: (a, b) => Number(BigInt(b.held_wei) - BigInt(a.held_wei)),
	name: (a, b) => a.name.localeCompare(b.name),
};

function models(chain, query) {
	const q = (query.get("q") ?? "").toLowerCase();
	const list = chain.models.map((one) => chain.model(one))
		.filter(({ name }) => name.toLowerCase().includes(q));
	return page_of(list.sort(SORTED[query.get("sort") ?? "new"]), query,
		"models");
}

function of_model(chain, model, rest, query) {
	const [part, id] = rest;
	switch (part) {
	case undefined:
		return chain.model(model);
	case "contributions": {
		if (id === undefined)
			return contributions(chain, model, query);
		const one = model.contributions[Number(id)];
		if (!one)
			throw new Refused(404, "No such contribution", id);
		return { ...chain.shown(one), text: one.text, sample: one.sample };
	}
	case "accuracy": {
		const points = Number(query.get("points") ?? 500);
		return { progressive: thinned(model.progressive, points),
			holdout: thinned(model.holdout, points) };
	}
	case "leaderboard": {
		const by = query.get("by") ?? "karma";
		const window = query.get("window") ?? "all";
		return { by, window, baselines: chain.baselines(model, by, window),
			...page_of(chain.board(model, by, window), query, "entries") };
	}
	case "deposits":
		return { held_wei: String(chain.held(model)),
			...page_of(chain.deposits(model), query, "claimable") };
	case "checkpoints":
		return page_of(model.checkpoints, query, "checkpoints");
	default:
		throw new Refused(404, "Not found", part);
	}
}

function answer(chain, url) {
	const [, part, key, ...rest] = url.pathname.slice(1).split("/");
	switch (part) {
	case "status":
		return {
			version: "0.1.0", chain: chain.chain(),
			operator: { address: address("operator"), registered: true,
				bond_wei: "10000000000000000000" },
			models: chain.models.length,
			contributions: chain.models.reduce((sum, one) =>
				sum + one.contributions.length, 0),
			uptime_s: 10 * Math.floor(process.uptime() / 10),
		};
	case "models": {
		if (key === undefined)
			return models(chain, url.searchParams);
		const model = chain.find(decodeURIComponent(key));
		if (!model)
			throw new Refused(404, "No such model", "nobody deployed it here");
		return of_model(chain, model, rest, url.searchParams);
	}
	case "leaderboard": {
		const by = url.searchParams.get("by") ?? "karma";
		const window = url.searchParams.get("window") ?? "all";
		const all = chain.everything();
		return { by, window, baselines: chain.baselines(all, by, window),
			...page_of(chain.board(all, by, window), url.searchParams,
				"entries") };
	}
	case "contributors": {
		const found = chain.contributor(key);
		if (!found)
			throw new Refused(404, "No such contributor", key);
		return found;
	}
	case "operators":
		return { ...page_of(chain.operators(), url.searchParams, "operators"),
			quorum: { pool: address("pool"), more_than: "2/3",
				bond_wei: "10000000000000000000" } };
	default:
		throw new Refused(404, "Not found", url.pathname);
	}
}

async function body_of(request) {
	let text = "";
	for await (const part of request)
		text += part;
	return JSON.parse(text);
}

export class Fixture {
	constructor(options) {
		this.chain = new FixtureChain(options);
		this.asked = []; /* every request: method, path, If-None-Match, status */
		this.streams = new Set();
		this.streaming = true; /* false: refused; "held": never begun */
		/* (path) => [status, title, detail, headers] or null */
		this.failing = null;
		this.held_back = null; /* a promise each answer waits for */
		this.server = http.createServer((request, response) =>
			this.serve(request, response).catch((error) => {
				if (!response.headersSent)
					response.writeHead(500);
				response.end(String(error));
			}));
	}

	async listen(port) {
		await new Promise((done) =>
			this.server.listen(port, "127.0.0.1", done));
		this.url = `http://127.0.0.1:${this.server.address().port}/`;
		return this;
	}

	async close() {
		clearInterval(this.timer);
		this.server.closeAllConnections();
		await new Promise((done) => this.server.close(done));
	}

	/* Cut every stream, and refuse new ones while `streaming` is false. */
	streams_cut(streaming) {
		this.streaming = streaming;
		for (const response of this.streams)
			response.destroy();
	}

	async serve(request, response) {
		const url = new URL(request.url, this.url);
		const entry = { method: request.method, path: url.pathname,
			search: url.search, status: 0,
			if_none_match: request.headers["if-none-match"] ?? null };
		this.asked.push(entry);
		response.on("finish", () => { entry.status = response.statusCode; });
		if (!url.pathname.startsWith("/v1/"))
			return this.file(url.pathname, response);
		if (this.held_back)
			await this.held_back;
		try {
			const fail = this.failing?.(url.pathname);
			if (fail)
				throw new Refused(...fail);
			if (url.pathname === "/v1/events")
				return this.stream(request, response);
			const body = request.method === "POST"
				? await this.post(request, url) : answer(this.chain, url);
			this.reply(request, response, body);
		} catch (error) {
			if (!(error instanceof Refused))
				throw error;
			response.writeHead(error.status,
				{ "Content-Type": "application/problem+json",
					...error.headers });
			response.end(JSON.stringify({ type: "about:blank",
				title: error.title, status: error.status,
				detail: error.detail }));
		}
	}

	async post(request, url) {
		const [, , key, what] = url.pathname.slice(1).split("/");
		const model = this.chain.find(decodeURIComponent(key ?? ""));
		if (!model || what !== "predict")
			throw new Refused(404, "Not found", url.pathname);
		const said = this.chain.predict(model, await body_of(request));
		if (said.status)
			throw new Refused(said.status, said.title, said.detail);
		return said;
	}

	reply(request, response, body) {
		const text = JSON.stringify(body);
		const etag = `"${createHash("sha256").update(text).digest("hex")
			.slice(0, 16)}"`;
		const headers = { "ETag": etag, "Cache-Control": "no-cache" };
		if (request.headers["if-none-match"] === etag) {
			response.writeHead(304, headers);
			response.end();
			return;
		}
		response.writeHead(200,
			{ ...headers, "Content-Type": "application/json" });
		response.end(text);
	}

	stream(request, response) {
		if (!this.streaming)
			throw new Refused(503, "No stream", "");
		if (this.streaming === "held")
			return;
		response.writeHead(200, { "Content-Type": "text/event-stream",
			"Cache-Control": "no-store" });
		response.write("retry: 500\n\n");
		const send = ({ id, kind, data }) => response.write(
			`id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`);
		this.chain.listeners.add(send);
		this.streams.add(response);
		response.on("close", () => {
			this.chain.listeners.delete(send);
			this.streams.delete(response);
		});
	}

	file(name, response) {
		const wanted = name === "/" ? "index.html" : name.slice(1);
		const file = path.join(DIST, path.normalize("/" + wanted));
		if (!fs.existsSync(file) || !fs.statSync(file).isFile()) {
			response.writeHead(404);
			response.end();
			return;
		}
		response.writeHead(200, {
			"Content-Type": TYPES[path.extname(file)] ?? "text/plain",
			"Content-Security-Policy": POLICY,
			"X-Content-Type-Options": "nosniff",
			"Cache-Control": wanted.startsWith("assets/")
				? "public, max-age=31536000, immutable" : "no-cache",
		});
		fs.createReadStream(file).pipe(response);
	}
}

/*
 * blocks: made before the first visit; each: contributions a model and block;
 * auto: a block a second from then on; models: in place of the usual two.
 */
export async function fixture_start(
	{ port = 0, blocks = 150, each = 2, auto = false, seed = 1, models } = {}) {
	const fixture = new Fixture({ seed, models: models ?? models_usual(),
		start_ms: Date.now() - (blocks + 3) * 1000 });
	for (let i = 0; i < blocks; i++)
		fixture.chain.block(each);
	if (auto)
		fixture.timer = setInterval(() => fixture.chain.block(each), 1000);
	return fixture.listen(port);
}

function option(name, otherwise) {
	const at = process.argv.indexOf(name);
	return at > 0 ? Number(process.argv[at + 1]) : otherwise;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const fixture = await fixture_start({
		port: option("--port", 8080), each: option("--each", 2),
		blocks: option("--blocks", 150), auto: true,
	});
	console.log(fixture.url);
}
