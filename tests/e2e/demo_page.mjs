#!/usr/bin/env node
/*
 * The dashboard while the demo runs: what it says must come to equal what
 * viem reads from the contracts themselves, figure by figure, in the words
 * that a person sees. With --picture FILE it also draws the README's picture.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createPublicClient, http, parseEventLogs } from "viem";
import { hasPackages, rows } from "../integration/demo_rows.mjs";
import { Browser, browser_missing } from "./browser.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const decaid = path.resolve(process.env.DECAID ?? "decaid");
const picture = process.argv[process.argv.indexOf("--picture") + 1 || Infinity];
const missing = await browser_missing() ??
	(fs.existsSync(path.join(root, "node_modules/.bin/anvil")) ? null
		: "no anvil (npm ci brings it)");
if (missing) {
	console.log(`demo_page: skipped: ${missing}`);
	process.exit(77);
}

const SHOWN_CHECKPOINTS = 12;
const LEAST_CHECKPOINTS = 2;
const { abi } = JSON.parse(fs.readFileSync(path.join(root,
	"oracle/contracts/artifacts/StakeTrainer.json"), "utf8"));
const count = (n) => new Intl.NumberFormat("en-GB").format(n);
const percent = (x) => new Intl.NumberFormat("en-GB", { style: "percent",
	minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(x);
const ether = (wei) => `${new Intl.NumberFormat("en-GB", {
	maximumSignificantDigits: 5 }).format(Number(wei) / 1e18)} ETH`;

/* The demo in a folder of its own; its page and chain once it says them. */
async function demo_start(folder) {
	const own = path.join(folder, "own.tsv");
	fs.writeFileSync(own, rows(1500));
	const data = hasPackages() ? [] : ["--data", own];
	/* longer than any look takes: ended when all was seen */
	const child = spawn(decaid, ["demo", "--for", "15m", ...data], {
		stdio: ["ignore", "ignore", "pipe"],
		env: { ...process.env, TMPDIR: folder },
	});
	let said = "";
	const ended = new Promise((resolve) => child.on("close", resolve));
	const urls = await new Promise((resolve, reject) => {
		child.stderr.on("data", (data) => {
			said += data;
			const page = /open {2}(http:\S+)/.exec(said);
			const chain = /chain is at (http:[^;]+);/.exec(said);
			if (page && chain)
				resolve({ page: page[1], chain: chain[1] });
		});
		ended.then(() => reject(new Error(`the demo ended: ${said}`)));
	});
	return { child, ended, ...urls };
}

/* ---- the chain's word ---- */

async function trainer_events(reader, address) {
	const logs = await reader.getLogs({ address, fromBlock: 0n,
		toBlock: "latest" });
	const all = parseEventLogs({ abi, logs });
	return (name) => all.filter((log) => log.eventName === name)
		.map((log) => log.args);
}

async function chain_says(reader, address) {
	const read = (functionName, args = []) => reader.readContract({
		address, abi, functionName, args });
	const events = await trainer_events(reader, address);
	const deposits = new Map(events("Contributed").map((e) =>
		[e.id, e.deposit]));
	for (const name of ["Refunded", "Reported", "LateClaimed"])
		for (const { id } of events(name))
			deposits.delete(id);
	const people = [...new Set(events("Contributed").map((e) => e.contributor))];
	const karma = await Promise.all(people.map((who) =>
		read("numValidForAddress", [who])));
	return {
		contributions: Number(await read("totalSubmitted")),
		contributors: people.length,
		held: [...deposits.values()].reduce((sum, d) => sum + d, 0n),
		karma: Object.fromEntries(people.map((who, i) => [who, Number(karma[i])])),
		all_karma: Number(await read("totalGoodDataCount")),
		next: await read("getNextAddDataCost").catch(() => 0n),
		checkpoints: events("CheckpointAccepted").map((e) => ({
			epoch: String(e.epoch), contributions: count(e.count),
			judged: count(e.judged), root: e.stateRoot,
			accuracy: percent(Number(e.accuracy) / 1e9),
		})).reverse().slice(0, SHOWN_CHECKPOINTS),
	};
}

/* ---- the page's word ---- */

function page_says(page) {
	return page.evaluate(() => {
		const at = (id, inside = document) =>
			inside.querySelector(`[data-testid=${id}]`);
		const text = (one) => one?.innerText.replace(/\s+/g, " ").trim() ?? null;
		const value = (one) => one?.getAttribute("data-value") ?? null;
		const rows = (id) => [...document.querySelectorAll(
			`[data-testid=${id}]`)];
		return {
			contributions: text(at("figure-contributions")),
			contributors: text(at("figure-contributors")),
			held: text(at("figure-held")),
			held_wei: value(at("figure-held")),
			holdout: text(at("figure-holdout")),
			progressive: text(at("figure-progressive")),
			newest: value(at("contribution")),
			karma: Object.fromEntries(rows("leader").map((row) =>
				[value(row), text(at("karma", row))])),
			checkpoints: rows("checkpoint").map((row) => ({
				epoch: value(row),
				contributions: text(at("checkpoint-count", row)),
				judged: text(at("checkpoint-judged", row)),
				root: value(at("checkpoint-root", row)),
				accuracy: text(at("checkpoint-accuracy", row)),
				mined: ["mined", "effective", "final"].includes(
					value(at("checkpoint-status", row))),
			})).filter((one) => one.mined).map(({ mined: _, ...one }) => one),
		};
	});
}

function compare(chain, page, kind) {
	assert.equal(page.contributions, count(chain.contributions));
	assert.equal(page.newest, String(chain.contributions - 1));
	assert.match(page.contributors,
		new RegExp(`^from ${count(chain.contributors)} `));
	assert.deepEqual(page.karma, Object.fromEntries(
		Object.entries(chain.karma).map(([who, n]) => [who, count(n)])));
	assert.equal(Object.values(chain.karma).reduce((a, b) => a + b, 0),
		chain.all_karma);
	assert.deepEqual(page.checkpoints.slice(0, chain.checkpoints.length),
		chain.checkpoints.slice(0, page.checkpoints.length));
	assert.ok(page.checkpoints.length >= LEAST_CHECKPOINTS);
	if (kind === "stake") {
		assert.equal(page.held_wei, String(chain.held));
		assert.equal(page.held, ether(chain.held));
	}
	assert.match(page.progressive, /^\d+\.\d%$/);
	assert.match(page.holdout, /^\d+\.\d%$/);
}

/* The same word from both while no block is mined, so that the slowest page
 * has its time; until then the reason why not, which the end of it tells. */
async function until_equal(reader, page, model) {
	const end = Date.now() + 120000;
	for (;;) {
		try {
			const said = await chain_says(reader, model.address);
			compare(said, await page_says(page), model.incentive.kind);
			return said;
		} catch (cause) {
			if (Date.now() > end)
				throw cause;
			await new Promise((resolve) => setTimeout(resolve, 300));
		}
	}
}

/* The chain stands still while `look` looks. */
async function at_rest(reader, look) {
	const every = (seconds) => reader.request({
		method: "evm_setIntervalMining", params: [seconds] });
	await every(0);
	try {
		return await look();
	} finally {
		await every(1);
	}
}

/* ---- the test ---- */

const until_contributed = (page, most) => page.waitForFunction((n) => Number(
	document.querySelector("[data-testid=figure-contributions]")
		?.getAttribute("data-value")) > n, most, { timeout: 300000 });

/* What is not on the chain when it comes to rest does not come any more. */
const until_checkpoints = (page, least) => page.waitForFunction((n) => [
	...document.querySelectorAll("[data-testid=checkpoint-status]")]
	.filter((one) => ["mined", "effective", "final"].includes(
		one.getAttribute("data-value"))).length >= n,
least, { timeout: 300000 });

async function look(browser, demo) {
	const reader = createPublicClient({ transport: http(demo.chain) });
	let models = [];
	/* the page is there before the daemon has followed both */
	for (let i = 0; models.length < 2 && i < 300; i++) {
		await new Promise((resolve) => setTimeout(resolve, i ? 100 : 0));
		models = (await (await fetch(`${demo.page}v1/models`)).json()).models;
	}
	assert.equal(models.length, 2, "models of the demo");
	const pages = await Promise.all(models.map((model) =>
		browser.open(`${demo.page}#/models/${model.slug}`,
			/* a reader that a busy machine stopped asks again */
			{ allowed: /status of 503/ })));
	await until_contributed(pages[models.findIndex((m) =>
		m.incentive.kind === "stake")], 300);
	for (const page of pages)
		await until_checkpoints(page, LEAST_CHECKPOINTS);
	for (const [i, model] of models.entries()) {
		const after = await at_rest(reader,
			() => until_equal(reader, pages[i], model));
		console.log(`ok: the page of ${model.name} says what the chain says: ` +
			`${after.contributions} contributions, ${after.all_karma} karma, ` +
			`${after.checkpoints.length} checkpoints`);
		assert.deepEqual(pages[i].faults, []);
	}
	if (picture)
		await draw(browser, demo, picture);
}

async function draw(browser, demo, out) {
	const page = await browser.open(demo.page, { width: 1280, height: 1120 });
	await page.waitForSelector("[data-testid=chart] canvas");
	await page.waitForSelector("[data-testid=checkpoint]");
	await until_contributed(page, 1500);
	await page.evaluate(() => document.fonts.ready);
	await page.waitForTimeout(800);
	await page.screenshot({ path: out });
	await page.context().close();
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "decaid-demo-page-"));
const browser = await new Browser().start();
let demo = null, failed = 0;
try {
	demo = await demo_start(folder);
	await look(browser, demo);
} catch (cause) {
	failed = 1;
	console.log(`FAILED: ${cause.stack}`);
} finally {
	demo?.child.kill("SIGTERM");
	await demo?.ended;
	await browser.stop();
	fs.rmSync(folder, { recursive: true, force: true });
}
process.exit(failed);
