// The contracts on a chain against the rules in C (rulesd): random sequences
// of everything that six people can do to a model, with jumps in time to where
// rules change. Every result, reason, amount and balance is compared.
//   rules.mjs [--seed N] [--actions N]     1,500 actions of one seed; with SOAK=1
//                                          10,000 of a new one
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { decodeErrorResult, decodeEventLog, decodeFunctionResult, encodeDeployData, encodeFunctionData,
	keccak256, parseEther, toHex } from "viem";
import { mnemonicToAccount } from "viem/accounts";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const { values: options } = parseArgs({ options: { seed: { type: "string" }, actions: { type: "string" } } });
const seed = Number(options.seed ?? (process.env.SOAK ? Math.floor(Math.random() * 2 ** 32) : 127385310));
const ACTIONS = Number(options.actions ?? (process.env.SOAK ? 10000 : 1500));
const PER_MODEL = 500;
const START = 1800000000;
const SPEC = toHex("decaid 1\nmodel sparse-perceptron columns=16384\n");
const MNEMONIC = "test test test test test test test test test test test junk";
const ACTORS = 6, OWNER = 0;
const operator = mnemonicToAccount(MNEMONIC, { addressIndex: 6 });
// returns true whatever it is asked: the pool's verifier
const YES = "0x600160005260206000f3", VERIFIER = "0x00000000000000000000000000000000000000fe";
const CHECKPOINT = { Checkpoint: [
	{ name: "trainer", type: "address" }, { name: "spec", type: "bytes32" },
	{ name: "epoch", type: "uint64" }, { name: "count", type: "uint64" },
	{ name: "recordHash", type: "bytes32" }, { name: "stateRoot", type: "bytes32" },
	{ name: "judged", type: "uint64" }, { name: "verdictsHash", type: "bytes32" },
	{ name: "accuracy", type: "uint64" } ] };

function artifact(name) {
	return JSON.parse(fs.readFileSync(path.join(root, "oracle/contracts/artifacts", `${name}.json`), "utf8"));
}

const { ModelFactory, OperatorPool, StakeTrainer } = Object.fromEntries(
	["ModelFactory", "OperatorPool", "StakeTrainer"].map((n) => [n, artifact(n)]));
const errors = StakeTrainer.abi.concat(OperatorPool.abi).filter((x) => x.type === "error");

// xorshift: the same sequence for a seed, everywhere.
class Dice {
	constructor(seed) { this.x = seed >>> 0 || 1; }
	next() {
		this.x ^= this.x << 13;
		this.x ^= this.x >>> 17;
		this.x ^= this.x << 5;
		return this.x >>>= 0;
	}
	below(n) { return this.next() % n; }
	of(list) { return list[this.below(list.length)]; }
	hex(bytes) { return [...Array(bytes)].map(() => this.below(256).toString(16).padStart(2, "0")).join(""); }
}

class Rules {
	constructor() {
		this.child = spawn(process.env.RULESD ?? path.join(root, "tests/integration/rulesd"), [],
			{ stdio: ["pipe", "pipe", "inherit"] });
		this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
	}

	async ask(...words) {
		this.child.stdin.write(`${words.join(" ")}\n`);
		const { value, done } = await this.lines.next();
		if (done) throw new Error(`rulesd ended at: ${words.join(" ")}`);
		return value.split(" ");
	}
}

class Chain {
	async start() {
		this.child = spawn(path.join(root, "node_modules/.bin/anvil"), ["--port", "0", "--no-mining", "--order", "fifo",
			"--timestamp", `${START}`, "--base-fee", "0", "--gas-price", "0", "--gas-limit", "1000000000",
			"--balance", "1000000"], { stdio: ["ignore", "pipe", "inherit"] });
		this.url = await new Promise((resolve, reject) => {
			let text = "";
			this.child.on("exit", (code) => reject(new Error(`anvil ended: ${code}`)));
			this.child.stdout.on("data", (d) => {
				const found = /Listening on ([\d.:]+)/.exec(text += d);
				if (found) resolve(`http://${found[1]}`);
			});
		});
		this.people = (await this.rpc("eth_accounts")).slice(0, ACTORS);
		this.time = START;
	}

	async post(body) {
		const answer = await fetch(this.url, { method: "POST", headers: { "content-type": "application/json" },
			body: JSON.stringify(body) });
		return answer.json();
	}

	async rpc(method, params = []) {
		const { result, error } = await this.post({ jsonrpc: "2.0", id: 1, method, params });
		if (error) throw new Error(`${method}: ${error.message}`);
		return result;
	}

	// Several questions at once, their answers in order.
	async all(calls) {
		const answers = await this.post(calls.map(([method, params], id) => ({ jsonrpc: "2.0", id, method, params })));
		return answers.sort((a, b) => a.id - b.id).map(({ result, error }) => {
			if (error) throw new Error(error.message);
			return result;
		});
	}

	send(from, to, data, value = 0n) {
		return this.rpc("eth_sendTransaction",
			[{ from, to, data, value: toHex(value), gas: toHex(12_000_000), gasPrice: "0x0" }]);
	}

	async mine(time) {
		this.time = time;
		await this.rpc("evm_setNextBlockTimestamp", [toHex(time)]);
		await this.rpc("evm_mine");
		return this.rpc("eth_getBlockReceipts", ["latest"]);
	}

	async deploy(from, { abi, bytecode }, args) {
		await this.send(from, undefined, encodeDeployData({ abi, bytecode, args }));
		const [receipt] = await this.mine(this.time + 1);
		return receipt.contractAddress;
	}
}

// Different models: with and without challenge, fee, burst, a reporter's part.
function paramsOf(dice) {
	return { classes: 4, maxSampleBytes: 24, refundWaitTimeS: dice.of([10, 60]), verdictWindowS: dice.of([100, 300]),
		challengeS: dice.of([0, 20, 45]), epochS: dice.of([2, 10]), ownerClaimWaitTimeS: dice.of([10, 300]),
		anyAddressClaimWaitTimeS: dice.of([20, 200]), feeGwei: dice.of([0n, 100_000n, 9_999_999n]),
		floorWei: parseEther("0.01"), capWei: dice.of([parseEther("0.01"), parseEther("1")]) + 7n,
		burst: dice.of([0, 3, 10]), windowS: 97, reporterShareBps: dice.of([0, 333, 1000, 10000]) };
}

class Run {
	constructor(chain, rules, dice) {
		Object.assign(this, { chain, rules, dice, done: 0, count: new Map() });
	}

	async setUp() {
		const { chain } = this;
		await chain.rpc("anvil_setCode", [VERIFIER, YES]);
		this.pool = await chain.deploy(operator.address, OperatorPool, [10n, 1000000n, 1n * 10n ** 18n, 10n ** 18n, VERIFIER]);
		this.factory = await chain.deploy(operator.address, ModelFactory, [{ refundWaitTimeS: 1, verdictWindowS: 1,
			challengeS: 0, epochS: 2, ownerClaimWaitTimeS: 1, anyAddressClaimWaitTimeS: 1 }]);
		const a = operator.address;
		await chain.send(a, this.pool, encodeFunctionData({ abi: OperatorPool.abi, functionName: "join",
			args: [a, a, a, "https://operator.example"] }), 2n * 10n ** 18n);
		await chain.mine(chain.time + 30);
	}

	async startModel() {
		const { chain, rules } = this;
		this.params = paramsOf(this.dice);
		await chain.send(chain.people[OWNER], this.factory, encodeFunctionData({ abi: ModelFactory.abi,
			functionName: "createStakeModel", args: [{ ...this.params, pool: this.pool }, "", "", "", SPEC] }));
		const [receipt] = await chain.mine(chain.time + 40);
		this.trainer = decodeEventLog({ abi: ModelFactory.abi, ...receipt.logs[0] }).args.trainer;
		const p = this.params;
		const has = (await chain.all(chain.people.map((a) => ["eth_getBalance", [a, "latest"]]))).map(BigInt);
		await rules.ask("model", chain.time, OWNER, p.classes, p.maxSampleBytes, p.refundWaitTimeS, p.verdictWindowS,
			p.challengeS, p.epochS, p.ownerClaimWaitTimeS, p.anyAddressClaimWaitTimeS, p.feeGwei, p.floorWei, p.capWei,
			p.burst, p.windowS, p.reporterShareBps, ...chain.people, ...has);
		Object.assign(this, { n: 0, times: [], last: { epoch: -1, count: 0, judged: 0, at: 0 }, verdicts: "" });
		this.before = this.last;
		await this.compareState(chain.time);
	}

	// ---- what somebody does: sends it, tells rulesd, returns what to expect

	async act(functionName, args, who, wanted, value) {
		await this.chain.send(this.chain.people[who], this.trainer,
			encodeFunctionData({ abi: StakeTrainer.abi, functionName, args }), value);
		return { functionName, wanted };
	}

	async contribute(now) {
		const { dice } = this;
		const who = dice.below(5);
		const price = BigInt((await this.rules.ask("state", now))[3]);
		const value = dice.of([price, price, price, price + BigInt(dice.next()), price - 1n]);
		const label = dice.below(20) === 0 ? 4 : dice.below(4);
		const sample = dice.hex(dice.of([0, 1, 12, 12, 24, dice.below(4) === 0 ? 25 : 24]));
		const wanted = await this.rules.ask("contribute", now, who, value, label, sample || "-");
		if (wanted[0] === "ok") this.times[this.n++] = now;
		return this.act("contribute", [`0x${sample}`, label], who, wanted, value);
	}

	// Mostly ids about which something can be decided.
	id() {
		const { dice } = this;
		return dice.below(3) ? Math.max(0, this.n - 1 - dice.below(Math.min(this.n, 12))) : dice.below(this.n);
	}

	async claimOf(id) {
		const [, prev, contributor, time, deposit, label, sampleHash, late] = await this.rules.ask("claim", 0, id);
		return { id: BigInt(id), prev, contributor, time: BigInt(time), deposit: BigInt(deposit), label: Number(label),
			sampleHash, late: Number(late) };
	}

	async claim(now, functionName) {
		const { dice } = this;
		if (this.n === 0) return this.contribute(now);
		const id = this.id();
		const c = await this.claimOf(id);
		const own = this.chain.people.findIndex((a) => a.toLowerCase() === c.contributor.toLowerCase());
		const who = functionName === "refund" && dice.below(12) ? own : dice.below(ACTORS);
		const wanted = await this.rules.ask(functionName, now, who, id);
		return this.act(functionName, [c], who, wanted);
	}

	async batch(now, functionName) {
		const { dice } = this;
		if (this.n === 0) return this.contribute(now);
		const who = dice.below(ACTORS);
		const address = this.chain.people[who].toLowerCase();
		const claims = [];
		for (let i = 0; i < 8; i++) {
			const c = await this.claimOf(this.id());
			const own = c.contributor.toLowerCase() === address;
			if (own === (functionName === "refundBatch") || dice.below(30) === 0) claims.push(c);
		}
		const wanted = await this.rules.ask(functionName === "refundBatch" ? "refund" : functionName, now, who,
			...claims.map((c) => c.id));
		return this.act(functionName, [claims], who, wanted);
	}

	async forAll(now, functionName) {
		const who = this.dice.below(ACTORS);
		const wanted = functionName === "claimRewards" ? await this.rules.ask(functionName, now, who)
			: await this.rules.ask(functionName, now);
		return this.act(functionName, [], who, wanted);
	}

	// What operators sign: mostly right for the last epoch that has ended; else
	// of another epoch, of too few or too many, judging fewer than it must.
	post(now) {
		const { dice, params: p, last } = this;
		const epoch = Math.floor(now / p.epochS) - dice.of([1, 1, 1, 1, 1, 1, 0, 2, 7]);
		const end = (epoch + 1) * p.epochS;
		let count = this.times.findIndex((t) => t >= end);
		if (count < 0) count = this.n;
		let judged = this.times.findIndex((t) => t + p.refundWaitTimeS > end);
		if (judged < 0 || judged > count) judged = Math.min(count, judged < 0 ? this.n : judged);
		const lie = dice.below(24);
		if (lie === 0) count = this.n + 1 + dice.below(3);
		if (lie === 1) judged = count;
		if (lie === 2) judged = last.judged;
		if (lie >= 3 && lie < 7 && judged > last.judged) judged -= dice.below(judged - last.judged + 1);
		if (lie === 7 && count > 0) count -= 1;
		return { epoch, count, judged };
	}

	async checkpoint(now) {
		const { dice, chain, last } = this;
		const { epoch, count, judged } = this.post(now);
		const fresh = [...Array(Math.max(0, judged - last.judged))].map(() => dice.of([0, 0, 1, 2, 3, 3])).join("");
		const answer = await this.rules.ask("checkpoint", now, epoch, count, judged, fresh || "-");
		const [recordHash, verdictsHash, chainBefore, ...words] = answer.slice(answer.indexOf(":") + 1);
		const wanted = answer.slice(0, answer.indexOf(":"));
		const message = { trainer: this.trainer, spec: keccak256(SPEC), epoch: BigInt(epoch), count: BigInt(count),
			recordHash, stateRoot: `0x${dice.hex(32)}`, judged: BigInt(judged), verdictsHash, accuracy: BigInt(dice.below(1e9)) };
		const signature = await operator.signTypedData({ types: CHECKPOINT, primaryType: "Checkpoint", message,
			domain: { name: "decaid", version: "1", chainId: 31337, verifyingContract: this.pool } });
		if (wanted[0] === "ok") {
			this.before = last;
			this.verdicts = this.verdicts.slice(0, last.judged) + fresh;
			// V of the words before the one that judged is in, as whoever refutes must show it
			this.last = { epoch, count, judged, at: now, message, words, chainBefore };
		}
		return this.act("writeCheckpoint", [message.epoch, message.count, message.judged, message.accuracy,
			message.stateRoot, chainBefore, words.map(BigInt), signature], dice.below(ACTORS), wanted);
	}

	async refute(now) {
		const { last } = this;
		if (!last.message) return this.contribute(now);
		const wanted = await this.rules.ask("refute", now);
		let v = last.chainBefore;
		const first = Math.floor(this.before.judged / 128);
		for (let w = first; w < Math.floor(last.judged / 128); w++)
			v = keccak256(`0x${v.slice(2)}${last.words[w - first].slice(2)}`);
		if (wanted[0] === "ok") this.last = { ...this.before, at: 0, message: undefined };
		return this.act("refute", [last.message, v, "0x"], this.dice.below(ACTORS), wanted);
	}

	one(now) {
		const roll = this.dice.below(100);
		if (roll < 30) return this.contribute(now);
		if (roll < 46) return this.claim(now, "refund");
		if (roll < 56) return this.claim(now, "report");
		if (roll < 62) return this.claim(now, "claimLate");
		if (roll < 66) return this.batch(now, "refundBatch");
		if (roll < 70) return this.batch(now, "reportBatch");
		if (roll < 75) return this.forAll(now, "claimRewards");
		if (roll < 78) return this.forAll(now, "collectFees");
		if (roll < 97) return this.checkpoint(now);
		return this.refute(now);
	}

	// A second, a little, or to where a rule changes for somebody.
	jump() {
		const { dice, params: p, chain } = this;
		const edges = [(Math.floor(chain.time / p.epochS) + 1) * p.epochS, this.last.at + p.challengeS,
			(this.last.epoch + 1) * p.epochS + p.verdictWindowS - p.challengeS];
		if (this.n) {
			const due = this.times[this.id()] + p.refundWaitTimeS + p.verdictWindowS;
			edges.push(due, due + p.ownerClaimWaitTimeS, due + p.anyAddressClaimWaitTimeS, due - p.challengeS);
		}
		const edge = dice.of(edges) + dice.of([-1, 0, 1]);
		if (dice.below(8) === 0 && edge > chain.time && edge < chain.time + 2000) return edge;
		return chain.time + (dice.below(40) === 0 ? 1 + dice.below(500) : 1 + dice.below(dice.of([2, 8, 20])));
	}

	// ---- comparing

	fail(what, found, wanted) {
		throw new Error(`${what}: the chain says ${found}, the rules say ${wanted} (after ${this.done} actions, time ` +
			`${this.chain.time})`);
	}

	async reasonOf(receipt) {
		const { output } = await this.chain.rpc("debug_traceTransaction", [receipt.transactionHash, { tracer: "callTracer" }]);
		const { errorName, args = [] } = decodeErrorResult({ abi: errors, data: output });
		return ["no", errorName, ...args].join(" ");
	}

	// What the logs say, in rulesd's words.
	told({ logs }) {
		const words = ["ok"];
		for (const log of logs) {
			if (log.address.toLowerCase() !== this.trainer.toLowerCase()) continue;
			const { eventName, args: a } = decodeEventLog({ abi: StakeTrainer.abi, ...log });
			words.push(...{ Contributed: () => [a.id], Refunded: () => [a.id, a.amount, a.karma],
				Reported: () => [a.id, a.reward, a.shared], LateClaimed: () => [a.id, a.amount],
				RewardsClaimed: () => [a.amount], FeesCollected: () => [a.amount],
				CheckpointAccepted: () => [], CheckpointRefuted: () => [] }[eventName]());
		}
		return words.join(" ");
	}

	async compare({ functionName, wanted }, receipt) {
		let rule = wanted.join(" ");
		// what the error does not name
		if (/^no (BeforeInChallenge|NothingNew|OutOfOrder)/.test(rule)) rule = wanted.slice(0, 2).join(" ");
		const found = receipt.status === "0x1" ? this.told(receipt) : await this.reasonOf(receipt);
		if (found !== rule) this.fail(functionName, found, rule);
		const key = `${functionName} ${rule.startsWith("ok") ? "ok" : wanted[1]}`;
		this.count.set(key, (this.count.get(key) ?? 0) + 1);
		this.done++;
	}

	async read(...calls) {
		const results = await this.chain.all(calls.map(([functionName, ...args]) => ["eth_call",
			[{ to: this.trainer, data: encodeFunctionData({ abi: StakeTrainer.abi, functionName, args }) }, "latest"]]));
		return results.map((data, i) => decodeFunctionResult({ abi: StakeTrainer.abi, functionName: calls[i][0], data,
			args: calls[i].slice(1) }));
	}

	async compareState(now) {
		const { people } = this.chain;
		const [, n, held, price, karma, fees, judged, ranges, from, to, at, ...each] = await this.rules.ask("state", now);
		const [balance, ...has] = await this.chain.all([this.trainer, ...people].map((a) => ["eth_getBalance", [a, "latest"]]));
		const [count, cost, all, due, effective, late, ...karmas] = await this.read(["totalSubmitted"],
			["getNextAddDataCost", BigInt(now)], ["totalGoodDataCount"], ["feesDue"], ["effective"], ["lateRangeCount"],
			...people.flatMap((a) => [["numValidForAddress", a], ["rewardsOf", a]]));
		const same = (what, found, wanted) => { if (`${found}` !== `${wanted}`) this.fail(what, found, wanted); };
		same("balance", BigInt(balance), held);
		same("count", count, n);
		same("price", cost, price);
		same("all karma", all, karma);
		same("fees due", due, fees);
		same("judged", effective[2], judged);
		same("late ranges", late, ranges);
		people.forEach((a, i) => {
			same(`balance of ${i}`, BigInt(has[i]), each[3 * i]);
			same(`karma of ${i}`, karmas[2 * i], each[3 * i + 1]);
			same(`rewards of ${i}`, karmas[2 * i + 1], each[3 * i + 2]);
		});
		if (this.n === 0) return;
		const id = this.id();
		const [slot, range] = await this.read(["rec", BigInt(id)], ["lateRanges", late === 0n ? 0n : late - 1n]);
		same(`record ${id}`, slot, (await this.rules.ask("slot", 0, id))[1]);
		same("the last late range", range, `${from},${to},${at}`);
	}

	async block(most) {
		const now = this.jump();
		const expected = [];
		for (let i = 0; i < most; i++) expected.push(await this.one(now));
		const receipts = await this.chain.mine(now);
		if (receipts.length !== most) throw new Error(`${receipts.length} of ${most} transactions were mined`);
		for (const [i, e] of expected.entries()) await this.compare(e, receipts[i]);
		await this.compareState(now);
	}
}

console.log(`rules: seed ${seed}, ${ACTIONS} actions`);
const chain = new Chain(), rules = new Rules();
try {
	await chain.start();
	const run = new Run(chain, rules, new Dice(seed));
	await run.setUp();
	while (run.done < ACTIONS) {
		await run.startModel();
		const until = Math.min(run.done + PER_MODEL, ACTIONS);
		while (run.done < until) await run.block(Math.min(1 + run.dice.below(4), until - run.done));
	}
	for (const [what, n] of [...run.count].sort()) console.log(`${String(n).padStart(7)} ${what}`);
	console.log(`rules: ${run.done} actions, the chain and the rules in C agree`);
} catch (e) {
	console.error(`rules: seed ${seed}: ${e.stack}`);
	process.exitCode = 1;
} finally {
	rules.child.stdin.end();
	chain.child.removeAllListeners("exit");
	chain.child.kill();
	await once(chain.child, "exit");
}
