// The following half against a real chain: node tests/integration/follow.mjs
// [NAME...] runs the scenarios below, or those named, and prints one line each.
import assert from "node:assert/strict";
import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import path from "node:path";
import { parseEther, toEventSelector } from "viem";
import { Chain, Dice, SPEC, root, sample, startAnvil } from "./chain.mjs";
import { Daemon, newDir } from "./daemon.mjs";
import { Judge } from "./judge.mjs";

const children = [];
process.on("exit", () => children.forEach((c) => c.kill("SIGKILL")));

async function newChain(args) {
	const { child, url } = await startAnvil(args);
	children.push(child);
	const chain = new Chain(url);
	await chain.deploy();
	chain.end = () => { child.removeAllListeners("exit"); child.kill("SIGKILL"); };
	return chain;
}

// A few contributions from each of some accounts, in one block.
async function contributions(chain, dice, trainers, n) {
	for (let i = 0; i < n; i++) {
		const k = dice.below(trainers.length);
		await chain.contribute(trainers[k].address, dice.below(8), sample(dice), trainers[k].kind === "stake");
	}
}

async function twoModels(chain) {
	return [{ kind: "stake", address: await chain.createModel("stake", "Sections of things!") },
		{ kind: "points", address: await chain.createModel("points", "tic tac", { challengeS: 6 }) }];
}

// Blocks of contributions; every so often a checkpoint is posted as computed,
// and what can be claimed is claimed.
async function life(chain, daemon, trainers, dice, blocks, each = 6, claims = 40) {
	const done = { refunds: 0, reports: 0, checkpoints: 0 };
	for (let b = 0; b < blocks; b++) {
		await contributions(chain, dice, trainers, each);
		await chain.mine();
		if (b % 8 !== 7) continue;
		await daemon.caughtUp(chain);
		for (const t of trainers) {
			const rows = await daemon.checkpoints(t.address);
			if (!rows.length || rows[0].accepted) continue;
			await chain.post(t.address, rows);
			done.checkpoints++;
		}
		await chain.mine();
		await chain.mine(8);
		for (const t of trainers) {
			const some = await chain.claimAll(t.address, claims);
			done.refunds += some.refunds;
			done.reports += some.reports;
		}
		await chain.mine();
	}
	return done;
}

function same(a, b, what) {
	const missing = a.filter((l) => !b.includes(l)), extra = b.filter((l) => !a.includes(l));
	assert.deepEqual({ missing: missing.slice(0, 5), extra: extra.slice(0, 5) }, { missing: [], extra: [] }, what);
	assert.deepEqual(a, b, what);
}

// Every measurement on held-out rows belongs to a block of this chain, after
// more contributions than the one before, and the last is the model's own.
async function measuredInOrder(chain, daemon) {
	const head = Number(await chain.reader.getBlockNumber());
	for (const m of await daemon.models()) {
		if (!m.count) continue;
		const points = await daemon.holdout(m.address);
		points.forEach(([count, block], i) => {
			assert.ok(block <= head && count > (points[i - 1]?.[0] ?? 0) &&
				block > (points[i - 1]?.[1] ?? 0), JSON.stringify(points));
		});
		const [count, , right, rows] = points.at(-1);
		assert.deepEqual([count, right, rows], [m.count, ...m.holdout]);
		assert.equal(rows, 32);
	}
}

// What a daemon that begins now makes of the chain as it stands.
async function fresh(chain, args = []) {
	const daemon = new Daemon(chain, { args });
	await daemon.caughtUp(chain);
	const dump = await daemon.dump();
	assert.equal(await daemon.stop(), 0);
	return dump;
}

async function equalsTheChain(chain, daemon, trainers) {
	const s = await daemon.status();
	assert.equal(s.halted, false);
	assert.equal(s.mismatches, 0, daemon.stderr);
	for (const m of await daemon.models()) {
		const list = chain.records.get(m.address) ?? [];
		assert.equal(BigInt(m.count), await chain.read(m.address, "totalSubmitted"));
		if (m.count > 0) {
			const slot = BigInt(await chain.read(m.address, "rec", [BigInt(m.count - 1)]));
			assert.equal(BigInt(m.record), slot & ~1n);
		}
		assert.equal(BigInt(m.karma), await chain.read(m.address, "totalGoodDataCount"));
		const held = list.filter((r) => !r.settled).reduce((sum, r) => sum + r.deposit, 0n);
		assert.equal(BigInt(m.held), held);
		const all = list.reduce((sum, r) => sum + r.deposit, 0n);
		assert.equal(await chain.reader.getBalance({ address: m.address }), all - BigInt(m.paid_out));
		const [, , time] = await chain.read(m.address, "head");
		assert.equal(BigInt(m.price), await chain.read(m.address, "getNextAddDataCost", [time]));
		const [, , judged] = await chain.read(m.address, "effective");
		assert.equal(BigInt(m.judged), judged);
	}
}

// A rule each, with parameters under which every verdict occurs.
const RULES = {
	"two-fold": { credit: 1e9, margin: 5e8 },
	"k-fold": { credit: 1e9, folds: 4, margin: 5e8 },
	"sketch-fold": { credit: 1e9, folds: 3, margin: 5e8 },
	support: { credit: 1e9, folds: 3, margin: 5e8, support: 2 },
	jury: { credit: 1e9, folds: 5, known: 2, margin: 5e8, recent: 40 },
};

async function modelOf(chain, rule) {
	const param = Object.entries(RULES[rule]).map(([k, v]) => `${k}=${v}`).join(" ");
	const spec = SPEC.replace(/^verdict .*$/m, `verdict ${rule} ${param}`);
	return { kind: "points", rule, spec, address: await chain.createModel("points", rule, {}, spec) };
}

// What the protocol makes of the chain's own log, checkpoint by checkpoint,
// against what the daemon computed. Returns the verdicts, by id.
async function judgedAlike(chain, daemon, { rule, spec, address }) {
	const judge = new Judge(rule, RULES[rule], spec, 3, 256);
	const all = await chain.contributed(address), verdicts = [];
	for (const row of (await daemon.checkpoints(address)).reverse()) {
		while (judge.list.length < row.count) judge.learn(all[judge.list.length]);
		assert.equal(row.stateRoot, judge.root(), `${rule} after ${row.count}`);
		for (let i = row.judgedBefore; i < row.judged; i++) {
			const word = BigInt(row.words[Math.floor(i / 128) - Math.floor(row.judgedBefore / 128)]);
			verdicts[i] = judge.verdict(i);
			assert.equal(Number(word >> BigInt(2 * (i % 128)) & 3n), verdicts[i], `${rule}, contribution ${i}`);
		}
	}
	assert.ok([0, 1, 2, 3].every((v) => verdicts.includes(v)), `${rule}: ${verdicts}`);
	return verdicts;
}

const scenarios = {
	async "300 contributions, verdicts and claims are followed as the chain has them"() {
		const chain = await newChain();
		const daemon = new Daemon(chain);
		const trainers = await twoModels(chain);
		const done = await life(chain, daemon, trainers, new Dice(1), 56);
		await chain.call(chain.accounts[2], trainers[0].address, "claimRewards", []);
		await chain.call(chain.accounts[18], trainers[0].address, "claimRewards", []);
		await chain.mine();
		for (const jump of [4000, 90000, 3600]) {	// windows move on
			await contributions(chain, new Dice(jump), trainers, 6);
			await chain.mine();
			await daemon.caughtUp(chain);
			for (const t of trainers) await chain.claimAll(t.address, 12);
			await contributions(chain, new Dice(jump + 1), trainers, 6);
			await chain.mine(jump);
		}
		await daemon.caughtUp(chain);
		assert.ok(done.refunds > 50 && done.reports > 5 && done.checkpoints > 8, JSON.stringify(done));
		await equalsTheChain(chain, daemon, trainers);
		const rows = await daemon.checkpoints(trainers[0].address);
		assert.ok(rows.some((r) => r.accepted) && rows.every((r) => !r.differs));
		await measuredInOrder(chain, daemon);
		const live = await daemon.dump();
		assert.equal(live.filter((l) => l.startsWith("contributions|")).length, 372);
		same(live, await fresh(chain), "once more from the start, block by block");
		same(live, await fresh(chain, ["--depth", "0"]), "in ranges of final blocks");
		same(live, await fresh(chain, ["--depth", "7"]), "in ranges, then block by block");
		assert.equal(await daemon.stop(), 0);
		const again = new Daemon(chain, { dir: daemon.dir });
		await again.caughtUp(chain);
		same(live, await again.dump(), "after a restart, from snapshots");
		await contributions(chain, new Dice(99), trainers, 6);
		await chain.mine();
		await again.caughtUp(chain);
		await measuredInOrder(chain, again);
		await again.stop();
		chain.end();
	},

	async "reorgs of depth 1 to 32 and 200 end where the straight chain ends"() {
		const chain = await newChain();
		const daemon = new Daemon(chain, { args: ["--snapshot", "20", "--depth", "1000"] });
		const trainers = await twoModels(chain);
		await life(chain, daemon, trainers, new Dice(2), 24);
		const depths = process.env.SOAK ? [...Array(32).keys()].map((i) => i + 1) : [1, 2, 3, 5, 8, 16, 32];
		for (const [before, depth] of [...depths, 200].entries()) {
			const dice = new Dice(100 + depth);
			const each = depth > 8 ? 1 : 4;
			await daemon.caughtUp(chain);
			const dump = await daemon.dump();
			const saved = chain.save(), snapshot = await chain.rpc("evm_snapshot");
			const lost = [...trainers];
			for (let b = 0; b < depth; b++) {	// these go
				if (b === 1) lost.push({ kind: "points", address: await chain.createModel("points", "lost") });
				else await contributions(chain, dice, lost, each), await chain.mine();
				if (b === 4) for (const t of trainers) await chain.claimAll(t.address, 5);
			}
			await daemon.caughtUp(chain, { reorgs: before });
			assert.notDeepEqual(await daemon.dump(), dump);
			assert.equal(await chain.rpc("evm_revert", [snapshot]), true);
			chain.restore(saved);
			for (let b = 0; b <= depth; b++) {	// these stay
				await contributions(chain, dice, trainers, each);
				await chain.mine(3);
			}
			const s = await daemon.caughtUp(chain, { reorgs: before + 1 });
			assert.equal(s.reorgs, before + 1);
			await equalsTheChain(chain, daemon, trainers);
			await measuredInOrder(chain, daemon);
			same(await daemon.dump(), await fresh(chain), `depth ${depth}`);
		}
		await daemon.stop();
		chain.end();
	},

	async "each rule's verdicts on the chain are the protocol's, computed a second time"() {
		const chain = await newChain();
		const daemon = new Daemon(chain);
		const trainers = [];
		for (const rule of Object.keys(RULES)) trainers.push(await modelOf(chain, rule));
		await life(chain, daemon, trainers, new Dice(21), 32, 16, 3);
		await daemon.caughtUp(chain);
		await equalsTheChain(chain, daemon, trainers);
		for (const t of trainers) {
			const verdicts = await judgedAlike(chain, daemon, t);
			const [, , effective] = await chain.read(t.address, "effective");
			assert.ok(effective > 60n, `${t.rule}: ${effective}`);
			for (let i = 0n; i < effective; i++)
				assert.equal(await chain.read(t.address, "verdictOf", [i]), verdicts[i], `${t.rule} ${i}`);
		}
		await daemon.stop();
		chain.end();
	},

	async "who signed a checkpoint is counted, and who could have"() {
		const chain = await newChain();
		const daemon = new Daemon(chain, { args: ["--depth", "1000"] });
		const [a, b, c, fresh_key] = [1, 16, 17, 18].map((i) => chain.accounts[i]);
		const model = { kind: "stake", address: await chain.createModel("stake", "signed") };
		const dice = new Dice(7);
		// A checkpoint that these sign; then what each operator has on record.
		const record = async (...signers) => {
			let rows = [];
			while (!rows.length || rows[0].accepted) {
				await contributions(chain, dice, [model], 4);
				await chain.mine(6);
				await daemon.caughtUp(chain);
				rows = await daemon.checkpoints(model.address);
			}
			await chain.post(model.address, rows, signers);
			await chain.mine();
			await daemon.caughtUp(chain);
			return (await daemon.operators()).map((o) => [o.signed, o.missed, o.last === rows[0].epoch]);
		};
		assert.deepEqual(await record(a), [[1, 0, true]], "alone");
		for (const [who, bond] of [[b, "3"], [c, "1"]])
			await chain.call(who, chain.pool, "join", [who.address, who.address, who.address, "https://x.example"],
				parseEther(bond));
		await chain.mine();
		assert.deepEqual(await record(a), [[2, 0, true], [0, 0, false], [0, 0, false]], "newcomers do not count yet");
		await chain.mine(20);
		assert.deepEqual(await record(a, b, c), [[3, 0, true], [1, 0, true], [1, 0, true]], "all");
		assert.deepEqual(await record(a, b), [[4, 0, true], [2, 0, true], [1, 1, false]], "one misses");
		const saved = chain.save(), snapshot = await chain.rpc("evm_snapshot");
		assert.deepEqual(await record(b, c, a), [[5, 0, true], [3, 0, true], [2, 1, true]], "to be undone");
		assert.equal(await chain.rpc("evm_revert", [snapshot]), true);
		chain.restore(saved);
		for (let i = 0; i < 4; i++) await contributions(chain, dice, [model], 2), await chain.mine(7);
		await daemon.caughtUp(chain, { reorgs: 1 });
		assert.deepEqual((await daemon.operators()).map((o) => [o.signed, o.missed]), [[4, 0], [2, 0], [1, 1]],
			"as before the blocks that went");
		await chain.call(b, chain.pool, "setRoles", [2n, fresh_key.address, fresh_key.address, fresh_key.address]);
		await chain.mine();
		assert.deepEqual(await record(a, b), [[5, 0, true], [3, 0, true], [1, 2, false]], "the old key signs on");
		await chain.mine(20);
		assert.deepEqual(await record(a, fresh_key), [[6, 0, true], [4, 0, true], [1, 3, false]], "then the new one");
		await chain.call(c, chain.pool, "leave", [3n]);
		await chain.mine();
		await chain.mine(20);
		assert.deepEqual(await record(a, fresh_key), [[7, 0, true], [5, 0, true], [1, 3, false]], "who left misses nothing");
		const live = await daemon.dump();
		assert.ok(live.some((l) => l.startsWith("operator_keys|")), "keys are in the dump");
		same(live, await fresh(chain), "once more from the start");
		same(live, await fresh(chain, ["--depth", "0"]), "in ranges of final blocks");
		await daemon.stop();
		chain.end();
	},

	async "a reorg while the daemon is down is found when it comes back"() {
		const chain = await newChain();
		const daemon = new Daemon(chain);
		const trainers = await twoModels(chain);
		await life(chain, daemon, trainers, new Dice(3), 8);
		const saved = chain.save(), snapshot = await chain.rpc("evm_snapshot");
		await contributions(chain, new Dice(4), trainers, 5);
		await chain.mine();
		await daemon.caughtUp(chain);
		await daemon.stop();
		await chain.rpc("evm_revert", [snapshot]);
		chain.restore(saved);
		await contributions(chain, new Dice(5), trainers, 5);
		await chain.mine();
		await contributions(chain, new Dice(6), trainers, 5);
		await chain.mine();
		const back = new Daemon(chain, { dir: daemon.dir });
		await back.caughtUp(chain, { reorgs: 1 });
		same(await back.dump(), await fresh(chain));
		await back.stop();
		chain.end();
	},

	async "a reorg below the last final block halts and touches nothing"() {
		const chain = await newChain();
		const daemon = new Daemon(chain, { args: ["--depth", "2"] });
		const trainers = await twoModels(chain);
		await life(chain, daemon, trainers, new Dice(7), 4);
		const saved = chain.save(), snapshot = await chain.rpc("evm_snapshot");
		for (let b = 0; b < 5; b++) await contributions(chain, new Dice(b), trainers, 3), await chain.mine();
		await daemon.caughtUp(chain);
		const before = await daemon.dump();
		await chain.rpc("evm_revert", [snapshot]);
		chain.restore(saved);
		for (let b = 0; b < 8; b++) await contributions(chain, new Dice(50 + b), trainers, 3), await chain.mine(1);
		const s = await daemon.until((x) => x.halted, "halt");
		assert.match(s.why, /reorg below the last final block/);
		same(await daemon.dump(), before);
		await daemon.stop();
		chain.end();
	},

	async "killed at any moment, it goes on right"() {
		const chain = await newChain();
		const dice = new Dice(8);
		const trainers = await twoModels(chain);
		const dir = newDir();
		let daemon = new Daemon(chain, { dir, args: ["--snapshot", "10"] });
		for (let round = 0; round < 12; round++) {
			await life(chain, daemon, trainers, dice, 8, 4);
			for (let b = 0; b < 3; b++) await contributions(chain, dice, trainers, 4), await chain.mine();
			await new Promise((r) => setTimeout(r, dice.below(60)));
			await daemon.kill();
			daemon = new Daemon(chain, { dir, args: round % 2 ? ["--snapshot", "10"] : ["--depth", "3"] });
		}
		await daemon.caughtUp(chain);
		await equalsTheChain(chain, daemon, trainers);
		same(await daemon.dump(), await fresh(chain));
		await daemon.stop();
		chain.end();
	},

	async "a node that drops, repeats or changes a log halts following"() {
		const chain = await newChain();
		const trainers = await twoModels(chain);
		const first = new Daemon(chain);
		await life(chain, first, trainers, new Dice(9), 6);
		await first.stop();
		const topic = toEventSelector("Contributed(uint256,address,uint32,uint256,bytes)");
		const isContribution = (l) => l.topics[0] === topic;
		const faults = {
			drop: [(logs) => logs.filter((l, i) => !isContribution(l) || i !== logs.findIndex(isContribution)),
				/drops logs/],
			repeat: [(logs) => { const l = logs.find(isContribution);
				return l ? [...logs, { ...l, logIndex: "0xfff" }] : logs; }, /repeats logs/],
			change: [(logs) => logs.map((l) => isContribution(l) ?
				{ ...l, data: l.data.replace(/[1-9](0*)$/, "7$1") } : l), /drops or changes logs|other records/],
			dropAll: [(logs) => logs.filter((l) => !isContribution(l)), /drops/],
		};
		for (const [name, [spoil, why]] of Object.entries(faults)) {
			const proxy = await newProxy(chain.url, (m, result) => m === "eth_getLogs" ? spoil(result) : result);
			for (let b = 0; b < 17; b++) await contributions(chain, new Dice(b), trainers, 2), await chain.mine();
			const daemon = new Daemon(chain, { url: proxy.url });
			const s = await daemon.until((x) => x.halted, "halt");
			assert.match(s.why, why, name);
			await daemon.stop();
			proxy.close();
			const honest = new Daemon(chain, { dir: daemon.dir });
			const end = await honest.until((x) => x.halted || x.followed === x.head, "halt");
			// what is not final is asked for again, and put right; what was final before the lie came out
			// stays wrong, and is said
			if (!end.halted) same(await honest.dump(), await fresh(chain), name);
			else assert(["change", "dropAll"].includes(name), `${name}: ${end.why}`);
			await honest.stop();
		}
		chain.end();
	},

	async "a node that fails now and then is asked again, and no reorg is cried"() {
		const chain = await newChain();
		const trainers = await twoModels(chain);
		let n = 0;
		const dice = new Dice(10);
		const proxy = await newProxy(chain.url, (m, result) => result, (req, res) => {
			if (++n % 7 !== 0) return false;
			switch (dice.below(5)) {
			case 0: res.writeHead(502); res.end("<html>Bad Gateway</html>"); break;
			case 1: res.writeHead(429, { "Retry-After": "0" }); res.end("slow down"); break;
			case 2: res.writeHead(200); res.end("{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":-32000,\"message\":\"header not found\"}}"); break;
			case 3: res.writeHead(200); res.end("{\"jsonrpc\":\"2.0\",\"id\":0,\"resu"); break;
			case 4: res.socket.destroy(); break;
			}
			return true;
		});
		const daemon = new Daemon(chain, { url: proxy.url });
		await life(chain, daemon, trainers, new Dice(11), 4);
		const s = await daemon.caughtUp(chain);
		assert.equal(s.reorgs, 0);
		assert.equal(s.mismatches, 0);
		same(await daemon.dump(), await fresh(chain));
		await daemon.stop();
		proxy.close();
		chain.end();
	},

	async "an endpoint whose certificate nobody signed is told nothing, and another takes over"() {
		const chain = await newChain();
		const trainers = await twoModels(chain);
		await contributions(chain, new Dice(14), trainers, 5);
		await chain.mine();
		const pem = fs.readFileSync(path.join(root, "tests/vectors/self-signed.pem"));
		let asked = 0;
		const server = https.createServer({ key: pem, cert: pem }, (req, res) => { asked++; res.end("{}"); });
		await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
		const url = `https://127.0.0.1:${server.address().port}`;
		const alone = new Daemon(chain, { url });
		await alone.until((s) => s.error === "it does not answer", "told");
		assert.match(alone.stderr, /certificate|SSL/i);
		await alone.stop();
		const daemon = new Daemon(chain, { url: `${url},${chain.url}` });
		await daemon.caughtUp(chain);
		same(await daemon.dump(), await fresh(chain));
		await daemon.stop();
		assert.equal(asked, 0);
		server.close();
		chain.end();
	},

	async "anvil's own reorg is followed"() {
		const chain = await newChain();
		const daemon = new Daemon(chain);
		const trainers = await twoModels(chain);
		await life(chain, daemon, trainers, new Dice(12), 8);
		await daemon.caughtUp(chain);
		await chain.rpc("anvil_reorg", [3, []]);
		const s = await daemon.caughtUp(chain, { reorgs: 1 });
		assert.equal(s.reorgs, 1);
		same(await daemon.dump(), await fresh(chain));
		await daemon.stop();
		chain.end();
	},

	async "strangers' events and unknown specs are not taken in"() {
		const chain = await newChain();
		const trainers = await twoModels(chain);
		const other = new Chain(chain.url);
		other.nonces = chain.nonces;
		other.time = chain.time;
		await other.deploy();	// the same contracts, another factory
		const stranger = await other.createModel("points", "stranger");
		const odd = await other.createModel.call(Object.assign(other, { factory: chain.factory, pool: chain.pool }),
			"points", "odd", {}, "decaid 7\n");
		for (const t of [stranger, odd]) await other.contribute(t, 1, sample(new Dice(1)), false);
		await other.mine();
		chain.time = other.time;
		await contributions(chain, new Dice(13), trainers, 5);
		await chain.mine();
		const daemon = new Daemon(chain);
		await daemon.caughtUp(chain);
		const models = await daemon.models();
		assert.deepEqual(models.map((m) => [m.address, m.count > 0]),
			[...trainers.map((t) => [t.address, true]), [odd, false]]);
		await daemon.stop();
		chain.end();
	},
};

// anvil behind something that may spoil what comes back.
async function newProxy(target, spoil, instead = () => false) {
	const server = http.createServer((req, res) => {
		let body = "";
		req.on("data", (d) => { body += d; });
		req.on("end", async () => {
			if (instead(req, res)) return;
			const r = await fetch(target, { method: "POST", body, headers: { "content-type": "application/json" } });
			const asked = JSON.parse(body), got = await r.json();
			const one = (a, g) => "result" in g ? { ...g, result: spoil(a.method, g.result) } : g;
			res.setHeader("content-type", "application/json");
			res.end(JSON.stringify(Array.isArray(asked) ? asked.map((a, i) => one(a, got[i])) : one(asked, got)));
		});
	});
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	return { url: `http://127.0.0.1:${server.address().port}`,
		close: () => { server.close(); server.closeAllConnections(); } };
}

const wanted = process.argv.slice(2);
let failed = 0;
for (const [name, run] of Object.entries(scenarios)) {
	if (wanted.length && !wanted.some((w) => name.includes(w))) continue;
	const began = Date.now();
	try {
		await run();
		console.log(`ok: ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
	} catch (e) {
		failed++;
		console.log(`FAILED: ${name}\n${e.stack}`);
	}
}
process.exit(failed ? 1 : 0);
