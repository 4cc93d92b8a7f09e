// Vectors in the format of recorded runs of 0xDeCA10B's contracts, made by
// running contracts of equal rules (tests/integration/deca/) on a real EVM. A
// plan is a vector without what the contracts say; `recorder.fill` says it.
import { decodeAbiParameters, decodeEventLog, decodeFunctionResult, encodeDeployData, encodeFunctionData, encodePacked,
	keccak256, toHex } from "viem";
import { contracts } from "../integration/deca_world.mjs";
import { startAnvil } from "../integration/chain.mjs";

const GAS = 20_000_000_000n;
const ZERO = `0x${"0".repeat(40)}`;

// JSON's decimal strings as an argument of this type.
function arg(type, v) {
	if (type.endsWith("]")) return v.map((one) => arg(type.replace(/\[\d*\]$/, ""), one));
	return /^u?int/.test(type) ? BigInt(v) : v;
}
const args = (inputs, list) => inputs.map((input, i) => arg(input.type, list[i]));

function abiOf(contract, fn, n) {
	return contracts[contract].abi.find((x) => x.type === "function" && x.name === fn &&
		(n === undefined || x.inputs.length === n));
}

export function call(contract, fn, list) {
	const item = abiOf(contract, fn, list.length);
	if (!item) throw new Error(`${contract} has no ${fn} of ${list.length}`);
	return encodeFunctionData({ abi: [item], functionName: fn, args: args(item.inputs, list) });
}

function creation(contract, list) {
	const { abi, bytecode } = contracts[contract];
	const { inputs } = abi.find((x) => x.type === "constructor") ?? { inputs: [] };
	return encodeDeployData({ abi, bytecode, args: args(inputs, list) });
}

// The words of a revert. A checked overflow is none of the originals': there
// the arithmetic wraps, and a contract of ours is wrong.
export function reason(data) {
	if (data === "0x") return "<execution reverted>";
	if (data.startsWith("0x08c379a0")) return decodeAbiParameters([{ type: "string" }], `0x${data.slice(10)}`)[0];
	const [code] = decodeAbiParameters([{ type: "uint256" }], `0x${data.slice(10)}`);
	if (data.startsWith("0x4e487b71") && (code === 0x32n || code === 0x12n)) return "<invalid opcode>";
	throw new Error(`a revert that the originals do not have: ${data}`);
}

// The same of a call to a trainer: what its parts revert with without words it
// passes on as nothing, where a newer compiler's tells of the panic.
function reasonPassedOn(data) {
	const words = reason(data);
	return words === "<invalid opcode>" ? "<execution reverted>" : words;
}

// The arguments of a constructor as a vector names them, in their order.
const NAMES = {
	DensePerceptron: ["classifications", "weights", "intercept", "learningRate"],
	SparsePerceptron: ["classifications", "weights", "intercept", "learningRate"],
	NaiveBayesClassifier: ["classifications", "classCounts", "featureCounts", "totalNumFeatures", "smoothingFactor"],
	NearestCentroidClassifier: ["classifications", "centroids", "dataCounts"],
	SparseNearestCentroidClassifier: ["classifications", "centroids", "dataCounts"],
};
// The same in the vectors of whole systems.
const SHORT = { classCounts: "counts", dataCounts: "counts", featureCounts: "features", totalNumFeatures: "total",
	smoothingFactor: "smoothing" };

// One question to a node: a contract made and called; who asks takes the
// answers in the order of the questions.
class Questions {
	constructor(contract, list) { Object.assign(this, { contract, list, calls: [], fns: [], at: 0 }); }

	ask(fn, ...list) {
		this.calls.push(call(this.contract, fn, list));
		this.fns.push(abiOf(this.contract, fn, list.length));
	}

	async send(node) {
		const [made, ...answers] = await node.run(creation(this.contract, this.list), this.calls);
		this.made = made.done ? null : reason(made.data);
		this.answers = answers;
	}

	// { revert } or { value }
	take() {
		const { done, data } = this.answers[this.at], item = this.fns[this.at++];
		if (!done) return { revert: reason(data) };
		return { value: item.outputs.length ? decodeFunctionResult({ abi: [item], functionName: item.name, data }) : null };
	}
	prediction() { const { revert, value } = this.take(); return revert ? { revert } : Number(value); }
	reverted() { return this.take().revert ?? null; }
	text() { return String(this.take().value); }

	// The values of `n` questions up to the first that has no answer.
	some(n) {
		const all = [...Array(n)].map(() => this.take());
		const end = all.findIndex((a) => a.revert);
		return all.slice(0, end < 0 ? n : end).map((a) => a.value);
	}
}

// What a model is asked when all is done, and what is made of the answers.
const columns = (plan) => plan.columns ?? [];
const times = (n, f) => [...Array(n).keys()].map(f);
const finals = {
	DensePerceptron: {
		ask(q, plan) { for (let i = 0; i <= plan.most; i++) q.ask("weights", i); },
		take: (q, plan) => ({ weights: q.some(plan.most + 1).map(String) }),
	},
	SparsePerceptron: {
		ask(q, plan) {
			for (const c of columns(plan)) q.ask("weights", BigInt.asUintN(64, BigInt(c)));
			for (const b of plan.batches) q.ask("evaluateBatch", b.dataBatch, b.classifications);
		},
		take: (q, plan) => ({
			weights: Object.fromEntries(columns(plan).map((c) => [BigInt.asUintN(64, BigInt(c)), q.text()])),
			evaluateBatch: plan.batches.map((b) => {
				const { revert, value } = q.take();
				return { ...b, ...(revert ? { revert } : { numCorrect: Number(value) }) };
			}),
		}),
	},
	NaiveBayesClassifier: {
		ask(q, plan) {
			for (let k = 0; k < plan.classes; k++) {
				q.ask("getNumSamples", k);
				q.ask("getClassTotalFeatureCount", k);
				for (const c of columns(plan)) q.ask("getFeatureCount", k, BigInt.asUintN(32, BigInt(c)));
			}
			q.ask("smoothingFactor");
		},
		take(q, plan) {
			const all = times(plan.classes, () => [q.take(), q.take(), columns(plan).map((c) => [c, q.take()])]);
			return { classInfos: all.filter(([n]) => !n.revert).map(([n, total, counts]) => ({ numSamples: String(n.value),
				totalFeatureCount: String(total.value), featureCounts: Object.fromEntries(counts.map(([c, v]) =>
					[BigInt.asUintN(32, BigInt(c)), String(v.value)])) })),
			smoothingFactor: q.text(), totalNumFeatures: plan.constructor.totalNumFeatures };
		},
	},
	NearestCentroidClassifier: {
		ask(q, plan) {
			for (let k = 0; k < plan.classes; k++) {
				for (let i = 0; i <= plan.most; i++) q.ask("centroids", k, i);
			}
			for (let k = 0; k < plan.classes + plan.constructor.dataCounts.length; k++) q.ask("dataCounts", k);
		},
		take(q, plan) {
			const rows = times(plan.classes, () => q.some(plan.most + 1).map(String));
			return { centroids: rows.slice(0, plan.count),
				dataCounts: q.some(plan.classes + plan.constructor.dataCounts.length).map(String) };
		},
	},
	SparseNearestCentroidClassifier: {
		ask(q, plan) {
			for (let k = 0; k < plan.classes; k++) {
				q.ask("getNumSamples", k);
				q.ask("getSquaredMagnitude", k);
				for (const c of columns(plan)) {
					q.ask("stored", k, BigInt.asUintN(32, BigInt(c)));
					q.ask("getCentroidValue", k, BigInt.asUintN(32, BigInt(c)));
				}
			}
		},
		take(q, plan) {
			const cell = () => {
				const { value } = q.take(), scaled = q.take();
				return value && { value: String(value.value), numSamples: String(value.numSamples),
					getCentroidValue: scaled.revert ? { revert: scaled.revert } : String(scaled.value) };
			};
			const all = times(plan.classes, () => [q.take(), q.take(), columns(plan).map((c) =>
				[BigInt.asUintN(32, BigInt(c)), cell()])]);
			return { classInfos: all.filter(([n]) => !n.revert).map(([n, square, cells]) => ({ numSamples: String(n.value),
				squaredMagnitude: String(square.value), centroid: Object.fromEntries(cells) })) };
		},
	},
};

// How much there may be to ask for at the end.
function bounds(plan) {
	const c = plan.constructor, flat = (v) => (v ?? []).reduce((n, one) => n + (Array.isArray(one) ? one.length : 1), 0);
	plan.classes = c.classifications.length + plan.init.length + 1;
	plan.most = flat(c.weights) + flat(c.centroids) + plan.init.reduce((n, i) => n + flat(i.args.flat()), 0);
	plan.batches ??= [];
	return plan;
}

async function classifier(node, given) {
	const plan = bounds(structuredClone(given)), kind = plan.classifier;
	const q = new Questions(kind, NAMES[kind].map((name) => plan.constructor[name]));
	const probe = () => plan.probeInputs.forEach((x) => q.ask("predict", x));
	for (const { fn, args: list } of plan.init) q.ask(fn, ...list);
	probe();
	for (const { data, classification } of plan.steps) {
		q.ask("predict", data);
		q.ask("update", data, classification);
		q.ask("predict", data);
		probe();
	}
	q.ask("getNumClassifications");
	for (let k = 0; k < plan.classes; k++) q.ask("classifications", k);
	finals[kind].ask(q, plan);
	if (kind.endsWith("Perceptron")) { q.ask("intercept"); q.ask("learningRate"); }
	for (let i = 0; i < (plan.indices ?? 0); i++) q.ask("featureIndices", i);
	plan.norms.forEach((data) => q.ask("norm", data));
	await q.send(node);
	if (q.made) throw new Error(`${given.name}: the constructor reverts: ${q.made}`);

	const probed = () => plan.probeInputs.map(() => q.prediction());
	const init = plan.init.map((i) => ({ ...i, reverted: q.reverted() }));
	const initialProbes = probed();
	const steps = plan.steps.map((s) => ({ ...s, predictBefore: q.prediction(), reverted: q.reverted(),
		predictAfter: q.prediction(), probes: probed() }));
	const numClassifications = Number(q.take().value);
	plan.count = numClassifications;
	const final = { numClassifications, classifications: q.some(plan.classes), ...finals[kind].take(q, plan) };
	if (kind.endsWith("Perceptron")) Object.assign(final, { intercept: q.text(), learningRate: q.text() });
	if (plan.indices) final.featureIndices = q.some(plan.indices).map(Number);
	const norms = plan.norms.map((data) => {
		const { revert, value } = q.take();
		return { data, ...(revert ? { revert } : { norm: String(value) }) };
	});
	return { classifier: kind, name: plan.name, seed: plan.seed, constructor: plan.constructor, init,
		probeInputs: plan.probeInputs, initialProbes, steps, final, norms };
}

async function constructors(node, plan) {
	const vector = { constructors: [], transferOwnership: [] };
	for (const { contract, args: list } of plan.constructors) {
		const q = new Questions(contract, list);
		await q.send(node);
		vector.constructors.push({ contract, args: list, reverted: q.made });
	}
	const owned = await node.deploy("Owned", [], 0);
	for (const { caller, newOwner } of plan.transferOwnership) {
		const { output, ok } = await node.send(caller, owned, call("Owned", "transferOwnership",
			[newOwner < 0 ? ZERO : node.accounts[newOwner]]));
		vector.transferOwnership.push({ caller, newOwner, reverted: ok ? null : reason(output) });
	}
	return vector;
}

// An incentive called by whoever, without a trainer.
async function direct(node, plan) {
	const stake = plan.incentive === "Stakeable64";
	node.jump(plan.deployTimestamp);
	const to = await node.deploy(plan.incentive, plan.args, plan.owner);
	const who = node.accounts.slice(0, plan.accounts);
	const steps = [];
	for (const step of plan.steps) {
		const a = step.args, named = (i) => node.accounts[i];
		const list = step.fn === "handleAddData" ? [a.msgValue, a.data, a.classification]
			: step.fn === "handleRefund" ? [named(a.submitter), a.data, a.classification, a.addedTime, a.claimableAmount,
				a.claimedBySubmitter, a.prediction, a.numClaims]
				: [named(a.reporter), a.data, a.classification, a.addedTime, named(a.originalAuthor), a.initialDeposit,
					a.claimableAmount, a.claimedByReporter, a.prediction, a.numClaims];
		node.jump(step.timestamp);
		const { ok, output } = await node.send(step.caller, to, call(plan.incentive, step.fn, list));
		const [submitted, good, ...rest] = await node.read(to, [[plan.incentive, "totalSubmitted"],
			[plan.incentive, "totalGoodDataCount"], ...who.map((w) => [plan.incentive, "numValidForAddress", w]),
			...(stake ? [[plan.incentive, "lastUpdateTimeS"]] : [])]);
		steps.push({ ...step, reverted: ok ? null : reason(output), result: ok ? String(BigInt(output)) : null,
			state: { totalSubmitted: String(submitted), totalGoodDataCount: String(good),
				numValid: rest.slice(0, who.length).map(String),
				...(stake ? { lastUpdateTimeS: String(rest.at(-1)) } : {}) } });
	}
	return { kind: "incentive-direct", incentive: plan.incentive, args: plan.args, owner: plan.owner,
		deployTimestamp: plan.deployTimestamp, steps };
}

// A data handler, an incentive and a classifier that a trainer owns.
class System {
	constructor(node, plan) { Object.assign(this, { node, plan, stake: plan.incentive === "Stakeable64" }); }

	async deploy() {
		const { node, plan } = this, { model } = plan;
		const list = NAMES[model.type].map((name) => model[name] ?? model[SHORT[name]]);
		const waits = plan.incentiveArgs;
		node.jump(plan.start);
		this.classifier = await node.deploy(model.type, list, 0);
		this.data = await node.deploy("DataHandler64", [], 0);
		this.incentive = await node.deploy(plan.incentive, [waits.refundWaitTimeS, waits.ownerClaimWaitTimeS,
			waits.anyAddressClaimWaitTimeS, ...(this.stake ? [waits.costWeight] : [])], 0);
		this.trainer = await node.deploy("CollaborativeTrainer64", ["n", "d", "e", this.data, this.incentive,
			this.classifier], 0);
		for (const part of [this.classifier, this.data, this.incentive])
			await node.send(0, part, call("Owned", "transferOwnership", [this.trainer]));
		this.before = await node.balances([...node.accounts, this.trainer]);
	}

	account(address) { return this.node.accounts.findIndex((a) => a.toLowerCase() === address.toLowerCase()); }
	named(i) { return i < 0 ? ZERO : this.node.accounts[i]; }

	async state(key) {
		const { node, stake, plan } = this, kind = plan.incentive;
		const [submitted, good, ...rest] = await node.read(this.incentive, [[kind, "totalSubmitted"],
			[kind, "totalGoodDataCount"], ...node.accounts.map((a) => [kind, "addressStats", a]),
			...(stake ? [[kind, "lastUpdateTimeS"]] : [])]);
		const [entry] = key ? await node.read(this.data, [["DataHandler64", "addedData", key]]) : [];
		const balances = (await node.balances([...node.accounts, this.trainer])).map((b, i) => String(b - this.before[i]));
		return { totalSubmitted: String(submitted), totalGoodDataCount: String(good),
			addressStats: rest.slice(0, node.accounts.length).map(([numValid, numSubmitted]) =>
				({ numValid: String(numValid), numSubmitted: String(numSubmitted) })),
			...(entry ? { entry: { c: String(entry[0]), t: String(entry[1]), sender: this.account(entry[2]),
				initialDeposit: String(entry[3]), claimableAmount: String(entry[4]), numClaims: String(entry[5]) } } : {}),
			...(stake ? { lastUpdateTimeS: String(rest.at(-1)) } : {}),
			trainerBalance: balances.pop(), balances };
	}

	result(step, logs) {
		const abi = [...contracts.CollaborativeTrainer64.abi, ...contracts[this.plan.incentive].abi];
		const { eventName, args: told } = decodeEventLog({ abi, ...logs[0] });
		if (step.action === "addData") return { t: Number(told.t), cost: String(told.cost) };
		return { event: eventName, recipient: this.account(told.recipient),
			...(this.stake ? { amount: String(told.amount) } : {}) };
	}

	async step(step) {
		const { node } = this, { data, classification: c } = step;
		const add = step.action === "addData", report = step.action === "report";
		const [prediction] = await node.ask(this.classifier, [[this.plan.model.type, "predict", data]]);
		node.jump(step.timestamp);
		const list = add ? [data, c] : report ? [data, c, step.addedTime, this.named(step.originalAuthor)]
			: [data, c, step.addedTime];
		const { ok, output, logs } = await node.send(step.caller, this.trainer,
			call("CollaborativeTrainer64", step.action, list), add ? BigInt(step.value) : 0n);
		const author = this.named(report ? step.originalAuthor : step.caller);
		const key = keccak256(encodePacked(["int64[]", "uint64", "uint256", "address"],
			[data.map(BigInt), BigInt(c), BigInt(add ? step.timestamp : step.addedTime), author]));
		return { ...step, prediction: prediction.revert ? prediction : Number(prediction.value),
			reverted: ok ? null : reasonPassedOn(output), result: ok ? this.result(step, logs) : null,
			state: await this.state(key) };
	}

	async weights() {
		const { type, weights } = this.plan.model;
		if (!type.endsWith("Perceptron")) return {};
		return { weights: (await this.node.read(this.classifier, weights.map((_, i) => [type, "weights", i]))).map(String) };
	}

	async view(view) {
		const { fn } = view, a = view.args;
		const of = Array.isArray(a) ? this.incentive : this.data;
		const list = fn === "numValidForAddress" ? [this.node.accounts[a[0]]] : Array.isArray(a) ? a
			: [a.data, a.c, a.t, this.named(a.author), ...(fn === "hasClaimed" ? [this.node.accounts[a.claimer]] : [])];
		const [{ revert, value }] = await this.node.ask(of, [[of === this.data ? "DataHandler64" : this.plan.incentive,
			fn, ...list]]);
		return { ...view, ...(revert ? { revert } : { result: typeof value === "boolean" ? value : String(value) }) };
	}

	async wired({ caller, contract, fn }) {
		const a = this.node.accounts[1];
		const to = contract === this.plan.incentive ? this.incentive : contract === "DataHandler64" ? this.data
			: this.classifier;
		const list = { transferOwnership: [a], update: [[], 0], handleAddData: to === this.data ? [a, 0, [], 0] : [0, [], 0],
			handleRefund: to === this.data ? [a, [], 0, 0] : [a, [], 0, 0, 0, false, 0, 0],
			handleReport: to === this.data ? [a, [], 0, 0, a] : [a, [], 0, 0, a, 0, 0, false, 0, 0],
			updateClaimableAmount: [`0x${"0".repeat(64)}`, 0] }[fn];
		const { ok, output } = await this.node.send(caller, to, call(contract, fn, list));
		return { caller, contract, fn, reverted: ok ? null : reason(output) };
	}
}

async function system(node, plan) {
	const s = new System(node, plan);
	await s.deploy();
	const [start] = s.stake ? await node.read(s.incentive, [[plan.incentive, "lastUpdateTimeS"]]) : [0n];
	const steps = [], views = [], afterWiring = [];
	for (const step of plan.steps) steps.push(await s.step(step));
	const final = { state: await s.state(), ...await s.weights() };
	for (const view of plan.views) views.push(await s.view(view));
	for (const one of plan.afterWiring) afterWiring.push(await s.wired(one));
	return { kind: "incentive", name: plan.name, incentive: plan.incentive, incentiveArgs: plan.incentiveArgs,
		model: plan.model, accounts: node.accounts, trainer: s.trainer, initialLastUpdateTimeS: String(start), steps, final,
		views, afterWiring };
}

// A node whose time is told, and whose gas is free: balances are the
// contracts' doing alone.
class Node {
	async start() {
		const { child, url } = await startAnvil(["--block-base-fee-per-gas", "0", "--gas-price", "0", "--balance",
			"1000000000000000", "--timestamp", "1600000000", "--no-request-size-limit"]);
		Object.assign(this, { child, url, time: 0 });
		this.accounts = (await this.rpc("eth_accounts")).slice(0, 6);
		this.helper = await this.deploy("Runner", [], 0);
		this.fresh = await this.rpc("evm_snapshot");
		return this;
	}
	stop() { this.child.kill(); }

	async rpc(method, ...params) {
		const answer = await fetch(this.url, { method: "POST", headers: { "content-type": "application/json" },
			body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) });
		const { result, error } = await answer.json();
		if (error) throw Object.assign(new Error(`${method}: ${error.message}`), { data: error.data });
		return result;
	}

	// The next block's time, which may be the last one's.
	jump(time) { this.time = Number(time); }

	// All that was done is undone: each plan begins on the same chain.
	async again() {
		await this.rpc("evm_revert", this.fresh);
		this.fresh = await this.rpc("evm_snapshot");
		this.time = 0;
	}

	async transact(caller, tx) {
		const hash = await this.rpc("eth_sendTransaction", { from: this.accounts[caller], gas: toHex(30_000_000n),
			gasPrice: "0x0", ...tx });
		if (this.time) await this.rpc("evm_setNextBlockTimestamp", toHex(this.time));
		await this.rpc("evm_mine");
		return this.rpc("eth_getTransactionReceipt", hash);
	}

	async deploy(contract, list, caller) {
		const { contractAddress, status } = await this.transact(caller, { data: creation(contract, list) });
		if (status !== "0x1") throw new Error(`${contract} was not deployed`);
		return contractAddress;
	}

	async send(caller, to, data, value = 0n) {
		const { status, logs, transactionHash } = await this.transact(caller, { to, data, value: toHex(value) });
		const trace = await this.rpc("debug_traceTransaction", transactionHash, { tracer: "callTracer" });
		return { ok: status === "0x1", logs, output: trace.output ?? "0x" };
	}

	async runner(fn, ...list) {
		const { abi } = contracts.Runner, data = encodeFunctionData({ abi, functionName: fn, args: list });
		const answer = await this.rpc("eth_call", { from: this.accounts[0], to: this.helper, data, gas: toHex(GAS) }, "latest");
		return decodeFunctionResult({ abi, functionName: fn, data: answer });
	}
	run(code, calls) { return this.runner("run", code, calls); }
	balances(list) { return this.runner("balances", list); }

	// [contract, fn, ...arguments] each: { value } or { revert }
	async ask(to, list) {
		const answers = await this.runner("look", list.map(() => to), list.map(([contract, fn, ...rest]) =>
			call(contract, fn, rest)));
		return answers.map(({ done, data }, i) => {
			const [contract, fn, ...rest] = list[i];
			return done ? { value: decodeFunctionResult({ abi: [abiOf(contract, fn, rest.length)], functionName: fn, data }) }
				: { revert: reason(data) };
		});
	}
	async read(to, list) {
		return (await this.ask(to, list)).map(({ value, revert }) => {
			if (revert) throw new Error(revert);
			return value;
		});
	}
}

export class Recorder {
	async start() { this.node = await new Node().start(); return this; }
	stop() { this.node.stop(); }

	// What the contracts make of a plan.
	async fill(plan) {
		await this.node.again();
		if (plan.kind === "incentive") return system(this.node, plan);
		if (plan.kind === "incentive-direct") return direct(this.node, plan);
		return plan.constructors ? constructors(this.node, plan) : classifier(this.node, plan);
	}
}
