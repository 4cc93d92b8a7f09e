#!/usr/bin/env node
/*
 * The dashboard in Debian's Chromium against the fixture. Every test also
 * holds that the page kept to its policy: no console error, no violation of
 * the Content-Security-Policy, no request to another host.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { models_usual } from "./fixture_chain.mjs";
import {
	FAILED_LOAD, addressed, api, at, browser, faultless, lists, shows,
	value, values, visit,
} from "./visit.mjs";

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

test("the page shows what the interface says", async (t) => {
	const { fixture, page } = await visit(t);
	await page.waitForSelector(at("leader"));
	await page.waitForSelector(at("operator"));
	await page.waitForSelector(at("checkpoint"));
	await page.waitForSelector(at("contribution"));
	const status = await api(fixture, "v1/status");
	const { models } = await api(fixture, "v1/models?sort=contributions");
	const [model] = models;
	const of = (rest) => api(fixture, `v1/models/${model.slug}/${rest}`);

	for (const key of ["id", "head", "followed", "finalized"])
		await shows(page, key === "id" ? "chain-id" : key, status.chain[key]);
	await shows(page, "lag", status.chain.lag_blocks);
	await shows(page, "connection", "live");
	await lists(page, "model-row", models.map((one) => one.address));
	await lists(page, "row-progressive",
		models.map((one) => String(one.accuracy.progressive)));
	await lists(page, "row-contributions",
		models.map((one) => String(one.contributions)));
	await shows(page, "figure-progressive", model.accuracy.progressive);
	await shows(page, "figure-holdout", model.accuracy.holdout);
	await shows(page, "figure-contributions", model.contributions);
	await shows(page, "figure-contributors", model.contributors);
	await shows(page, "figure-held", model.held_wei);
	await shows(page, "figure-paid", model.paid_out_wei);
	await shows(page, "figure-next", model.incentive.next_deposit_wei);
	await lists(page, "class", model.classes);

	for (const [format, name] of [["decaid", "decaid"], ["json", "json"]]) {
		const link = page.locator(at(`download-${format}`));
		assert.equal(await link.getAttribute("href"),
			`/v1/models/${model.address}/export?format=${format}`);
		assert.equal(await link.getAttribute("download"),
			`${model.slug}.${name}`);
	}

	const { entries } = await of("leaderboard?limit=12");
	await lists(page, "leader", entries.map((one) => one.address));
	await lists(page, "karma", entries.map((one) => one.karma));
	await lists(page, "rank", entries.map((one) => one.rank));
	await lists(page, "change",
		entries.map((one) => one.previous_rank === null ? ""
			: String(one.previous_rank - one.rank)));
	const { contributions } = await of("contributions");
	const ids = await values(page, "contribution");
	assert.ok(ids.length >= 10);
	assert.deepEqual(ids,
		contributions.slice(0, ids.length).map((one) => String(one.id)));
	const { checkpoints } = await of("checkpoints");
	for (const [id, key] of [["checkpoint", "epoch"],
		["checkpoint-judged", "judged"], ["checkpoint-root", "state_root"],
		["checkpoint-status", "status"]])
		await lists(page, id,
			checkpoints.slice(0, 12).map((one) => String(one[key])));
	const { operators } = await api(fixture, "v1/operators");
	await lists(page, "operator", operators.map((one) => one.address));
	const { claimable } = await of("deposits?limit=8");
	await lists(page, "claim-reason",
		claimable.map((one) => one.reason ?? ""));
	faultless(page);
});

test("a question is answered, and is in the address", async (t) => {
	const { fixture, page, chain } = await visit(t);
	await page.fill(at("predict-input"), "a chess engine");
	await page.keyboard.press("Enter");
	await page.waitForSelector(at("predict-result"));
	const said = chain.predict(chain.models[0], { text: "a chess engine" });
	await shows(page, "predict-result", said.label);
	assert.equal(await page.locator(at("predict-class")).innerText(),
		said.class);
	assert.deepEqual(await values(page, "score"), Object.values(said.scores)
		.sort((a, b) => Number(b) - Number(a)));
	await addressed(page, "ask=a+chess+engine");
	const again = await browser.open(page.url());
	await again.waitForSelector(at("predict-input"));
	assert.equal(await again.inputValue(at("predict-input")),
		"a chess engine");
	await again.context().close();
	const posts = fixture.asked.filter(({ method }) => method === "POST");
	assert.equal(posts.length, 1, "a shared address asks nothing by itself");
	faultless(page);
});

test("a wrong question is explained", async (t) => {
	const model = (f) => f.chain.models[1].about.slug;
	const { fixture, page } = await visit(t,
		{ page: { allowed: FAILED_LOAD } });
	await page.goto(`${fixture.url}#/models/${model(fixture)}`);
	await page.waitForFunction(() => document.querySelector(
		"[data-testid=model-name]")?.textContent.startsWith("Tic"));
	const wrong = page.locator(at("predict-wrong"));
	await page.click(at("predict-submit"));
	assert.match(await wrong.innerText(), /Type something/);
	await page.fill(at("predict-input"), "1, x, 3");
	await page.click(at("predict-submit"));
	await page.waitForFunction((selector) =>
		document.querySelector(selector)?.textContent.includes("x"),
	at("predict-wrong"));
	fixture.failing = (p) => p.endsWith("/predict")
		? [400, "Wrong input", "indices: 99 is above 26"] : null;
	await page.fill(at("predict-input"), "99");
	await page.click(at("predict-submit"));
	await page.waitForFunction((selector) =>
		document.querySelector(selector)?.textContent.includes("above 26"),
	at("predict-wrong"));
	fixture.failing = null;
	await page.fill(at("predict-input"), "0 4 8");
	await page.click(at("predict-submit"));
	await page.waitForSelector(at("predict-result"));
	faultless(page);
});

const SCRIPT = "<script>document.title='owned'</script>";
const IMAGE = "<img src=x onerror=document.title='owned'>";
const REVERSED = "\u202Egnorw\u202C \u05E9\u05DC\u05D5\u05DD";

function hostile() {
	const models = models_usual();
	Object.assign(models[0].about, {
		name: `${SCRIPT} ${REVERSED} ${"long name ".repeat(30)}`,
		description: `${IMAGE} ${"W".repeat(500)}`,
		classes: ["<b>bold</b>", "\u202Eesrever", "n".repeat(64), IMAGE],
		encoder: "<i>encoder</i>", refusal: null,
	});
	return models;
}

test("what strangers wrote is text and nothing else", async (t) => {
	for (const width of [1280, 375]) {
		const { fixture, page, chain } = await visit(t, {
			models: hostile(), page: { width },
			hash: `#/models/${models_usual()[0].about.address}`,
		});
		await page.waitForSelector(at("contribution"));
		const name = await page.locator(at("model-name")).textContent();
		assert.equal(name, chain.models[0].about.name);
		assert.equal(await page.locator(at("model-description")).textContent(),
			chain.models[0].about.description);
		assert.deepEqual(await values(page, "class"),
			chain.models[0].about.classes);
		chain.contribute(chain.models[0], { text: SCRIPT });
		const newest = chain.models[0].contributions.length - 1;
		await shows(page, "contribution", newest);
		await page.locator(".entry-open").first().click();
		await page.waitForSelector(at("detail-text"));
		assert.equal(await page.locator(at("detail-text")).textContent(),
			SCRIPT);
		assert.equal(await page.title(), "decaid");
		assert.equal(await page.locator("#app script, #app img, #app b b, " +
			"#app i").count(), 0);
		const bad = `${fixture.url}#/models/${encodeURIComponent(IMAGE)}` +
			`?contributor=${encodeURIComponent(SCRIPT)}&state=${SCRIPT}`;
		page.faults = page.faults.filter((line) => !FAILED_LOAD.test(line));
		faultless(page);
		const other = await browser.open(bad, { allowed: FAILED_LOAD });
		await other.waitForSelector(at("empty"));
		assert.equal(await other.title(), "decaid");
		faultless(other);
		await other.context().close();
	}
});

test("no width from 320 px up scrolls sideways", async (t) => {
	for (const models of [undefined, hostile()]) {
		const { page } = await visit(t, {
			models, hash: `#/models/${models_usual()[0].about.address}`,
		});
		await page.waitForSelector(at("leader"));
		await page.waitForSelector(at("chart", " canvas"));
		await page.locator(".entry-open").nth(1).click();
		for (const width of [1600, 1280, 1024, 900, 768, 600, 375, 320]) {
			await page.setViewportSize({ width, height: 800 });
			/* charts follow a width when they have seen it */
			await page.waitForFunction((w) => innerWidth === w &&
				document.documentElement.scrollWidth <= w, width)
				.catch(async () => assert.fail(`${await page.evaluate(() =>
					document.documentElement.scrollWidth)} px at ${width} px`));
		}
		faultless(page);
	}
});

test("a phone shows the list, and then the one", async (t) => {
	const { page, chain } = await visit(t, { page: { width: 375 } });
	const rows = page.locator(at("model-row"));
	await rows.first().waitFor();
	assert.equal(await page.locator(at("model-name")).isVisible(), false);
	await rows.nth(1).click();
	await page.waitForSelector(at("model-name"));
	await page.waitForFunction((name) => document.querySelector(
		"[data-testid=model-name]")?.textContent === name,
	await rows.nth(1).locator("bdi").textContent());
	assert.equal(await rows.first().isVisible(), false);
	assert.ok(chain.models.some(({ about }) =>
		page.url().endsWith(`#/models/${about.slug}`)));
	await page.goBack();
	await rows.first().waitFor();
	faultless(page);
});

test("what is chosen is in the address and comes back from it", async (t) => {
	const { page, chain } = await visit(t, { blocks: 90 });
	await page.waitForSelector(at("contribution"));
	await page.selectOption(at("feed-state"), "refunded");
	await addressed(page, "state=refunded");
	const listed = (who) => chain.models[0].contributions.filter((one) =>
		one.state === "refunded" && (!who || one.contributor === who))
		.reverse().slice(0, 12).map((one) => one.id);
	await lists(page, "contribution", listed());
	await page.locator(".entry-open").first().click(); /* holds no choice */
	await page.locator(at("leader", " button")).first().click();
	const who = await value(page, "leader");
	await addressed(page, "contributor=");
	await lists(page, "contribution", listed(who));
	const again = await browser.open(page.url());
	await lists(again, "contribution", listed(who));
	faultless(again);
	await again.context().close();
	faultless(page);
});

test("the leaderboard is ranked by what is chosen, over what time",
	async (t) => {
		const { page, chain } = await visit(t, { blocks: 90 });
		const [model] = chain.models;
		const listed = async (by, window) => page.waitForFunction(
			(wanted) => JSON.stringify([...document.querySelectorAll(
				"[data-testid=leader]")].map((row) =>
				row.dataset.value)) === wanted,
			JSON.stringify(chain.board(model, by, window).slice(0, 12)
				.map((one) => one.address)));
		await listed("karma", "all");
		await page.locator(at("choice-by", " [value=deposited]")).click();
		await listed("deposited", "all");
		await page.locator(at("choice-window", " [value='24h']")).click();
		await listed("deposited", "24h");
		await addressed(page, "by=deposited");
		await addressed(page, "window=24h");
		assert.match(await page.locator(at("karma")).first().innerText(),
			/ETH|gwei/);
		const again = await browser.open(page.url());
		await again.waitForSelector(at("leader"));
		await shows(again, "choice-by", "deposited");
		await shows(again, "choice-window", "24h");
		await again.context().close();
		faultless(page);
	});

test("who does not compete stands apart, and nobody's rank counts it",
	async (t) => {
		const { page, chain } = await visit(t, { blocks: 90,
			prepare: ({ chain: it }) => {
				it.apart = [it.board(it.models[0], "karma", "all")[1].address];
			} });
		const [model] = chain.models;
		await page.waitForSelector(at("baseline"));
		assert.deepEqual(await values(page, "baseline"), chain.apart);
		assert.match(await page.locator(at("baseline")).innerText(), /owner/);
		assert.deepEqual(await values(page, "leader"),
			chain.board(model, "karma", "all").slice(0, 12)
				.map((one) => one.address));
		assert.deepEqual((await values(page, "rank")).slice(0, 3),
			["1", "2", "3"]);
		faultless(page);
	});

test("nothing moves under a reader who is in the list", async (t) => {
	const { page, chain } = await visit(t);
	await shows(page, "connection", "live");
	await page.waitForSelector(at("contribution"));
	const before_ = await values(page, "contribution");
	await page.locator(".entry-open").nth(2).click();
	await page.waitForSelector(at("detail"));
	chain.block(2);
	await shows(page, "feed-fresh", 2);
	assert.deepEqual(await values(page, "contribution"), before_);
	await page.locator(at("feed-fresh")).click();
	await shows(page, "contribution",
		chain.models[0].contributions.length - 1);
	faultless(page);
});

test("empty, new, loading, failing and unknown each have their words",
	async (t) => {
		const empty = await visit(t, { models: [], blocks: 0 });
		await empty.page.getByText("A model appears here").waitFor();
		await shows(empty.page, "connection", "live");
		faultless(empty.page);

		const fresh = await visit(t, { blocks: 0 });
		for (const name of ["accuracy", "contributions", "leaderboard",
			"checkpoints", "deposits"])
			await fresh.page.locator(at(`panel-${name}`, ` ${at("empty")}`))
				.waitFor();
		faultless(fresh.page);

		let go;
		const slow = await visit(t, { prepare: (f) => {
			f.held_back = new Promise((done) => { go = done; });
		} });
		await slow.page.waitForSelector(at("waiting"));
		await shows(slow.page, "connection", "connecting");
		slow.fixture.held_back = null;
		go();
		await slow.page.waitForSelector(at("contribution"));
		faultless(slow.page);

		const failing = await visit(t, { page: { allowed: FAILED_LOAD },
			prepare: (f) => {
				/* so long that it is the button that asks again */
				f.failing = (p) => p.endsWith("/leaderboard")
					? [500, "It broke", "the database does not answer",
						{ "Retry-After": 3600 }] : null;
			} });
		const failed = failing.page.locator(at("failed"));
		await failed.waitFor();
		assert.match(await failed.innerText(), /database does not answer/);
		failing.fixture.failing = null;
		await failed.getByRole("button").click();
		await failing.page.waitForSelector(at("leader"));
		faultless(failing.page);

		const nobody = await visit(t, { hash: "#/models/nobody",
			page: { allowed: FAILED_LOAD } });
		await nobody.page.getByText("No such model").waitFor();
		faultless(nobody.page);
	});

test("the board of all leads to a contributor, and on to a model",
	async (t) => {
		const { page, chain } = await visit(t, { hash: "#/board" });
		const all = chain.board(chain.everything(), "karma", "all");
		await lists(page, "leader", all.slice(0, 50).map((one) => one.address));
		await page.locator("[data-testid=choice-by] input[value=earned]")
			.check();
		await page.waitForFunction(() => location.hash.includes("by=earned"));
		const who = chain.board(chain.everything(), "earned", "all")[0].address;
		await page.locator(`${at("leader")}[data-value="${who}"] a`).click();
		await shows(page, "contributor", who);
		const told = chain.contributor(who);
		await shows(page, "figure-karma", told.karma);
		await shows(page, "figure-earned", told.earned_wei);
		await shows(page, "figure-claimable", told.claimable_wei);
		await shows(page, "figure-locked", "");
		await lists(page, "contributor-recent",
			told.recent.map((one) => one.id));
		await lists(page, "contributor-model",
			told.models.map((one) => one.slug));
		await page.locator(`${at("contributor-model")} a`).first().click();
		await page.waitForSelector(at("feed-clear-contributor"));
		const given = chain.models[0].contributions.filter((one) =>
			one.contributor === who).map((one) => String(one.id)).reverse();
		await shows(page, "contribution", given[0]);
		faultless(page);
	});

test("a contributor whom nobody knows is told as such", async (t) => {
	const { page } = await visit(t, { page: { allowed: FAILED_LOAD },
		hash: "#/contributors/0x0000000000000000000000000000000000000009" });
	await page.getByText("Nobody of this address").waitFor();
	faultless(page);
});

test("operators have a page with their record", async (t) => {
	const { page, fixture } = await visit(t, { hash: "#/operators" });
	const { operators } = await api(fixture, "v1/operators");
	await lists(page, "operator-signed",
		operators.map((one) => one.checkpoints_signed));
	await lists(page, "operator-missed",
		operators.map((one) => one.checkpoints_missed));
	await page.locator(at("page-models")).click();
	await page.waitForSelector(at("figure-contributions"));
	faultless(page);
});

/* The rows of a table of models/ACCURACY.md: set, then the figures. */
function measured() {
	const text_ = fs.readFileSync(path.join(ROOT, "models/ACCURACY.md"), "utf8");
	return [...text_.matchAll(/^\| (\w+) \|((?: [-*\d.]+ \|)+) [\d.]+ \/ /gm)]
		.map(([, set, row]) => [set, row.replace(/[* ]/g, "").split("|")
			.slice(0, -1)]);
}

/* Every type and encoder, as the manual has them; 0xDeCA10B's in one. */
function kinds() {
	const page_ = fs.readFileSync(path.join(ROOT, "man", "decaid-models.7"),
		"utf8").replace(/\\\n/g, "");
	const named = [...page_.matchAll(/^\.It Cm (.*)/gm)].map(([, list]) =>
		list.startsWith("deca-") ? "deca-\u2026" : list);
	return named.sort();
}

test("who wonders which model to choose sees what each reaches", async (t) => {
	const { page } = await visit(t);
	await page.locator(at("model-type")).click();
	await page.waitForSelector(at("measured"));
	const known = new Map(measured());
	const rows = page.locator(at("measured"));
	assert.equal(await rows.count(), 8);
	for (const row of await rows.all()) {
		const set = await row.getAttribute("data-value");
		assert.deepEqual(await values(row, "measured-percent"),
			known.get(set), set);
		assert.equal(await row.locator(".choose-best").first().innerText(),
			String([...known.get(set)].sort((a, b) => b - a)[0]));
	}
	assert.deepEqual((await values(page, "choose-kind")).sort(), kinds());
	faultless(page);
});

test("a page says who embeds texts, and when the daemon does not", async (t) => {
	for (const served of [true, false]) {
		const embedding = { service: "test.example", model: "small:1",
			dimension: 6, served };
		const models = models_usual();
		Object.assign(models[0].about, { encoder: "embedding", embedding });
		const { page } = await visit(t, { models,
			hash: `#/models/${models[0].about.slug}` });
		const said = page.locator(at("embedding"));
		await said.waitFor();
		assert.equal(await said.innerText(), "texts embedded by\n" +
			`test.example, small:1${served ? "" : ", which this daemon " +
				"does not ask: it takes the numbers alone"}`);
		faultless(page);
	}
});

test("the pages of all models fit a narrow phone", async (t) => {
	for (const models of [undefined, hostile()]) {
		const { page, chain, fixture } = await visit(t, {
			models, page: { width: 320 }, hash: "#/board" });
		const who = chain.board(chain.everything(), "karma", "all")[0].address;
		for (const [hash, id] of [["#/board", "leader"],
			[`#/contributors/${who}`, "contributor-recent"],
			["#/operators", "operator"], ["#/choose", "measured"]]) {
			await page.goto(fixture.url + hash);
			await page.waitForSelector(at(id));
			await page.waitForFunction(() =>
				document.documentElement.scrollWidth === 320)
				.catch(async () => assert.equal(await page.evaluate(() =>
					document.documentElement.scrollWidth), 320, hash));
		}
		faultless(page);
	}
});

/* WCAG 2.2, relative luminance and contrast of two sRGB colours. */
function contrast(a, b) {
	const luminance = (hex) => [1, 3, 5].reduce((sum, i, k) => {
		const c = parseInt(hex.slice(i, i + 2), 16) / 255;
		const linear = c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
		return sum + [0.2126, 0.7152, 0.0722][k] * linear;
	}, 0);
	const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
	return (high + 0.05) / (low + 0.05);
}

test("both palettes are readable, and the reader may choose", async (t) => {
	const pairs = [
		...["ink", "ink-2", "ink-3", "accent", "brass", "good", "bad", "warn"]
			.flatMap((name) => [[name, "paper"], [name, "sheet"]]),
		...["ink", "ink-2", "ink-3"].map((name) => [name, "sunken"]),
		["good", "good-soft"], ["bad", "bad-soft"], ["brass", "brass-soft"],
		["warn", "brass-soft"], ["on-accent", "accent"],
	];
	const grounds = [];
	for (const dark of [false, true]) {
		const { page } = await visit(t, { page: { dark } });
		await page.waitForSelector(at("chart", " canvas"));
		for (const [text, ground] of pairs) {
			const [a, b] = await page.evaluate((names) => names.map((name) =>
				getComputedStyle(document.documentElement)
					.getPropertyValue(`--${name}`).trim()), [text, ground]);
			assert.ok(contrast(a, b) >= 4.5, `${text} on ${ground}, ` +
				`${dark ? "dark" : "light"}: ${contrast(a, b).toFixed(2)}`);
		}
		grounds.push(await page.evaluate(() =>
			getComputedStyle(document.documentElement).backgroundColor));
		faultless(page);
	}
	assert.notEqual(grounds[0], grounds[1]);

	const { page } = await visit(t);
	await shows(page, "theme", "system");
	await page.click(at("theme"));
	await page.click(at("theme"));
	await shows(page, "theme", "dark");
	const ground = () => page.evaluate(() =>
		getComputedStyle(document.documentElement).backgroundColor);
	assert.equal(await ground(), grounds[1]);
	await page.reload();
	await shows(page, "theme", "dark");
	assert.equal(await ground(), grounds[1]);
	faultless(page);
});

test("the keyboard reaches everything, and the chart speaks", async (t) => {
	const { page } = await visit(t);
	await page.waitForSelector(at("chart", " canvas"));
	await page.keyboard.press("Tab");
	assert.equal(await page.evaluate(() => document.activeElement.className),
		"skip");
	await page.keyboard.press("Enter");
	assert.equal(await page.evaluate(() => document.activeElement.id),
		"model");
	const chart = page.locator(at("chart"));
	assert.match(await chart.getAttribute("aria-label"),
		/Progressive accuracy over \d+ contributions: from .* to .*best/);
	await chart.focus();
	const now = await page.locator(".keys").innerText();
	await page.keyboard.press("ArrowLeft");
	await page.keyboard.press("ArrowLeft");
	await page.waitForFunction((text) =>
		document.querySelector(".keys").innerText !== text, now);
	assert.match(await page.locator(".keys").innerText(), /at contribution/);
	const nameless = await page.evaluate(() => [...document.querySelectorAll(
		"button, a, input, select, textarea")].filter((one) =>
		!(one.getAttribute("aria-label") || one.innerText || one.title ||
			one.labels?.[0]?.textContent)).map((one) => one.outerHTML));
	assert.deepEqual(nameless, []);
	faultless(page);
});

test("motion stays away from who asked for that", async (t) => {
	const { page, chain } = await visit(t, { page: { reduced: true } });
	await page.waitForSelector(at("contribution"));
	chain.block(2);
	await shows(page, "contribution",
		chain.models[0].contributions.length - 1);
	assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
	faultless(page);
});
