#!/usr/bin/env node
/*
 * Bundle the dashboard: build.mjs [--out DIR]
 *
 * DIR (web/dist) then holds index.html, which names everything else and must
 * not be cached; licences.txt; and assets/, whose names carry a hash of their
 * contents and may be cached for ever. No file holds an inline script or style.
 */
import { build } from "esbuild";
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";
import { fileURLToPath } from "node:url";

const WEB = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.dirname(WEB);
const FIRST_LOAD_BYTES = 120 * 1024;
const CARRIED = [
	"preact", "@preact/signals", "@preact/signals-core", "uplot",
	"@fontsource-variable/familjen-grotesk",
	"@fontsource-variable/sometype-mono",
];

function argument(name, otherwise) {
	const at = process.argv.indexOf(name);
	return at > 0 ? process.argv[at + 1] : otherwise;
}

const out = path.resolve(argument("--out", path.join(WEB, "dist")));

async function bundle() {
	const made = await build({
		absWorkingDir: WEB,
		entryPoints: {
			main: "src/main.tsx", theme: "src/theme.ts",
			favicon: "favicon.svg",
		},
		outdir: out,
		entryNames: "assets/[name]-[hash]",
		assetNames: "assets/[name]-[hash]",
		bundle: true,
		minify: true,
		format: "iife",
		target: ["es2021", "chrome100", "firefox100", "safari15.4"],
		loader: { ".woff2": "file", ".svg": "copy", ".md": "text" },
		legalComments: "none", /* licences.txt holds them whole */
		metafile: true,
		logLevel: "warning",
	});
	return Object.entries(made.metafile.outputs).map(([file, about]) => ({
		file: path.resolve(WEB, file), entry: about.entryPoint ?? "",
	}));
}

function find(outputs, pattern) {
	const found = outputs.find(({ file }) => pattern.test(file));
	if (!found)
		throw new Error(`the bundle lacks ${pattern}`);
	return path.relative(out, found.file);
}

function write_index(outputs) {
	const names = {
		main: find(outputs, /\/main-[^/]*\.js$/),
		css: find(outputs, /\/main-[^/]*\.css$/),
		theme: find(outputs, /\/theme-[^/]*\.js$/),
		favicon: find(outputs, /\/favicon-[^/]*\.svg$/),
		font: find(outputs, /\/familjen[^/]*\.woff2$/),
	};
	const page = fs.readFileSync(path.join(WEB, "index.html"), "utf8")
		.replace(/@(\w+)@/g, (_, name) => names[name]);
	fs.writeFileSync(path.join(out, "index.html"), page);
}

function write_licences() {
	const parts = CARRIED.map((name) => {
		const dir = path.join(ROOT, "node_modules", name);
		const about = JSON.parse(
			fs.readFileSync(path.join(dir, "package.json"), "utf8"));
		const licence = fs.readFileSync(path.join(dir, "LICENSE"), "utf8");
		return `${name} ${about.version}\n\n${licence.trim()}\n`;
	});
	fs.writeFileSync(path.join(out, "licences.txt"),
		"The dashboard carries parts of these packages.\n\n" +
		parts.join(`\n${"-".repeat(72)}\n\n`));
}

/* What a first visit fetches, as it travels. */
function first_load(outputs) {
	const files = [...outputs.map(({ file }) => file),
		path.join(out, "index.html")];
	return files.reduce((sum, file) => {
		const bytes = fs.readFileSync(file);
		return sum + (file.endsWith(".woff2")
			? bytes.length : zlib.gzipSync(bytes, { level: 9 }).length);
	}, 0);
}

fs.rmSync(out, { recursive: true, force: true });
fs.mkdirSync(out, { recursive: true });
const outputs = await bundle();
write_index(outputs);
write_licences();
const bytes = first_load(outputs);
console.log(`web: first load ${(bytes / 1024).toFixed(1)} KB compressed`);
if (bytes > FIRST_LOAD_BYTES) {
	console.error(`web: more than ${FIRST_LOAD_BYTES / 1024} KB`);
	process.exit(1);
}
