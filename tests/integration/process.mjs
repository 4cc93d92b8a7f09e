// Programs that tests start: a line that is waited for, an end that is sure.
import { execFile, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

export const decaid = path.resolve(process.env.DECAID ?? path.join(process.cwd(), "decaid"));
export const children = new Set();
process.on("exit", () => children.forEach((c) => c.kill("SIGKILL")));

// A child whose output is searched for a line; ends with the test.
export function start(command, args, pattern) {
	const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
	children.add(child);
	child.log = "";
	const seen = new Promise((resolve, reject) => {
		const look = (d) => {
			child.log += d;
			const found = pattern.exec(child.log);
			if (found) resolve(found[1]);
		};
		child.stdout.on("data", look);
		child.stderr.on("data", look);
		child.ended = new Promise((gone) => child.on("close", (code, signal) => {
			children.delete(child);
			gone(code ?? signal);
			reject(new Error(`${command} ended: ${code ?? signal}\n${child.log}`));
		}));
	});
	seen.catch(() => {});
	return { child, seen };
}

export async function stop(child, signal = "SIGTERM") {
	if (child.exitCode === null && child.signalCode === null) child.kill(signal);
	return await child.ended;
}

// A command to its end; what it prints, or its error.
export function run(...args) {
	return new Promise((resolve, reject) => {
		execFile(decaid, args.flat(), { maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
			if (error) reject(new Error(`decaid ${args.flat().join(" ")}\n${stderr}`));
			else resolve(stdout.trim());
		});
	});
}

// How much longer than on a machine of its own a thing may take on a busy one.
const PATIENCE = 4;

// What `look` finds, at last; `seconds` is what it may take on a quiet machine.
export async function until(what, seconds, look) {
	const end = Date.now() + 1000 * seconds * PATIENCE;
	for (;;) {
		const found = await look();
		if (found) return found;
		if (Date.now() > end) throw new Error(`not within ${seconds * PATIENCE} s: ${what}`);
		await new Promise((r) => setTimeout(r, 100));
	}
}

// The processes below one, from /proc: whichever thread started them.
export function below(pid) {
	try {
		return fs.readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
			fs.readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number));
	} catch { return []; }
}
