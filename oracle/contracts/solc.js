#!/usr/bin/env node
// The command line that forge expects of a compiler, over npm's solc. With
// SOLC_ONLY code is made for the files below that folder alone.
"use strict";
const fs = require("fs");
const solc = require("solc");

function compile(text) {
	const input = JSON.parse(text);
	const wanted = input.settings.outputSelection;
	for (const file of Object.keys(wanted))
		if (!file.startsWith(process.env.SOLC_ONLY ?? "")) wanted[file] = {};
	return solc.compile(JSON.stringify(input));
}

if (process.argv.includes("--version")) {
	const version = solc.version().replace(".Emscripten.clang", ".Linux.g++");
	process.stdout.write("solc, the solidity compiler commandline interface\n" +
		`Version: ${version}\n`);
} else if (process.argv.includes("--standard-json")) {
	process.stdout.write(compile(fs.readFileSync(0, "utf8")));
} else {
	process.stderr.write("solc.js: --version or --standard-json\n");
	process.exit(1);
}
