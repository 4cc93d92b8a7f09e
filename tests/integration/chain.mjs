// A real chain with our contracts on it, for the integration tests: anvil on a
// free port of loopback, blocks mined when told, times told too, so that the
// same script makes the same chain.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { concat, createPublicClient, createWalletClient, encodeAbiParameters,
	encodeFunctionData, getAddress, http, keccak256, pad, parseEther,
	parseEventLogs, toHex } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const MNEMONIC = "test test test test test test test test test test test junk";
const ZERO = pad("0x");
export const SPEC = ["decaid 1", "model naive-bayes columns=256 smoothing=1000000000",
	"encoder none", "verdict two-fold credit=1000000000 margin=500000000",
	"sample packed", "class a", "class b", "class c", ""].join("\n");
const CHECKPOINT = { Checkpoint: [
	{ name: "trainer", type: "address" }, { name: "spec", type: "bytes32" },
	{ name: "epoch", type: "uint64" }, { name: "count", type: "uint64" },
	{ name: "recordHash", type: "bytes32" }, { name: "stateRoot", type: "bytes32" },
	{ name: "judged", type: "uint64" }, { name: "verdictsHash", type: "bytes32" },
	{ name: "accuracy", type: "uint64" } ] };
export const PARAMS = { classes: 3, maxSampleBytes: 8192, refundWaitTimeS: 10,
	verdictWindowS: 400, challengeS: 0, epochS: 10, ownerClaimWaitTimeS: 30,
	anyAddressClaimWaitTimeS: 60, feeGwei: 20000n, floorWei: parseEther("0.001"),
	capWei: parseEther("0.01"), burst: 5, windowS: 60, reporterShareBps: 1000 };
export const POINTS = { ...PARAMS, feeGwei: 0n, floorWei: 0n, capWei: 0n, burst: 0, windowS: 0,
	reporterShareBps: 0 };

function artifact(name) {
	const file = path.join(root, "oracle/contracts/artifacts", `${name}.json`);
	return JSON.parse(fs.readFileSync(file, "utf8"));
}
const { ModelFactory, OperatorPool, StakeTrainer } = Object.fromEntries(
	["ModelFactory", "OperatorPool", "StakeTrainer"].map((n) => [n, artifact(n)]));

// The same numbers in every run.
export class Dice {
	constructor(seed) { this.seed = seed; }
	below(n) {
		this.seed = (Math.imul(this.seed, 1664525) + 1013904223) >>> 0;
		return Math.floor(this.seed / 2 ** 32 * n);
	}
}

// Class c leans to columns 80 c .. 80 c + 79; now and then a label lies, a
// sample comes again, or its bytes are no sample at all.
export function sample(dice) {
	const label = dice.below(3);
	if (dice.below(25) === 0) return { sample: toHex(Uint8Array.from([9, 1, 2])), label };
	const columns = new Set();
	const narrow = dice.below(12) === 0;
	for (let i = 0; i < (narrow ? 1 : 8); i++)
		columns.add(dice.below(5) === 0 ? dice.below(240) : 80 * label + dice.below(narrow ? 3 : 80));
	const bytes = [1, columns.size];
	let before = -1;
	for (const c of [...columns].sort((a, b) => a - b)) {
		const gap = c - before - 1;
		bytes.push(...(gap < 128 ? [gap] : [gap % 128 | 128, gap >> 7]));
		before = c;
	}
	return { sample: toHex(Uint8Array.from(bytes)), label: dice.below(6) === 0 ? (label + 1) % 3 : label };
}

export async function startAnvil(args = []) {
	const child = spawn(path.join(root, "node_modules/.bin/anvil"), ["--port", "0", "--no-mining",
		...(args.includes("--timestamp") ? [] : ["--timestamp", "1800000000"]), "--accounts", "20", "--gas-limit", "1000000000", "--order", "fifo", ...args],
	{ stdio: ["ignore", "pipe", "inherit"] });
	const url = await new Promise((resolve, reject) => {
		let text = "";
		child.on("exit", (code) => reject(new Error(`anvil ended: ${code}`)));
		child.stdout.on("data", (d) => {
			text += d;
			const found = /Listening on ([\d.:]+)/.exec(text);
			if (found) resolve(`http://${found[1]}`);
		});
	});
	return { child, url };
}

export class Chain {
	constructor(url) {
		const transport = http(url, { retryCount: 0, timeout: 30000 });
		this.url = url;
		this.accounts = [...Array(20).keys()].map((addressIndex) =>
			mnemonicToAccount(MNEMONIC, { addressIndex }));
		this.wallet = createWalletClient({ chain: foundry, transport });
		this.reader = createPublicClient({ chain: foundry, transport, cacheTime: 0 });
		this.time = 1800000000;
		this.nonces = new Map();
		this.waiting = [];
		this.records = new Map();	// trainer => claims, with what is known
		this.last = new Map();		// trainer => last accepted checkpoint
	}

	rpc(method, params = []) { return this.reader.request({ method, params }); }

	async nonce(account) {
		const key = account.address;
		if (!this.nonces.has(key))
			this.nonces.set(key, await this.reader.getTransactionCount({ address: key }));
		const n = this.nonces.get(key);
		this.nonces.set(key, n + 1);
		return n;
	}

	// Put a transaction into the pool; it is in the next block mined.
	async send(account, to, data, value = 0n) {
		const hash = await this.wallet.sendTransaction({ account, to, data, value,
			gas: 15_000_000n, maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 1n,
			nonce: await this.nonce(account), chain: foundry });
		this.waiting.push(hash);
		return hash;
	}

	call(account, to, functionName, args, value) {
		const abi = to === this.factory ? ModelFactory.abi : to === this.pool ? OperatorPool.abi : StakeTrainer.abi;
		return this.send(account, to, encodeFunctionData({ abi, functionName, args }), value);
	}

	// Mine one block that is so many seconds later; returns its receipts.
	async mine(seconds = 2) {
		this.time += seconds;
		await this.rpc("evm_setNextBlockTimestamp", [toHex(this.time)]);
		await this.rpc("evm_mine");
		const receipts = [];
		for (const hash of this.waiting) {
			const r = await this.rpc("eth_getTransactionReceipt", [hash]);
			if (!r) throw new Error(`not mined: ${hash}`);
			if (r.status !== "0x1") throw new Error(`reverted: ${hash}`);
			receipts.push(r);
		}
		this.waiting = [];
		for (const r of receipts) this.note(r);
		return receipts;
	}

	note(receipt) {
		for (const log of parseEventLogs({ abi: StakeTrainer.abi, logs: receipt.logs })) {
			const trainer = getAddress(log.address);
			const list = this.records.get(trainer) ?? [];
			this.records.set(trainer, list);
			if (log.eventName === "Contributed") {
				const prev = list.length ? list[list.length - 1].hash : ZERO;
				const r = { id: log.args.id, prev, contributor: log.args.contributor, time: BigInt(this.time),
					deposit: log.args.deposit, label: log.args.label, sampleHash: keccak256(log.args.sample),
					late: 0, settled: false };
				const encoded = encodeAbiParameters(["bytes32", "address", "uint256", "uint256", "uint256", "bytes32"]
					.map((type) => ({ type })), [r.prev, r.contributor, r.time, r.deposit, BigInt(r.label), r.sampleHash]);
				r.hash = toHex(BigInt(keccak256(encoded)) & ~1n, { size: 32 });
				list.push(r);
			} else if (["Refunded", "Reported", "LateClaimed"].includes(log.eventName))
				list[Number(log.args.id)].settled = true;
		}
	}

	async deploy() {
		const [owner, operator] = this.accounts;
		const pool = await this.deployOne(owner, OperatorPool, [10n, 604800n, parseEther("1"), parseEther("1"),
			pad("0x", { size: 20 })]);
		this.startBlock = Number(await this.reader.getBlockNumber());
		const factory = await this.deployOne(owner, ModelFactory, [{ refundWaitTimeS: 1, verdictWindowS: 1,
			challengeS: 0, epochS: 1, ownerClaimWaitTimeS: 1, anyAddressClaimWaitTimeS: 1 }]);
		this.pool = pool;
		this.factory = factory;
		await this.call(operator, pool, "join", [operator.address, operator.address, operator.address,
			"https://operator.example"], parseEther("2"));
		await this.mine();
	}

	async deployOne(account, a, args) {
		await this.wallet.deployContract({ account, abi: a.abi, bytecode: a.bytecode, args, gas: 15_000_000n,
			maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 1n, nonce: await this.nonce(account), chain: foundry })
			.then((hash) => this.waiting.push(hash));
		const [r] = await this.mine();
		return r.contractAddress;
	}

	async createModel(kind, name, params = {}, spec = SPEC) {
		const fn = kind === "stake" ? "createStakeModel" : "createPointsModel";
		await this.call(this.accounts[0], this.factory, fn, [{ ...(kind === "stake" ? PARAMS : POINTS),
			...params, pool: this.pool }, name, `about ${name}`, "none", toHex(spec)]);
		const [r] = await this.mine();
		const [log] = parseEventLogs({ abi: ModelFactory.abi, logs: r.logs });
		return log.args.trainer;
	}

	// Contributor n (of the accounts from 2 on) adds a sample.
	async contribute(trainer, n, { sample, label }, stake) {
		const value = stake ? parseEther("0.01") : 0n;
		return this.call(this.accounts[2 + n], trainer, "contribute", [sample, label], value);
	}

	read(trainer, functionName, args = []) {
		return this.reader.readContract({ address: trainer, abi: StakeTrainer.abi, functionName, args });
	}

	// The trainer's contributions as the chain's own log has them.
	async contributed(trainer) {
		const logs = await this.reader.getContractEvents({ address: trainer, abi: StakeTrainer.abi,
			eventName: "Contributed", fromBlock: 0n });
		return logs.map((log) => log.args);
	}

	// Sign and post a checkpoint as followd computed it.
	// rows  what it computed, newest first
	async post(trainer, rows, signers = [this.accounts[1]]) {
		const last = this.last.get(trainer) ?? { chain: ZERO, judged: 0 };
		const row = rows[0];
		const words = collectWords(rows, last.judged, row.judged);
		const message = { trainer, spec: row.spec, epoch: BigInt(row.epoch), count: BigInt(row.count),
			recordHash: row.recordHash, stateRoot: row.stateRoot, judged: BigInt(row.judged),
			verdictsHash: row.verdictsHash, accuracy: BigInt(row.accuracy) };
		const typed = { types: CHECKPOINT, primaryType: "Checkpoint", message,
			domain: { name: "decaid", version: "1", chainId: foundry.id, verifyingContract: this.pool } };
		const ascending = [...signers].sort((a, b) => a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1);
		const signature = concat(await Promise.all(ascending.map((who) => who.signTypedData(typed))));
		await this.call(this.accounts[1], trainer, "writeCheckpoint", [message.epoch, message.count, message.judged,
			message.accuracy, message.stateRoot, last.chain, words, signature]);
		let chain = last.chain;
		for (let w = Math.floor(last.judged / 128); w < Math.floor(row.judged / 128); w++)
			chain = keccak256(encodeAbiParameters([{ type: "bytes32" }, { type: "uint256" }],
				[chain, words[w - Math.floor(last.judged / 128)]]));
		this.last.set(trainer, { chain, judged: row.judged });
	}

	// Whatever can be claimed now: refunds by contributors, reports by account 19.
	async claimAll(trainer, most = 1000) {
		const [, , judged] = await this.read(trainer, "effective");
		const refunds = new Map(), reports = [];
		for (const r of (this.records.get(trainer) ?? []).slice(0, Number(judged))) {
			if (r.settled || most-- <= 0) continue;
			if (await this.read(trainer, "verdictOf", [r.id]) === 0) reports.push(r);
			else refunds.set(r.contributor, [...refunds.get(r.contributor) ?? [], r]);
		}
		for (const [who, claims] of refunds)
			await this.call(this.accounts.find((a) => a.address === who), trainer, "refundBatch", [claims]);
		if (reports.length) await this.call(this.accounts[19], trainer, "reportBatch", [reports]);
		return { refunds: [...refunds.values()].flat().length, reports: reports.length };
	}

	// What a fork of this object would know: for evm_snapshot and evm_revert.
	save() {
		return structuredClone({ time: this.time, nonces: this.nonces, records: this.records, last: this.last });
	}
	restore(saved) { Object.assign(this, structuredClone(saved), { waiting: [] }); }
}

// The words that cover [from, to): a later row's word has all of an earlier's.
function collectWords(rows, from, to) {
	const words = new Map();
	for (const row of [...rows].reverse()) {
		let w = Math.floor(row.judgedBefore / 128);
		for (const word of row.words) words.set(w++, BigInt(word));
	}
	const out = [];
	for (let w = Math.floor(from / 128); to > from && w < Math.ceil(to / 128); w++) out.push(words.get(w));
	return out;
}
