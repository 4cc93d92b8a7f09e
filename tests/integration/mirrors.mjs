// `mirror = auto` among strangers: trainers whose getters revert, never end, answer with too much or lie, and a flood of
// addresses that emit what a trainer emits. Each is turned away with its reason, none costs a node its name, and the one honest
// model is found, mirrored and served all the while. Then the daemon starts again and looks on from where it was. `decaid`
// must be built.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { toHex } from "viem";
import { Chain, startAnvil } from "./chain.mjs";
import { World } from "./deca_world.mjs";

const decaid = path.resolve(process.env.DECAID ?? path.join(process.cwd(), "decaid"));
const PATIENCE_MS = 300000;
const RSS_MIB = 400;

// What it does, and the reason that the log gives.
const harms = {
	"name reverts": /name\(\): /,
	"name never ends": /name\(\): /,
	"name is long": /name\(\): .*more than \d+ bytes/,
	"a million classes": /more than 1024 classes/,
	"65 classes": /65 classes: to be named/,
	"long names": /texts of more than/,
	"a wide number": /intercept\(\) does not answer with an int80/,
	"weights without end": /more than 32768 numbers/,
	"predict lies": /the chain says 7/,
	"predict never ends": /more gas than a call may/,
};

async function until(what, test) {
	const end = Date.now() + PATIENCE_MS;
	for (;;) {
		const found = await test();
		if (found) return found;
		assert.ok(Date.now() < end, `never: ${what()}`);
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
}

// The honest parts are another system's; of the harmful one the trainer owns its classifier too.
async function hostile(chain, harm) {
	const world = new World(chain);
	const { data, incentive } = await world.system("DensePerceptron", true);
	const word = toHex(harm, { size: 32 });
	const c = await world.deploy("HostileClassifier", [word]);
	const trainer = await world.deploy("HostileTrainer", [word, data.address, incentive.address, c.address]);
	world.parts = { c, data, incentive, trainer };
	await world.wire();
	return { harm, trainer, world };
}

async function daemon(args) {
	const child = spawn(decaid, args, { stdio: ["ignore", "pipe", "pipe"] });
	process.on("exit", () => child.kill("SIGKILL"));
	let log = "";
	child.stderr.on("data", (d) => { log += d; });
	const ended = new Promise((resolve) => child.on("exit", resolve));
	const { url } = JSON.parse(await new Promise((resolve) => child.stdout.once("data", resolve)));
	const metric = async (name) => {
		assert.equal(child.exitCode, null, log);
		const text = await (await fetch(`${url}metrics`)).text();
		return Number(text.split("\n").find((l) => l.startsWith(`decaid_${name} `)).split(" ")[1]);
	};
	return { child, metric, log: () => log,
		get: async (route) => (await fetch(`${url}v1/models/${route}`)).json(),
		stop: async () => {
			child.kill("SIGTERM");
			assert.equal(await ended, 0, log);
		} };
}

const rssMib = (pid) => Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;

async function turnedAway(chain, d) {
	const all = [];
	for (const harm of Object.keys(harms)) all.push(await hostile(chain, harm));
	for (const { trainer, world } of all)
		await world.send(chain.accounts[4], trainer, "shout", []);
	await chain.mine();
	for (const { harm, trainer } of all) {
		const line = await until(() => `${harm} ${trainer.address}\n${d.log()}`, () =>
			d.log().split("\n").find((l) => l.includes(`no mirror of ${trainer.address}`)));
		assert.match(line, harms[harm], harm);
	}
}

// Far more of them than may wait: what is not looked at costs nothing.
async function flooded(chain, d) {
	const world = new World(chain);
	const flood = await world.deploy("Flood", []);
	const before = await d.metric("mirrors_turned_away_total");
	for (let i = 0; i < 10; i++) {
		for (let k = 0; k < 3; k++) await world.send(chain.accounts[5], flood, "burst", [50n]);
		await chain.mine();
	}
	await until(() => d.log(), async () => await d.metric("mirrors_turned_away_total") >= before + 3);
}

async function stillServes(chain, d, world) {
	const { trainer } = world.parts;
	await world.live(2);
	await chain.mine();
	const head = Number(await chain.reader.getBlockNumber());
	await until(() => d.log(), async () => {
		const m = await d.get(trainer.address);
		return m.followed && m.as_of?.block === head && m.contributions === world.entries.length && m.audit.block === head;
	});
	const { contributions } = await d.get(`${trainer.address}/contributions?limit=1`);
	assert.notEqual(contributions[0].prediction_before, null);
}

const anvil = await startAnvil();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "decaid-mirrors-"));
try {
	const chain = new Chain(anvil.url);
	await chain.deploy();
	const world = new World(chain);
	await world.system("SparsePerceptron", false);
	await world.wire();
	await world.live(3);
	await chain.mine();
	const args = ["serve", "--rpc", chain.url, "--factory", chain.factory, "--start-block", "0", "--data-dir", folder,
		"--port", "0", "--finality", "depth:3", "--poll-ms", "20", "--json", "--mirror", "auto"];
	let d = await daemon(args);
	await until(() => d.log(), async () => (await d.get(world.parts.trainer.address)).followed);
	await turnedAway(chain, d);
	await stillServes(chain, d, world);
	await flooded(chain, d);
	await stillServes(chain, d, world);
	assert.equal(await d.metric('mirrors{state="live"}'), 1);
	assert.equal(await d.metric('mirrors{state="refused"}'), 0);
	// A busy machine may miss an answer; one that is blamed for a contract is blamed again and again.
	assert.ok(await d.metric('node_failures_total{node="1"}') <= 3, d.log());
	const mib = rssMib(d.child.pid);
	assert.ok(mib < RSS_MIB, `${mib} MiB`);
	await d.stop();
	// Blocks that were looked at are not looked at again: only those that waited are.
	assert.ok(fs.existsSync(path.join(folder, "mirrors/found")));
	d = await daemon(args);
	await stillServes(chain, d, world);
	assert.doesNotMatch(d.log(), /more than 1024 classes/);
	assert.equal(await d.metric("mirrors_found_total"), 0);
	await d.stop();
	console.log(`mirrors: ${Object.keys(harms).length} kinds of harm and 1,500 look-alikes turned away or left, ` +
		`${Math.round(mib)} MiB`);
} finally {
	anvil.child.kill();
	fs.rmSync(folder, { recursive: true, force: true });
}
