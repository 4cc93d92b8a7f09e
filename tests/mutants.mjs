// Do the contracts' tests notice? Each mutant of mutants/list.mjs is compiled
// and tested alone; one that no test fails on survives, and that is a failure
// of this one. Works in a folder of its own; the tree stays as it is.
//   node tests/mutants.mjs [--invariants] [NUMBER | FIRST-LAST ...]
// --invariants: whether the invariants alone notice, which know no test's case.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { mutants } from "./mutants/list.mjs";

const top = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const contracts = "oracle/contracts";
if (!fs.existsSync(path.join(top, "node_modules/.bin/forge"))) {
	console.log("mutants: skipped, no forge (npm ci brings it)");
	process.exit(77);
}
const solc = createRequire(path.join(top, contracts, "solc.js"))("solc");

const work = fs.mkdtempSync(path.join(os.tmpdir(), "mutants-"));
process.on("exit", () => fs.rmSync(work, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
	process.on(signal, () => process.exit(1));
fs.mkdirSync(path.join(work, "oracle"));
fs.cpSync(path.join(top, contracts), path.join(work, contracts), { recursive: true,
	filter: (from) => !/contracts\/(out|cache)$/.test(from) });
fs.symlinkSync(path.join(top, "node_modules"), path.join(work, "node_modules"));

function findImport(name) {
	return { contents: fs.readFileSync(path.join(top, "node_modules", name), "utf8") };
}

// The artifacts that tests deploy, from sources of which one is changed. What
// does not depend on it is as it was.
const kept = new Map();
function compile(changed, text) {
	const folder = path.join(top, contracts, "src");
	const sources = Object.fromEntries(fs.readdirSync(folder).map((f) =>
		[f, { content: f === changed ? text : fs.readFileSync(path.join(folder, f), "utf8") }]));
	const names = !changed ? ["ModelFactory", "OperatorPool", "PredictionReader"] :
		/^(OperatorPool|Schedule)\.sol$/.test(changed) ? ["OperatorPool"] :
		/^Prediction/.test(changed) ? ["PredictionReader"] : ["ModelFactory"];
	const outputSelection = Object.fromEntries(names.map((name) =>
		[`${name}.sol`, { [name]: ["abi", "evm.bytecode.object"] }]));
	const out = JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", sources, settings: {
		// the rules are the same without the optimizer, in half the time
		outputSelection, viaIR: true, evmVersion: "cancun", optimizer: { enabled: false } } }),
	{ import: findImport }));
	const wrong = (out.errors ?? []).filter((e) => e.severity === "error");
	if (wrong.length) throw new Error(wrong[0].formattedMessage);
	for (const [name, json] of kept) write(name, json);
	for (const name of names) {
		const { abi, evm } = out.contracts[`${name}.sol`][name];
		const json = JSON.stringify({ abi, bytecode: `0x${evm.bytecode.object}` });
		write(name, json);
		if (!changed) kept.set(name, json);
	}
}

function write(name, json) {
	fs.writeFileSync(path.join(work, contracts, "artifacts", `${name}.json`), json);
}

// Tests that fail; gas is no rule. Those that take long only where no other
// has noticed.
function test() {
	if (invariantsAlone) return forge(["--match-contract", "InvariantsTest"], 0);
	const failing = forge(["--no-match-contract", "GasTest|InvariantsTest"], 16);
	return failing.length ? failing : forge(["--no-match-contract", "GasTest"], 64);
}

function forge(which, fuzzRuns) {
	const run = spawnSync(path.join(work, contracts, "forge.sh"),
		["test", "--fail-fast", ...which],
		{ encoding: "utf8", env: { ...process.env, HOME: work, FOUNDRY_FUZZ_RUNS: `${fuzzRuns}`,
			// that they fail is enough: no time for the shortest sequence
			FOUNDRY_INVARIANT_SHRINK_RUN_LIMIT: "0" } });
	if (run.status === 0) return [];
	// a reason may be any bytes, line ends too;
	// of an invariant without a terminal: {..., "event": "failure", "invariant": NAME}
	const names = [...new Set([...`${run.stdout}${run.stderr}`.matchAll(
		/^(?:\[FAIL[^]*?\] (\w+)\(|.*"event":"failure","invariant":"(\w+)")/gm)].map((m) => m[1] ?? m[2]))];
	if (names.length === 0) throw new Error(`forge: ${run.stdout}${run.stderr}`);
	return names;
}

function mutate([file, from, to]) {
	const name = `${file}.sol`;
	const text = fs.readFileSync(path.join(top, contracts, "src", name), "utf8");
	if (text.split(from).length !== 2) throw new Error(`${name}: not there exactly once: ${from}`);
	compile(name, text.replace(from, () => to));
}

const args = process.argv.slice(2);
const invariantsAlone = args[0] === "--invariants" && !!args.shift();
const wanted = args.flatMap((a) => {
	const [first, last = first] = a.split("-").map(Number);
	return mutants.map((_, i) => i).slice(first, last + 1);
});
let survivors = 0;
compile();
if (test().length) throw new Error("the tests fail on the contracts as they are");
for (const i of wanted.length ? wanted : mutants.keys()) {
	const what = `${i} ${mutants[i][0]}: ${mutants[i].slice(1).map((s) => s.replace(/\s+/g, " ").trim() || "nothing").join("  =>  ")}`;
	let failing;
	await new Promise(setImmediate);	// a signal has its turn between two
	try {
		mutate(mutants[i]);
		failing = test();
	} catch (e) {
		console.log(`BROKEN ${what}\n${e.message}`);
		survivors++;
		continue;
	}
	if (failing.length) console.log(`killed ${what}\n       by ${failing.slice(0, 3).join(", ")}`);
	else console.log(`SURVIVED ${what}`);
	survivors += failing.length ? 0 : 1;
}
console.log(`mutants: ${survivors} not killed`);
process.exit(survivors ? 1 : 0);
