// followd as an object: commands go to its standard input, answers come back.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";

const program = path.resolve(process.env.FOLLOWD ?? "tests/integration/followd");
const dirs = [];
process.on("exit", () => dirs.forEach((d) => fs.rmSync(d, { recursive: true, force: true })));

export function newDir() {
	dirs.push(fs.mkdtempSync(path.join(os.tmpdir(), "decaid-follow-")));
	return dirs[dirs.length - 1];
}

export class Daemon {
	constructor(chain, { dir = newDir(), url = chain.url, args = [], quiet = true } = {}) {
		this.dir = dir;
		this.stderr = "";
		this.child = spawn(program, ["--rpc", url, "--dir", dir, "--factory", chain.factory, "--pool", chain.pool,
			"--start", String(chain.startBlock), "--poll", "20", ...args], { stdio: ["pipe", "pipe", "pipe"] });
		this.ended = new Promise((resolve) => this.child.on("exit", (code, signal) => resolve(code ?? signal)));
		this.child.stdin.on("error", () => {});
		this.child.stderr.on("data", (d) => {
			this.stderr += d;
			if (!quiet || process.env.VERBOSE) process.stderr.write(d);
		});
		this.lines = readline.createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
	}

	async line() {
		const { value, done } = await this.lines.next();
		if (done) throw new Error(`followd ended: ${await this.ended}\n${this.stderr}`);
		return value;
	}

	async status() {
		this.child.stdin.write("status\n");
		return JSON.parse(await this.line());
	}

	async list(command) {
		this.child.stdin.write(command + "\n");
		const out = [];
		for (let l; (l = await this.line()) !== "";) out.push(l);
		return out;
	}

	async models() { return (await this.list("models")).map((l) => JSON.parse(l)); }
	async checkpoints(trainer) { return (await this.list(`checkpoints ${trainer}`)).map((l) => JSON.parse(l)); }
	async operators() { return (await this.list("operators")).map((l) => JSON.parse(l)); }
	async holdout(trainer) { return (await this.list(`holdout ${trainer}`)).map((l) => JSON.parse(l)); }
	dump() { return this.list("dump"); }

	// Wait until the status pleases; events, not seconds, but bounded.
	async until(pleases, what) {
		const deadline = Date.now() + 240000;
		for (;;) {
			const s = await this.status();
			if (pleases(s)) return s;
			if (s.halted && what !== "halt") throw new Error(`halted: ${s.why}\n${this.stderr}`);
			if (Date.now() > deadline) throw new Error(`never ${what}: ${JSON.stringify(s)}\n${this.stderr}`);
			await new Promise((r) => setTimeout(r, 10));
		}
	}

	// The very head of this chain is committed. A reorg may leave the number
	// as it is, so the count of commits must have moved where that is told.
	async caughtUp(chain, { reorgs = 0 } = {}) {
		const head = Number(await chain.reader.getBlockNumber());
		return await this.until((s) => s.followed === head && s.reorgs >= reorgs, `at block ${head}`);
	}

	async stop() {
		this.child.stdin.end();
		return await this.ended;
	}

	async kill() {
		this.child.kill("SIGKILL");
		return await this.ended;
	}
}
