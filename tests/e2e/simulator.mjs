#!/usr/bin/env node
/*
 * The simulator's page in front of a daemon: what a visitor picks, writes,
 * runs and stops, and that what is drawn and said is what `decaid simulate`
 * says of the same scenario.
 *     simulator.mjs [--pictures DIR]
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { below, decaid, run, start, stop, until } from "../integration/process.mjs";
import { Browser, browser_missing } from "./browser.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const anvil = path.join(root, "node_modules/.bin/anvil");
const pictures = process.argv[process.argv.indexOf("--pictures") + 1 || Infinity];
const missing = await browser_missing() ??
	(fs.existsSync(anvil) ? null : "no anvil (npm ci brings it)");
if (missing) {
	console.log(`simulator: skipped: ${missing}`);
	process.exit(77);
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "decaid-simulator-"));
process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
let chain, daemon, url, browser;

async function daemon_start(...more) {
	const data = fs.mkdtempSync(path.join(folder, "data-"));
	const started = start(decaid, ["serve", "--config", "/dev/null",
		"--rpc", chain.url, "--chain-id", "31337", "--factory",
		"0x0000000000000000000000000000000000000001", "--data-dir", data,
		"--port", "0", "--json", ...more], /"url":"([^"]+)"/);
	return { child: started.child, url: await started.seen };
}

before(async () => {
	const started = start(anvil, ["--port", "0", "--block-time", "1"],
		/Listening on ([\d.:]+)/);
	chain = { child: started.child, url: `http://${await started.seen}` };
	({ child: daemon, url } = await daemon_start());
	browser = await new Browser().start();
});

after(async () => {
	await browser?.stop();
	if (daemon)
		assert.equal(await stop(daemon), 0);
	if (chain)
		await stop(chain.child);
});

const page_url = (query = "") => `${url}#/simulate${query}`;
const at = (page, id) => page.locator(`[data-testid=${id}]`);
const value = (page, id) => at(page, id).first().getAttribute("data-value");

async function visit(t, options = {}, query = "") {
	const page = await browser.open(page_url(query), options);
	t.after(() => page.context().close());
	await at(page, "editor").or(at(page, "empty")).first().waitFor();
	return page;
}

async function run_state(page, state) {
	await page.waitForSelector(
		`[data-testid=run-state][data-value=${state}]`, { timeout: 60000 });
}

async function picture(page, name) {
	if (pictures === undefined)
		return;
	fs.mkdirSync(pictures, { recursive: true });
	await page.evaluate(() => document.fonts.ready);
	await page.screenshot({ path: path.join(pictures, `${name}.png`),
		fullPage: true });
}

function faultless(page) {
	assert.deepEqual(page.faults, []);
}

async function said_by_command(text) {
	const file = path.join(folder, "own.scenario");
	fs.writeFileSync(file, text);
	return JSON.parse((await run("simulate", "--json", file)).split("\n").at(-1));
}

const gain = ({ balances }, name) =>
	balances[name].at(-1)[1] - balances[name][0][1];

test("an example is picked, run and told", async (t) => {
	const page = await visit(t);
	await at(page, "kind-example").selectOption("attack");
	await at(page, "run").click();
	await run_state(page, "done");
	assert.ok(Number(await value(page, "plot-accuracy")) > 20);
	assert.ok(Number(await value(page, "plot-balances")) > 20);
	const text = fs.readFileSync(path.join(root,
		"contrib/scenarios/attack.scenario"), "utf8");
	const told = await said_by_command(text);
	for (const row of await at(page, "outcome-agent").all()) {
		const name = await row.getAttribute("data-value");
		const shown = await row.locator("[data-testid=outcome-gain]")
			.getAttribute("data-value");
		assert.ok(Math.abs(Number(shown) - gain(told, name)) < 1e-12, name);
	}
	const words = await at(page, "outcome").innerText();
	assert.match(words, /The attack cost Mallory 1\.\d+ ETH/);
	assert.match(words, /Honesty paid: Ann, Ben, Cem and Dora earned/);
	assert.match(page.url(), /#\/simulate\?example=attack$/);
	faultless(page);
});

test("what is edited is what runs, and is in the address", async (t) => {
	const page = await visit(t, {}, "?example=attack");
	await at(page, "kind-incentive").selectOption("points");
	await at(page, "kind-verdict").selectOption("two-fold");
	await at(page, "kind-model").selectOption("logistic");
	await at(page, "value-data-rows").fill("1500");
	await at(page, "value-data-held-out").fill("500");
	await at(page, "value-start").fill("200");
	await page.locator("[data-testid=agent-remove][data-value=Dora]").click();
	await at(page, "agent-add").click();
	await at(page, "kind-Ada-behaviour").selectOption("copies");
	await at(page, "value-Ada-copies").fill("1");
	await at(page, "value-verdict-margin").fill("1.5");
	await at(page, "run").click();
	await run_state(page, "done");
	await page.locator("[data-testid=choice-view] input[value=text]").check();
	const text = await at(page, "scenario-text").inputValue();
	assert.match(text, /^incentive points refund=1h/m);
	assert.match(text, /^verdict two-fold credit=1000000000 margin=1500000000$/m);
	assert.match(text, /^agent Ada .*wrong=1 copies=1$/m);
	assert.doesNotMatch(text, /Dora/);
	const told = await said_by_command(text);
	assert.deepEqual(await at(page, "outcome-agent").evaluateAll((rows) =>
		rows.map((row) => row.dataset.value)), Object.keys(told.agents));

	const again = await visit(t, {}, new URL(page.url()).hash
		.replace("#/simulate", ""));
	await again.locator("[data-testid=choice-view] input[value=text]").check();
	assert.equal(await at(again, "scenario-text").inputValue(), text);
	faultless(page);
	faultless(again);
});

/* What each says of the liar and of who judges. */
const INCENTIVES = {
	"stake": [/The attack (cost|paid)/, true],
	"deposit-refund-take": [/The attack (cost|paid)/, false],
	"Stakeable64": [/The attack (cost|paid)/, false],
	"Points64": [/Nothing is at stake: Mallory has [\d,]+ karma/, false],
	"points": [/Nothing is at stake: Mallory has [\d,]+ karma/, true],
	"market": [/The attack (cost|paid)/, false],
};

test("each incentive runs and is told in its own words", async (t) => {
	const page = await visit(t, {}, "?example=attack");
	await at(page, "value-data-rows").fill("400");
	await at(page, "value-data-held-out").fill("200");
	await at(page, "value-start").fill("100");
	for (const [name, [says, ruled]] of Object.entries(INCENTIVES)) {
		await at(page, "kind-incentive").selectOption(name);
		await page.locator("[data-testid=choice-view] input[value=text]")
			.check();
		const scenario = await at(page, "scenario-text").inputValue();
		await page.locator("[data-testid=choice-view] input[value=form]")
			.check();
		await page.evaluate(() => document.querySelector(
			"[data-testid=outcome]")?.setAttribute("data-before", ""));
		await at(page, "run").click();
		await page.waitForFunction((says) => new RegExp(says).test(document
			.querySelector("[data-testid=outcome]:not([data-before])")
			?.innerText ?? ""), says.source, { timeout: 60000 });
		await run_state(page, "done");
		const told = await said_by_command(scenario);
		const words = await at(page, "outcome").innerText();
		assert.doesNotMatch(words, /paid: .* came out even/, name);
		assert.equal(/were condemned/.test(words), name !== "market", name);
		const free = says.source.includes("karma");
		assert.equal(await at(page, "plot-balances").count(), free ? 0 : 1);
		for (const row of await at(page, "outcome-agent").all()) {
			const agent = await row.getAttribute("data-value");
			const shown = Number(await row.locator(free
				? "[data-testid=outcome-karma]" : "[data-testid=outcome-gain]")
				.getAttribute("data-value"));
			const is = free ? told.agents[agent].refunded : gain(told, agent);
			assert.ok(Math.abs(shown - is) < 1e-12, `${name}: ${agent}`);
		}
		assert.equal(await at(page, "no-rule").count(), ruled ? 0 : 1, name);
		/* each number has words, not the scenario's key */
		const keys = await page.locator("[data-testid^=value-]").evaluateAll(
			(all) => all.filter((one) => one.labels?.[0]?.innerText.trim() ===
				one.dataset.testid.split("-").slice(2).join("-"))
				.map((one) => one.dataset.testid));
		assert.deepEqual(keys, [], name);
	}
	faultless(page);
});

test("what cannot be run is told with its line, and nothing is lost",
	async (t) => {
		const page = await visit(t, { allowed: /400/ });
		await at(page, "value-data-rows").fill("many");
		await at(page, "run").click();
		await at(page, "run-error").waitFor();
		assert.match(await at(page, "run-error").innerText(),
			/scenario:\d+: rows=many is not a whole number/);
		assert.equal(await at(page, "value-data-rows").inputValue(), "many");
		await at(page, "value-data-rows").fill("900");
		await at(page, "value-data-held-out").fill("300");
		await at(page, "value-start").fill("0.1");
		await at(page, "run").click();
		await run_state(page, "done");
		assert.equal(await at(page, "run-error").count(), 0);
		faultless(page);
	});

/* Long enough to be met while it runs, and within the limits. */
const LONG = ["decaid-scenario 1", "unit eth",
	"data words columns=1000 rows=20000 held-out=25000 seed=1", "measure 1h",
	"model logistic columns=1000 epsilon=10000000 learning-rate=500000000",
	"encoder none", "verdict two-fold credit=1000000000 margin=1000000000",
	"class a", "class b", "incentive points refund=1h epoch=10m",
	"agent A balance=1 deposit=0.01 wait=10m~1m", ""].join("\n");

test("a run that is left ends, and leaves room for others", async (t) => {
	const page = await visit(t, {}, `?scenario=${encodeURIComponent(LONG)}`);
	await at(page, "run").click();
	await run_state(page, "running");
	assert.equal(below(daemon.pid).length, 1);
	await at(page, "stop").click();
	await run_state(page, "stopped");
	await until("the process has ended", 20,
		() => below(daemon.pid).length === 0);
	await at(page, "run").click();
	await run_state(page, "running");
	await page.goto("about:blank");
	await until("the process of a closed page has ended", 20,
		() => below(daemon.pid).length === 0);
});

test("others' runs are waited for", async (t) => {
	const busy = [0, 1].map(() => {
		const abort = new AbortController();
		/* one after the other: a page may take longer to open than one */
		const run = () => fetch(`${url}v1/simulations`, { method: "POST",
			signal: abort.signal, headers: { "Content-Type": "application/json" },
			body: JSON.stringify({ scenario: LONG }) })
			.then((reply) => reply.text()).catch(() => {})
			.then(() => abort.signal.aborted || run());
		run();
		return abort;
	});
	t.after(() => busy.forEach((one) => one.abort()));
	await until("two runs", 20, () => below(daemon.pid).length === 2);
	const page = await visit(t, { allowed: /429/ }, "?example=market");
	await at(page, "run").click();
	await page.waitForFunction(() => /Others simulate/.test(
		document.querySelector("[data-testid=run-state]").innerText));
	const health = await fetch(`${url}v1/status`);
	assert.equal(health.status, 200);
	busy.forEach((one) => one.abort());
	await run_state(page, "done");
	faultless(page);
});

test("an owner may turn it off", async (t) => {
	const other = await daemon_start("--simulations", "0");
	t.after(() => stop(other.child));
	const page = await browser.open(`${other.url}#/simulate`);
	t.after(() => page.context().close());
	await at(page, "empty").waitFor();
	assert.match(await at(page, "empty").innerText(), /runs no simulations/);
	const answer = await fetch(`${other.url}v1/simulations`, { method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify({ example: "attack" }) });
	assert.equal(answer.status, 404);
	faultless(page);
});

test("it is used by keyboard alone", async (t) => {
	const page = await visit(t, {}, "?example=market");
	await at(page, "run").focus();
	await page.keyboard.press("Enter");
	await run_state(page, "done");
	await at(page, "plot-balances").focus();
	await page.keyboard.press("ArrowRight");
	await page.keyboard.press("ArrowRight");
	assert.match(await page.locator(".line-at").nth(1).innerText(), /after/);
	const unnamed = await page.evaluate(() => [...document.querySelectorAll(
		"input, select, textarea, button")].filter((one) =>
		!one.labels?.length && !one.getAttribute("aria-label") &&
		!one.innerText.trim()).length);
	assert.equal(unnamed, 0);
	faultless(page);
});

test("it fits a phone and every palette", async (t) => {
	for (const [width, height] of [[1440, 900], [390, 844], [320, 700]])
		for (const dark of [false, true])
			for (const example of pictures === undefined ? ["market"]
				: ["attack", "readme", "market"]) {
				const page = await visit(t, { width, height, dark },
					`?example=${example}`);
				await at(page, "run").click();
				await run_state(page, "done");
				const wide = await page.evaluate(() =>
					document.documentElement.scrollWidth - innerWidth);
				assert.equal(wide, 0, `${example} at ${width}`);
				await picture(page, `simulate-${example}-${width}-${
					dark ? "dark" : "light"}`);
				faultless(page);
				await page.context().close();
			}
});
