// Two endpoints of one chain, which fail in turns in every way that the world
// knows: a daemon goes on with the other one within seconds, counts each
// contribution once, takes no error for a reorganization, and says which
// endpoint is not well and why, in /readyz, in /metrics and in its log. When
// both fail it is not ready and says so, and goes on by itself afterwards.
import assert from "node:assert/strict";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { encodeFunctionData, parseEther, toHex } from "viem";
import { foundry } from "viem/chains";
import { Dice, sample } from "./chain.mjs";
import { cleanUp, file, get, json, newWorld, ok, root, serve, stop, until } from "./cli.mjs";

const abi = JSON.parse(fs.readFileSync(path.join(root, "oracle/contracts/artifacts/StakeTrainer.json"))).abi;

// ---- an endpoint that can fail

const page = (status, headers, text) => (req, res) => res.writeHead(status, headers).end(text);
const html = { "Content-Type": "text/html" };
const faults = [
	{ is: "an error page", what: page(502, html, "<html>Bad Gateway</html>"), why: /HTTP error \(502\)/, log: /http 502/ },
	{ is: "asked to wait", what: page(429, { "Retry-After": "2" }, "slow"), why: /slow down \(429\)/, log: /429/ },
	{ is: "a page instead of JSON", what: page(200, html, "<!doctype html>Log in"), why: /malformed/, log: /not JSON/ },
	{ is: "hangs up", what: (req, res) => res.destroy(), why: /does not answer/, log: /./ },
	{ is: "an answer cut short", why: /does not answer/, log: /./,
		what: (req, res) => { res.writeHead(200, { "Content-Length": 1000 }).write("{\"jsonrpc\"", () => res.destroy()); } },
	{ is: "silence", what: () => {}, why: /answer/, log: /./ },
];

class Endpoint {
	constructor(node) {
		this.fault = null;
		this.server = http.createServer((req, res) => this.answer(node, req, res));
	}

	async answer(node, req, res) {
		if (this.fault) return this.fault(req, res);
		const parts = [];
		try {
			for await (const part of req) parts.push(part);
			const r = await fetch(node, { method: "POST", body: Buffer.concat(parts),
				headers: { "Content-Type": "application/json" } });
			res.writeHead(r.status, { "Content-Type": "application/json" }).end(Buffer.from(await r.arrayBuffer()));
		} catch { res.destroy(); }
	}

	async listen() {
		await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
		this.url = `http://127.0.0.1:${this.server.address().port}`;
		return this;
	}
}

// ---- what the daemon tells

async function metrics(daemon) {
	const text = await (await fetch(`${daemon.url}/metrics`)).text();
	return (name) => {
		const line = text.split("\n").find((l) => l.startsWith(`decaid_${name} `));
		return line === undefined ? undefined : Number(line.split(" ").at(-1));
	};
}

async function chosen(daemon) {
	const of = await metrics(daemon);
	return of("node_chosen{node=\"1\"}") === 1 ? 0 : of("node_chosen{node=\"2\"}") === 1 ? 1 : undefined;
}

async function ready(daemon) {
	const r = await fetch(`${daemon.url}/readyz`);
	return { status: r.status, body: await r.json() };
}

// ---- the test

async function world() {
	const w = { ...await newWorld({ pool: [], factory: [] }), sent: 0, dice: new Dice(31) };
	w.model = (await json("deploy", "model", "Takeover", w.at, w.contracts, `--key=${w.owner.key}`,
		"--classes=a,b,c", "--columns=256", "--floor=1000000000000000",
		"--cap=1000000000000000")).model;
	w.settings = [w.pass, ...w.contracts, `--chain-id=${foundry.id}`,
		`--data-dir=${file("data")}`, "--ready-blocks=1", "--ready-seconds=2"];
	w.accounts = await w.rpc("eth_accounts");
	return w;
}

async function contribute(w) {
	const { sample: bytes, label } = sample(w.dice);
	const data = encodeFunctionData({ abi, functionName: "contribute", args: [bytes, label] });
	await w.rpc("eth_sendTransaction", [{ from: w.accounts[w.sent++ % w.accounts.length], to: w.model, data,
		value: toHex(parseEther("0.001")), gas: toHex(500000) }]);
}

async function counts(w, daemon) {
	return await until(`contribution ${w.sent} counts`, 30, async () =>
		(await get(`${daemon.url}/v1/models/${w.model}`))?.contributions === w.sent);
}

async function failsOnce(w, daemon, endpoints, fault) {
	const bad = await until("one is asked", 30, async () => {
		const i = await chosen(daemon);
		return i === undefined ? undefined : endpoints[i];
	});
	const number = endpoints.indexOf(bad) + 1, other = 2 - endpoints.indexOf(bad);
	const failures = (await metrics(daemon))(`node_failures_total{node="${number}"}`);
	const logged = daemon.child.log.length, began = Date.now();
	bad.fault = fault.what;
	await until(`another takes over: ${fault.is}`, 15, async () =>
		(await metrics(daemon))(`node_chosen{node="${other}"}`) === 1);
	const seconds = (Date.now() - began) / 1000;
	await contribute(w);
	await counts(w, daemon);
	await until(`/readyz says why: ${fault.is}`, 15, async () => {
		const r = await ready(daemon);
		return r.status === 200 && r.body.note?.startsWith(`node ${number} is failing: `) && fault.why.test(r.body.note);
	});
	const of = await metrics(daemon);
	assert.ok(of(`node_failures_total{node="${number}"}`) > failures);
	assert.equal(of(`node_state{node="${number}",state="failing"}`), 1);
	await until(`the log says why: ${fault.is}`, 15, () => daemon.child.log.slice(logged).split("\n").some((l) =>
		l.includes(`node ${number} (${bad.url.slice(7)}): `) && fault.log.test(l)));
	bad.fault = null;
	await until(`it is well again after: ${fault.is}`, 60, async () => (await ready(daemon)).body.note === undefined);
	console.log(`takeover: ${fault.is}: the other after ${seconds.toFixed(1)} s`);
}

async function bothFail(w, daemon, endpoints) {
	for (const e of endpoints) e.fault = faults[0].what;
	await until("it says that it is not ready", 30, async () => {
		const r = await ready(daemon);
		return r.status === 503 && /HTTP error \(502\)/.test(r.body.detail);
	});
	assert.equal((await fetch(`${daemon.url}/healthz`)).status, 200);
	await contribute(w);
	for (const e of endpoints) e.fault = null;
	await counts(w, daemon);
	await until("it is ready again", 60, async () => (await ready(daemon)).status === 200);
}

async function main() {
	const w = await world();
	const endpoints = [await new Endpoint(w.node).listen(), await new Endpoint(w.node).listen()];
	const daemon = await serve([`--rpc=${endpoints.map((e) => e.url)}`, ...w.settings]);
	await contribute(w);
	await counts(w, daemon);
	for (const fault of faults) await failsOnce(w, daemon, endpoints, fault);
	await bothFail(w, daemon, endpoints);
	const of = await metrics(daemon);
	assert.equal(of("chain_reorgs_total"), 0, "an error was taken for a reorganization");
	assert.equal(of("chain_mismatches_total"), 0);
	assert.equal(await stop(daemon.child), 0);
	for (const e of endpoints) { e.server.closeAllConnections?.(); e.server.close(); }
	console.log(`takeover: ${w.sent} contributions, each counted once`);
}

try {
	await main();
} finally {
	await cleanUp();
}
