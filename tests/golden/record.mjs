// Vectors that nobody has recorded: contracts of equal rules on a real EVM,
// driven with extreme and random inputs, and check_golden over what they did.
//   record.mjs [--seed N] [--rounds N] [--out DIR]   so many rounds of every kind,
//                                     each eighth of those that take transactions
//   record.mjs --replay DIR [NAME]   recorded vectors through the contracts of ours
// With SOAK=1 the seed is new and there are many rounds. What differs is made
// as short as it goes, kept, and named.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { dear, Dice, kinds, plan } from "./plans.mjs";
import { Recorder } from "./recorder.mjs";

const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { seed: { type: "string" },
	rounds: { type: "string" }, out: { type: "string" }, replay: { type: "string" } } });
const soak = process.env.SOAK === "1";
const seed = Number(options.seed ?? (soak ? Math.floor(Math.random() * 2 ** 32) : 20251126));
const rounds = Number(options.rounds ?? (soak ? 800 : 16));
const checker = path.resolve(process.env.CHECK_GOLDEN ?? "tests/golden/check_golden");

function check(dir) {
	const { status, stdout, stderr } = spawnSync(checker, [dir], { encoding: "utf8", maxBuffer: 1 << 26 });
	const bad = stdout.split("\n").filter((l) => l && !/: the same, |^check-golden: /.test(l));
	return { good: status === 0, bad, text: stdout + stderr };
}

async function differs(recorder, one) {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), "decaid-golden-"));
	try {
		fs.writeFileSync(path.join(dir, "one.json"), JSON.stringify(await recorder.fill(one)));
		return !check(dir).good;
	} finally { fs.rmSync(dir, { recursive: true }); }
}

// Fewer steps, calls, questions, as long as it differs.
async function shorten(recorder, one) {
	for (const name of ["steps", "init", "probeInputs", "views", "afterWiring", "norms", "columns", "batches"]) {
		for (let size = one[name]?.length ?? 0; size >= 1; size = Math.floor(size / 2)) {
			for (let at = 0; at < one[name].length;) {
				const less = { ...one, [name]: one[name].filter((_, i) => i < at || i >= at + size) };
				if (await differs(recorder, less).catch(() => false)) one = less;
				else at += size;
			}
		}
	}
	return one;
}

async function wild(recorder) {
	const dir = options.out ?? fs.mkdtempSync(path.join(os.tmpdir(), "decaid-golden-"));
	const dice = new Dice(seed), plans = new Map();
	fs.mkdirSync(dir, { recursive: true });
	let steps = 0;
	for (let round = 0; round < rounds; round++) {
		for (const kind of kinds) {
			if (round % 8 && dear.includes(kind)) continue;
			const one = plan(kind, dice), name = `${kind}-${seed}-${round}.json`;
			plans.set(name, one);
			fs.writeFileSync(path.join(dir, name), JSON.stringify(await recorder.fill(one)));
			steps += one.steps?.length ?? 0;
		}
	}
	const { good, bad, text } = check(dir);
	console.log(`seed ${seed}: ${plans.size} vectors, ${steps} steps, ${bad.length} differ`);
	for (const line of bad) {
		const name = line.split(":")[0], file = path.join(os.tmpdir(), `decaid-differs-${name}`);
		console.log(line);
		if (!plans.has(name)) continue;
		fs.writeFileSync(file, JSON.stringify(await recorder.fill(await shorten(recorder, plans.get(name))), null, 1));
		console.log(`  shortened: ${file}`);
	}
	if (!good && bad.length === 0) console.log(text);
	if (!options.out) fs.rmSync(dir, { recursive: true });
	return good;
}

// A recorded vector is a plan once its answers are left out; what is asked of
// the state at the end is what was recorded of it.
function planOf(v) {
	if (v.kind === "incentive-direct") return { ...v, accounts: v.steps[0].state.numValid.length };
	if (v.kind) {
		const start = v.incentive === "Stakeable64" ? v.initialLastUpdateTimeS : v.steps[0].timestamp - 1;
		return { ...v, start, views: v.views.map(({ result, revert, ...asked }) => asked) };
	}
	if (v.constructors) return v;
	const cells = v.final.weights ?? v.final.classInfos?.[0].featureCounts ?? v.final.classInfos?.[0].centroid ?? {};
	return { ...v, columns: Array.isArray(cells) ? [] : Object.keys(cells), norms: v.norms.map((n) => n.data),
		batches: (v.final.evaluateBatch ?? []).map(({ dataBatch, classifications }) => ({ dataBatch, classifications })),
		indices: v.final.featureIndices?.length };
}

// Whether all that was recorded is said again.
function same(recorded, filled) {
	for (const [name, v] of Object.entries(recorded)) {
		if (["name", "seed", "note", "owner", "initialBalance", "balancesAre", "trainer", "accounts"].includes(name)) continue;
		if (name === "initialLastUpdateTimeS" && recorded.incentive === "Points64") continue;
		const found = JSON.parse(JSON.stringify(filled[name]));
		if (Array.isArray(v)) v.forEach((one, i) => assert.deepEqual(found[i], one, `${name}[${i}]`));
		assert.deepEqual(found, v, name);
	}
}

async function replay(recorder, dir) {
	let good = true;
	for (const name of fs.readdirSync(dir).filter((f) => /\.json(\.gz)?$/.test(f) && f.includes(positionals[0] ?? ""))) {
		const bytes = fs.readFileSync(path.join(dir, name));
		const recorded = JSON.parse(name.endsWith(".gz") ? gunzipSync(bytes) : bytes);
		try {
			same(recorded, await recorder.fill(planOf(recorded)));
			console.log(`${name}: the same`);
		} catch (error) {
			good = false;
			console.log(`${name}: ${error.message.slice(0, 600)}`);
		}
	}
	return good;
}

const recorder = await new Recorder().start();
try {
	const good = options.replay ? await replay(recorder, options.replay) : await wild(recorder);
	process.exitCode = good ? 0 : 1;
} finally { recorder.stop(); }
