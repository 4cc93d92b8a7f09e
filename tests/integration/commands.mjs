// The commands and the daemon together on a real chain in real time: deploy,
// register, contribute, be judged and signed, refund, report, claim; viem
// checks what was signed and posted. `decaid` must be built.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { decodeFunctionData, getAddress, recoverTypedDataAddress, toHex } from "viem";
import { foundry } from "viem/chains";
import { account, cleanUp, file, get, json, newWorld, ok, register, root, run, serve, stop, texts, until }
	from "./cli.mjs";

const abi = JSON.parse(fs.readFileSync(path.join(root, "oracle/contracts/artifacts/StakeTrainer.json"))).abi;
const CHECKPOINT = { Checkpoint: [
	{ name: "trainer", type: "address" }, { name: "spec", type: "bytes32" },
	{ name: "epoch", type: "uint64" }, { name: "count", type: "uint64" },
	{ name: "recordHash", type: "bytes32" }, { name: "stateRoot", type: "bytes32" },
	{ name: "judged", type: "uint64" }, { name: "verdictsHash", type: "bytes32" },
	{ name: "accuracy", type: "uint64" } ] };

// ---- the test

async function verifyCheckpoint(reader, model, pool, operator) {
	const logs = await reader.getContractEvents({ address: model, abi, eventName: "CheckpointAccepted",
		fromBlock: 0n });
	assert.ok(logs.length > 0);
	const log = logs.at(-1);
	const tx = await reader.getTransaction({ hash: log.transactionHash });
	assert.equal(getAddress(tx.from), operator);
	const [epoch, count, judged, accuracy, stateRoot, , , signatures] =
		decodeFunctionData({ abi, data: tx.input }).args;
	const read = (functionName, args) => reader.readContract({ address: model, abi, functionName, args });
	const message = { trainer: model, spec: await read("spec"), epoch, count,
		recordHash: toHex(BigInt(await read("rec", [count - 1n])) & ~1n, { size: 32 }),
		stateRoot, judged, verdictsHash: log.args.verdictsHash, accuracy };
	// the newest record shows its hash only while it is unsettled or newest
	if (BigInt(message.recordHash) !== 0n)
		assert.equal(await recoverTypedDataAddress({ types: CHECKPOINT, primaryType: "Checkpoint", message,
			domain: { name: "decaid", version: "1", chainId: foundry.id, verifyingContract: pool },
			signature: signatures }), operator);
	const accepted = await read("accepted");
	assert.equal(accepted[0], epoch);
	assert.equal(accepted[1], count);
	assert.equal(accepted[2], judged);
	return { epoch, count, judged };
}

async function main() {
	const w = await newWorld();
	const { anvil, reader, rpc, pass, at, owner, pool, contracts } = w;
	const operator = await account(rpc, pass, "operator", "100");
	const honest = await account(rpc, pass, "honest", "10");
	const liar = await account(rpc, pass, "liar", "10");

	const joined = await register(w, operator, "--endpoint=https://operator.example/");
	assert.equal(joined.operator, 1);
	const made = await json("deploy", "model", "Sections", at, contracts, `--key=${owner.key}`,
		"--classes=games,science", "--columns=1024", "--refund-wait=4", "--verdict-window=600", "--epoch=3",
		"--verdict=two-fold credit=1000000000 margin=2000000000",
		"--floor=1000000000000000", "--cap=2000000000000000", "--burst=50", "--price-window=60",
		"--reporter-share-bps=1000", "--description=of packages");
	const model = made.model;
	const status = await json("operator", "status", at, `--pool=${pool}`);
	assert.equal(status.operators[0].bond_wei, "2000000000000000000");

	// what is wrong says so, with the right exit status
	let r = await run("deploy", "model", "Bad", at, contracts, `--key=${owner.key}`, "--classes=one");
	assert.equal(r.status, 2);
	r = await run("deploy", "model", "Bad", at, contracts, `--key=${owner.key}`, "--classes=a,b", "--floor=5",
		"--cap=4");
	assert.equal(r.status, 1);
	assert.match(r.err, /WrongPrice\(\)/);
	assert.doesNotMatch(r.err, /recent/);
	r = await run("deploy", "model", "Bad", at, contracts, `--key=${owner.key}`, "--classes=a,b", "--floor=5",
		"--cap=4", "--type=logistic", "--columns=9", "--encoder=none");
	assert.match(r.err, /warning: under recent=8192 .* these 9 columns .* recent=0/);
	r = await run("contribute", model, at, contracts, `--key=${honest.key}`, "--text=x", "--label=cooking");
	assert.equal(r.status, 2);
	assert.match(r.err, /no class of the model/);
	r = await run("refund", model, at, `--key=${honest.key}`);
	assert.equal(r.status, 2);
	r = await run("contribute", model, at, contracts, `--key=${file("none.json")}`, "--text=x", "--label=games");
	assert.equal(r.status, 1);

	// the daemon, as an operator
	const settings = [at, contracts, `--data-dir=${file("data")}`, `--chain-id=${foundry.id}`,
		`--signer-key=${operator.key}`].flat();
	let daemon = await serve(settings);

	// contributions: honest ones first, then some that lie
	const rows = texts(60, 0, false).split("\n");
	fs.writeFileSync(file("honest.tsv"), rows.slice(0, 57).join("\n"));
	fs.writeFileSync(file("cut.tsv.gz"), gzipSync(rows.slice(57).join("\n")).subarray(0, -4));
	fs.writeFileSync(file("liar.tsv"), "no tab here\n" + texts(6, 1000, true));
	const many = await json("contribute", model, at, contracts, `--key=${honest.key}`,
		`--file=${file("honest.tsv")}`);
	assert.deepEqual([many.contributed, many.failed], [57, 0]);
	r = await run("contribute", model, at, contracts, `--key=${honest.key}`, `--file=${file("cut.tsv.gz")}`);
	assert.equal(r.status, 1);
	assert.match(r.err, /ended early: 3 contributed, 0 failed, 0 on their way\n.*the gzip file ends early/);
	r = await run("contribute", model, at, contracts, `--key=${liar.key}`, `--file=${file("liar.tsv")}`, "--json");
	assert.equal(r.status, 1);
	assert.match(r.err, /line 1: not label<TAB>input/);
	assert.equal(JSON.parse(r.out).contributed, 6);
	const one = await json("contribute", model, at, contracts, `--key=${honest.key}`, "--text=dragon quest",
		"--label=0");
	assert.equal(one.id, 66);

	// judged, signed, posted, effective
	await until("all is judged on the chain", 60, async () => {
		const [, , judged] = await reader.readContract({ address: model, abi, functionName: "effective" });
		return judged === 67n;
	});
	const first = await verifyCheckpoint(reader, model, getAddress(pool), operator.address);
	const followed = await until("the daemon has followed it", 20, async () => {
		const m = await get(`${daemon.url}/v1/models/${model}`);
		return m?.last_checkpoint?.epoch === Number(first.epoch) && m;
	});
	assert.equal(followed.contributions, 67);

	// predictions come from the daemon
	assert.equal(await ok("predict", model, `--url=${daemon.url}`, "--text=dragon sword quest"), "games");
	assert.equal((await json("predict", model, `--url=${daemon.url}/`, "--text=atom gene cell")).class, "science");
	r = await run("predict", model, `--url=${daemon.url}`, "--features=1,2");
	assert.equal(r.status, 1);

	// what may be bad is told before anybody reports it
	const suspects = (await json("suspects", model, `--url=${daemon.url}`)).suspects;
	assert.ok(suspects.length >= 4 && suspects.every((s, i) => i === 0 || s.suspicion <= suspects[i - 1].suspicion));
	assert.ok(suspects.slice(0, 3).every((s) => s.contributor === liar.address), "the liar's rows come first");
	assert.match(await ok("suspects", model, `--url=${daemon.url}`, "--limit=3"), /^id suspicion .*\n(.*\n){2}.*$/);
	r = await run("suspects", model, `--url=${daemon.url}`, "--limit=0");
	assert.equal(r.status, 2);

	// deposits back, bad data reported, rewards taken
	const refunded = await json("refund", model, at, `--key=${honest.key}`, "--all");
	assert.ok(refunded.ids.length >= 45, `refunded ${refunded.ids.length}`);
	assert.equal(refunded.transactions, Math.ceil(refunded.ids.length / 20));
	r = await run("refund", model, String(refunded.ids[0]), at, `--key=${honest.key}`);
	assert.equal(r.status, 1);
	assert.match(r.err, /AlreadySettled/);
	r = await run("refund", model, "999", at, `--key=${honest.key}`);
	assert.equal(r.status, 2);
	const before = await reader.getBalance({ address: liar.address });
	const reported = await json("report", model, at, `--key=${honest.key}`, "--all");
	assert.ok(reported.ids.length >= 4, `reported ${reported.ids.length}`);
	assert.equal(await reader.getBalance({ address: liar.address }), before);
	const rewards = await json("claim", model, at, `--key=${honest.key}`);
	assert.ok(BigInt(rewards.amount_wei) > 0n, "rewards");
	assert.equal(await ok("claim", model, at, `--key=${honest.key}`), "0 wei");

	// what each of them has of it: the parts are the chain's own
	for (const { address } of [honest, liar]) {
		const of = (name, args) => reader.getContractEvents({ address: model, abi, eventName: name, args,
			fromBlock: 0n }).then((list) => list.map((e) => e.args));
		const given = await of("Contributed", { contributor: address });
		const back = (await of("Refunded")).filter((e) => e.contributor === address);
		const taken = (await of("Reported")).filter((e) => e.contributor === address);
		const sum = (list, key) => list.reduce((all, e) => all + e[key], 0n);
		const gone = new Set([...back, ...taken].map((e) => e.id));
		const held = sum(given.filter((e) => !gone.has(e.id)), "deposit");
		const owed = await reader.readContract({ address: model, abi, functionName: "rewardsOf", args: [address] });
		const has = await until("the daemon has followed the claims", 20, async () => {
			const c = await json("contributor", address, `--url=${daemon.url}`);
			return c.refunded_wei === String(sum(back, "amount")) && c;
		});
		assert.equal(has.deposited_wei, String(sum(given, "deposit")));
		assert.equal(BigInt(has.lost_wei), sum(given, "deposit") - sum(back, "amount") - held);
		assert.equal(has.rewards_wei, String(owed));
		assert.ok(BigInt(has.locked_wei) <= held && BigInt(has.claimable_wei) >= owed);
		assert.equal(has.karma, Number(await reader.readContract({ address: model, abi,
			functionName: "numValidForAddress", args: [address] })));
	}
	const said = await ok("contributor", liar.address, `--url=${daemon.url}`);
	assert.match(said, new RegExp(`^${liar.address}\\n {2}karma +\\d+\\n(.*\\n)* {2}lost +[1-9]\\d* wei\\n`));
	r = await run("contributor", `0x${"12".repeat(20)}`, `--url=${daemon.url}`);
	assert.equal(r.status, 1);
	assert.match(r.err, /no such contributor/);

	// killed in the middle of its work, it goes on where it was
	await stop(daemon.child, "SIGKILL");
	await json("contribute", model, at, contracts, `--key=${honest.key}`, "--text=orbit graph", "--label=science");
	daemon = await serve(settings);
	await until("a later epoch is posted", 60, async () => {
		const [epoch, count] = await reader.readContract({ address: model, abi, functionName: "effective" });
		return epoch > first.epoch && count === 68n;
	});
	await verifyCheckpoint(reader, model, getAddress(pool), operator.address);

	// an operator leaves
	assert.match(await ok("operator", "leave", "1", at, `--pool=${pool}`, `--key=${operator.key}`), /leaves/);
	r = await run("operator", "withdraw", "1", at, `--pool=${pool}`, `--key=${operator.key}`);
	assert.equal(r.status, 1);
	assert.match(r.err, /StillBonded/);

	await stop(daemon.child);
	await stop(anvil);
}

try {
	await main();
	console.log("commands: passed");
} finally {
	await cleanUp();
}
