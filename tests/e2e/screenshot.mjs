#!/usr/bin/env node
/*
 * A picture of a page: screenshot.mjs URL OUT.png
 *     [--width N] [--height N] [--dark] [--full] [--wait SELECTOR] [--ms N]
 * waits for the selector (the chart) and, with --ms, so much longer.
 */
import { Browser, browser_missing } from "./browser.mjs";

function option(name, otherwise) {
	const at = process.argv.indexOf(name);
	return at > 0 ? process.argv[at + 1] : otherwise;
}

const [url, out] = process.argv.slice(2);
if (!url || !out || url.startsWith("-")) {
	console.error("usage: screenshot.mjs URL OUT.png [--width N] " +
		"[--height N] [--dark] [--full] [--wait SELECTOR] [--ms N]");
	process.exit(2);
}
const missing = await browser_missing();
if (missing) {
	console.error(`screenshot: ${missing}`);
	process.exit(77);
}

const browser = await new Browser().start();
try {
	const page = await browser.open(url, {
		width: Number(option("--width", 1280)),
		height: Number(option("--height", 900)),
		dark: process.argv.includes("--dark"),
	});
	await page.waitForSelector(option("--wait", "[data-testid=chart]"));
	await page.evaluate(() => document.fonts.ready);
	await page.waitForTimeout(Number(option("--ms", 0)));
	await page.screenshot({ path: out,
		fullPage: process.argv.includes("--full") });
} finally {
	await browser.stop();
}
