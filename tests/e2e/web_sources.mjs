#!/usr/bin/env node
/* The rules of web/ that need no browser. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { DIST, POLICY } from "./fixture.mjs";

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
const SRC = path.join(ROOT, "web", "src");
const TSC = path.join(ROOT, "node_modules", "typescript", "bin", "tsc");

if (!fs.existsSync(TSC)) {
	console.log("web_sources: skipped: typescript is missing: npm ci");
	process.exit(77);
}

const sources = fs.readdirSync(SRC, { recursive: true })
	.filter((name) => /\.(tsx?|css)$/.test(name))
	.map((name) => ({ name,
		text: fs.readFileSync(path.join(SRC, name), "utf8") }));

function code(text) {
	return text.replace(/\/\*[\s\S]*?\*\//g, "");
}

function matches(files, pattern) {
	return files.flatMap(({ name, text }) =>
		[...code(text).matchAll(pattern)].map(([found]) =>
			`${name}: ${found.trim()}`));
}

const scripts = sources.filter(({ name }) => !name.endsWith(".css"));
const styles = sources.filter(({ name }) => name.endsWith(".css"));

test("the sources are strictly typed", () => {
	const run = spawnSync(process.execPath,
		[TSC, "-p", path.join(ROOT, "web", "tsconfig.json")],
		{ encoding: "utf8" });
	assert.equal(run.stdout + run.stderr, "");
	assert.equal(run.status, 0);
});

test("strangers' text can only become text", () => {
	assert.deepEqual(matches(scripts, new RegExp("innerHTML|outerHTML|" +
		"insertAdjacentHTML|dangerously\\w+|document\\.write|\\beval\\(|" +
		"new Function|javascript:", "g")), []);
});

test("what the page says is in strings/ alone", () => {
	const pages = sources.filter(({ name }) => name.endsWith(".tsx"));
	assert.deepEqual(matches(pages, />\s*[A-Za-z][A-Za-z ,.']+\s*<\//g), []);
	assert.deepEqual(matches(pages,
		/\b(?:title|placeholder|aria-label|alt)="[^"]+"/g), []);
});

const words = scripts.filter(({ name }) => path.dirname(name) === "strings");

/* Paths of the leaves of `text` that nothing names: the words of a group are
 * what its file exports, those of none stand in index.ts. */
function unused_strings() {
	const used = scripts.filter((one) => !words.includes(one))
		.map((one) => one.text).join("\n");
	const said = (leaf) => new RegExp(`text\\.${leaf}\\b`).test(used) ||
		(/text\[unit\]/.test(used) && ["coin", "gwei", "wei"].includes(leaf));
	return words.flatMap(({ text }) =>
		[...code(text).matchAll(/^export const (\w+) = \{([\s\S]*?)^\};/gm)])
		.flatMap(([, group, body]) =>
			[...body.matchAll(/^\t(\w+):/gm)].map(([, key]) =>
				group === "text" ? key : `${group}.${key}`))
		.filter((leaf) => !said(leaf));
}

test("every string is said somewhere", () => {
	assert.deepEqual(unused_strings(), []);
});

test("dark is the same whether the system or the reader chose it", () => {
	const { text } = styles.find(({ name }) =>
		name === path.join("styles", "variables.css"));
	const of = (part) => part.match(/--[\w-]+:\s*[^;]+/g);
	const [, system, reader] = text.split(/:root[^{]*\{/).slice(1);
	assert.deepEqual(of(system), of(reader));
	assert.ok(of(reader).length > 20);
});

test("colours come from the one set of variables", () => {
	assert.deepEqual(matches(styles.filter(({ name }) =>
		!name.endsWith("variables.css")),
	/:[^;{]*(?:#[0-9a-f]{3,8}\b|\brgba?\()[^;]*/gi), []);
});

test("each component has its styles beside it, and none is left over", () => {
	for (const { name } of styles.filter((one) =>
		!one.name.startsWith("styles")))
		assert.ok(sources.some((one) =>
			one.text.includes(`./${path.basename(name)}"`) &&
			path.dirname(one.name) === path.dirname(name)), name);
	const all = scripts.map(({ text }) => text).join("\n");
	const classes = new Set(matches(styles, /\.[a-z][\w-]+/g)
		.map((found) => found.split(": .").at(-1)));
	const made = /^(seal|figure|class|chip|stroke|tag|fresh|key|way|change|panel)-|^u-|^woff/;
	assert.deepEqual([...classes].filter((name) => !made.test(name) &&
		!new RegExp(`["' \`]${name}\\b`).test(all)), []);
});

test("the bundle holds no inline script or style and asks no other host",
	{ skip: fs.existsSync(path.join(DIST, "index.html")) ? false
		: "no bundle" }, () => {
		const page = fs.readFileSync(path.join(DIST, "index.html"), "utf8");
		assert.doesNotMatch(page, /<style|style=|<script(?![^>]*src=)/);
		assert.doesNotMatch(page, /(?:src|href)="(?!assets\/|v1\/)/);
		assert.doesNotMatch(page, /@\w+@/);
		for (const [, name] of page.matchAll(/(?:src|href)="(assets[^"]+)"/g))
			assert.ok(fs.existsSync(path.join(DIST, name)), name);
		const css = fs.readdirSync(path.join(DIST, "assets"))
			.filter((name) => name.endsWith(".css"))
			.map((name) => fs.readFileSync(path.join(DIST, "assets", name),
				"utf8")).join("");
		assert.doesNotMatch(css, /url\(["']?(?:https?:|\/\/|data:)/);
	});

test("the policy of pages allows nothing inline and nobody else", () => {
	assert.match(POLICY, /^default-src 'none'; script-src 'self';/);
	assert.match(POLICY, /style-src 'self';/);
	assert.match(POLICY, /trusted-types 'none'$/);
	assert.doesNotMatch(POLICY, /unsafe|\*|https?:|data:|blob:/);
});
