// Attested predictions on a real chain: an operator's two daemons, one that signs checkpoints, one that faces strangers
// and holds the attester's key alone. viem recovers who signed, and the pool and the trainer say what that is worth. Then
// clients that know CCIP-Read ask a PredictionReader as if the model were a contract.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { encodeFunctionData, keccak256, parseAbi, recoverTypedDataAddress, toHex } from "viem";
import { foundry } from "viem/chains";
import { account, cleanUp, file, get, json, newWorld, ok, register, root, run, serve, stop, texts, until }
	from "./cli.mjs";

const abi = (name) => JSON.parse(fs.readFileSync(path.join(root, `oracle/contracts/artifacts/${name}.json`))).abi;
const types = { Attestation: [
	["trainer", "address"], ["sample", "bytes32"], ["stateRoot", "bytes32"], ["label", "uint32"], ["issued", "uint64"],
	["expires", "uint64"],
].map(([name, type]) => ({ name, type })) };
const seconds = (time) => BigInt(Date.parse(time) / 1000);

// Who signed prediction `one` of a reply.
async function signer(reply, one) {
	const { chain_id: chainId, pool, model } = reply.attested_for;
	const a = one.attestation;
	return recoverTypedDataAddress({ types, primaryType: "Attestation",
		domain: { name: "decaid", version: "1", chainId, verifyingContract: pool },
		message: { trainer: model, sample: a.sample_hash, stateRoot: reply.as_of.state_root, label: one.label,
			issued: seconds(a.issued_at), expires: seconds(a.valid_until) },
		signature: a.signature });
}

async function ask(w, body, status = 200) {
	const r = await fetch(`${w.public.url}/v1/models/${w.model}/predict`, { method: "POST",
		headers: { "content-type": "application/json" }, body: JSON.stringify({ ...body, attest: true }) });
	const reply = await r.json();
	if (r.status !== 503) assert.equal(r.status, status, JSON.stringify(reply));
	return r.status === status ? reply : null;
}

const effective = (w) => w.reader.readContract({ address: w.model, abi: abi("StakeTrainer"), functionName: "effective" });

async function contribute(w, from, n) {
	fs.writeFileSync(file("rows.tsv"), texts(n, from, false));
	await ok("contribute", w.model, w.at, w.contracts, `--key=${w.owner.key}`, `--file=${file("rows.tsv")}`);
	await until(`a checkpoint of ${from + n} contributions`, 120, async () => (await effective(w))[1] >= BigInt(from + n));
}

async function build() {
	const w = await newWorld();
	for (const name of ["operator", "attester"]) w[name] = await account(w.rpc, w.pass, name, "100");
	await register(w, w.operator, `--attester=${w.attester.address}`);
	w.model = (await json("deploy", "model", "Sections", w.at, w.contracts, `--key=${w.owner.key}`,
		"--classes=games,science", "--columns=1024", "--refund-wait=2", "--verdict-window=600", "--epoch=3",
		"--type=naive-bayes", "--verdict=two-fold credit=1000000000 margin=2000000000")).model;
	const settings = (name) => [...w.at, ...w.contracts, `--chain-id=${foundry.id}`, `--data-dir=${file(name)}`];
	w.signing = await serve([...settings("signing"), `--signer-key=${w.operator.key}`]);
	w.public = await serve([...settings("public"), `--attester-key=${w.attester.key}`, "--attest-rate=16"]);
	return w;
}

// ---- CCIP-Read

const gateway = parseAbi(["function attestedPrediction(address trainer, bytes sample) view returns (bytes)"]);
const question = (w, sample) => encodeFunctionData({ abi: gateway, functionName: "attestedPrediction", args: [w.model, sample] });

async function deployReader(w, urls, operators = 1) {
	const reader = await ok("deploy", "reader", w.at, `--key=${w.owner.key}`, `--urls=${urls.join()}`, "--max-age=600",
		`--operators=${operators}`);
	const read = (functionName) => w.reader.readContract({ address: reader, abi: abi("PredictionReader"), functionName });
	assert.deepEqual(await read("urls"), urls);
	assert.deepEqual([await read("maxAgeS"), await read("operators")], [600, operators]);
	return reader;
}

// A checkpoint may take effect between the gateway's answer and the contract's look at it: then it is asked again.
const patiently = (what, get) => until(what, 60, () => get().catch((e) => {
	if (!/NotEffective|status: 503/i.test(String(e))) throw e;
	return null;
}));

async function ccip(w, sample, label) {
	const predict = (address) => patiently("a label by CCIP-Read", async () => ({ label: await w.reader.readContract({
		address, abi: abi("PredictionReader"), functionName: "predict", args: [w.model, sample] }) }));
	const get = await deployReader(w, [`${w.public.url}/v1/ccip/{sender}/{data}.json`]);
	assert.equal((await predict(get)).label, label);
	const post = await deployReader(w, [`${w.public.url}/v1/ccip`]);
	assert.equal((await predict(post)).label, label);
	// the daemon without the attester's key answers 400, which ends the matter; one that is down sends on
	const second = await deployReader(w, ["http://127.0.0.1:9/{sender}/{data}", `${w.public.url}/v1/ccip/{sender}/{data}.json`]);
	assert.equal((await predict(second)).label, label);
	console.log("ok: viem reads a model as a contract, by GET and POST, from the second gateway when the first is down");

	// what a contract is given within a transaction; two operators are more than one
	const verify = async (address, changed = (data) => data) => {
		const r = await fetch(`${w.public.url}/v1/ccip/${get}/${question(w, sample)}.json`);
		if (!r.ok) throw new Error(`status: ${r.status}`);
		return w.reader.readContract({ address, abi: abi("PredictionReader"), functionName: "verify",
			args: [w.model, sample, changed((await r.json()).data)] });
	};
	const refuses = (why, ...args) => patiently(why, () => verify(...args).then(() => assert.fail(`not ${why}`), (e) => {
		if (!String(e).includes(why)) throw e;
		return true;
	}));
	assert.equal((await patiently("an answer that holds", async () => ({ label: await verify(get) }))).label, label);
	await refuses("TooFewVouches", await deployReader(w, ["https://nobody.example/"], 2));
	await refuses("NoAttester", get, (data) => data.replace(/^(0x.{64}.{63})./, `$1${1 - label}`));
	console.log("ok: a contract takes the gateway's answer as it is, not with another label, nor for two operators");

	// what the gateway does not answer
	const refused = async (sender, data, status, message) => {
		const r = await until(String(message), 60, async () => {
			const r = await fetch(`${w.public.url}/v1/ccip/${sender}/${data}.json`);
			return r.status !== 503 && r;
		});
		assert.equal(r.status, status);
		assert.match((await r.json()).message, message);
	};
	await refused(get, "0x12345678", 400, /no call of attestedPrediction/);
	await refused("0x12", question(w, sample), 400, /sender/);
	await refused(get, `${question(w, sample)}00`, 400, /not as a contract encodes it/);
	await refused(get, question({ model: get }, sample), 404, /no such model/);
	await refused(get, question(w, "0xff"), 400, /does not take this sample/);
	await refused(get, question(w, toHex(new Uint8Array(1000))), 400, /does not take this sample/);
}

const w = await build();
try {
	// nothing is effective yet, and the daemon without the key says that it has none
	const early = await fetch(`${w.public.url}/v1/models/${w.model}/predict`, { method: "POST",
		headers: { "content-type": "application/json" }, body: '{"text":"dragon","attest":true}' });
	assert.ok([404, 503].includes(early.status));
	await contribute(w, 0, 30);
	const r = await run("predict", w.model, `--url=${w.signing.url}`, "--text=dragon", "--attest");
	assert.equal(r.status, 1);
	assert.match(r.err, /this daemon does not attest/);

	const reply = await until("an attested prediction", 60, () => ask(w, { text: "dragon sword quest" }));
	assert.equal(reply.class, "games");
	assert.equal(await signer(reply, reply), w.attester.address);
	assert.equal(reply.attestation.operator, w.operator.address);
	assert.equal(reply.attestation.attester, w.attester.address);
	const [id, counts] = await w.reader.readContract({ address: w.pool, abi: abi("OperatorPool"),
		functionName: "attesterOf", args: [w.attester.address] });
	assert.deepEqual([id, counts], [1n, true]);
	console.log("ok: a prediction is signed by the attester's key, which counts in the pool");

	// the state is the checkpoint's, as the chain has it, and the sample is what a contribution would carry
	const logs = await w.reader.getContractEvents({ address: w.model, abi: abi("StakeTrainer"),
		eventName: "CheckpointAccepted", fromBlock: 0n });
	const own = logs.find((l) => Number(l.args.epoch) === reply.attested_for.epoch);
	assert.equal(own.args.stateRoot, reply.as_of.state_root);
	assert.equal(Number(own.args.count), reply.as_of.contributions);
	const rows = await w.reader.getContractEvents({ address: w.model, abi: abi("StakeTrainer"),
		eventName: "Contributed", fromBlock: 0n });
	const [, text] = texts(1, 0, false).trim().split("\t");
	const known = await until("one of a contributed text", 60, () => ask(w, { text }));
	assert.equal(known.attestation.sample_hash, keccak256(rows[0].args.sample));
	console.log("ok: it names the state root of an accepted checkpoint and the hash of the packed sample");

	// a batch, each its own; what it does not bear out, viem finds
	const many = await until("a batch", 60, () => ask(w, { inputs: [{ text: "atom cell" }, { text: "quest" }] }));
	for (const one of many.predictions) assert.equal(await signer(many, one), w.attester.address);
	const lie = structuredClone(many.predictions[0]);
	lie.label = 1 - lie.label;
	assert.notEqual(await signer(many, lie), w.attester.address);
	const over = await ask(w, { inputs: Array.from({ length: 17 }, () => ({ text: "atom" })) }, 400);
	assert.match(over.detail, /at most 16 inputs/);
	console.log("ok: each of a batch has a signature of its own, at most as many as the rate");

	// the model learns on: the attested state follows the checkpoints; the newest one is asked without
	await contribute(w, 30, 10);
	const later = await until("an attestation of the later checkpoint", 60, async () => {
		const got = await ask(w, { text: "dragon sword quest" });
		return got?.as_of.contributions >= 40 && got;
	});
	assert.notEqual(later.as_of.state_root, reply.as_of.state_root);
	assert.equal(await signer(later, later), w.attester.address);

	// the command, for people and for programs
	const said = (await ok("predict", w.model, `--url=${w.public.url}`, "--text=dragon", "--attest")).split("\n");
	assert.equal(said[0], "games");
	assert.match(said.join("\n"), new RegExp(`attester ${w.attester.address}\n`));
	const told = await json("predict", w.model, `--url=${w.public.url}`, "--text=dragon", "--attest");
	assert.equal(await signer(told, told), w.attester.address);
	console.log("ok: after more contributions it speaks for the later checkpoint; the command tells the same");

	await ccip(w, rows[0].args.sample, told.label);

	const metrics = await (await fetch(`${w.public.url}/metrics`)).text();
	assert.match(metrics, /^decaid_attestations_signed_total [1-9]/m);
	assert.equal((await get(`${w.public.url}/v1/status`)).operator, null);
	for (const d of [w.public, w.signing]) await stop(d.child);
	for (const d of [w.public, w.signing]) assert.doesNotMatch(d.child.log, /broken/);
} finally {
	await cleanUp();
}
