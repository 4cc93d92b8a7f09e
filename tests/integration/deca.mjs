// `decaid follow` on a real chain: contracts that compute as 0xDeCA10B's do
// (tests/integration/deca/), one of each classifier, both incentives. The
// mirror is read at a block, follows what people do, and must answer every
// question as the chain does; then the chain reorganizes, a class is added,
// and a contract that lies is found out. `decaid` must be built.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { toFunctionSelector, toHex } from "viem";
import { Chain, startAnvil } from "./chain.mjs";
import { dice, kinds, World } from "./deca_world.mjs";
import { children, until as patient } from "./process.mjs";

const decaid = path.resolve(process.env.DECAID ?? path.join(process.cwd(), "decaid"));

// The command to its end: exit status and its lines of JSON.
function follow(world, trainer, ...args) {
	return followBy(world.chain.url, trainer, ...args);
}

function followBy(url, trainer, ...args) {
	return new Promise((resolve) => execFile(decaid, ["follow", trainer, "--rpc", url, "--json",
		"--once", "--seed", "7", ...args], { timeout: 120000 }, (error, stdout, stderr) =>
		resolve({ status: error ? error.code : 0, stderr,
			lines: stdout.split("\n").filter(Boolean).map((l) => JSON.parse(l)) })));
}
const of = (lines, type) => lines.filter((l) => l.type === type);

async function mirrors(world, kind, points) {
	const parts = await world.system(kind, points);
	world.chain.trainers = (world.chain.trainers ?? 0) + 1;
	await world.wire();
	const start = world.start = await world.chain.reader.getBlockNumber();
	await world.live(12);
	await world.chain.mine();
	const { status, lines, stderr } = await follow(world, parts.trainer.address, "--block", String(start),
		"--audit", "300");
	assert.equal(status, 0, stderr);
	const [model] = of(lines, "model");
	assert.equal(model.classifier, kind);
	assert.equal(model.incentive, points ? "Points64" : "Stakeable64");
	assert.equal(model.name, `a ${kind}`);
	assert.equal(model.wired, true);
	assert.deepEqual(model.classes, kinds[kind].args[0]);
	const [audit] = of(lines, "audit");
	assert.equal(audit.contributions, world.entries.length);
	assert.equal(of(lines, "contribution").length, world.entries.length);
	assert.equal(audit.audited, 300);
	assert.equal(audit.differed, 0);
	assert.equal(audit.rereads, 0);
	assert.equal(audit.refunds, of(lines, "refund").length);
	// A claim names a recipient alone; its transaction says of which sample.
	const given = of(lines, "contribution").map((l) => `${l.who} ${l.label} ${l.added_time}`);
	for (const claim of lines.filter((l) => l.type === "refund" || l.type === "report"))
		assert.ok(given.includes(`${claim.author} ${claim.label} ${claim.added_time}`), JSON.stringify(claim));
	const [again] = of(lines, "compare");
	assert.equal(again.difference, null);
	assert.ok(again.same > 5);
	console.log(`${kind}, ${model.incentive}: ${audit.contributions} contributions, ${audit.refunds} refunds, ` +
		`${audit.reports} reports, ${audit.audited} predictions and ${again.same} numbers the same`);
}

// The same when the model is read at the newest block, without history.
async function reads(world) {
	const { status, lines, stderr } = await follow(world, world.parts.trainer.address);
	assert.equal(status, 0, stderr);
	assert.equal(of(lines, "audit")[0].contributions, 0);
	assert.equal(of(lines, "audit")[0].differed, 0);
}

// A follower that stays: its lines as they come.
function stay(world, trainer) {
	const child = spawn(decaid, ["follow", trainer, "--rpc", world.chain.url, "--json", "--poll-ms", "20",
		"--audit", "40"], { stdio: ["ignore", "pipe", "pipe"] });
	const lines = [], waiting = [];
	let rest = "", stderr = "";
	child.stderr.on("data", (d) => { stderr += d; });
	child.stdout.on("data", (d) => {
		rest += d;
		const parts = rest.split("\n");
		rest = parts.pop();
		lines.push(...parts.map((l) => JSON.parse(l)));
		for (const w of waiting.splice(0)) w();
	});
	const ended = new Promise((resolve) => child.on("exit", (code) => {
		resolve(code);
		for (const w of waiting.splice(0)) w();
	}));
	const until = async (test) => {
		while (!test(lines)) {
			assert.equal(child.exitCode, null, stderr);
			await new Promise((resolve) => waiting.push(resolve));
		}
	};
	return { child, lines, until, ended };
}
const audited = (block) => (lines) => of(lines, "audit").some((a) => a.block === Number(block) && a.differed === 0);

// The last two blocks are others, which are empty.
async function reorg(world) {
	const { chain } = world;
	await chain.rpc("anvil_reorg", [2, []]);
	chain.nonces.clear();
	world.entries = world.entries.map((e) => ({ ...e, done: true }));
	chain.time += 1000;
}

async function staysThroughReorgs(world) {
	const { trainer } = world.parts;
	const f = stay(world, trainer.address);
	await f.until((lines) => of(lines, "audit").length > 0);
	await world.live(2);
	await world.chain.mine();
	await f.until(audited(await world.chain.reader.getBlockNumber()));
	// What was mined is gone, and other people contributed instead.
	await reorg(world);
	await world.live(2);
	await world.chain.mine();
	await f.until(audited(await world.chain.reader.getBlockNumber()));
	assert.ok(of(f.lines, "audit").at(-1).rereads > 0, "the reorg was not seen");
	f.child.kill("SIGTERM");
	assert.equal(await f.ended, 0);
}

// Before the trainer owns it the owner may add a class: an event tells.
async function classAdded(world, kind) {
	const parts = await world.system(kind, false);
	await world.chain.mine();
	const f = stay(world, parts.trainer.address);
	await f.until((lines) => of(lines, "audit").length > 0);
	assert.equal(f.lines[0].wired, false);
	await world.send(world.chain.accounts[0], parts.c, "addClass", kinds[kind].add);
	await world.chain.mine();
	await f.until(audited(await world.chain.reader.getBlockNumber()));
	assert.equal(of(f.lines, "class").length, 1);
	f.child.kill("SIGTERM");
	assert.equal(await f.ended, 0);
}

// A number changed behind the events' back: the audit, or the second
// reading, must say so.
async function findsALie(world) {
	const { c, trainer } = world.parts;
	const f = stay(world, trainer.address);
	await f.until((lines) => of(lines, "audit").length > 0);
	await world.chain.rpc("anvil_setStorageAt", [c.address, toHex(4n, { size: 32 }),
		toHex(2n ** 70n, { size: 32 })]);
	await world.live(1);
	assert.equal(await f.ended, 1, "the lie was not found");
}

const until = (test) => patient(test, 60, test);

// An endpoint in front of the chain's, which can be taken away, or answer otherwise.
async function endpoint(url, change = (asked, answer) => answer) {
	const server = http.createServer(async (rq, rp) => {
		const parts = [];
		for await (const part of rq) parts.push(part);
		const body = Buffer.concat(parts);
		const reply = await fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });
		rp.writeHead(reply.status, { "content-type": "application/json" });
		rp.end(change(body.toString(), await reply.text()));
	});
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	return { url: `http://127.0.0.1:${server.address().port}`,
		stop: () => { server.closeAllConnections(); server.close(); } };
}

// Contracts that emit the same events and are none: not taken in, and why.
async function turnsAway(world, log) {
	const fake = await world.deploy("Lookalike", []);
	await world.send(world.chain.accounts[3], fake, "shout", [3n]);
	await world.chain.mine();
	await until(() => log().includes(`no mirror of ${fake.address}: no trainer`));
}

// A number of the fixed point as the contracts' own dashboard makes it of a file's.
const fixed = (v) => BigInt(Math.floor(v * 1e9 + 0.5));

// The model taken away as a file: the contract's numbers, and the same state when it is read again. Two of the kinds have
// numbers here that no double holds: that is said.
async function exported(world, get) {
	const { chain, parts: { c, trainer, kind } } = world;
	const ask = (functionName, ...args) => chain.reader.readContract({ address: c.address, abi: c.abi, functionName, args });
	const sparse = !["DensePerceptron", "NearestCentroidClassifier"].includes(kind);
	const { status, body } = await until(async () => {
		const r = await get(`/${trainer.address}/export${sparse ? "?features=450" : ""}`);
		return r.status !== 503 && r;
	});
	if (!sparse) {
		assert.equal(status, 400);
		assert.match(body.detail, /no number that a double holds|over 2\^53/);
		return;
	}
	assert.equal(status, 200, JSON.stringify(body));
	assert.equal(body.mirror.classifier, c.address);
	for (let i = 0; i < 450; i += 7) {
		if (kind === "SparsePerceptron")
			assert.equal(fixed(body.weights[i] ?? body.sparseWeights?.[i] ?? 0), await ask("weights", BigInt(i)));
		else if (kind === "NaiveBayesClassifier")
			assert.equal(body.featureCounts[1].find(([k]) => k === i)?.[1] ?? 0,
				await ask("getFeatureCount", 1n, i));
		else
			assert.equal(fixed(Object.values(body.centroids)[1].centroid[i] ?? 0),
				await ask("getCentroidValue", 1n, i));
	}
	if (kind !== "SparseNearestCentroidClassifier") assert.equal(body.mirror.exact, true);
	const file = path.join(os.tmpdir(), `decaid-deca-${process.pid}.json`);
	fs.writeFileSync(file, JSON.stringify(body));
	await new Promise((resolve, reject) => execFile(decaid, ["import", file, "--json", "--out", `${file}.model`],
		(error, stdout, stderr) => error ? reject(new Error(stderr)) : resolve()));
	fs.rmSync(file);
	fs.rmSync(`${file}.model`);
}

// What people did stands with everybody's.
async function inTheBoards(world, url, get) {
	const { trainer } = world.parts;
	const board = (await get(`/${trainer.address}/leaderboard?by=contributions`)).body;
	const [{ address, contributions }] = board.entries;
	const all = await (await fetch(`${url}v1/leaderboard?by=contributions&limit=500`)).json();
	assert.ok(all.entries.find((e) => e.address === address).contributions >= contributions);
	const person = await (await fetch(`${url}v1/contributors/${address}`)).json();
	const here = person.models.find((m) => m.model === trainer.address);
	assert.equal(here.contributions, contributions);
	assert.ok(person.recent.some((c) => c.model === trainer.address));
	assert.equal(BigInt(here.deposited_wei),
		BigInt(here.refunded_wei) + BigInt(here.lost_wei) + BigInt(here.locked_wei));
}

// What the chain has, the database has: also when blocks were others.
async function reorganized(world, live) {
	const { chain, parts: { trainer } } = world;
	await reorg(world);
	await world.live(2);
	await chain.mine();
	const logs = await chain.reader.getContractEvents({ address: trainer.address, abi: trainer.abi,
		eventName: "AddData", fromBlock: 0n });
	const head = Number(await chain.reader.getBlockNumber());
	await until(async () => (await live()).as_of?.block === head);
	assert.equal((await live()).contributions, logs.length);
	await until(async () => (await live()).audit?.block === head);
}

// A daemon on a directory that was used before.
async function daemonOn(args) {
	const child = spawn(decaid, args, { stdio: ["ignore", "pipe", "pipe"] });
	children.add(child);
	let log = "";
	child.stderr.on("data", (d) => { log += d; });
	const ended = new Promise((resolve) => child.on("exit", resolve));
	const { url } = JSON.parse(await new Promise((resolve) => child.stdout.once("data", resolve)));
	const get = async (route) => {
		assert.equal(child.exitCode, null, log);
		return (await fetch(`${url}v1/models/${route}`)).json();
	};
	const stop = async (signal) => {
		child.kill(signal);
		const code = await ended;
		if (signal !== "SIGKILL") assert.equal(code, 0, log);
	};
	return { get, stop, log: () => log };
}

// The mirror is in the database: it needs no name, and nothing is read twice.
async function startsAgain(args, last) {
	const d = await daemonOn(args);
	const model = await until(async () => {
		const m = await d.get(last.slug);
		return m.followed && m;
	});
	for (const key of ["contributions", "contributors", "held_wei", "paid_out_wei", "classes"].filter((k) => k in last))
		assert.deepEqual(model[key], last[key]);
	assert.equal(model.audit.differed, 0);
	assert.ok(model.audit.compared > 16, "what was compared before the restart is forgotten");
	return d;
}

// From the contribution on that the daemon predicted first, it predicted every one, as a mirror does that was there all the time.
async function missesNone(world, d, slug) {
	const head = Number(await world.chain.reader.getBlockNumber());
	const all = await until(async () => {
		const m = await d.get(slug);
		if (!m.followed || m.audit.block < head) return false;
		const page = (await d.get(`${slug}/contributions?limit=500`)).contributions;
		return page.length === m.contributions && page[0].prediction_before !== null && page.reverse();
	});
	const { status, lines, stderr } = await follow(world, world.parts.trainer.address, "--block", String(world.start));
	assert.equal(status, 0, stderr);
	const said = of(lines, "contribution").map((l) => l.predicted_before);
	assert.equal(said.length, all.length);
	const first = all.findIndex((c) => c.prediction_before !== null);
	assert.deepEqual(all.slice(first).map((c) => c.prediction_before), said.slice(first), d.log());
	return all.length - first;
}

// Read anew where nothing can be undone: what comes after it is predicted all the same.
async function goesBackWithoutAState(world, d, folder, slug) {
	const { chain } = world;
	await world.live(2);
	await chain.mine();
	const head = Number(await chain.reader.getBlockNumber());
	await until(async () => (await d.get(slug)).audit.block === head);
	// the daemon renames one meanwhile
	for (const f of fs.readdirSync(folder)) fs.rmSync(path.join(folder, f), { force: true });
	await reorg(world);
	await world.live(2);
	await chain.mine();
	await missesNone(world, d, slug);
	assert.match(d.log(), /read anew at block \d+: its block is gone/);
}

// Killed, and people go on; stopped, and the chain becomes another.
async function goesOn(world, args, folder, last) {
	const { chain, parts: { trainer } } = world;
	const state = path.join(folder, "mirrors", `${trainer.address}.head`);
	let d = await startsAgain(args, last);
	await until(() => fs.existsSync(state));
	await d.stop("SIGKILL");
	await world.live(3);
	await chain.mine();
	d = await startsAgain(args, { slug: last.slug });
	await missesNone(world, d, last.slug);
	assert.match(d.log(), /mirror goes on from block/);
	await d.stop("SIGTERM");
	await reorg(world);
	await world.live(3);
	await chain.mine();
	d = await startsAgain(args, { slug: last.slug });
	const n = await missesNone(world, d, last.slug);
	assert.doesNotMatch(d.log(), /read anew/);
	await d.stop("SIGTERM");
	// A state that is not whole is told, and is not gone on from.
	for (const f of fs.readdirSync(path.dirname(state)).filter((f) => f.startsWith("0x"))) {
		const bytes = fs.readFileSync(path.join(path.dirname(state), f));
		bytes[bytes.length >> 1] ^= 1;
		fs.writeFileSync(path.join(path.dirname(state), f), bytes);
	}
	d = await daemonOn(args);
	await until(async () => (await d.get(last.slug)).followed);
	assert.match(d.log(), /not those that were written/);
	await missesNone(world, d, last.slug);
	await goesBackWithoutAState(world, d, path.dirname(state), last.slug);
	await d.stop("SIGTERM");
	return n;
}

// What was contributed while the mirror was taken in has no prediction of this daemon's; what comes then has.
async function measured(world, live, progressive) {
	if ((await progressive()).length === 0) {
		await world.live(3);
		await world.chain.mine();
		await until(async () => (await live()).contributions === world.entries.length);
	}
	assert.ok((await progressive()).length > 0);
}

// What /metrics says of mirrors, by the end of a name.
async function metrics(url) {
	const lines = (await (await fetch(`${url}metrics`)).text()).split("\n");
	return (name) => Number(lines.find((l) => l.startsWith(`decaid_mirrors${name} `)).split(" ")[1]);
}

// The daemon serves the mirror through the routes of its own models; every
// prediction is the contract's, revert for revert.
async function serves(world, found) {
	const { chain, parts: { c, trainer, kind } } = world;
	await chain.deploy();
	const first = await endpoint(chain.url);
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "decaid-deca-"));
	const args = ["serve", "--rpc", `${first.url},${chain.url}`, "--factory", chain.factory, "--start-block", "0",
		"--data-dir", folder, "--port", "0", "--finality", "depth:3", "--poll-ms", "20", "--json"];
	const child = spawn(decaid, [...args, "--mirror", found ? "auto" : trainer.address],
		{ stdio: ["ignore", "pipe", "pipe"] });
	children.add(child);
	let log = "";
	child.stderr.on("data", (d) => { log += d; });
	const ended = new Promise((resolve) => child.on("exit", resolve));
	const { url } = JSON.parse(await new Promise((resolve) => child.stdout.once("data", resolve)));
	const get = async (route) => {
		const r = await fetch(`${url}v1/models${route}`);
		return { status: r.status, body: await r.json() };
	};
	const live = async () => {
		assert.equal(child.exitCode, null, log);
		const { status, body } = await get(`/${trainer.address}`);
		return status === 200 && body.followed && body.audit.compared > 0 && body;
	};
	// Each one that is found is taken in by a rewind: until all of this chain are, what is shown comes and goes.
	if (found) await until(async () => (await metrics(url))('{state="live"}') === world.chain.trainers);
	const model = await until(live);
	assert.equal(model.origin, "0xdeca10b");
	assert.equal(model.type, kind);
	assert.equal(model.audit.differed, 0);
	assert.equal(model.contributions, world.entries.length);
	assert.equal((await get(`/${model.slug}`)).body.address, model.address);
	assert.ok((await get("")).body.models.some((m) => m.address === model.address));
	// The endpoint that was asked until now is gone: the other one serves.
	first.stop();
	await world.live(3);
	await chain.mine();
	await until(async () => (await live()).contributions === world.entries.length);
	const head = (await chain.reader.getBlockNumber());
	await until(async () => (await live()).audit?.block === Number(head));
	const dense = ["DensePerceptron", "NearestCentroidClassifier"].includes(kind);
	for (let i = 0; i < 60; i++) {
		const data = i % 20 === 7 && !dense ? [5_000_000_000n + BigInt(i), 3n] : kinds[kind].sample();
		const input = dense ? { features: data.map((v) => Number(v) / 1e9) } : { indices: data.map(Number) };
		const said = await chain.reader.readContract({ address: c.address, abi: c.abi, functionName: "predict",
			args: [data] }).catch(() => null);
		const reply = await until(async () => {
			const r = await fetch(`${url}v1/models/${trainer.address}/predict`, { method: "POST",
				headers: { "content-type": "application/json" }, body: JSON.stringify(input) });
			return r.status !== 503 && { status: r.status, body: await r.json() };
		});
		if (said === null) assert.equal(reply.status, 400);
		else assert.equal(BigInt(reply.body.label), said);
	}
	const page = (await get(`/${trainer.address}/contributions?limit=5`)).body;
	assert.equal(page.contributions.length, 5);
	assert.equal(page.contributions[0].id, world.entries.length - 1);
	const second = (await get(`/${trainer.address}/contributions?limit=5&after=${page.next}`)).body;
	assert.equal(second.contributions[0].id, world.entries.length - 6);
	const one = (await get(`/${trainer.address}/contributions/${world.entries.length - 1}`)).body;
	assert.equal(one.model, model.address);
	assert.equal((one.sample.indices ?? one.sample.values).length, world.entries.at(-1).data.length);
	assert.equal((await get(`/${trainer.address}/contributions/999999`)).status, 404);
	const board = (await get(`/${trainer.address}/leaderboard`)).body;
	assert.equal(board.entries.reduce((n, e) => n + e.contributions, 0), world.entries.length);
	await measured(world, live, async () => (await get(`/${trainer.address}/accuracy`)).body.progressive);
	assert.deepEqual((await get(`/${trainer.address}/checkpoints`)).body.checkpoints, []);
	const held = (await get(`/${trainer.address}/deposits`)).body;
	assert.equal(held.claimable.reduce((sum, d) => sum + BigInt(d.deposit_wei), 0n), BigInt(held.held_wei));
	await exported(world, get);
	const metric = await metrics(url);
	assert.equal(metric('{state="live"}'), found ? world.chain.trainers : 1);
	assert.ok(metric("_audited_total") > 0 && metric("_contributions_total") > 0 && metric("_numbers") > 0);
	assert.equal(metric("_differed_total") + metric("_unanswered_total") + metric('{state="refused"}'), 0);
	assert.equal(metric("_found_total"), found ? world.chain.trainers : 0);
	if (found) await turnsAway(world, () => log);
	await inTheBoards(world, url, get);
	await reorganized(world, live);
	const last = await live();
	child.kill("SIGTERM");
	assert.equal(await ended, 0, log);
	const n = await goesOn(world, args, folder, last);
	console.log(`${kind}, ${world.points ? "Points64" : "Stakeable64"}: ${found ? "found and " : ""}served, ` +
		`60 predictions the contract's; boards, a reorg, restarts, ${n} predictions without a gap`);
}

const PREDICT_GAS = "0x2faf080"; // what the daemon gives predict, and nothing else

// A node that takes in a block while it answers may speak of another state: asked again, it says what it should have.
async function answersOnceForAnotherState(world) {
	let changed = 0;
	const first = await endpoint(world.chain.url, (asked, answer) => {
		if (changed > 0 || !asked.includes(PREDICT_GAS)) return answer;
		const replies = JSON.parse(answer);
		const reply = [replies].flat().find((r) => r.result?.length === 66);
		if (!reply) return answer;
		changed++;
		reply.result = reply.result.slice(0, -1) + (reply.result.endsWith("1") ? "0" : "1");
		return JSON.stringify(replies);
	});
	const { status, lines, stderr } = await followBy(first.url, world.parts.trainer.address);
	first.stop();
	assert.equal(status, 0, stderr);
	assert.equal(changed, 1);
	assert.equal(of(lines, "audit")[0].differed, 0);
	assert.match(stderr, /answered for another state/);
}

const daemonBy = (world, rpc) => daemonOn(["serve", "--rpc", rpc, "--factory", world.chain.factory, "--start-block", "0",
	"--data-dir", fs.mkdtempSync(path.join(os.tmpdir(), "decaid-deca-")), "--port", "0", "--finality", "depth:3",
	"--poll-ms", "20", "--json", "--mirror", world.parts.trainer.address]);

// Numbers of another state: what the mirror makes of them differs from the chain, so that it reads them anew.
async function wasToldAnotherState(world) {
	let changed = 0;
	const weights = toFunctionSelector("weights(uint64)");
	const rpc = await endpoint(world.chain.url, (asked, answer) => {
		if (changed > 0 || asked.split(weights).length < 100) return answer;
		changed++;
		return JSON.stringify(JSON.parse(answer).map((r) => ({ ...r, result: toHex(2n ** 60n, { size: 32 }) })));
	});
	const d = await daemonBy(world, rpc.url);
	await until(async () => (await d.get(world.parts.trainer.address)).followed);
	assert.equal(changed, 1);
	assert.match(d.log(), /read anew at block \d+: block \d+, sample/);
	assert.doesNotMatch(d.log(), /refused/);
	await d.stop("SIGTERM");
	rpc.stop();
}

// One that predicts otherwise than it should, always: it is refused, and never comes into the database.
async function isNotLetIn(world) {
	const rpc = await endpoint(world.chain.url, (asked, answer) => !asked.includes(PREDICT_GAS) ? answer :
		JSON.stringify([JSON.parse(answer)].flat().map((r) => ({ ...r, result: toHex(77n, { size: 32 }) }))));
	const d = await daemonBy(world, rpc.url);
	await until(() => /mirror refused: block \d+, sample/.test(d.log()));
	await world.chain.mine(3);
	const head = Number(await world.chain.reader.getBlockNumber());
	await until(async () => (await d.get("../status")).chain.followed >= head);
	assert.doesNotMatch(d.log(), /mirror followed/);
	await d.stop("SIGTERM");
	rpc.stop();
}

// A number changed behind the events' back: read anew where nothing changes any more, it differs again.
async function differsAgain(world) {
	const { chain, parts: { c, trainer } } = world;
	const d = await daemonBy(world, chain.url);
	await until(async () => (await d.get(trainer.address)).followed);
	await chain.rpc("anvil_setStorageAt", [c.address, toHex(4n, { size: 32 }), toHex(2n ** 70n, { size: 32 })]);
	await chain.mine();
	await until(() => /mirror refused: block \d+, sample/.test(d.log()));
	assert.match(d.log(), /read anew at block \d+: block \d+, sample/);
	assert.equal((await d.get(trainer.address)).followed, false);
	await d.stop("SIGTERM");
}

async function notAModel(world) {
	const { status, stderr } = await follow(world, world.chain.accounts[3].address);
	assert.equal(status, 2);
	assert.match(stderr, /no trainer of 0xDeCA10B's/);
}

async function theRest(first) {
	await staysThroughReorgs(first);
	for (const kind of Object.keys(kinds).filter((k) => kinds[k].add)) await classAdded(new World(chain), kind);
	await notAModel(first);
	const world = new World(chain);
	await world.system("SparsePerceptron", false);
	await world.wire();
	await answersOnceForAnotherState(world);
	await findsALie(world);
	const other = new World(chain);
	await other.system("SparsePerceptron", false);
	await other.wire();
	await chain.deploy();
	await isNotLetIn(other);
	await wasToldAnotherState(other);
	await differsAgain(other);
	console.log("deca: all the same");
}

// Kinds named as arguments: those alone, for who works on one. Each kind is served with one of the two incentives, in turn;
// with both in make soak.
const only = process.argv.slice(2);
const anvil = await startAnvil();
const chain = new Chain(anvil.url);
try {
	let world;
	for (const kind of only.length ? only : Object.keys(kinds)) {
		const served = Object.keys(kinds).indexOf(kind) % 2 === 0;
		for (const points of [true, false]) {
			world = new World(chain);
			await mirrors(world, kind, points);
			await reads(world);
			if (points === served || process.env.SOAK) await serves(world, points);
		}
	}
	if (!only.length) await theRest(world);
	else console.log("deca: as named");
} finally {
	anvil.child.kill();
}
