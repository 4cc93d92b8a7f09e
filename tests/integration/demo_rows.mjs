// Rows for a demo where the packages' descriptions are not at hand.
import { execFileSync } from "node:child_process";

// Texts of two classes that tell them apart.
export function rows(n) {
	const words = { tea: ["green", "leaf", "pot", "cup", "brew"], iron: ["hammer", "steel", "forge", "anvil", "rust"] };
	return Array.from({ length: n }, (_, i) => {
		const name = i % 2 ? "tea" : "iron";
		return `${name}\t${[0, 1, 2].map((k) => words[name][(i * 3 + k * k + (i >> 3)) % 5]).join(" ")} n${i}`;
	}).join("\n") + "\n";
}

// Whether apt's lists are here, as after apt-get update.
export function hasPackages() {
	try {
		return execFileSync("sh", ["-c", "apt-cache dumpavail 2>/dev/null | head -c 10000000 | wc -c"])
			.toString().trim() === "10000000";
	} catch {
		return false;
	}
}
