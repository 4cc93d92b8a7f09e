// The data directory looked after, on a real chain: old samples go and come
// back from the chain, backups are taken while the daemon works and started
// from, two daemons are refused, slashing records move.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { keccak256, toHex } from "viem";
import { foundry } from "viem/chains";
import { account, cleanUp, file, get, json, newWorld, ok, register, root, run, serve, stop, texts, until }
	from "./cli.mjs";

const N = 260;
const KEEP = 20;
const abi = JSON.parse(fs.readFileSync(path.join(root, "oracle/contracts/artifacts/StakeTrainer.json"))).abi;

async function world() {
	const w = await newWorld();
	const { at, contracts, owner } = w;
	const operator = await account(w.rpc, w.pass, "operator", "100");
	await register(w, operator);
	const { model } = await json("deploy", "model", "Sections", at, contracts, `--key=${owner.key}`,
		"--classes=games,science", "--columns=1024", "--refund-wait=2", "--verdict-window=600", "--epoch=3",
		"--verdict=two-fold credit=1000000000 margin=2000000000");
	const settings = [at, contracts, `--chain-id=${foundry.id}`, `--signer-key=${operator.key}`].flat();
	return { ...w, operator, model, settings };
}

const contribute = (w, n, from) => {
	fs.writeFileSync(file("rows.tsv"), texts(n, from, false));
	return json("contribute", w.model, w.at, w.contracts, `--key=${w.owner.key}`, `--file=${file("rows.tsv")}`);
};

// What a model is once its daemon is at a later block than before.
async function modelAt(daemon, w, count) {
	return await until(`${count} contributions followed`, 60, async () => {
		const m = await get(`${daemon.url}/v1/models/${w.model}`);
		return m?.contributions === count && m;
	});
}

// The sample as the chain has it.
async function chainSample(w, id) {
	const logs = await w.reader.getContractEvents({ address: w.model, abi, eventName: "Contributed",
		args: { id: BigInt(id) }, fromBlock: 0n });
	return logs[0].args.sample;
}

async function samplesGoAndComeBack(w, daemon, data) {
	const check = [`--data-dir=${data}`];
	assert.equal((await json("db", "check", check)).wrong, 0);
	const pruned = await until("old samples are pruned", 90, async () => {
		await w.rpc("anvil_mine", [toHex(70)]);
		const r = await json("db", "check", check);
		assert.equal(r.wrong, 0);
		return r.pruned;
	});
	assert.ok(pruned >= 100 && pruned <= N - KEEP, `pruned ${pruned}`);

	// the newest are here; the oldest are told to come from the chain, and do
	const one = (id) => fetch(`${daemon.url}/v1/models/${w.model}/contributions/${id}`);
	assert.equal((await (await one(N - 1)).json()).sample.hex, await chainSample(w, N - 1));
	const first = await one(0);
	assert.equal(first.status, 503);
	assert.equal(first.headers.get("retry-after"), "1");
	assert.match((await first.json()).detail, /fetched from the chain/);
	const again = await until("the sample is fetched", 20, async () => {
		const r = await one(0);
		return r.ok && r.json();
	});
	assert.equal(again.sample.hex, await chainSample(w, 0));
	assert.ok(again.sample.indices.length > 0);
	return pruned;
}

async function twoAreRefused(w, data) {
	const r = await run("serve", w.settings, `--data-dir=${data}`, "--port=0");
	assert.equal(r.status, 1);
	assert.match(r.err, /another decaid/);
	const key = await run("serve", w.settings, `--data-dir=${file("elsewhere")}`, "--port=0");
	assert.equal(key.status, 1);
	assert.match(key.err, /operator\.json: another decaid signs with it/);
	const unsigned = w.settings.filter((s) => !s.startsWith("--signer-key"));
	const dir = await run("serve", unsigned, `--data-dir=${data}`, "--port=0");
	assert.equal(dir.status, 1);
	assert.match(dir.err, /another decaid uses .*data/);
	const prune = await run("db", "prune", `--data-dir=${data}`);
	assert.equal(prune.status, 1);
	assert.match(prune.err, /another decaid uses/);
	const slashing = await run("key", "slashing", "export", file("early.json"), `--data-dir=${data}`,
		`--chain-id=${foundry.id}`);
	assert.equal(slashing.status, 1);
	assert.ok(!fs.existsSync(file("early.json")));
}

// Taken while contributions arrive; whole, and without the signer's file.
async function backUp(w, data) {
	const busy = contribute(w, 20, N);
	const r = await json("backup", file("backup"), `--data-dir=${data}`);
	await busy;
	assert.ok(r.block > 0 && r.bytes > 0);
	const names = fs.readdirSync(file("backup")).sort();
	assert.deepEqual(names, ["chain.db", "local.db", "mirrors", "snapshots"]);
	assert.ok(fs.readdirSync(file("backup/snapshots")).length > 0);
	assert.equal((await json("db", "check", `--data-dir=${file("backup")}`)).wrong, 0);
	const twice = await run("backup", file("backup"), `--data-dir=${data}`);
	assert.equal(twice.status, 2);
	assert.match(twice.err, /is there already/);
	const none = await run("backup", file("nothing"), `--data-dir=${file("no-such")}`);
	assert.equal(none.status, 1);
}

async function slashingRecordsMove(w, data) {
	const chain = `--chain-id=${foundry.id}`;
	const out = await json("key", "slashing", "export", file("slashing.json"), `--data-dir=${data}`, chain);
	assert.ok(out.records >= 2, `exported ${out.records}`);
	const written = JSON.parse(fs.readFileSync(file("slashing.json")));
	assert.equal(written.chain_id, foundry.id);
	assert.equal(written.records[0].trainer, w.model);
	assert.equal((await run("key", "slashing", "export", file("slashing.json"), `--data-dir=${data}`, chain)).status,
		1, "an existing file stays");

	// by maximum, and once: the second time there is nothing new
	const there = [`--data-dir=${file("backup")}`, chain];
	assert.equal((await json("key", "slashing", "import", file("slashing.json"), there)).records, out.records);
	assert.equal((await json("key", "slashing", "import", file("slashing.json"), there)).records, 0);
	const last = written.records.at(-1);
	const lie = { ...last, digest: keccak256("0x01") };
	fs.writeFileSync(file("lie.json"), JSON.stringify({ ...written, records: [lie] }));
	let r = await run("key", "slashing", "import", file("lie.json"), there);
	assert.equal(r.status, 1);
	assert.match(r.err, /two checkpoints/);
	fs.writeFileSync(file("other.json"), JSON.stringify({ ...written, chain_id: 1 }));
	r = await run("key", "slashing", "import", file("other.json"), there);
	assert.equal(r.status, 2);
	assert.match(r.err, /of chain 1/);
	fs.writeFileSync(file("broken.json"), JSON.stringify({ ...written, records: [lie, { epoch: -1 }] }));
	r = await run("key", "slashing", "import", file("broken.json"), there);
	assert.equal(r.status, 2);
	assert.match(r.err, /record 1/);
	const low = { ...last, epoch: 1, digest: keccak256("0x02") };
	fs.writeFileSync(file("low.json"), JSON.stringify({ ...written, records: [low] }));
	assert.equal((await json("key", "slashing", "import", file("low.json"), there)).records, 0);
}

async function main() {
	const w = await world();
	const data = file("data");
	const keep = [`--data-dir=${data}`, `--keep-samples=${KEEP}`];
	let daemon = await serve([...w.settings, ...keep]);
	const sent = await contribute(w, N, 0);
	assert.deepEqual([sent.contributed, sent.failed], [N, 0]);
	await modelAt(daemon, w, N);
	await samplesGoAndComeBack(w, daemon, data);
	await twoAreRefused(w, data);
	await backUp(w, data);
	const live = await modelAt(daemon, w, N + 20);
	await until("a checkpoint is posted", 60, async () =>
		(await get(`${daemon.url}/v1/models/${w.model}`)).last_checkpoint);
	const root = await until("the state's root is known", 60, async () => {
		const m = await get(`${daemon.url}/v1/models/${w.model}`);
		return m.as_of.contributions === N + 20 && m.as_of.state_root;
	});
	await stop(daemon.child);
	await slashingRecordsMove(w, data);

	// the backup is a data directory: it catches up and says the same
	daemon = await serve([...w.settings, `--data-dir=${file("backup")}`, `--keep-samples=${KEEP}`]);
	const restored = await modelAt(daemon, w, N + 20);
	assert.deepEqual(restored.accuracy, live.accuracy);
	assert.equal(await until("the same root", 60, async () =>
		(await get(`${daemon.url}/v1/models/${w.model}`)).as_of.state_root), root);
	await stop(daemon.child);

	// without any snapshot: learned anew, the pruned part from the chain
	fs.rmSync(`${data}/snapshots`, { recursive: true });
	const broken = await run("db", "check", `--data-dir=${data}`);
	assert.equal(broken.status, 1);
	assert.match(broken.err, /the snapshot of block/);
	daemon = await serve([...w.settings, ...keep]);
	assert.match(daemon.child.log, /fetching pruned samples/);
	await modelAt(daemon, w, N + 20);
	assert.equal(await until("the same root", 60, async () =>
		(await get(`${daemon.url}/v1/models/${w.model}`)).as_of.state_root), root);
	await stop(daemon.child);

	// what this saved becomes final, so that what it holds can go
	await w.rpc("anvil_mine", [toHex(70)]);
	const head = Number(await w.reader.getBlockNumber());
	daemon = await serve([...w.settings, ...keep]);
	await until("the new blocks are followed", 60, async () =>
		(await get(`${daemon.url}/v1/status`)).chain.followed >= head);
	await stop(daemon.child);

	// by hand, all but five at once
	const r = await json("db", "prune", `--data-dir=${data}`, "--keep-samples=5");
	assert.ok(r.samples > 0 && r.bytes_after <= r.bytes_before, JSON.stringify(r));
	assert.equal((await json("db", "check", `--data-dir=${data}`)).wrong, 0);
	await stop(w.anvil);
}

try {
	await main();
	console.log("keeping: passed");
} finally {
	await cleanUp();
}
