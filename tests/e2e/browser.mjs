/*
 * Debian's Chromium for the end-to-end tests: started once a file with a
 * profile of its own, and watched, so that whatever a page does that it must
 * not do fails the test that looked at it.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/* How long an event may take on a machine that is busy with everything else. */
export const PATIENCE_MS = 60000;

export const CHROMIUM = process.env.DECAID_CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = [
	"--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
	"--disable-background-networking", "--disable-component-update",
	"--disable-sync",
];

async function playwright() {
	try {
		return (await import("playwright-core")).chromium;
	} catch {
		return null;
	}
}

/* Why the browser tests cannot run here, or null. */
export async function browser_missing() {
	if (!fs.existsSync(CHROMIUM))
		return `${CHROMIUM} is missing: install chromium`;
	return await playwright() ? null : "playwright-core is missing: npm ci";
}

export class Browser {
	async start() {
		this.dir = fs.mkdtempSync(path.join(os.tmpdir(), "decaid-browser-"));
		this.pages = [];
		this.browser = await (await playwright()).launch({
			executablePath: CHROMIUM, headless: true, args: FLAGS,
			env: { ...process.env, HOME: this.dir },
		});
		return this;
	}

	async stop() {
		await this.browser?.close();
		fs.rmSync(this.dir, { recursive: true, force: true });
	}

	/*
	 * A page in a context of its own. `page.faults` collects console errors,
	 * uncaught errors, violations of the policy and requests to other hosts;
	 * what is expected to fail is named by `allowed`. With `clock` the test may
	 * stop the page's time.
	 */
	async open(url, { width = 1280, height = 900, dark = false,
		reduced = true, allowed = null, clock = false } = {}) {
		const context = await this.browser.newContext({
			viewport: { width, height }, locale: "en-GB",
			timezoneId: "Europe/Berlin",
			colorScheme: dark ? "dark" : "light",
			reducedMotion: reduced ? "reduce" : "no-preference",
		});
		context.setDefaultTimeout(PATIENCE_MS);
		const page = await context.newPage();
		page.faults = [];
		const fault = (line) => {
			if (!allowed?.test(line))
				page.faults.push(line);
		};
		page.on("console", (said) => {
			if (["error", "warning"].includes(said.type()))
				fault(`console: ${said.text()} ${said.location().url}`);
		});
		page.on("pageerror", (error) => fault(`error: ${error.stack}`));
		page.on("request", (request) => {
			const to = new URL(request.url());
			if (to.protocol !== "data:" && to.host !== new URL(url).host)
				fault(`other host: ${request.url()}`);
		});
		await page.addInitScript(() => {
			document.addEventListener("securitypolicyviolation", (event) =>
				console.error("policy:", event.violatedDirective,
					event.blockedURI));
		});
		if (clock)
			await page.clock.install();
		await page.goto(url);
		return page;
	}
}
