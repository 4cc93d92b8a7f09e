/*
 * A page of the dashboard on a fixture, and what a test asks of it. A program
 * that imports this is skipped where there is no browser or no dashboard.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before } from "node:test";
import { Browser, browser_missing } from "./browser.mjs";
import { DIST, fixture_start } from "./fixture.mjs";

const missing = await browser_missing() ??
	(fs.existsSync(path.join(DIST, "index.html")) ? null
		: `${DIST} holds no dashboard: npm ci && make`);
if (missing) {
	console.log(`${path.basename(process.argv[1])}: skipped: ${missing}`);
	process.exit(77);
}

export let browser;
before(async () => { browser = await new Browser().start(); });
after(async () => { await browser.stop(); });

export const FAILED_LOAD = /Failed to load resource|ERR_CONNECTION|ERR_INCOMPLETE/;

/* A fixture and a page on it; both end with the test. */
export async function visit(t, { hash = "", page: how = {}, prepare, ...options } = {}) {
	const fixture = await fixture_start({ blocks: 60, ...options });
	prepare?.(fixture);
	const page = await browser.open(fixture.url + hash, how);
	t.after(async () => {
		await page.context().close();
		await fixture.close();
	});
	return { fixture, page, chain: fixture.chain };
}

export function at(id, name = "") {
	return `[data-testid="${id}"]${name}`;
}

export async function value(page, id, inside = page) {
	return inside.locator(at(id)).first().getAttribute("data-value");
}

export async function values(page, id) {
	return page.locator(at(id)).evaluateAll((list) =>
		list.map((one) => one.getAttribute("data-value")));
}

/* Until the page shows this value there; fails with what it shows. */
export async function shows(page, id, wanted) {
	await page.waitForFunction(([selector, text]) =>
		document.querySelector(selector)?.getAttribute("data-value") === text,
	[at(id), String(wanted)]).catch(async () => {
		assert.equal(await value(page, id), String(wanted), id);
	});
}

/* Until it shows these, in this order; fails with those it shows. */
export async function lists(page, id, wanted) {
	await page.waitForFunction(([selector, text]) => JSON.stringify(
		[...document.querySelectorAll(selector)].map((one) =>
			one.getAttribute("data-value"))) === text,
	[at(id), JSON.stringify(wanted.map(String))]).catch(async () => {
		assert.deepEqual(await values(page, id), wanted.map(String), id);
	});
}

/* Until the address holds the words: a choice is in it before the answer. */
export async function addressed(page, words) {
	await page.waitForFunction((part) => location.hash.includes(part), words);
}

export async function api(fixture, path_) {
	const answer = await fetch(new URL(path_, fixture.url));
	assert.equal(answer.status, 200, path_);
	return answer.json();
}

export function faultless(page) {
	assert.deepEqual(page.faults, []);
}
