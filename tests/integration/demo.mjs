// `decaid demo` as a stranger runs it: what its last line says, that nothing
// of it is left however it ends, and what it says when it cannot begin.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { hasPackages, rows } from "./demo_rows.mjs";

const decaid = path.resolve(process.env.DECAID ?? "decaid");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "decaid-demo-test-"));
const demos = new Set();
process.on("exit", () => {
	demos.forEach((d) => d.child.kill("SIGKILL"));
	fs.rmSync(folder, { recursive: true, force: true });
});

// Where demos put their folders: nothing stays in it.
function temporary() {
	const dir = path.join(folder, "tmp");
	fs.mkdirSync(dir, { recursive: true });
	return dir;
}

// ---- a demo that runs

class Demo {
	constructor(args, env = {}) {
		this.out = this.err = "";
		this.child = spawn(decaid, ["demo", ...args],
			{ stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, TMPDIR: temporary(), ...env } });
		demos.add(this);
		this.child.stdout.on("data", (d) => { this.out += d; });
		this.child.stderr.on("data", (d) => { this.err += d; });
		this.ended = new Promise((resolve) => this.child.on("close", (code, signal) => {
			demos.delete(this);
			resolve(code ?? signal);
		}));
	}

	// Until standard error holds this; fails when the demo ends before.
	async says(pattern, seconds = 120) {
		const end = Date.now() + 1000 * seconds;
		for (;;) {
			const found = pattern.exec(this.err);
			if (found) return found;
			assert.ok(this.child.exitCode === null && this.child.signalCode === null && Date.now() < end,
				`never said ${pattern}: ${this.err}`);
			await new Promise((r) => setTimeout(r, 50));
		}
	}

	async opened() {
		this.port = Number((await this.says(/open {2}http:\/\/127\.0\.0\.1:(\d+)\//))[1]);
		this.node = Number((await this.says(/chain is at http:\/\/127\.0\.0\.1:(\d+)/))[1]);
		this.started = below(this.child.pid);
		assert.ok(this.started.length >= 3, "a chain, a daemon and its signer");
		this.dir = fs.readlinkSync(`/proc/${this.started[0]}/cwd`);
		assert.ok(this.dir.startsWith(`${temporary()}/decaid-demo-`));
	}
}

// Every process below one, by /proc.
function below(pid) {
	const all = fs.readdirSync("/proc").filter((n) => /^\d+$/.test(n)).flatMap((n) => {
		try {
			const parent = /\) \S (\d+)/.exec(fs.readFileSync(`/proc/${n}/stat`, "utf8"));
			return [[Number(n), Number(parent[1])]];
		} catch {
			return [];	// gone meanwhile
		}
	});
	const of = (p) => all.filter(([, parent]) => parent === p).flatMap(([n]) => [n, ...of(n)]);
	return of(pid);
}

function alive(pid) {
	try {
		return !/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, "utf8"));
	} catch {
		return false;
	}
}

function isFree(port) {
	return new Promise((resolve) => {
		const server = net.createServer().once("error", () => resolve(false))
			.once("listening", () => server.close(() => resolve(true)));
		server.listen(port, "127.0.0.1");
	});
}

async function freePort() {
	const server = net.createServer();
	await new Promise((r) => server.listen(0, "127.0.0.1", r));
	const { port } = server.address();
	await new Promise((r) => server.close(r));
	return port;
}

async function nothingIsLeft(demo) {
	const end = Date.now() + 10000;	// who was killed takes a moment to go
	while (demo.started.some(alive) && Date.now() < end) await new Promise((r) => setTimeout(r, 20));
	assert.deepEqual(demo.started.filter(alive), []);
	assert.ok(await isFree(demo.port) && await isFree(demo.node), "its ports are free");
}

// ---- the last line

const digits = /^\d+$/;
const address = /^0x[0-9a-fA-F]{40}$/;

function keys(object, names, what) {
	assert.deepEqual(Object.keys(object).sort(), [...names].sort(), what);
}

function count(n, least, what) {
	assert.ok(Number.isInteger(n) && n >= least, `${what}: ${n}`);
}

function share(x, what) {
	assert.ok(typeof x === "number" && x > 0 && x <= 1, `${what}: ${x}`);
}

function checkGas(gas, model) {
	keys(gas, ["deploy", "contribute", "refund", "report", "checkpoint"], "gas");
	for (const [what, g] of Object.entries(gas)) {
		if (g === null && { report: model.reports, refund: model.refunds,
			checkpoint: model.checkpoints_mined }[what] === 0) continue;
		keys(g, ["min", "mean"], what);
		count(g.min, what === "refund" ? 5000 : 10000, `gas ${what}`);
		assert.ok(g.mean >= g.min, `gas ${what}`);
	}
	assert.ok(gas.contribute.min <= 68000 && gas.deploy.min <= 350000);
}

function checkModel(m) {
	keys(m, ["address", "name", "incentive", "contributions", "refunds", "reports",
		"checkpoints_mined", "accuracy", "gas"], "model");
	assert.match(m.address, address);
	assert.ok(m.name.length > 0);
	count(m.contributions, 1, "contributions");
	count(m.refunds, 1, "refunds");
	count(m.reports, 0, "reports");
	count(m.checkpoints_mined, 1, "checkpoints");
	assert.ok(m.refunds + m.reports <= m.contributions);
	keys(m.accuracy, ["progressive", "holdout"], "accuracy");
	share(m.accuracy.progressive, "progressive");
	share(m.accuracy.holdout, "holdout");
	checkGas(m.gas, m);
}

function checkLine(line) {
	keys(line, ["models", "accounts"], "the line");
	assert.deepEqual(line.models.map((m) => m.incentive), ["stake", "points"]);
	line.models.forEach(checkModel);
	assert.deepEqual(line.accounts.map((a) => a.role).sort(),
		["careless", "careless", "honest", "honest", "honest", "honest", "honest", "spammer"]);
	for (const a of line.accounts) {
		keys(a, ["address", "role", "start_wei", "end_wei"], "account");
		assert.match(a.address, address);
		assert.match(a.start_wei, digits);
		assert.match(a.end_wei, digits);
	}
	const [spammer] = line.accounts.filter((a) => a.role === "spammer");
	assert.ok(BigInt(spammer.end_wei) < BigInt(spammer.start_wei), "the spammer is down");
}

// ---- data of the test's own

function file(name, text) {
	fs.writeFileSync(path.join(folder, name), text);
	return path.join(folder, name);
}

// ---- the tests

const scenarios = {
	async "it runs as long as asked, and its last line tells all"() {
		const port = await freePort();
		const data = hasPackages() ? [] : ["--data", file("own.tsv", rows(1500))];
		const demo = new Demo(["--for", "40s", "--json", "--port", String(port), ...data]);
		const began = Date.now();
		await demo.opened();
		assert.equal(demo.port, port);
		await demo.says(/\d+ s \| .*: [1-9]\d* contributions.*held out \d+\.\d%/);
		const { models } = await (await fetch(`http://127.0.0.1:${port}/v1/models`)).json();
		const of = (m) => fetch(`http://127.0.0.1:${port}/v1/models/${m.slug}/accuracy`).then((r) => r.json());
		for (const m of models) {
			const { progressive, holdout } = await of(m);
			assert.ok(m.accuracy.holdout > 0 && progressive.length > 1 && holdout.length > 1, m.slug);
		}
		assert.equal(await demo.ended, 0, demo.err);
		const took = (Date.now() - began) / 1000;
		assert.ok(took >= 40 && took < 75, `took ${took} s`);
		checkLine(JSON.parse(demo.out.trim().split("\n").at(-1)));
		await nothingIsLeft(demo);
		assert.deepEqual(fs.readdirSync(temporary()), [], "its folder is deleted");
	},

	async "rows of one's own are learned, and Ctrl-C ends everything"() {
		for (const signal of ["SIGINT", "SIGTERM"]) {
			const demo = new Demo(["--data", file("own.tsv", rows(1500)), "--port", String(await freePort())]);
			await demo.opened();
			await demo.says(/Your rows: [1-9]\d* contributions/);
			demo.child.kill(signal);
			assert.equal(await demo.ended, 0, demo.err);
			assert.equal(demo.out, "", "without --json nothing is printed");
			await nothingIsLeft(demo);
			assert.deepEqual(fs.readdirSync(temporary()), []);
		}
	},

	async "when it is killed, what it started dies with it"() {
		const demo = new Demo(["--data", file("own.tsv", rows(1500)), "--port", String(await freePort())]);
		await demo.opened();
		demo.child.kill("SIGKILL");
		assert.equal(await demo.ended, "SIGKILL");
		await nothingIsLeft(demo);
		fs.rmSync(demo.dir, { recursive: true, force: true });
	},

	async "what it cannot begin with is said, and nothing is left"() {
		const holder = net.createServer();
		await new Promise((r) => holder.listen(0, "127.0.0.1", r));
		const taken = holder.address().port;
		const bad = (name, text) => ["--data", file(name, text)];
		const own = ["--data", file("own.tsv", rows(100))];
		for (const [args, env, status, told] of [
			[["--port", String(taken), ...own], {}, 1, `port ${taken} is taken`],
			[own, { DECAID_ANVIL: "/no/anvil" }, 1, /\/no\/anvil: No such file or directory \(npm ci brings anvil/],
			[own, { DECAID_ANVIL: "/bin/false" }, 1, /the program ended before it said "Listening/],
			[["--data", "/no/rows.tsv"], {}, 1, "/no/rows.tsv: No such file or directory"],
			[bad("bad.tsv", "a\tb\nno tab\n"), {}, 2, "bad.tsv: line 2: not class<TAB>text"],
			[bad("few.tsv", "a\tb\nb\tc\n"), {}, 2, "few.tsv: 2 rows of 2 classes: at least 20 of 2 are needed"],
			[bad("latin.tsv", Buffer.from("a\tcaf\xe9\n", "latin1")), {}, 2, "latin.tsv: line 1: not UTF-8"],
			[["--for", "10s"], {}, 2, "--for: a time above 20 s"],
			[["--for", "soon"], {}, 2, "--for: a time above 20 s"],
			[["--port", "70000"], {}, 2, "port: not a whole number"],
		]) {
			const demo = new Demo(args, env);
			assert.equal(await demo.ended, status, demo.err);
			assert.ok(told instanceof RegExp ? told.test(demo.err) : demo.err.includes(told), demo.err);
			assert.equal(demo.out, "");
			assert.deepEqual(fs.readdirSync(temporary()), []);
		}
		holder.close();
	},
};

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
