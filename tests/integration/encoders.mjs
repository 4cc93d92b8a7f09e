// One text, one sample: what a contribution from the command line puts on the
// chain is what 0xDeCA10B's dashboard would have made of it (npm's
// murmurhash-js; its vocabulary's rules), and what a prediction over REST, and
// so the dashboard's, is asked about. `decaid` must be built.
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import { createPublicClient, http } from "viem";
import { foundry } from "viem/chains";
import { account, cleanUp, file, get, json, ok, run, serve, startAnvil, until } from "./cli.mjs";

const { murmur3 } = createRequire(import.meta.url)("murmurhash-js");

const COLUMNS = 1 << 20;
const vocabulary = { good: 0, bad: 1, "été": 2, "constructor": 3, "σας": 4 };
const unique = (list) => [...new Set(list)].sort((a, b) => a - b);
const encoders = {
	"murmur3-words": (text) => unique(text.toLowerCase().split(/\s+/).filter(Boolean).map((t) => murmur3(t) % COLUMNS)),
	vocabulary: (text) => unique(text.toLowerCase().split(" ").map((t) =>
		Object.hasOwn(vocabulary, t) ? vocabulary[t] : 1337)),
};
const texts = [
	"good", "Good BAD ugly", "  spaces  at\tboth\nends ", "don't split, commas", "\u00c9T\u00c9 bad",
	"no\u00a0break\u3000wide\u2028line", "\ufeffbom \u0085nel", "\u03a3\u0391\u03a3 good", "\u0130stanbul I\u0307",
	"\u{1f436} \u72ac dog", "stra\u00dfe \u01c5 \ufb01", "e\u0301 \u00e9", "constructor __proto__ toString",
	"a".repeat(300), "x".repeat(255) + "\u00e9", "0123 4567 89", "good ".repeat(500),
];

async function main() {
	const { node } = await startAnvil();
	const reader = createPublicClient({ chain: foundry, transport: http(node), cacheTime: 0 });
	fs.writeFileSync(file("pass"), "correct horse\n");
	fs.writeFileSync(file("vocabulary.json"), JSON.stringify(vocabulary));
	const pass = `--passphrase-file=${file("pass")}`;
	const at = [`--rpc=${node}`, pass];
	const owner = await account((method, params) => reader.request({ method, params }), pass, "owner", "100");
	const pool = await ok("deploy", "pool", at, `--key=${owner.key}`);
	const factory = await ok("deploy", "factory", at, `--key=${owner.key}`);
	const contracts = [`--pool=${pool}`, `--factory=${factory}`];
	const deploy = (name, encoder) => json("deploy", "model", name, at, contracts, `--key=${owner.key}`,
		"--incentive=points", "--classes=a,b", `--columns=${COLUMNS}`, `--encoder=${encoder}`);
	const models = {
		"murmur3-words": (await deploy("Words", "murmur3-words")).model,
		vocabulary: (await deploy("Vocabulary", `vocabulary=${file("vocabulary.json")}`)).model,
	};
	const daemon = await serve([at, contracts, `--chain-id=${foundry.id}`, `--data-dir=${file("data")}`].flat());

	for (const [encoder, model] of Object.entries(models)) {
		const lines = texts.filter((t) => !/[\t\n]|^\s|\s$/.test(t));
		fs.writeFileSync(file("texts.tsv"), lines.map((text, i) => `${"ab"[i % 2]}\t${text}\n`).join(""));
		const sent = await json("contribute", model, at, contracts, `--key=${owner.key}`, `--file=${file("texts.tsv")}`);
		assert.equal(sent.contributed, lines.length);
		const known = await until(`${encoder} is followed`, 40, async () => {
			const m = await get(`${daemon.url}/v1/models/${model}`);
			return m?.contributions === lines.length && m;
		});
		assert.equal(known.encoder, encoder);
		for (const [id, text] of lines.entries()) {
			const c = await get(`${daemon.url}/v1/models/${model}/contributions/${id}`);
			assert.deepEqual(c.sample.indices, encoders[encoder](text), `${encoder}: ${JSON.stringify(text)}`);
		}
		// over REST, as the dashboard asks, and from the command line
		for (const text of texts) {
			const ask = (body) => fetch(`${daemon.url}/v1/models/${model}/predict`, { method: "POST",
				headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
			const reply = await (await ask({ text })).json();
			assert.ok(reply.scores, JSON.stringify(reply));
			const command = await json("predict", model, `--url=${daemon.url}`, `--text=${text}`);
			assert.deepEqual(command.scores, reply.scores);
		}
		const bad = await run("contribute", model, at, contracts, `--key=${owner.key}`, "--label=0",
			`--file=${file("bad.tsv")}`);
		assert.notEqual(bad.status, 0);
		fs.writeFileSync(file("bad.tsv"), Buffer.concat([Buffer.from("a\tcaf"), Buffer.from([0xe9, 0x0a])]));
		const r = await run("contribute", model, at, contracts, `--key=${owner.key}`, `--file=${file("bad.tsv")}`);
		assert.equal(r.status, 1);
		assert.match(r.err, /not UTF-8/);
		fs.rmSync(file("bad.tsv"));
		const asked = await fetch(`${daemon.url}/v1/models/${model}/predict`, { method: "POST",
			headers: { "Content-Type": "application/json" },
			body: Buffer.concat([Buffer.from('{"text":"caf'), Buffer.from([0xe9]), Buffer.from('"}')]) });
		assert.equal(asked.status, 400);
	}
	console.log(`encoders: ${texts.length} texts, one sample each by every way in`);
}

try {
	await main();
} finally {
	await cleanUp();
}
