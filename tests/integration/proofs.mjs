// Merkle proofs from the daemon and the command, checked by proof_check.mjs against the state root that the contract's
// checkpoint commits to on a real chain.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { encodeAbiParameters, hashStruct, keccak256, toHex } from "viem";
import { foundry } from "viem/chains";
import { account, cleanUp, file, get, json, newWorld, ok, register, root, run, serve, stop, texts, until }
	from "./cli.mjs";
import { changes, updateHolds, weightHolds } from "./proof_check.mjs";

const N = 40;
const COLUMNS = 1024;
const abi = JSON.parse(fs.readFileSync(path.join(root, "oracle/contracts/artifacts/StakeTrainer.json"))).abi;
const types = { Checkpoint: [
	["trainer", "address"], ["spec", "bytes32"], ["epoch", "uint64"], ["count", "uint64"], ["recordHash", "bytes32"],
	["stateRoot", "bytes32"], ["judged", "uint64"], ["verdictsHash", "bytes32"], ["accuracy", "uint64"],
].map(([name, type]) => ({ name, type })) };

async function world() {
	const w = await newWorld();
	const { at, contracts, owner } = w;
	const operator = await account(w.rpc, w.pass, "operator", "100");
	await register(w, operator);
	const { model } = await json("deploy", "model", "Sections", at, contracts, `--key=${owner.key}`,
		"--classes=games,science", `--columns=${COLUMNS}`, "--refund-wait=2", "--verdict-window=600", "--epoch=3",
		"--type=naive-bayes", "--verdict=two-fold credit=1000000000 margin=2000000000");
	const settings = [at, contracts, `--chain-id=${foundry.id}`, `--signer-key=${operator.key}`,
		`--data-dir=${file("data")}`].flat();
	return { ...w, model, settings };
}

// A GET that answers 503 until its proof is made.
const proof = (url) => until(`a proof: ${url}`, 60, async () => {
	const r = await fetch(url);
	if (r.status === 503) assert.ok(Number(r.headers.get("retry-after")) > 0, "503 tells when to come again");
	else assert.equal(r.status, 200, `${url}: ${await r.clone().text()}`);
	return r.ok && r.json();
});

async function refused(url, status, why) {
	const r = await until(`a refusal: ${url}`, 60, async () => {
		const reply = await fetch(url);
		return reply.status !== 503 && reply;
	});
	assert.equal(r.status, status, url);
	assert.match((await r.json()).detail, why);
}

// The contract keeps a hash of the checkpoint that was accepted last; with the proof's root in the place of the
// checkpoint's, the hash must come out. Fewer than 128 verdicts: their chain is 0.
async function contractNames(w, p) {
	const [log] = (await w.reader.getContractEvents({ address: w.model, abi, eventName: "CheckpointAccepted",
		fromBlock: 0n })).filter((l) => l.args.epoch === BigInt(p.checkpoint.epoch));
	assert.equal(log.args.stateRoot, p.state_root);
	const { count, judged, accuracy, verdictsHash } = log.args;
	const structHash = hashStruct({ types, primaryType: "Checkpoint", data: { trainer: w.model, spec: p.spec,
		epoch: log.args.epoch, count, recordHash: p.record_hash, stateRoot: p.state_root, judged, verdictsHash, accuracy } });
	assert.ok(judged < 128n);
	const commitment = keccak256(encodeAbiParameters([{ type: "bytes32" }, { type: "bytes32" }],
		[structHash, toHex(0, { size: 32 })]));
	const [effective] = await w.reader.readContract({ address: w.model, abi, functionName: "commitments" });
	assert.equal(commitment, effective, "the contract's commitment holds the proof's root");
}

// What is changed anywhere leads elsewhere, or nowhere.
function liesAreFound(p) {
	const other = (hex) => `0x${hex[2] === "0" ? "1" : "0"}${hex.slice(3)}`;
	const holds = (q) => { try { return weightHolds(q); } catch { return false; } };
	const [leaf] = p.leaves;
	assert.ok(holds(p));
	for (const lie of [
		{ leaves: [{ ...leaf, cells: other(leaf.cells) }] }, { leaves: [{ ...leaf, leaf: leaf.leaf + 1 }] },
		{ value: String(BigInt(p.value) + 1n) }, { cell: p.cell + 1, value: "123" }, { cells: p.cells + 16 },
		{ spec: other(p.spec) }, { siblings: p.siblings.slice(1) }, { siblings: [...p.siblings, p.spec] },
		{ siblings: p.siblings.map((s, i) => (i === 3 ? other(s) : s)) },
	])
		assert.ok(!holds({ ...p, ...lie }), JSON.stringify(lie).slice(0, 60));
}

async function weights(w, url) {
	const m = await until("a checkpoint of all rows", 90, async () => {
		const newest = await get(`${url}/v1/models/${w.model}`);
		const c = newest.last_checkpoint && await get(`${url}/v1/models/${w.model}/checkpoints/${newest.last_checkpoint.epoch}`);
		return c && c.contributions === N && c.judged === N && newest;
	});
	const base = `${url}/v1/models/${w.model}/proof`;
	for (const [part, weight] of [["header", 0], ["model", 0], ["model", 3 + 2 * COLUMNS], ["fold-0", 77], ["fold-1", 2]]) {
		const p = await proof(`${base}?weight=${weight}&part=${part}`);
		assert.equal(p.checkpoint.epoch, m.last_checkpoint.epoch);
		assert.equal(p.contributions, N);
		assert.ok(weightHolds(p), part);
		await contractNames(w, p);
		liesAreFound(p);
		if (part === "header") assert.equal(p.value, String(N));
	}
	// by slug, at another state: 3 rows in, n[c] counts them
	const early = await proof(`${url}/v1/models/${m.slug}/proof?weight=0&contributions=3`);
	assert.equal(early.value, String(2n * 10n ** 9n), "rows 0 and 2 are games");
	assert.equal(early.checkpoint, null);
	assert.ok(weightHolds(early));
	const none = await proof(`${base}?weight=5&contributions=0`);
	assert.ok(weightHolds(none) && none.value === "0");

	await refused(`${base}?weight=1&epoch=1`, 404, /no such checkpoint/);
	await refused(`${base}`, 400, /weight: missing/);
	await refused(`${base}?weight=${4 + 2 * COLUMNS}`, 400, /weight: not a whole number in \[0, 2051\]/);
	await refused(`${base}?weight=1&part=fold-2`, 400, /no such part/);
	await refused(`${base}?weight=1&contributions=${N + 1}`, 400, /contributions/);
	await refused(`${url}/v1/models/${w.model}/contributions/${N}/proof`, 404, /no such contribution/);
}

// Naive Bayes: n[label] and t[label], a row of the sample's columns, in the served model and in one fold, and the header.
async function updates(w, url) {
	let last = null;
	for (const id of [0, 16, 17, N - 1]) {
		const p = await proof(`${url}/v1/models/${w.model}/contributions/${id}/proof`);
		const c = await get(`${url}/v1/models/${w.model}/contributions/${id}`);
		assert.ok(updateHolds(p), `contribution ${id}`);
		assert.ok(p.siblings.length > 0 && p.leaves.length > 3);
		const broken = structuredClone(p);
		broken.leaves[1].before = p.leaves[2].before;
		broken.leaves[1].after = p.leaves[2].after;
		assert.ok(!updateHolds(broken));

		const by = changes(p), one = 10n ** 9n, n = BigInt(c.sample.indices.length);
		assert.equal(by.get(0), 1n, "one contribution more");
		assert.equal(by.get(16 + c.label), one);
		assert.equal(by.get(18 + c.label), n * one);
		for (const f of c.sample.indices) assert.equal(by.get(20 + 2 * f + c.label), one, `column ${f}`);
		const header = [...by.keys()].filter((k) => k < 16).length;
		assert.equal(by.size, header + 2 * (2 + c.sample.indices.length), "served model and one fold, no cell else");
		if (last?.contribution === id - 1) assert.equal(p.state_root_before, last.state_root);
		last = p;
	}
	const p = await proof(`${url}/v1/models/${w.model}/proof?weight=0&contributions=${N}`);
	assert.equal(p.state_root, last.state_root, "the last contribution's root is the model's");
}

async function command(w, url) {
	const at = [`--url=${url}`, w.model];
	const p = await json("proof", at, "--weight=1");
	assert.ok(weightHolds(p));
	assert.match(await ok("proof", at, "--weight=1", `--root=${p.state_root}`), new RegExp(
		`^cell 17: ${p.value}\nafter ${N} contributions, checkpoint of epoch ${p.checkpoint.epoch}, accepted\nstate root ` +
		`${p.state_root}\nproven by 1 leaves and ${p.siblings.length} hashes beside them$`));
	const other = await run("proof", at, "--weight=1", `--root=${p.spec}`);
	assert.equal(other.status, 1);
	assert.match(other.err, /another root than --root/);
	assert.match(await ok("proof", at, "--contribution=7"), /^cell 0: 7 -> 8\n[^]*proven by \d+ leaves and \d+ hashes/);
	assert.equal((await run("proof", at)).status, 2);
	assert.equal((await run("proof", at, "--weight=1", "--contribution=1")).status, 2);
	const gone = await run("proof", at, "--contribution=4000");
	assert.equal(gone.status, 1);
	assert.match(gone.err, /no such contribution/);
}

// A daemon that lies is found out by the command.
async function liars(w, url) {
	const { createServer } = await import("node:http");
	const p = await proof(`${url}/v1/models/${w.model}/proof?weight=1`);
	const u = await proof(`${url}/v1/models/${w.model}/contributions/7/proof`);
	const lies = [
		[{ ...p, value: "5" }, /not of the weight's cell/], [{ ...p, siblings: p.siblings.slice(1) }, /does not lead/],
		[{ ...p, checkpoint: { ...p.checkpoint, state_root: p.spec } }, /names another state root/],
		[{ ...p, leaves: [] }, /is no proof/], [{ ...p, spec: "0x12" }, /is no proof/],
		[{ ...u, state_root_before: u.state_root }, /does not lead/],
		[{ ...u, leaves: u.leaves.map((l) => ({ ...l, before: l.after })) }, /does not lead/],
	];
	for (const [lie, why] of lies) {
		const liar = createServer((_, reply) => reply.end(JSON.stringify(lie)));
		await new Promise((up) => liar.listen(0, "127.0.0.1", up));
		const r = await run("proof", `--url=http://127.0.0.1:${liar.address().port}`, w.model,
			"contribution" in lie ? "--contribution=7" : "--weight=1");
		liar.closeAllConnections();
		liar.close();
		assert.equal(r.status, 1, String(why));
		assert.match(r.err, why);
	}
}

async function main() {
	const w = await world();
	let daemon = await serve(w.settings);
	fs.writeFileSync(file("rows.tsv"), texts(N, 0, false));
	const sent = await json("contribute", w.model, w.at, w.contracts, `--key=${w.owner.key}`,
		`--file=${file("rows.tsv")}`);
	assert.deepEqual([sent.contributed, sent.failed], [N, 0]);
	await weights(w, daemon.url);
	await updates(w, daemon.url);
	await command(w, daemon.url);
	await liars(w, daemon.url);
	const before = await proof(`${daemon.url}/v1/models/${w.model}/proof?weight=9&contributions=${N}`);
	await stop(daemon.child);

	// from the snapshot that the stop left, the same
	daemon = await serve(w.settings);
	assert.deepEqual(await proof(`${daemon.url}/v1/models/${w.model}/proof?weight=9&contributions=${N}`), before);
	await stop(daemon.child);
	daemon = await serve([...w.settings, "--proof-memory=0"]);
	await refused(`${daemon.url}/v1/models/${w.model}/proof?weight=9`, 404, /makes no proofs/);
	await stop(daemon.child);
	console.log("proofs: ok");
}

try {
	await main();
} finally {
	await cleanUp();
}
