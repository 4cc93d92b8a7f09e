// Four operators of equal stake: three daemons, and one whose endpoint answers with whatever harms. More than two thirds
// take three signatures, so each daemon must gather the others'; nothing of the fourth's may count or stop them.
import assert from "node:assert/strict";
import fs from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { decodeFunctionData, getAddress, recoverTypedDataAddress } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { account, cleanUp, file, get, json, newWorld, ok, register, root, serve, stop, texts, until } from "./cli.mjs";

const STEP = 5;	// contributions from checkpoint to checkpoint
const KINDS = 6;	// of hostile answers
const abi = JSON.parse(fs.readFileSync(path.join(root, "oracle/contracts/artifacts/StakeTrainer.json"))).abi;
const types = { Checkpoint: [
	["trainer", "address"], ["spec", "bytes32"], ["epoch", "uint64"], ["count", "uint64"], ["recordHash", "bytes32"],
	["stateRoot", "bytes32"], ["judged", "uint64"], ["verdictsHash", "bytes32"], ["accuracy", "uint64"],
].map(([name, type]) => ({ name, type })) };

// What is signed, from a checkpoint as the REST interface tells it.
function typed(pool, c) {
	return { types, primaryType: "Checkpoint",
		domain: { name: "decaid", version: "1", chainId: foundry.id, verifyingContract: pool },
		message: { trainer: c.model, spec: c.spec, epoch: BigInt(c.epoch), count: BigInt(c.contributions),
			recordHash: c.record_hash, stateRoot: c.state_root, judged: BigInt(c.judged),
			verdictsHash: c.verdicts_hash, accuracy: BigInt(Math.round(c.accuracy * 1e9)) } };
}

// ---- the fourth operator

// One answer after the other: too long, none, elsewhere, no JSON, another digest, strangers' and broken signatures.
function hostile(world) {
	const stranger = privateKeyToAccount(generatePrivateKey());
	const kinds = [
		async (url, reply) => reply.end(`{"digest":"${"x".repeat(3 << 20)}"}`),
		async () => {},
		async (url, reply) => reply.writeHead(302, { location: `${world.urls[0]}${url}` }).end(),
		async (url, reply) => reply.end("<html>"),
		async (url, reply, c) => reply.end(JSON.stringify({ ...c, digest: c.record_hash })),
		async (url, reply, c) => reply.end(JSON.stringify({ ...c, signatures: [
			{ operator: c.model, signer: c.model, signature: await stranger.signTypedData(typed(world.pool, c)) },
			{ operator: c.model, signer: c.model, signature: `0x${"00".repeat(65)}` },
			{ operator: c.model, signer: c.model, signature: `0x${"ff".repeat(65)}` }] })),
	];
	const server = createServer(async (request, reply) => {
		const c = await get(`${world.urls[0]}${request.url}`).catch(() => null);
		const kind = server.asked++ % kinds.length;
		if (c || kind < 4) await kinds[kind](request.url, reply, c);
		else reply.writeHead(404).end();
	});
	assert.equal(kinds.length, KINDS);
	server.asked = 0;
	return new Promise((up) => server.listen(0, "127.0.0.1", () => up(server)));
}

// ---- the world

async function build() {
	const w = { ...await newWorld(), operators: [], urls: [], daemons: [] };
	for (const name of ["ann", "bob", "eve", "mallory"]) w.operators.push(await account(w.rpc, w.pass, name, "100"));
	return w;
}

const join = (w, i, endpoint) => register(w, w.operators[i], `--endpoint=${endpoint}`);

async function startAll(w) {
	for (const [i, operator] of w.operators.slice(0, 3).entries()) {
		const d = await serve([...w.at, ...w.contracts, `--chain-id=${foundry.id}`, `--signer-key=${operator.key}`,
			`--data-dir=${file(`data-${i}`)}`, "--log-level=debug"]);
		w.daemons.push(d);
		w.urls.push(d.url);
		await join(w, i, `${d.url}/`);
	}
	w.hostile = await hostile(w);
	await join(w, 3, `http://127.0.0.1:${w.hostile.address().port}`);
}

async function contribute(w, from, n) {
	fs.writeFileSync(file("rows.tsv"), texts(n, from, false));
	await ok("contribute", w.model, w.at, w.contracts, `--key=${w.owner.key}`, `--file=${file("rows.tsv")}`);
}

// ---- what must come of it

// A checkpoint on the chain, its signatures those of three operators over what the contract read.
async function accepted(w, least) {
	const [log] = await until(`a checkpoint of ${least} contributions`, 150, async () => {
		const logs = (await w.reader.getContractEvents({ address: w.model, abi, eventName: "CheckpointAccepted",
			fromBlock: 0n })).filter((l) => Number(l.args.count) >= least);
		return logs.length > 0 && logs;
	});
	const tx = await w.reader.getTransaction({ hash: log.transactionHash });
	const [epoch, count, judged, accuracy, stateRoot, , , signatures] = decodeFunctionData({ abi, data: tx.input }).args;
	const told = await until(`epoch ${epoch} at a daemon`, 60,
		() => get(`${w.urls[0]}/v1/models/${w.model}/checkpoints/${epoch}`));
	const { message, ...rest } = typed(w.pool, told);
	const by = [];
	for (let i = 2; i < signatures.length; i += 130)
		by.push(getAddress(await recoverTypedDataAddress({ ...rest, signature: `0x${signatures.slice(i, i + 130)}`,
			message: { ...message, epoch, count, judged, accuracy, stateRoot, verdictsHash: log.args.verdictsHash } })));
	return { log, by };
}

async function run() {
	const w = await build();
	await startAll(w);
	const signers = w.operators.slice(0, 3).map((o) => getAddress(o.address)).sort();
	w.model = (await json("deploy", "model", "Sections", w.at, w.contracts, `--key=${w.owner.key}`,
		"--classes=games,science", "--columns=1024", "--refund-wait=2", "--verdict-window=600", "--epoch=4",
		"--type=naive-bayes", "--verdict=two-fold credit=1000000000 margin=2000000000")).model;
	// each checkpoint has all three ask the fourth; until it has given every kind of answer
	let rows = 0;
	while (rows === 0 || w.hostile.asked <= KINDS) {
		assert.ok(rows < 40 * STEP, "the fourth is asked");
		await contribute(w, rows, STEP);
		rows += STEP;
		const { by } = await accepted(w, rows);
		assert.deepEqual(by.sort(), signers, "three operators signed, and nobody else");
	}
	console.log(`ok: checkpoints to ${rows} contributions were accepted with the signatures of three of four operators`);

	// every daemon shows what it gathered, whoever sent it
	const { epoch } = (await accepted(w, rows)).log.args;
	for (const url of w.urls) {
		const c = await until(`checkpoint ${epoch} at ${url}`, 60, async () => {
			const c = await get(`${url}/v1/models/${w.model}/checkpoints/${epoch}`);
			return c?.tx && c;
		});
		for (const s of c.signatures)
			assert.ok(signers.includes(s.signer), "no stranger's signature is kept");
	}
	const logs = w.daemons.map((d) => d.child.log).join("");
	assert.match(logs, /operator 4 computed another checkpoint/);
	assert.match(logs, /operator 4 gave a signature of no use/);
	assert.doesNotMatch(logs, /broken/);
	console.log(`ok: nothing of the fourth counted in ${w.hostile.asked} answers, and nothing of it stopped the others`);

	// with one gone, two of four are no quorum; when it is back, it is one again
	await stop(w.daemons[2].child);
	await contribute(w, rows, STEP);
	await until("two signatures", 60, async () => {
		const { checkpoints } = await get(`${w.urls[0]}/v1/models/${w.model}/checkpoints?limit=1`);
		return checkpoints[0].contributions === rows + STEP && checkpoints[0].signatures.length === 2;
	});
	const now = await w.reader.getContractEvents({ address: w.model, abi, eventName: "CheckpointAccepted", fromBlock: 0n });
	assert.ok(now.every((l) => Number(l.args.count) <= rows), "two of four are no quorum");
	w.daemons[2] = await serve([...w.at, ...w.contracts, `--chain-id=${foundry.id}`, `--signer-key=${w.operators[2].key}`,
		`--data-dir=${file("data-2")}`]);
	await ok("operator", "endpoint", w.at, `--pool=${w.pool}`, `--key=${w.operators[2].key}`, "3", w.daemons[2].url);
	assert.deepEqual((await accepted(w, rows + STEP)).by.sort(), signers);
	console.log("ok: two of four post nothing; when the third is back, at another address, they do");
	w.hostile.closeAllConnections();
	w.hostile.close();
	for (const { child } of w.daemons) await stop(child);
}

try {
	await run();
} finally {
	await cleanUp();
}
