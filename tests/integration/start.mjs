// A model of 0xDeCA10B's JSON becomes one of our own that begins with its
// weights: published in the call data that makes it, the same bytes for every
// follower, under the spec's hash, whatever is learned afterwards. `decaid`
// must be built.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { keccak256, toHex } from "viem";
import { foundry } from "viem/chains";
import { cleanUp, file, get, json, newWorld, ok, root, run, serve, stop, until } from "./cli.mjs";

const N = 1000;
const abi = JSON.parse(fs.readFileSync(path.join(root, "oracle/contracts/artifacts/ModelFactory.json"))).abi;

// Weights that differ in sign and size, with three decimals, some of them 0.
const weights = Array.from({ length: N }, (_, i) => i % 9 === 0 ? 0 : ((i * 7919) % 12001 - 6000) / 1000);
const model = { type: "sparse perceptron", classifications: ["NEGATIVE", "POSITIVE"], weights, intercept: 0.25,
	learningRate: 0.5 };
const says = (indices) => 0.25 + indices.reduce((sum, i) => sum + weights[i], 0) > 1e-12 ? "POSITIVE" : "NEGATIVE";

// A daemon that follows from the first block, and what it knows of a model.
async function follower(settings, name, address) {
	const daemon = await serve([...settings, `--data-dir=${file(name)}`]);
	const known = await until(`${name} follows the model`, 30, () => get(`${daemon.url}/v1/models/${address}`));
	return { ...daemon, known };
}

async function state(url, address) {
	const r = await fetch(`${url}/v1/models/${address}/export?format=decaid`);
	assert.equal(r.status, 200);
	return Buffer.from(await r.arrayBuffer());
}

const gauge = (text, name) => Number(text.match(new RegExp(`^decaid_${name} (\\d+)$`, "m"))[1]);

// 25 MB of state, and one thread that answers everybody: who asks while a file is made is answered.
async function exportsBeside(at, contracts, owner, settings) {
	const wide = await json("deploy", "model", "Wide", at, contracts, `--key=${owner.key}`, "--incentive=points",
		"--classes=a,b", "--type=naive-bayes", "--columns=524288", "--encoder=none",
		"--verdict=two-fold credit=1000000000 margin=2000000000");
	const daemon = await follower([...settings, "--http-loops=1"], "wide", wide.model);
	const url = `${daemon.url}/v1/models/${wide.model}/export`;
	const fetched = async (packed) => {
		const r = await fetch(url, { headers: { "accept-encoding": packed ? "gzip" : "identity" } });
		assert.equal(r.status, 200);
		assert.equal(r.headers.get("content-encoding"), packed ? "gzip" : null);
		return { etag: r.headers.get("etag"), bytes: Buffer.from(await r.arrayBuffer()) };	// unpacked
	};
	let made = 0, packed;
	await until("somebody is answered while a file is made", 60, async () => {
		let seen = false;
		const [sent] = await Promise.all([fetched(true), (async () => {
			for (let i = 0; i < 50 && !seen; i++) {
				const text = await (await fetch(`${daemon.url}/metrics`)).text();
				seen = gauge(text, "exports_made_total") === made && gauge(text, "exports_bytes") > 0;
			}
		})()]);
		packed = sent;
		made = gauge(await (await fetch(`${daemon.url}/metrics`)).text(), "exports_made_total");
		return seen;
	});
	const plain = await fetched(false);
	assert.ok(plain.bytes.length > 25e6 && plain.bytes.equals(packed.bytes));
	assert.equal(plain.etag.slice(0, -1) + "-gz\"", packed.etag);
	const head = await fetch(url, { method: "HEAD", headers: { "accept-encoding": "identity" } });
	assert.equal(Number(head.headers.get("content-length")), plain.bytes.length);
	assert.equal((await fetch(url, { headers: { "if-none-match": plain.etag } })).status, 304);
	fs.writeFileSync(file("wide.state"), plain.bytes);
	await ok("export", file("wide.state"), `--out=${file("wide.json")}`);
	await stop(daemon.child);
}

async function main() {
	const { reader, at, owner, pool, factory, contracts } = await newWorld({ pool: [] });

	fs.writeFileSync(file("model.json"), JSON.stringify(model));
	const imported = await json("import", file("model.json"), `--out=${file("model")}`);
	assert.deepEqual([imported.type, imported.columns], ["deca-sparse-perceptron", N]);
	let r = await run("deploy", "model", "Both", at, contracts, `--key=${owner.key}`, `--start=${file("model")}`,
		"--classes=a,b");
	assert.equal(r.status, 2);
	assert.match(r.err, /--start brings its own spec/);

	const made = await json("deploy", "model", "Started", at, contracts, `--key=${owner.key}`,
		`--start=${file("model")}`, "--incentive=points", "--refund-wait=4", "--epoch=3", "--verdict-window=600",
		"--verdict=two-fold credit=1000000000 margin=2000000000");
	const none = await json("deploy", "model", "Empty", at, contracts, `--key=${owner.key}`, "--incentive=points",
		"--classes=NEGATIVE,POSITIVE", "--type=deca-sparse-perceptron", "--columns=1000", "--encoder=none");

	// on the chain: the spec's hash is over the weights too, and they are cheap
	const logs = await reader.getContractEvents({ address: factory, abi, eventName: "ModelCreated", fromBlock: 0n });
	const spec = logs[0].args.spec;
	assert.equal(keccak256(spec), logs[0].args.specHash);
	const spent = Number(made.gas_used) - Number(none.gas_used);
	console.log(`start: ${N} weights, ${(spec.length - 2) / 2} bytes of spec, ${made.gas_used} gas, ` +
		`${spent} of them for the weights`);
	assert.ok(Number(made.gas_used) <= 500000, `${made.gas_used} gas`);

	// a follower answers with them before anything was learned
	const settings = [at, contracts, `--chain-id=${foundry.id}`].flat();
	const first = await follower(settings, "first", made.model);
	assert.equal(first.known.spec, keccak256(spec));
	assert.ok(first.known.start_bytes > N);
	assert.match(first.known.spec_text, /\nstart \d+\nclass NEGATIVE\nclass POSITIVE\n$/);
	for (let i = 0; i < 40; i++) {
		const indices = [i * 3, i * 11 + 5, i * 23 + 1].map((k) => k % N);
		assert.equal(await ok("predict", made.model, `--url=${first.url}`, `--indices=${indices}`), says(indices));
	}
	const begun = await state(first.url, made.model);
	assert.equal(begun.indexOf("decaid state 1\nspec "), 0);

	// it goes back into the JSON that it came from
	r = await fetch(`${first.url}/v1/models/${made.model}/export?format=json`);
	const again = await r.json();
	assert.deepEqual(Array.from({ length: N }, (_, i) => again.weights[i] ?? again.sparseWeights?.[i] ?? 0), weights);
	assert.equal(again.intercept, 0.25);

	// what is learned comes on top, for who follows later as for who was there
	for (let i = 0; i < 4; i++)
		await ok("contribute", made.model, at, contracts, `--key=${owner.key}`, `--indices=${i + 1},${i + 7}`,
			`--label=${says([i + 1, i + 7]) === "POSITIVE" ? 0 : 1}`);
	const learned = (url) => async () => {
		const m = await get(`${url}/v1/models/${made.model}`);
		return m?.contributions === 4 && m;
	};
	await until("the first follower learned", 30, learned(first.url));
	const second = await follower(settings, "second", made.model);
	await until("the second follower learned", 30, learned(second.url));
	const [a, b] = [await state(first.url, made.model), await state(second.url, made.model)];
	assert.ok(a.equals(b), "two followers differ");
	assert.ok(!a.equals(begun), "nothing was learned");

	// a restart begins from the same weights again
	await stop(first.child);
	const back = await follower(settings, "first", made.model);
	await until("it is back", 30, learned(back.url));
	assert.ok((await state(back.url, made.model)).equals(a), "a restart forgets");

	// an export is a model to train on, and to begin with
	fs.writeFileSync(file("state"), a);
	fs.writeFileSync(file("bad"), Buffer.concat([a.subarray(0, a.length - 9), Buffer.alloc(9, 1)]));
	await ok("export", file("state"), `--out=${file("state.json")}`);
	r = await run("export", file("bad"));
	assert.match(r.err, /another root/);
	const third = await json("deploy", "model", "Third", at, contracts, `--key=${owner.key}`,
		`--start=${file("state")}`, "--incentive=points");
	assert.notEqual(third.model, made.model);
	assert.equal(toHex(fs.readFileSync(file("model")).subarray(0, 2)), "0x1f8b");
	await exportsBeside(at, contracts, owner, settings);
	console.log("start: weights are the same everywhere");
}

try {
	await main();
} finally {
	await cleanUp();
}
