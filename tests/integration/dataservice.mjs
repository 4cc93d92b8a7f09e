// 0xDeCA10B's dashboard against a daemon instead of its own server: the very requests of its client's ServiceDataStore, for
// contracts on a real chain. Models are those that the chain has, texts are kept that encode to what was contributed, before and
// after their transactions are mined and over a restart, and accuracy is the daemon's own. `decaid` must be built.
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { Chain, startAnvil } from "./chain.mjs";
import { World } from "./deca_world.mjs";
import { decaid, run, start, stop, until as patient } from "./process.mjs";

const { murmur3 } = createRequire(import.meta.url)("murmurhash-js");
const until = (test) => patient(test, 120, test);

// What the client does, method by method, as axios sends it from a page of another origin.
class Store {
	constructor(url) { this.url = url.replace(/\/$/, ""); }

	async ask(method, route, data) {
		const r = await fetch(this.url + route, { method, body: data && JSON.stringify(data), headers: {
			"Accept": "application/json, text/plain, */*", "Origin": "http://dashboard.example",
			...data && { "Content-Type": "application/json;charset=utf-8" } } });
		const body = await r.json();
		assert.equal(r.headers.get("access-control-allow-origin"), "*");
		if (!r.ok) throw Object.assign(new Error(body.detail), { status: r.status });
		return { status: r.status, data: body };
	}

	health() { return this.ask("GET", "/api/health").then((r) => r.data.healthy); }
	saveOriginalData(transactionHash, originalData) {
		return this.ask("POST", "/api/data", { transactionHash, originalData });
	}
	getOriginalData(transactionHash) {
		return this.ask("GET", `/api/data/${transactionHash}`).then((r) => r.data.originalData.text);
	}
	saveModelInformation(information) { return this.ask("POST", "/api/models", information); }
	getModels(afterAddress, limit) {
		const params = [];
		if (afterAddress != null) params.push(`afterAddress=${afterAddress}`);
		if (limit != null) params.push(`limit=${limit}`);
		return this.ask("GET", `/api/models?${params.join("&")}`).then((r) => r.data);
	}
	async getModel(modelId, address) {
		const params = [];
		if (modelId != null) params.push(`modelId=${modelId}`);
		if (address != null) params.push(`address=${address}`);
		const { model } = (await this.ask("GET", `/api/model?${params.join("&")}`)).data;
		if (address != null && model.address !== address) throw new Error("another model");
		return model;
	}
}

async function daemon(args) {
	const { child, seen } = start(decaid, args, /"url":"([^"]+)"/);
	const url = await seen;
	return { url, store: new Store(url), stop: async () => assert.equal(await stop(child), 0, child.log) };
}

const refused = (promise, status, why) => assert.rejects(promise, (e) => e.status === status && why.test(e.message));

// What the dashboard's encoders make of a text, its places as seeds and all.
const hashed = (text) => text.toLocaleLowerCase("en").split(/\s+/).map(murmur3).map(BigInt);
const vocabulary = Object.fromEntries("the a film good bad plot of to not was".split(" ").map((word, i) => [word, i]));
const numbered = (text) => text.toLocaleLowerCase("en").split(/\s+/)
	.map((t) => BigInt(Object.hasOwn(vocabulary, t) ? vocabulary[t] : 1337));

// The page of a contribution: posted when the wallet told the hash, before anything is mined.
async function trains(world, { store, url }, text) {
	const { chain, parts: { trainer } } = world;
	const tx = await world.send(chain.accounts[3], trainer, "addData", [hashed(text), 1n], 10n ** 18n);
	const { status } = await store.saveOriginalData(tx, { text });
	assert.equal(status, 202);
	await refused(store.getOriginalData(tx), 404, /no text/);
	await chain.mine();
	assert.equal(await until(() => store.getOriginalData(tx).catch(() => null)), text);
	const page = await until(async () => {
		const r = await fetch(`${url}v1/models/${trainer.address}/contributions?limit=1`);
		const [newest] = (await r.json()).contributions;
		return newest?.tx === tx && newest;
	});
	const detail = await (await fetch(`${url}v1/models/${trainer.address}/contributions/${page.id}`)).json();
	assert.equal(detail.text, text);
	return tx;
}

// Others come later, or with something else.
async function isHeldAgainstTheChain(world, { store }) {
	const { chain, parts: { trainer } } = world;
	const text = "Ein späterer Text";
	const tx = await world.send(chain.accounts[4], trainer, "addData", [hashed(text), 0n], 10n ** 18n);
	await chain.mine();
	await until(async () => (await store.saveOriginalData(tx, { text: "something else" }).catch((e) => e)).status === 400);
	await refused(store.saveOriginalData(tx, { text: "something else" }), 400, /does not encode/);
	await refused(store.getOriginalData(tx), 404, /no text/);
	await until(async () => (await store.saveOriginalData(tx, { text })).status === 200);
	assert.equal(await store.getOriginalData(tx), text);
	await refused(store.saveOriginalData(tx, { text: `${text} ${text}` }), 400, /another text/);
}

// Whoever asks the daemon about a text is told what the contract says of the dashboard's numbers for it.
async function saysOfTexts(world, { url }, encode) {
	const { chain, parts: { trainer, c, kind } } = world;
	const texts = ["good", "bad", "a GOOD\tfilm", " not a bad  plot\n", "", "the the the the of of of", "Plot of İ ΑΣ \u{1f436}"];
	for (const [text, label] of [["good", 1n], ["bad", 0n]]) {
		for (let i = 0; i < 3; i++) {
			await world.send(chain.accounts[6], trainer, "addData", [encode(text), label], 10n ** 18n);
			await chain.mine();
		}
	}
	const predict = (body) => fetch(`${url}v1/models/${trainer.address}/predict`, { method: "POST",
		headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
	const said = await Promise.all(texts.map(async (text) => Number(await chain.reader.readContract({ address: c.address,
		abi: c.abi, functionName: "predict", args: [encode(text)] }))));
	assert.ok(new Set(said).size > 1, `${kind}: ${said}`);
	const answers = await until(async () => {
		const { predictions } = await (await predict({ inputs: texts.map((text) => ({ text })) })).json();
		return JSON.stringify(predictions?.map((p) => p.label)) === JSON.stringify(said) && predictions;
	});
	assert.equal(await run("predict", trainer.address, `--url=${url}`, `--text=${texts[2]}`), answers[2].class);
	const rows = texts.map((text) => ({ indices: encode(text).map(Number) }));
	assert.deepEqual((await (await predict({ inputs: rows })).json()).predictions, answers);
	await saysItByInference(world, { url }, texts, answers);
	const wrong = await fetch(`${url}v1/models/${trainer.address}/predict`, { method: "POST",
		headers: { "Content-Type": "application/json" },
		body: Buffer.concat([Buffer.from('{"text":"caf'), Buffer.from([0xe9]), Buffer.from('"}')]) });
	assert.equal(wrong.status, 400);
}

// The same by the Open Inference Protocol, as JSON and behind it: no scores, since a contract tells none.
async function saysItByInference(world, { url }, texts, answers) {
	const model = `${url}v2/models/${world.parts.trainer.address}`;
	const about = await (await fetch(model)).json();
	assert.deepEqual(about.inputs, [{ name: "text", datatype: "BYTES", shape: [-1] }]);
	assert.deepEqual(about.outputs.map((o) => o.name), ["label", "class"]);
	assert.equal((await (await fetch(`${model}/ready`)).json()).ready, true);
	const ask = (more) => fetch(`${model}/infer`, { method: "POST", headers: { "Content-Type": "application/json" },
		body: JSON.stringify({ id: "7", inputs: [{ name: "text", datatype: "BYTES", shape: [texts.length], data: texts }], ...more }) });
	const said = await (await ask({})).json();
	assert.equal(said.model_name, about.name);
	assert.deepEqual(said.outputs, [
		{ name: "label", datatype: "INT64", shape: [texts.length], data: answers.map((a) => a.label) },
		{ name: "class", datatype: "BYTES", shape: [texts.length], data: answers.map((a) => a.class) }]);
	const binary = await ask({ outputs: [{ name: "label", parameters: { binary_data: true } }] });
	const bytes = Buffer.from(await binary.arrayBuffer());
	const behind = bytes.subarray(Number(binary.headers.get("Inference-Header-Content-Length")));
	assert.deepEqual(answers.map((_, i) => Number(behind.readBigInt64LE(8 * i))), answers.map((a) => a.label));
	for (const [more, why] of [[{ outputs: [{ name: "label" }, { name: "scores" }] }, /^outputs\[1\]: a contract tells no scores/],
		[{ inputs: [{ name: "text", datatype: "BYTES", shape: [1], data: [7] }] }, /^inputs\[0\]\.data/]]) {
		const r = await ask(more);
		assert.equal(r.status, 400);
		assert.match((await r.json()).error, why);
	}
}

async function takesNoTexts(world, { url }) {
	const ask = (body) => fetch(`${url}v1/models/${world.parts.trainer.address}/predict`, { method: "POST",
		headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
	const about = await (await fetch(`${url}v2/models/${world.parts.trainer.address}`)).json();
	assert.deepEqual(about.inputs, [{ name: "features", datatype: "FP64", shape: [-1, 8] }]);
	for (const [body, why] of [[{ text: "good" }, /^this model's contract takes features or indices, not texts/],
		[{ inputs: [{ features: [0, 0, 0, 0, 0, 0, 0, 0] }, { text: "good" }] }, /^inputs\[1\]: .*not texts/]]) {
		const r = await ask(body);
		assert.equal(r.status, 400);
		assert.match((await r.json()).detail, why);
	}
}

// A page of numbers: what was typed is JSON.
async function takesNumbers(world, { store }) {
	const { chain, parts: { trainer } } = world;
	const numbers = [0.5, -0.5, 0.5, 0.5, 0, 0, 0, 0];
	const text = JSON.stringify(numbers);
	const tx = await world.send(chain.accounts[5], trainer, "addData", [numbers.map((v) => BigInt(v * 1e9)), 1n], 10n ** 18n);
	await store.saveOriginalData(tx, { text });
	await chain.mine();
	assert.equal(await until(() => store.getOriginalData(tx).catch(() => null)), text);
}

async function listsModels(worlds, { store }) {
	const addresses = worlds.map((w) => w.parts.trainer.address).sort((a, b) => a.toLowerCase() < b.toLowerCase() ? -1 : 1);
	const { models, remaining } = await store.getModels();
	assert.deepEqual(models.map((m) => m.address), addresses);
	assert.equal(remaining, 0);
	const first = await store.getModels(null, 1);
	assert.deepEqual([first.models.map((m) => m.address), first.remaining], [[addresses[0]], addresses.length - 1]);
	const rest = await store.getModels(first.models[0].address, 10);
	assert.deepEqual([rest.models.map((m) => m.address), rest.remaining], [addresses.slice(1), 0]);
	for (const m of models) {
		assert.equal(m.modelType, "Classifier64");
		assert.deepEqual(await store.getModel(m.id), m);
		assert.deepEqual(await store.getModel(m.id, m.address.toLowerCase()), { ...m, address: m.address.toLowerCase() });
		assert.equal((await store.saveModelInformation({ ...m, accuracy: 1 })).data.status, "followed");
		assert.equal((await store.ask("POST", "/api/accuracy", { modelId: m.id, accuracy: 1 })).status, 200);
		const { accuracyHistory } = (await store.ask("GET", `/api/accuracy/model?modelId=${m.id}`)).data;
		assert.equal(accuracyHistory.at(-1)?.accuracy ?? null, m.accuracy);
		assert.ok(accuracyHistory.every((p) => p.modelId === m.id && /^0x[0-9a-f]{64}$/.test(p.transactionHash)));
	}
	const { encoder, name, description } = models.find((m) => m.address === worlds[0].parts.trainer.address);
	assert.deepEqual([encoder, name, description], ["MurmurHash3", "a SparsePerceptron", "of the tests"]);
	await refused(store.getModel(null, "0x1111111111111111111111111111111111111111"), 404, /no such model/);
	await refused(store.saveModelInformation({ name: "x", address: "0x1111111111111111111111111111111111111111" }), 404,
		/not followed/);
}

const anvil = await startAnvil();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "decaid-dataservice-"));
try {
	const chain = new Chain(anvil.url);
	await chain.deploy();
	const [words, numbers, named] = [new World(chain), new World(chain), new World(chain)];
	await words.system("SparsePerceptron", false, "MurmurHash3");
	await words.wire();
	await numbers.system("DensePerceptron", true, "Multiply by 1E9, then round");
	await numbers.wire();
	await named.system("NaiveBayesClassifier", false, "IMDB vocab");
	await named.wire();
	for (const world of [words, numbers, named]) await world.live(2);
	const list = path.join(folder, "vocabulary.json");
	fs.writeFileSync(list, JSON.stringify(vocabulary));
	await chain.mine();
	const args = ["serve", "--rpc", chain.url, "--factory", chain.factory, "--start-block", "0", "--data-dir", folder,
		"--port", "0", "--finality", "depth:3", "--poll-ms", "20", "--json", "--texts", "1",
		"--mirror-vocabulary", list, ...[words, numbers, named].flatMap((w) => ["--mirror", w.parts.trainer.address])];
	let d = await daemon(args);
	assert.equal(await d.store.health(), true);
	await until(async () => (await d.store.getModels()).models.length === 3);
	const asked = await fetch(`${d.url}api/data`, { method: "OPTIONS", headers: { "Origin": "http://dashboard.example",
		"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type" } });
	assert.ok(asked.ok);
	assert.match(asked.headers.get("access-control-allow-methods"), /POST/);
	const tx = await trains(words, d, "Fresh TOMATOES and\tbasil");
	await isHeldAgainstTheChain(words, d);
	await takesNumbers(numbers, d);
	await saysOfTexts(words, d, hashed);
	await saysOfTexts(named, d, numbered);
	await takesNoTexts(numbers, d);
	await until(async () => (await d.store.getModels()).models.every((m) => m.accuracy !== null));
	await listsModels([words, numbers, named], d);

	// an operator deletes one, and the rest is there after a restart
	assert.equal(await run("db", "forget", `--data-dir=${folder}`, tx), "1 texts deleted");
	await refused(d.store.getOriginalData(tx), 404, /no text/);
	await trains(words, d, "another text");
	await d.stop();
	d = await daemon(args);
	assert.match(await (await fetch(`${d.url}metrics`)).text(), /^decaid_texts 3$/m);
	await d.stop();
	d = await daemon(args.filter((a, i) => a !== "--texts" && args[i - 1] !== "--texts"));
	await refused(d.store.saveOriginalData(tx, { text: "x" }), 403, /keeps no texts/);
	await d.stop();
	console.log("dataservice: passed");
} finally {
	anvil.child.kill();
	fs.rmSync(folder, { recursive: true, force: true });
}
