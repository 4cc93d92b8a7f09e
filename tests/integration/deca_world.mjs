// Models in contracts that compute as 0xDeCA10B's do (tests/integration/deca/): compiled, deployed, wired, and people who
// contribute and claim.
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { encodeFunctionData, getAddress } from "viem";
import { Dice, root } from "./chain.mjs";

const E9 = 10n ** 9n;

function compile() {
	const solc = createRequire(import.meta.url)("solc");
	const folder = path.join(root, "tests/integration/deca");
	const sources = Object.fromEntries(fs.readdirSync(folder).filter((f) => f.endsWith(".sol"))
		.map((f) => [f, { content: fs.readFileSync(path.join(folder, f), "utf8") }]));
	const out = JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", sources, settings: {
		evmVersion: "paris", outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } } } })));
	const errors = (out.errors ?? []).filter((e) => e.severity === "error");
	assert.deepEqual(errors.map((e) => e.formattedMessage), []);
	return Object.fromEntries(Object.values(out.contracts).flatMap((file) => Object.entries(file))
		.map(([name, c]) => [name, { abi: c.abi, bytecode: `0x${c.evm.bytecode.object}` }]));
}
export const contracts = compile();

// Numbers beyond 2^53 are what matters here.
export const dice = new Dice(20251);
const between = (low, high) => low + BigInt(dice.below(2 ** 30)) * (high - low + 1n) / 2n ** 30n;
const some = (n, make) => [...Array(n).keys()].map(make);

// A sample whose sum of squares lies within the contract's bounds.
function unit(n) {
	const raw = some(n, () => Number(between(-1000n, 1000n)) + 0.5);
	const length = Math.hypot(...raw);
	return raw.map((v) => BigInt(Math.round(v / length * 1e9)));
}
const bag = (most) => some(1 + dice.below(8), () => BigInt(dice.below(most)));
const INT80_MAX = 2n ** 79n - 1n;

export const kinds = {
	DensePerceptron: { args: [["n", "p"], some(6, () => between(-2n * E9, 2n * E9)), 12345n, 500000000],
		init: (c) => [["initializeWeights", [[INT80_MAX, -7n]]]], sample: () => unit(8) },
	SparsePerceptron: { args: [["n", "p"], some(40, () => between(-2n * E9, 2n * E9)), -77n, 1000000000],
		init: () => [["initializeWeights", [300n, some(20, () => between(-E9, E9))]]],
		sample: () => bag(400) },
	NaiveBayesClassifier: { args: [["a", "b", "c"], [5n, 9n, 2n],
		some(3, () => some(30, (i) => [i, dice.below(20)])), 500n, 1000000000],
	init: () => [], sample: () => bag(60), add: [4n, [[1, 3], [4294967295, 9]], "d"] },
	NearestCentroidClassifier: { args: [["a", "b", "c"], some(3, () => unit(5)), [3n, 2n ** 191n, 8n]],
		init: () => [], sample: () => unit(5), add: [unit(5), "d", 6n] },
	SparseNearestCentroidClassifier: { args: [["a", "b"],
		some(2, () => some(30, (i) => [BigInt(i), between(0n, E9)])), [7n, 4n]],
	init: () => [["extendCentroid", [[[4294967301n, 400000000n]], 1n]]],
	sample: () => [...new Set(bag(50))], add: [[[3n, 900000000n]], "c", 2n] },
};

export class World {
	constructor(chain) { this.chain = chain; this.entries = []; }

	async deploy(name, args) {
		const c = contracts[name];
		const address = await this.chain.deployOne(this.chain.accounts[0], c, args);
		return { address: getAddress(address), abi: c.abi };
	}

	async send(account, to, functionName, args, value = 0n) {
		return this.chain.send(account, to.address, encodeFunctionData({ abi: to.abi, functionName, args }), value);
	}

	// A system of one classifier, as a deployer of the originals wires it.
	async system(kind, points, encoder = "none") {
		this.points = points;
		const [owner] = this.chain.accounts;
		const c = await this.deploy(kind, kinds[kind].args);
		for (const [fn, args] of kinds[kind].init()) await this.send(owner, c, fn, args);
		await this.chain.mine();
		const data = await this.deploy("DataHandler64", []);
		const waits = [5, 20, 40];
		const incentive = await this.deploy(points ? "Points64" : "Stakeable64", points ? waits : [...waits, 10n ** 12n]);
		const trainer = await this.deploy("CollaborativeTrainer64", [`a ${kind}`, "of the tests", encoder,
			data.address, incentive.address, c.address]);
		this.parts = { c, data, incentive, trainer, kind };
		return this.parts;
	}

	async wire() {
		const [owner] = this.chain.accounts;
		for (const part of [this.parts.c, this.parts.data, this.parts.incentive])
			await this.send(owner, part, "transferOwnership", [this.parts.trainer.address]);
		await this.chain.mine();
	}

	// Some people contribute, a few in one block; refunds and reports that
	// the contract takes are sent too.
	async live(blocks) {
		const { trainer, kind, c } = this.parts;
		for (let i = 0; i < blocks; i++) {
			for (let k = dice.below(3) + 1; k > 0; k--) {
				const who = this.chain.accounts[2 + dice.below(5)];
				const data = kinds[kind].sample();
				const label = BigInt(dice.below(kinds[kind].args[0].length));
				await this.send(who, trainer, "addData", [data, label], 10n ** 18n);
				this.entries.push({ who, data, label });
			}
			await this.chain.mine(1 + dice.below(6));
			for (const e of this.entries) e.t ??= BigInt(this.chain.time);
			await this.claims(c);
		}
	}

	async claims(c) {
		const ripe = this.entries.filter((e) => !e.done && Number(e.t) + 8 < this.chain.time).slice(0, 2);
		for (const e of ripe) {
			e.done = true;
			const said = await this.chain.reader.readContract({ address: c.address, abi: c.abi,
				functionName: "predict", args: [e.data] });
			const call = said === e.label ? ["refund", e.who, [e.data, e.label, e.t]]
				: ["report", this.chain.accounts[9], [e.data, e.label, e.t, e.who.address]];
			await this.chain.reader.simulateContract({ account: call[1].address, address: this.parts.trainer.address,
				abi: this.parts.trainer.abi, functionName: call[0], args: call[2] })
				.then(() => this.send(call[1], this.parts.trainer, call[0], call[2]), () => {});
		}
	}
}
