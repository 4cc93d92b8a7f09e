// What tests of the commands share: a folder that goes away, children that end
// with the test, decaid as a command and as a daemon, a chain, accounts.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createPublicClient, http, parseEther, toHex } from "viem";
import { foundry } from "viem/chains";
import { children, decaid, start, stop, until } from "./process.mjs";

export { start, stop, until };

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const folder = fs.mkdtempSync(path.join(os.tmpdir(), "decaid-commands-"));
export const file = (name) => path.join(folder, name);

export async function cleanUp() {
	for (const child of [...children]) await stop(child, "SIGKILL");
	fs.rmSync(folder, { recursive: true, force: true });
}

// ---- commands

// A command to its end: exit status, standard output and error.
export function run(...args) {
	return new Promise((resolve) => {
		execFile(decaid, args.flat(), { maxBuffer: 1 << 24 }, (error, stdout, stderr) =>
			resolve({ status: error ? error.code : 0, out: stdout.trim(), err: stderr.trim() }));
	});
}

export async function ok(...args) {
	const r = await run(...args);
	assert.equal(r.status, 0, `decaid ${args.flat().join(" ")}\n${r.err}`);
	return r.out;
}

export async function json(...args) { return JSON.parse(await ok(...args, "--json")); }

// ---- a chain, accounts, a daemon

// Blocks of a second, final two behind the head.
export async function startAnvil() {
	const { child, seen } = start(path.join(root, "node_modules/.bin/anvil"),
		["--port", "0", "--block-time", "1", "--slots-in-an-epoch", "1", "--order", "fifo"], /Listening on ([\d.:]+)/);
	return { anvil: child, node: `http://${await seen}` };
}

// Texts that tell the classes apart; every sixth of the liar's is wrong.
export function texts(n, from, lie) {
	const words = [["sword", "quest", "dragon", "level", "player"], ["atom", "cell", "gene", "orbit", "graph"]];
	const rows = [];
	for (let i = from; i < from + n; i++) {
		const kind = i % 2;
		const text = [0, 1, 2].map((k) => words[kind][(i * 7 + k * 3 + (i >> 2)) % 5]).join(" ") + ` w${i}`;
		rows.push(`${["games", "science"][lie ? 1 - kind : kind]}\t${text}`);
	}
	return rows.join("\n") + "\n";
}

export async function account(rpc, pass, name, ether) {
	const key = file(`${name}.json`);
	const address = await ok("key", "new", key, pass, "--light");
	assert.equal(await ok("key", "show", key), address);
	assert.equal(await ok("key", "address", key, pass), address);
	await rpc("anvil_setBalance", [address, toHex(parseEther(ether))]);
	return { key, address };
}

// A chain with a pool and a factory, and their owner. Bonds are free after a
// while that a test can wait for, waits and epochs may be as short as a second;
// with [] they keep the usual rules.
const POOL = ["--period=2", "--unbond=1000", "--min-bond=1000000000000000000"];
const FACTORY = ["refund-wait", "verdict-window", "epoch", "owner-claim-wait", "any-claim-wait"]
	.map((name) => `--min-${name}=1`);

export async function newWorld({ pool: bonds = POOL, factory: waits = FACTORY, options = [] } = {}) {
	const { anvil, node } = await startAnvil();
	const reader = createPublicClient({ chain: foundry, transport: http(node), cacheTime: 0 });
	const rpc = (method, params = []) => reader.request({ method, params });
	fs.writeFileSync(file("pass"), "correct horse\n");
	const pass = `--passphrase-file=${file("pass")}`;
	const at = [`--rpc=${node}`, pass, ...options];
	const owner = await account(rpc, pass, "owner", "100");
	const pool = await ok("deploy", "pool", at, `--key=${owner.key}`, bonds);
	const factory = await ok("deploy", "factory", at, `--key=${owner.key}`, waits);
	const contracts = [`--pool=${pool}`, `--factory=${factory}`];
	return { anvil, node, reader, rpc, pass, at, owner, pool, factory, contracts };
}

// Two ether behind what this account will sign.
export function register(w, { key }, ...more) {
	return json("operator", "register", w.at, `--pool=${w.pool}`, `--key=${key}`, "--bond=2000000000000000000", more);
}

export async function serve(settings) {
	const { child, seen } = start(decaid, ["serve", ...settings, "--port=0", "--poll-ms=100"],
		/(http:\/\/[\d.:]+)/);
	return { child, url: await seen };
}

export async function get(url) {
	const r = await fetch(url);
	return r.ok ? r.json() : null;
}
