#!/usr/bin/env node
// The command line that forge expects of a compiler, over npm's solc.
"use strict";
const fs = require("fs");
const solc = require("solc");

if (process.argv.includes("--version")) {
	const version = solc.version().replace(".Emscripten.clang", ".Linux.g++");
	process.stdout.write("solc, the solidity compiler commandline interface\n" +
		`Version: ${version}\n`);
} else if (process.argv.includes("--standard-json")) {
	process.stdout.write(solc.compile(fs.readFileSync(0, "utf8")));
} else {
	process.stderr.write("solc.js: --version or --standard-json\n");
	process.exit(1);
}
