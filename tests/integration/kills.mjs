// kill -9 of the daemon, of its signer, of both, at random moments of a busy
// run as an operator on a real chain in real time: node kills.mjs [KILLS
// [SEED]]. After each it starts and goes on; at the end chain and database
// agree, no transaction was sent twice, no epoch was signed twice.
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createPublicClient, decodeFunctionData, encodeFunctionData, http, parseEther, toHex } from "viem";
import { foundry } from "viem/chains";
import { Dice, root, sample } from "./chain.mjs";
import { Daemon } from "./daemon.mjs";
import { below, decaid, run, start, stop, until } from "./process.mjs";

const kills = Number(process.argv[2] ?? (process.env.SOAK ? 1000 : 50));
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const dice = new Dice(seed);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "decaid-kills-"));
process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
const file = (name) => path.join(folder, name);
const abi = JSON.parse(fs.readFileSync(path.join(root, "oracle/contracts/artifacts/StakeTrainer.json"))).abi;
const EPOCH_S = 2;

// ---- the world

async function newWorld() {
	const anvil = start(path.join(root, "node_modules/.bin/anvil"), ["--port", "0", "--block-time", "1",
		"--slots-in-an-epoch", "1", "--order", "fifo", "--accounts", "6"], /Listening on ([\d.:]+)/);
	const node = `http://${await anvil.seen}`;
	const reader = createPublicClient({ chain: foundry, transport: http(node), cacheTime: 0 });
	const w = { anvil: anvil.child, node, reader, sent: 0 };
	w.rpc = (method, params = []) => reader.request({ method, params });
	fs.writeFileSync(file("pass"), "correct horse\n");
	w.at = [`--rpc=${node}`, `--passphrase-file=${file("pass")}`];
	const key = file("operator.json");
	w.operator = await run("key", "new", key, `--passphrase-file=${file("pass")}`, "--light");
	await w.rpc("anvil_setBalance", [w.operator, toHex(parseEther("1000"))]);
	w.pool = await run("deploy", "pool", w.at, `--key=${key}`, "--period=2", "--unbond=100000",
		"--min-bond=1000000000000000000");
	w.startBlock = Number(await reader.getBlockNumber());
	w.factory = await run("deploy", "factory", w.at, `--key=${key}`, "--min-refund-wait=1", "--min-verdict-window=1",
		"--min-epoch=1", "--min-owner-claim-wait=1", "--min-any-claim-wait=1");
	await run("operator", "register", w.at, `--pool=${w.pool}`, `--key=${key}`, "--bond=2000000000000000000",
		"--endpoint=https://operator.example/");
	w.model = JSON.parse(await run("deploy", "model", "Kills", w.at, `--pool=${w.pool}`, `--factory=${w.factory}`,
		`--key=${key}`, "--classes=a,b,c", "--columns=256", "--refund-wait=2", "--verdict-window=6000",
		`--epoch=${EPOCH_S}`, "--floor=1000000000000000", "--cap=1000000000000000", "--burst=500",
		"--price-window=60", "--reporter-share-bps=1000", "--json")).model;
	w.settings = [...w.at, `--pool=${w.pool}`, `--factory=${w.factory}`, `--data-dir=${file("data")}`,
		`--chain-id=${foundry.id}`, `--start-block=${w.startBlock}`, "--finality=depth:1", `--signer-key=${key}`,
		"--port=0", "--poll-ms=50"];
	w.setUpNonce = Number(await reader.getTransactionCount({ address: w.operator }));
	w.accounts = await w.rpc("eth_accounts");
	w.read = (functionName, args = []) => reader.readContract({ address: w.model, abi, functionName, args });
	return w;
}

// Four contributions a second, from the node's own accounts.
function contribute(w) {
	const work = async () => {
		const { sample: bytes, label } = sample(dice);
		const data = encodeFunctionData({ abi, functionName: "contribute", args: [bytes, label] });
		await w.rpc("eth_sendTransaction", [{ from: w.accounts[w.sent++ % w.accounts.length], to: w.model, data,
			value: toHex(parseEther("0.001")), gas: toHex(500000) }]);
	};
	const timer = setInterval(() => work().catch((e) => { w.failure = e; }), 250);
	return () => clearInterval(timer);
}

// ---- the daemon

// One that was killed leaves its signer for as long as that takes to see it.
async function serve(w) {
	for (let tries = 0; ; tries++) {
		const { child, seen } = start(decaid, ["serve", ...w.settings], /(http:\/\/[\d.:]+)/);
		const up = seen.then((url) => ({ child, url }), (e) => ({ child, error: e }));
		const s = await up;
		if (!s.error) return s;
		if (tries === 20 || !/uses|holds|locked|another/.test(s.child.log)) throw s.error;
		await sleep(50);
	}
}

const metric = async (s, name) => {
	const r = await fetch(`${s.url}/metrics`).then((x) => x.text(), () => "");
	const found = new RegExp(`^decaid_${name} (\\d+)$`, "m").exec(r);
	return found ? Number(found[1]) : undefined;
};

// Without its signer it serves on, signs nothing, and says so.
async function killSigner(s) {
	const [pid] = below(s.child.pid);
	assert.ok(pid, "no signer");
	process.kill(pid, "SIGKILL");
	if (dice.below(4) !== 0) return;
	await until("the death of the signer is told", 30, async () => await metric(s, "signer_alive") === 0);
	assert.equal((await fetch(`${s.url}/healthz`)).status, 200);
}

async function killOne(s) {
	const what = ["daemon", "signer", "both"][dice.below(3)];
	if (what === "daemon") return await stop(s.child, "SIGKILL");
	const [pid] = below(s.child.pid);
	if (what === "signer") await killSigner(s);
	else if (pid) process.kill(pid, "SIGKILL");
	await stop(s.child, "SIGKILL");
}

const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

// Till a transaction is in a state, and how often a kill found it there.
const caught = { sent: 0, mined: 0 };
async function untilOneIs(state, s) {
	for (const end = Date.now() + 30000; Date.now() < end; await sleep(10))
		if (await metric(s, `outbox_${state}`) > 0) return caught[state]++;
}

// Now and then while it starts, mostly while it works; each eighth while a
// transaction is on its way.
async function killSoon(w, k) {
	if (k % 8 === 7) {
		const s = await serve(w);
		await untilOneIs(k % 16 === 7 ? "sent" : "mined", s);
		return await killOne(s);
	}
	if (dice.below(5) === 0) {
		const { child } = start(decaid, ["serve", ...w.settings], /(http:\/\/[\d.:]+)/);
		await sleep(dice.below(250));
		return await stop(child, "SIGKILL");
	}
	const s = await serve(w);
	await sleep(dice.below(1600));
	await killOne(s);
}

// ---- what must hold

async function posted(w) {
	const head = await w.reader.getBlockNumber();
	const out = [];
	for (let n = BigInt(w.startBlock); n <= head; n++) {
		const block = await w.reader.getBlock({ blockNumber: n, includeTransactions: true });
		for (const tx of block.transactions) {
			if (tx.from.toLowerCase() !== w.operator.toLowerCase() || tx.nonce < w.setUpNonce) continue;
			const receipt = await w.reader.getTransactionReceipt({ hash: tx.hash });
			const { functionName, args } = decodeFunctionData({ abi, data: tx.input });
			assert.equal(functionName, "writeCheckpoint");
			out.push({ nonce: tx.nonce, epoch: Number(args[0]), ok: receipt.status === "success" });
		}
	}
	return out;
}

// The signer's file (oracle/signlog_file.h): trainer and epoch => digest.
function signedEpochs() {
	const bytes = fs.readFileSync(file("data/signer.log")), seen = new Map();
	for (let at = 64; at + 128 <= bytes.length; at += 128) {
		if (bytes.readUInt32BE(at) !== 1) continue;
		const name = bytes.subarray(at + 24, at + 52).toString("hex");
		const digest = bytes.subarray(at + 56, at + 88).toString("hex");
		assert.ok(!seen.has(name) || seen.get(name) === digest, `two digests of one epoch: ${name}`);
		seen.set(name, digest);
	}
	return seen.size;
}

async function agree(w) {
	const chain = { factory: w.factory, pool: w.pool, startBlock: w.startBlock, url: w.node, reader: w.reader };
	const args = ["--depth", "1", "--unmeasured"];
	const tables = (d) => d.dump().then((lines) => lines.filter((l) => !l.startsWith("accuracy|")));
	const [head] = [await w.reader.getBlockNumber()];
	const lived = new Daemon(chain, { dir: file("data"), args }), fresh = new Daemon(chain, { args });
	for (const d of [lived, fresh]) await d.until((s) => s.followed >= head, `at ${head}`);
	await w.rpc("evm_setIntervalMining", [0]);
	for (const d of [lived, fresh]) await d.caughtUp(chain);
	const [a, b] = [await tables(lived), await tables(fresh)];
	assert.deepEqual(a.filter((l) => !b.includes(l)).slice(0, 5), []);
	assert.deepEqual(a, b);
	const [m] = await lived.models();
	assert.equal(BigInt(m.count), await w.read("totalSubmitted"));
	await lived.stop();
	await fresh.stop();
	return m.count;
}

// ---- the test

process.on("uncaughtException", (e) => {
	console.log(`kills: FAILED with seed ${seed}\n${e.stack}`);
	process.exit(1);
});
const began = Date.now();
const w = await newWorld();
const quiet = contribute(w);
for (let k = 0; k < kills; k++) {
	await killSoon(w, k);
	if (k % 25 !== 24) continue;
	const s = await serve(w);	// it goes on
	const [before] = await w.read("effective");
	await until(`a checkpoint after ${k + 1} kills`, 60,
		async () => (await w.read("effective"))[0] > before);
	signedEpochs();
	await stop(s.child, "SIGKILL");
}
quiet();
if (w.failure) throw w.failure;
const s = await serve(w);
await until("all is judged on the chain", 90, async () =>
	(await w.read("effective"))[2] === await w.read("totalSubmitted"));
await until("nothing is under way", 30, async () => await metric(s, "outbox_sent") === 0 &&
	await metric(s, "outbox_queued") === 0 && await metric(s, "outbox_mined") === 0);
assert.equal(await metric(s, "chain_mismatches_total"), 0);
assert.equal(await stop(s.child), 0);
const txs = await posted(w);
assert.deepEqual(txs.map((t) => t.nonce), txs.map((_, i) => w.setUpNonce + i), "a nonce was lost or used by another");
assert.equal(new Set(txs.map((t) => t.epoch)).size, txs.length, "an epoch was posted twice");
assert.ok(txs.every((t) => t.ok), "one was reverted");
const signed = signedEpochs(), count = await agree(w);
assert.ok(signed >= txs.length && txs.length > 0);
await stop(w.anvil, "SIGKILL");
assert.ok(kills < 8 || caught.sent + caught.mined > 0, "no kill came while a transaction was on its way");
console.log(`kills: ${kills} (seed ${seed}), ${count} contributions, ${signed} epochs signed, ${txs.length} posted, ` +
	`${caught.sent} killed while one was sent, ${caught.mined} while mined, ${((Date.now() - began) / 1000).toFixed(0)} s`);
process.exit(0);
