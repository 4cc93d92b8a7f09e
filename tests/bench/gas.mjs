// What each act costs on the chain, whole transactions on anvil, against the
// bounds in the table below: node tests/bench/gas.mjs [--json]. Ends with 1
// when a steady-state figure is above its bound. Bounds are gas a transaction,
// a contribution in batches, a verdict in checkpoints.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { concatHex, createPublicClient, createTestClient, createWalletClient,
	encodeAbiParameters, formatTransactionReceipt, http, keccak256, pad,
	parseEther, parseEventLogs, toHex } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const ROUNDS = 12;
const SPEC = toHex(["decaid 1", "model naive-bayes columns=16384 smoothing=1000000000",
	"encoder murmur3-words", "verdict two-fold credit=1000000000 margin=2000000000",
	"sample packed", "class games", "class science", "class net", "class fonts", ""].join("\n"));
const TYPES = { Checkpoint: [
	{ name: "trainer", type: "address" }, { name: "spec", type: "bytes32" },
	{ name: "epoch", type: "uint64" }, { name: "count", type: "uint64" },
	{ name: "recordHash", type: "bytes32" }, { name: "stateRoot", type: "bytes32" },
	{ name: "judged", type: "uint64" }, { name: "verdictsHash", type: "bytes32" },
	{ name: "accuracy", type: "uint64" } ] };
const ZERO = pad("0x");
const params = { classes: 4, maxSampleBytes: 8192, refundWaitTimeS: 60,
	verdictWindowS: 86400, challengeS: 0, epochS: 60, ownerClaimWaitTimeS: 3600,
	anyAddressClaimWaitTimeS: 7200, feeGwei: 20000n, floorWei: parseEther("0.001"),
	capWei: parseEther("0.1"), burst: 1000, windowS: 60, reporterShareBps: 1000 };

// A small generator of our own: the same samples in every run.
let seed = 1;
function random(below) {
	seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
	return Math.floor(seed / 2 ** 32 * below);
}

function varint(n) {
	const bytes = [];
	for (; n > 127; n = Math.floor(n / 128)) bytes.push(n % 128 | 128);
	return [...bytes, n];
}

function sparse(indices, columns) {
	const bytes = [1, ...varint(indices)];
	for (let i = 0; i < indices; i++)
		bytes.push(...varint(random(2 * columns / indices - 1)));
	return toHex(Uint8Array.from(bytes));
}

function dense(values) {
	const bytes = [3, ...varint(values)];
	for (let i = 0; i < values; i++)
		bytes.push(...varint(2 ** 28 + random(2 ** 34)));
	return toHex(Uint8Array.from(bytes));
}

function artifact(name) {
	const file = path.join(root, "oracle/contracts/artifacts", `${name}.json`);
	return JSON.parse(fs.readFileSync(file, "utf8"));
}

const { ModelFactory, OperatorPool, StakeTrainer } = Object.fromEntries(
	["ModelFactory", "OperatorPool", "StakeTrainer"].map((n) => [n, artifact(n)]));

function startAnvil() {
	const child = spawn(path.join(root, "node_modules/.bin/anvil"),
		["--port", "0", "--accounts", "20"], { stdio: ["ignore", "pipe", "inherit"] });
	return new Promise((resolve, reject) => {
		let text = "";
		child.on("exit", (code) => reject(new Error(`anvil ended: ${code}`)));
		child.stdout.on("data", (d) => {
			text += d;
			const found = /Listening on ([\d.:]+)/.exec(text);
			if (found) resolve({ child, url: `http://${found[1]}` });
		});
	});
}

class Bench {
	constructor(url) {
		const transport = http(url);
		this.accounts = [...Array(20).keys()].map((addressIndex) =>
			mnemonicToAccount("test test test test test test test test test test test junk", { addressIndex }));
		this.wallet = createWalletClient({ chain: foundry, transport });
		this.chain = createPublicClient({ chain: foundry, transport });
		this.test = createTestClient({ chain: foundry, transport, mode: "anvil" });
		this.figures = new Map();
	}

	async mined(hash) {
		let receipt = null;
		while (!receipt) {
			receipt = await this.chain.request({ method: "eth_getTransactionReceipt", params: [hash] });
			if (!receipt) await sleep(2);
		}
		receipt = formatTransactionReceipt(receipt);
		if (receipt.status !== "success") throw new Error(`reverted: ${hash}`);
		return receipt;
	}

	note(name, gas) {
		if (name) this.figures.set(name, [...this.figures.get(name) ?? [], gas]);
	}

	async deploy(a, args) {
		const hash = await this.wallet.deployContract({ account: this.accounts[0],
			abi: a.abi, bytecode: a.bytecode, args });
		return await this.mined(hash);
	}

	// Sends, notes the gas under name; per divides it.
	async call(name, account, address, a, functionName, args, { value, per = 1 } = {}) {
		const hash = await this.wallet.writeContract({ account, address, abi: a.abi,
			functionName, args, value, gas: 16_000_000n });
		const receipt = await this.mined(hash);
		this.note(name, Number(receipt.gasUsed) / per);
		return receipt;
	}

	async later(seconds) {
		await this.test.increaseTime({ seconds });
		await this.test.mine({ blocks: 1 });
	}

	async setUp() {
		this.pool = (await this.deploy(OperatorPool,
			[10n, 604800n, parseEther("1"), parseEther("1"), pad("0x", { size: 20 })])).contractAddress;
		this.factory = (await this.deploy(ModelFactory, [{ refundWaitTimeS: 1, verdictWindowS: 1,
			challengeS: 0, epochS: 1, ownerClaimWaitTimeS: 1, anyAddressClaimWaitTimeS: 1 }])).contractAddress;
		this.operator = this.accounts[1];
		const key = this.operator.address;
		await this.call("join", this.operator, this.pool, OperatorPool, "join",
			[key, key, key, "https://operator.example"], { value: parseEther("1") });
		for (let i = 0; i < 3; i++) await this.startModel();
		await this.later(60);
	}

	// What follows is about a new model.
	async startModel(changed = {}) {
		this.trainer = await this.createModel({ ...params, ...changed });
		this.records = [];
		this.last = { chain: ZERO, judged: 0 };
	}

	async createModel(params) {
		const receipt = await this.call("one more model", this.accounts[2], this.factory, ModelFactory,
			"createStakeModel", [{ ...params, pool: this.pool }, "sections",
				"Which section a Debian package belongs in, by its description.", "murmur3-words", SPEC]);
		return parseEventLogs({ abi: ModelFactory.abi, logs: receipt.logs })[0].args.trainer;
	}

	async contribute(name, account, sample) {
		const value = await this.chain.readContract({ address: this.trainer,
			abi: StakeTrainer.abi, functionName: "getNextAddDataCost" });
		const deposit = value + value / 100n;
		const receipt = await this.call(name, account, this.trainer, StakeTrainer, "contribute",
			[sample, random(4)], { value: deposit });
		const block = await this.chain.getBlock({ blockNumber: receipt.blockNumber });
		const { args } = parseEventLogs({ abi: StakeTrainer.abi, logs: receipt.logs })[0];
		const prev = this.records.at(-1)?.hash ?? ZERO;
		const claim = { id: args.id, prev, contributor: args.contributor, time: block.timestamp,
			deposit, label: args.label, sampleHash: keccak256(sample), late: 0 };
		const full = BigInt(keccak256(encodeAbiParameters(
			["bytes32", "address", "uint64", "uint256", "uint32", "bytes32"].map((type) => ({ type })),
			[prev, claim.contributor, claim.time, deposit, claim.label, claim.sampleHash])));
		this.records.push({ claim, hash: toHex(full & ~1n, { size: 32 }) });
		return claim;
	}

	// A checkpoint over everything, with these verdicts for the new ones.
	async checkpoint(name, verdicts, per) {
		await this.later(130);
		const { timestamp } = await this.chain.getBlock();
		const judged = this.last.judged + verdicts.length;
		if (this.last.judged % 128 || judged % 128) throw new Error("not aligned");
		const words = [];
		let chain = this.last.chain;
		for (let i = 0; i < verdicts.length; i += 128) {
			const word = verdicts.slice(i, i + 128).reduce((w, v, k) => w | BigInt(v) << BigInt(2 * k), 0n);
			words.push(word);
			chain = keccak256(encodeAbiParameters([{ type: "bytes32" }, { type: "uint256" }], [chain, word]));
		}
		const message = { trainer: this.trainer, spec: keccak256(SPEC), epoch: timestamp / 60n - 1n,
			count: BigInt(this.records.length), recordHash: this.records.at(-1).hash,
			stateRoot: keccak256(chain), judged: BigInt(judged), accuracy: 823456789n,
			verdictsHash: keccak256(encodeAbiParameters(
				[{ type: "bytes32" }, { type: "uint256" }, { type: "uint256" }], [chain, 0n, BigInt(judged)])) };
		const signature = await this.operator.signTypedData({ types: TYPES, primaryType: "Checkpoint", message,
			domain: { name: "decaid", version: "1", chainId: foundry.id, verifyingContract: this.pool } });
		await this.call(name, this.operator, this.trainer, StakeTrainer, "writeCheckpoint",
			[message.epoch, message.count, message.judged, message.accuracy, message.stateRoot,
				this.last.chain, words, signature], { per });
		this.last = { chain, judged };
	}

	claim(name, account, functionName, claims) {
		const batch = functionName.endsWith("Batch");
		return this.call(name, account, this.trainer, StakeTrainer, functionName,
			[batch ? claims : claims[0]], { per: claims.length });
	}
}

// Verdicts that nobody could compress: mostly agree and credit.
function mixed(n) {
	return [...Array(n)].map(() => [0, 1, 2, 3, 3, 3, 2, 2][random(8)]);
}

async function run(b) {
	await b.setUp();
	const [honest, fresh, careless, reporter] = b.accounts.slice(3);
	const credit = [], freshs = [], bad = [], verdicts = [];
	for (let i = 0; i < 128; i++) {
		const who = i < 60 ? honest : i < 64 ? b.accounts[8 + i - 60] : careless;
		const claim = await b.contribute("contribute, 20 sparse indices", who, sparse(20, 16384));
		(who === honest ? credit : who === careless ? bad : freshs).push(claim);
		verdicts.push(who === careless ? 0 : 3);
	}
	for (let i = 0; i < ROUNDS; i++)
		await b.contribute("contribute, 100 sparse indices", honest, sparse(100, 2 ** 18));
	for (let i = 0; i < ROUNDS; i++)
		await b.contribute("contribute, 400 dense values", honest, dense(400));
	await b.checkpoint(null, verdicts, 1);
	await b.claim(null, honest, "refund", [credit.shift()]);
	for (let i = 0; i < ROUNDS; i++)
		await b.claim("refund", honest, "refund", [credit.shift()]);
	for (const [i, claim] of freshs.entries())
		await b.claim("refund, an account's first", b.accounts[8 + i], "refund", [claim]);
	await b.claim("report, the model's first", reporter, "report", [bad.shift()]);
	for (let i = 0; i < ROUNDS; i++)
		await b.claim("report", reporter, "report", [bad.shift()]);
	for (let i = 0; i < 2; i++) {
		await b.claim("refund, each of a batch of 20", honest, "refundBatch", credit.splice(0, 20));
		await b.claim("report, each of a batch of 20", reporter, "reportBatch", bad.splice(0, 20));
	}
	await b.call("claimRewards", honest, b.trainer, StakeTrainer, "claimRewards", []);
	await judge(b, "verdict, 256 a checkpoint", honest);
	await b.call("collectFees", reporter, b.trainer, StakeTrainer, "collectFees", []);
	await b.startModel({ challengeS: 60 });
	await judge(b, "verdict, 256, challenge time", honest);
}

// Four checkpoints of 256 verdicts each; the last two are the steady state.
async function judge(b, name, contributor) {
	for (let round = 0; round < 4; round++) {
		for (let i = 0; i < 256; i++)
			await b.contribute(null, contributor, sparse(20, 16384));
		await b.checkpoint(round < 2 ? null : name, mixed(256), 256);
	}
}

const bounds = { "contribute, 20 sparse indices": 62000, "contribute, 100 sparse indices": 68000,
	"contribute, 400 dense values": 125000, "refund": 53000, "refund, an account's first": 72000,
	"refund, each of a batch of 20": 11000, "report": 60000, "report, the model's first": 77000,
	"report, each of a batch of 20": 15000, "one more model": 350000,
	"verdict, 256 a checkpoint": 400, "verdict, 256, challenge time": 400 };

function print(figures) {
	let over = 0;
	console.log("what".padEnd(34) + ["min", "mean", "bound"].map((s) => s.padStart(9)).join(""));
	for (const [name, all] of figures) {
		const bound = bounds[name];
		const mean = all.reduce((a, b) => a + b) / all.length;
		if (bound && mean > bound) over++;
		console.log(name.padEnd(34) + [Math.min(...all), mean, bound].map((x) =>
			(x === undefined ? "" : x < 1000 ? x.toFixed(1) : x.toFixed(0)).padStart(9)).join("") +
			(bound && mean > bound ? "  over" : ""));
	}
	return over;
}

const { child, url } = await startAnvil();
try {
	const bench = new Bench(url);
	await run(bench);
	if (process.argv.includes("--json"))
		console.log(JSON.stringify(Object.fromEntries([...bench.figures].map(([name, all]) =>
			[name, { min: Math.min(...all), mean: all.reduce((a, b) => a + b) / all.length, bound: bounds[name] }]))));
	else
		process.exitCode = print(bench.figures) ? 1 : 0;
} finally {
	child.removeAllListeners("exit");
	child.kill();
}
