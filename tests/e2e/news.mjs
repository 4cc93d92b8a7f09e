#!/usr/bin/env node
/*
 * How news reaches an open dashboard: by the stream, by asking again where
 * there is none, and what is said when the daemon is late, away or back.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FAILED_LOAD, at, faultless, shows, visit } from "./visit.mjs";

test("what happens on the chain arrives by itself", async (t) => {
	const { page, chain } = await visit(t);
	await shows(page, "connection", "live");
	await shows(page, "contribution", chain.models[0].contributions.length - 1);
	chain.block(3);
	const count = chain.models[0].contributions.length;
	await shows(page, "contribution", count - 1);
	await shows(page, "head", chain.head);
	await shows(page, "figure-contributions", count);
	await shows(page, "tape", 60);
	for (let i = 0; i < 12; i++)
		chain.block(1);
	await shows(page, "checkpoint", chain.models[0].checkpoints[0].epoch);
	faultless(page);
});

/* The page's time stands still, right after it asked for everything: what it
 * asks for now, an event made it ask, and not a clock. */
async function clock_stop(page, asked) {
	await page.clock.pauseAt(new Date(Date.now() + 1000));
	const before_ = asked();
	await page.clock.runFor(16000);
	for (let i = 0; asked() === before_ && i < 600; i++)
		await page.waitForTimeout(100);
	assert.ok(asked() > before_, "nothing is asked for from time to time");
	await page.clock.runFor(4000);
}

test("a list is not asked for again when its event told everything",
	async (t) => {
		const { fixture, page, chain } = await visit(t,
			{ page: { clock: true } });
		await shows(page, "connection", "live");
		await page.waitForSelector(at("contribution"));
		const count = (end) => () => fixture.asked.filter(({ path: p }) =>
			p.endsWith(end)).length;
		const list = count("/contributions"), accuracy = count("/accuracy");
		await clock_stop(page, list);
		const asked = [list(), accuracy()];
		const one = chain.contribute(chain.models[0]);
		await shows(page, "contribution", one.id);
		await shows(page, "suspicion", one.suspicion);
		await page.clock.runFor(4000);
		await shows(page, "figure-contributions", one.id + 1);
		for (let i = 0; accuracy() === asked[1] && i < 600; i++)
			await page.waitForTimeout(100);
		assert.ok(accuracy() > asked[1], "what it did not tell is asked for");
		assert.equal(list(), asked[0]);
		faultless(page);
	});

test("without a stream the page polls and costs the daemon 304s",
	async (t) => {
		const { fixture, page, chain } = await visit(t, {
			page: { allowed: FAILED_LOAD },
			prepare: (f) => { f.streaming = false; },
		});
		await shows(page, "connection", "polling");
		chain.block(1);
		await shows(page, "contribution",
			chain.models[0].contributions.length - 1);
		const same = () => fixture.asked.filter(({ status, if_none_match }) =>
			status === 304 && if_none_match).length;
		await page.waitForResponse((answer) => answer.status() === 304);
		assert.ok(same() > 0);
		faultless(page);
	});

test("a stream that a proxy holds back is not waited for", async (t) => {
	const { page, chain } = await visit(t,
		{ prepare: (f) => { f.streaming = "held"; } });
	await page.waitForSelector(at("contribution"));
	chain.block(1);
	await shows(page, "contribution",
		chain.models[0].contributions.length - 1);
	await shows(page, "connection", "polling");
	faultless(page);
});

test("a stream that breaks comes back, and nothing is missed", async (t) => {
	const { fixture, page, chain } = await visit(t,
		{ page: { allowed: FAILED_LOAD } });
	await shows(page, "connection", "live");
	fixture.streams_cut(true);
	chain.block(5);
	await shows(page, "contribution",
		chain.models[0].contributions.length - 1);
	await shows(page, "connection", "live");
	faultless(page);
});

test("a daemon that goes away is told, and so is its return", async (t) => {
	const { fixture, page } = await visit(t,
		{ page: { allowed: FAILED_LOAD } });
	await shows(page, "connection", "live");
	fixture.failing = () => [503, "Not ready", "the node does not answer"];
	fixture.streams_cut(false);
	await shows(page, "connection", "offline");
	await shows(page, "stale", "offline");
	assert.match(await page.locator(at("stale")).innerText(),
		/Not ready: the node does not answer/);
	assert.ok(await page.locator(at("contribution")).count() > 0,
		"what was known stays");
	fixture.failing = null;
	fixture.streaming = true;
	await page.waitForSelector(at("stale"), { state: "detached" });
	faultless(page);
});

test("a daemon that is behind its chain says so", async (t) => {
	const { page } = await visit(t,
		{ prepare: (f) => { f.chain.lag = 41; } });
	await shows(page, "lag", 41);
	await shows(page, "stale", "lagging");
	faultless(page);
});

test("the age of the news ticks", async (t) => {
	const { page } = await visit(t);
	await page.waitForSelector(at("heard"));
	const seen = await page.locator(at("heard")).innerText();
	await page.waitForFunction(([selector, text]) =>
		document.querySelector(selector)?.textContent !== text,
	[at("heard"), seen]);
	faultless(page);
});
