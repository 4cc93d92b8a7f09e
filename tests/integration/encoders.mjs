// One input, one sample, for every encoder there is: what a contribution from
// the command line puts on the chain is what REST predicts with, and what the
// dashboard asks about. Text encoders are also held against what 0xDeCA10B's
// dashboard would have made (npm's murmurhash-js; its vocabulary's rules), the
// embedding against a service in this file.
//
// How REST's sample is seen: beside each model stands a twin with the same
// classifier and encoder none, which learned the very samples that the chain
// has. Asked for those samples, it must say what the model says of the input.
//
// `decaid` must be built; without Chromium the dashboard's part is passed over.
import assert from "node:assert/strict";
import fs from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import zlib from "node:zlib";
import { encodeFunctionData, parseAbi } from "viem";
import { foundry } from "viem/chains";
import { Browser, browser_missing } from "../e2e/browser.mjs";
import { account, cleanUp, file, get, json, newWorld, ok, run, serve, until } from "./cli.mjs";

const { murmur3 } = createRequire(import.meta.url)("murmurhash-js");

const CONTRIBUTE = parseAbi(["function contribute(bytes sample, uint32 label) payable"]);
const COLUMNS = 1 << 16;
const vocabulary = { good: 0, bad: 1, "été": 2, "constructor": 3, "σας": 4 };
const unique = (list) => [...new Set(list)].sort((a, b) => a - b);

// ---- an embedding service: each number is decided by the text and its place

const DIMENSION = 6, CHOSEN = [5, 0, 3, 1];
const KEY = "sk-of-the-test";
const utf8 = (text) => Buffer.from(text).toString("latin1");
const number = (text, k) => (murmur3(utf8(text), k) | 0) / 2 ** 30;
const embedding = (text) => Array.from({ length: DIMENSION }, (_, k) => number(text, k));
// 10^9 of a number's decimal text, halves away from 0, and a length of 10^9
function fx9(value) {
	const [, sign, whole, after, power] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
	let v = BigInt(whole + (after ?? "")), shift = 9 - (after ?? "").length + Number(power ?? 0);
	for (; shift > 0; shift--) v *= 10n;
	if (shift < 0) v = (2n * v + 10n ** BigInt(-shift)) / (2n * 10n ** BigInt(-shift));
	return sign ? -v : v;
}
function root(n) {
	let x = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
	for (let y = (x + n / x) / 2n; y < x; y = (x + n / x) / 2n) x = y;
	return x;
}
function unit(values) {
	// the length in 2^-40, far finer than a billionth
	const length = root(values.reduce((sum, v) => sum + v * v, 0n) << 80n);
	return values.map((v) => {
		const n = (v < 0n ? -v : v) * 10n ** 9n << 40n, up = (2n * n + length) / (2n * length);
		return v < 0n ? -up : up;
	});
}
const decimal = (v) => {
	const digits = String(v < 0n ? -v : v).padStart(10, "0");
	return `${v < 0n ? "-" : ""}${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, "");
};
const asked = [], batches = [];

// Answers in the wrong order, after a failure now and then, and only to the key.
function startService() {
	let n = 0;
	const server = createServer((request, response) => {
		let body = "";
		request.on("data", (part) => { body += part; });
		request.on("end", () => {
			if (request.headers.authorization !== `Bearer ${KEY}` || request.url !== "/v1/embeddings") {
				response.writeHead(401).end();
				return;
			}
			if (n++ % 3 === 1) {
				response.writeHead(429, { "Retry-After": "0" }).end("{}");
				return;
			}
			const { model, input } = JSON.parse(body);
			asked.push(...input);
			batches.push(input.length);
			const data = input.map((text, index) => ({ object: "embedding", embedding: embedding(text), index }));
			response.writeHead(200, { "Content-Type": "application/json" })
				.end(JSON.stringify({ object: "list", data: data.reverse(), model }));
		});
	});
	return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

// ---- pictures

function chunk(type, data) {
	const body = Buffer.concat([Buffer.from(type), data]);
	const out = Buffer.alloc(12 + data.length);
	out.writeUInt32BE(data.length);
	body.copy(out, 4);
	out.writeUInt32BE(zlib.crc32 ? zlib.crc32(body) : crc32(body), 8 + data.length);
	return out;
}
function crc32(bytes) {
	let c = ~0;
	for (const b of bytes) {
		c ^= b;
		for (let k = 0; k < 8; k++) c = c & 1 ? c >>> 1 ^ 0xedb88320 : c >>> 1;
	}
	return ~c >>> 0;
}
function picture(name, width, height, grey) {
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width);
	head.writeUInt32BE(height, 4);
	head[8] = 8;
	const rows = Array.from({ length: height }, (_, y) =>
		Buffer.from([0, ...Array.from({ length: width }, (_, x) => grey(x, y) & 255)]));
	fs.writeFileSync(file(name), Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", head),
		chunk("IDAT", zlib.deflateSync(Buffer.concat(rows))), chunk("IEND", Buffer.alloc(0))]));
	return file(name);
}

// ---- the table

const texts = [
	"good", "Good BAD ugly", "  spaces  at\tboth\nends ", "don't split, commas", "\u00c9T\u00c9 bad",
	"no\u00a0break\u3000wide\u2028line", "\ufeffbom \u0085nel", "\u0391\u03a3\ufeff\u0392", "\u03a3\u0391\u03a3 good", "\u0130stanbul I\u0307",
	"\u{1f436} \u72ac dog", "stra\u00dfe \u01c5 \ufb01", "e\u0301 \u00e9", "constructor __proto__ toString",
	"a".repeat(300), "x".repeat(255) + "\u00e9", "0123 4567 89", "good ".repeat(500),
];
const numbers = ["0.1,-2,1e-9,1234.5678912345", "0.0000000005,-0.0000000005,3e2,-1.5E-3",
	"900000.1234567895,-900000.123456789499999999999,0,1", "4,3,2,1"];
const constants = [0, 1, 2, 3].map((k) => `column center=${k * 1e8 - 1e8} width=${(k + 1) * 3e8}\n`).join("");
const text_inputs = () => texts.map((text) => ({ text, option: `--text=${text}`, form: "text", body: { text } }));
const number_inputs = () => numbers.map((list) => ({ option: `--features=${list}`, form: "features", typed: list,
	body: `{"features":[${list}]}` }));
const index_inputs = () => ["3,17,4096", "5,5,1,0", "65535"].map((list) => ({ option: `--indices=${list}`,
	form: "indices", typed: list, body: `{"indices":[${list}]}`,
	sample: unique(list.split(",").map(Number)) }));
const image_inputs = () => [[9, 7, (x, y) => 20 * x + y], [4, 4, (x, y) => 255 - 13 * (x ^ y)], [40, 30, (x, y) => x * y]]
	.map(([w, h, grey], i) => {
		const path = picture(`${i}.png`, w, h, grey);
		return { option: `--image=${path}`, form: "image", path,
			body: { image: fs.readFileSync(path).toString("base64") } };
	});

const encoders = {
	"murmur3-words": { lines: "encoder murmur3-words\n", columns: COLUMNS, inputs: text_inputs,
		sample: ({ text }) => unique(text.toLowerCase().split(/\s+/).filter(Boolean).map((t) => murmur3(t) % COLUMNS)) },
	"murmur3-places": { lines: "encoder murmur3-places\n", columns: COLUMNS, inputs: text_inputs,
		sample: ({ text }) => unique(text.toLowerCase().split(/\s+/).map(murmur3).map((v) => v % COLUMNS)) },
	vocabulary: { lines: "encoder vocabulary unknown=1337\n" + Object.keys(vocabulary).map((w) => `word ${w}\n`).join(""),
		columns: 1338, inputs: text_inputs,
		sample: ({ text }) => unique(text.toLowerCase().split(/\s+/).map((t) =>
			Object.hasOwn(vocabulary, t) ? vocabulary[t] : 1337)) },
	ngrams: { lines: "encoder ngrams chars-from=5 chars-to=5 words=2\n", columns: COLUMNS, inputs: text_inputs },
	embedding: { lines: `encoder embedding dimension=${DIMENSION} normalize=1\nservice test.example small:1\n` +
		`features ${CHOSEN.join(" ")}\n`, columns: CHOSEN.length, inputs: text_inputs,
		sample: ({ text }) => unit(CHOSEN.map((k) => fx9(number(text, k)))).map(decimal) },
	none: { lines: "encoder none\n", columns: COLUMNS, inputs: index_inputs, sample: ({ sample }) => sample },
	"none of numbers": { lines: "encoder none\n", columns: 4, inputs: number_inputs,
		sample: ({ typed }) => typed.split(",").map((v) => decimal(fx9(v.toLowerCase().replace(/e(?=\d)/, "e+")))) },
	scale: { lines: `encoder scale clip=2000000000\n${constants}`, columns: 4, inputs: number_inputs },
	unit: { lines: `encoder unit clip=5000000000\n${constants}`, columns: 4, inputs: number_inputs },
	pixels: { lines: "encoder pixels height=3 width=4\n", columns: 12, inputs: image_inputs },
};

function spec_of(name, columns, lines) {
	const path = file(`${name.replaceAll(" ", "-")}.spec`);
	fs.writeFileSync(path, `decaid 1\nmodel logistic columns=${columns} epsilon=10000000 learning-rate=500000000\n${lines}` +
		"verdict two-fold credit=1000000000 margin=2000000000\nsample packed\nclass a\nclass b\n");
	return path;
}

// ---- one encoder

// How a file says an input of a class; null: no file can.
function row(one, label) {
	if (one.form === "text") return /[\t\n]|^\s|\s$/.test(one.text) ? null : `${label}\t${one.text}\n`;
	if (one.form === "indices") return `${label}\t${one.typed}\r\n`;
	return one.form === "features" ? `${one.typed},${label}\n` : null;
}

// A class for each: what all have in common tells nothing apart.
async function contribute(world, who, model, inputs) {
	// What a file can hold goes in one command, behind a byte order mark and packed.
	const lines = inputs.map((one, i) => row(one, "ab"[i % 2]));
	let sent = 0;
	if (lines.some((line) => line !== null)) {
		const head = inputs[0].form === "features" ? "w,x,y,z,label\n" : "";
		const path = file(`${model}.${head === "" ? "tsv" : "csv"}.gz`);
		fs.writeFileSync(path, zlib.gzipSync("\ufeff" + head + lines.filter((line) => line !== null).join("")));
		const r = await json("contribute", model, world.at, world.contracts, `--key=${who.key}`, `--file=${path}`);
		sent = r.contributed;
		assert.equal(r.failed, 0);
	}
	for (const [i, one] of inputs.entries()) {
		if (lines[i] !== null) continue;
		await ok("contribute", model, world.at, world.contracts, `--key=${who.key}`, `--label=${i % 2}`, one.option);
		sent++;
	}
	assert.equal(sent, inputs.length);
	// where each one went
	const order = [...inputs.filter((_, i) => lines[i] !== null), ...inputs.filter((_, i) => lines[i] === null)];
	await until(`${model} is followed`, 60, async () =>
		(await get(`${world.daemon.url}/v1/models/${model}`))?.contributions === inputs.length);
	return Promise.all(order.map(async (one, id) => ({ one, label: inputs.indexOf(one) % 2,
		sample: (await get(`${world.daemon.url}/v1/models/${model}/contributions/${id}`)).sample })));
}

async function predict(world, model, body) {
	const r = await fetch(`${world.daemon.url}/v1/models/${model}/predict`, { method: "POST",
		headers: { "Content-Type": "application/json" },
		body: typeof body === "string" ? body : JSON.stringify(body) });
	const reply = await r.json();
	assert.ok(reply.scores, JSON.stringify(reply));
	return reply.scores;
}

// from  an account that sends for nobody else: nonces stand in line
async function check(world, name, from) {
	const { lines, columns, inputs: make, sample: expected } = encoders[name];
	const who = await account(world.rpc, world.pass, `of-${name.replaceAll(" ", "-")}`, "100");
	const deploy = async (title, text) => (await json("deploy", "model", title, world.at, world.contracts,
		`--key=${who.key}`, "--incentive=points", `--spec=${spec_of(title, columns, text)}`, "--max-sample-bytes=65536")).model;
	const inputs = make();
	const model = await deploy(name, lines);
	const known = await contribute(world, who, model, inputs);
	for (const { one, sample } of known) {
		one.values = sample.values ?? null;
		one.indices = sample.indices ?? null;
		if (expected)
			assert.deepEqual(sample.values ?? sample.indices, expected(one), `${name}: ${JSON.stringify(one.option)}`);
	}
	// The twin takes the bytes that the chain has, in their order.
	const twin = await deploy(`twin of ${name}`, "encoder none\n");
	for (const { label, sample } of known)
		await world.rpc("eth_sendTransaction", [{ from, to: twin,
			data: encodeFunctionData({ abi: CONTRIBUTE, args: [sample.hex, label] }) }]);
	await until(`the twin of ${name} is followed`, 60, async () =>
		(await get(`${world.daemon.url}/v1/models/${twin}`))?.contributions === inputs.length);
	for (const one of inputs) {
		const said = await predict(world, model, one.body);
		const list = one.values ? `{"features":[${one.values.join()}]}` : JSON.stringify({ indices: one.indices });
		assert.deepEqual(said, await predict(world, twin, list), `${name}: ${JSON.stringify(one.option)}`);
		assert.deepEqual((await json("predict", model, `--url=${world.daemon.url}`, one.option)).scores, said);
		one.scores = said;
	}
	const different = (what) => new Set(inputs.map((one) => JSON.stringify(what(one)))).size;
	assert.equal(different((one) => one.scores), different((one) => one.values ?? one.indices),
		`${name}: other samples, other scores`);
	return { name, model, inputs };
}

// ---- the dashboard: what it shows for what is typed or picked

async function look(world, browser, { name, model, inputs }) {
	const { slug } = await get(`${world.daemon.url}/v1/models/${model}`);
	const page = await browser.open(`${world.daemon.url}/#/models/${encodeURIComponent(slug)}`);
	const chosen = page.locator(`[data-testid="choice-form"] input[value="${inputs[0].form}"]`);
	await page.waitForSelector('[data-testid="predict-submit"]');
	if (await chosen.count()) await chosen.check({ force: true });
	for (const one of inputs.filter(({ text }) => text === undefined || !/[\n\r]/.test(text)).slice(0, 3)) {
		if (one.form === "image") await page.setInputFiles('[data-testid="predict-image"]', one.path);
		else await page.fill('[data-testid="predict-input"]', one.text ?? one.typed);
		const [reply] = await Promise.all([page.waitForResponse(/\/predict$/), page.click('[data-testid="predict-submit"]')]);
		assert.deepEqual((await reply.json()).scores, one.scores, `${name}: ${one.option} from the page`);
		await page.waitForFunction((scores) => JSON.stringify([...document.querySelectorAll('[data-testid="score"]')]
			.map((each) => each.getAttribute("data-value")).sort()) === scores, JSON.stringify(Object.values(one.scores).sort()));
	}
	assert.deepEqual(page.faults, []);
	await page.context().close();
}

// ---- what is refused alike

async function refuse(world, { name, model }) {
	const who = world.owner;
	fs.writeFileSync(file("bad.tsv"), Buffer.concat([Buffer.from("\na\tcaf"), Buffer.from([0xe9, 0x0a])]));
	const r = await run("contribute", model, world.at, world.contracts, `--key=${who.key}`, `--file=${file("bad.tsv")}`);
	assert.equal(r.status, 1);
	assert.match(r.err, /line 2: .*not UTF-8/, name);
	const sent = await fetch(`${world.daemon.url}/v1/models/${model}/predict`, { method: "POST",
		headers: { "Content-Type": "application/json" },
		body: Buffer.concat([Buffer.from('{"text":"caf'), Buffer.from([0xe9]), Buffer.from('"}')]) });
	assert.equal(sent.status, 400, name);
}

async function main() {
	const service = await startService();
	fs.writeFileSync(file("key"), `${KEY}\n`, { mode: 0o600 });
	const embeds = [`--embedding=test.example=http://127.0.0.1:${service.address().port}/v1/embeddings`,
		`--embedding-key=test.example=${file("key")}`];
	const chain = await newWorld({ pool: [], factory: [], options: embeds });
	const daemon = await serve([chain.at, chain.contracts, `--chain-id=${foundry.id}`, `--data-dir=${file("data")}`].flat());
	const people = await chain.rpc("eth_accounts");	// the node has their keys
	const world = { ...chain, daemon };

	const done = await Promise.all(Object.keys(encoders).map((name, i) => check(world, name, people[i])));
	for (const one of done.filter(({ inputs }) => inputs[0].form === "text")) await refuse(world, one);
	// each process asked once about each text: those that contributed, and the daemon
	assert.ok(asked.length <= 2 * texts.length + 5, `${asked.length} texts were sent`);
	const lines = texts.filter((text) => row({ form: "text", text }, "a") !== null).length;
	assert.ok(batches.includes(lines), `a file's ${lines} texts were sent as ${batches}`);
	const shown = await (await fetch(`${daemon.url}/v1/status`)).text() + await (await fetch(`${daemon.url}/metrics`)).text();
	assert.ok(!shown.includes(KEY));
	assert.deepEqual((await get(`${daemon.url}/v1/models/${done.find(({ name }) => name === "embedding").model}`)).embedding,
		{ service: "test.example", model: "small:1", dimension: DIMENSION, served: true });

	const missing = await browser_missing();
	if (missing) {
		console.log(`encoders: the dashboard was not looked at: ${missing}`);
	} else {
		const browser = await new Browser().start();
		try {
			for (const one of done) await look(world, browser, one);
		} finally {
			await browser.stop();
		}
	}
	service.close();
	console.log(`encoders: ${done.length} encoders, one sample by every way in`);
}

try {
	await main();
} finally {
	await cleanUp();
}
