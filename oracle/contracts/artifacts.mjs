// Writes artifacts/NAME.json from a build, or with --check compares: the
// committed artifacts are what daemon and dashboard use, so that neither needs
// a compiler. One value a line: embed.sh reads them with awk.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const built = process.env.FOUNDRY_OUT ?? path.join(here, "out/src");
const names = ["ModelFactory", "OperatorPool", "PointsTrainer", "PredictionReader",
	"StakeTrainer"];

function layoutOf(out) {
	return out.storageLayout.storage.map(({ label, offset, slot, type }) =>
		({ slot, offset, label, type: out.storageLayout.types[type].label }));
}

function artifactOf(name) {
	const file = path.join(built, `${name}.sol`, `${name}.json`);
	const out = JSON.parse(fs.readFileSync(file, "utf8"));
	const { compiler, settings } = out.metadata;
	return JSON.stringify({
		contract: name,
		compiler: {
			version: compiler.version.split("+")[0],
			evmVersion: settings.evmVersion,
			optimizer: settings.optimizer,
			viaIR: settings.viaIR,
		},
		bytecode: out.bytecode.object,
		storage: layoutOf(out),
		selectors: out.methodIdentifiers,
		abi: out.abi,
	}, null, 1) + "\n";
}

let differing = 0;
fs.mkdirSync(path.join(here, "artifacts"), { recursive: true });
for (const name of names) {
	const file = path.join(here, "artifacts", `${name}.json`);
	const fresh = artifactOf(name);
	const kept = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
	if (fresh === kept) continue;
	if (process.argv.includes("--check")) {
		console.error(`artifacts/${name}.json is not what the sources build: ` +
			"run oracle/contracts/build.sh");
		differing++;
	} else {
		fs.writeFileSync(file, fresh);
		console.log(`artifacts/${name}.json written`);
	}
}
process.exit(differing ? 1 : 0);
