// Random plans for recorder.mjs, of every kind of vector: the ends of each
// width, what lies one beside a limit, calls out of order, and now and then
// something ordinary.

// xorshift: the same sequence for a seed, everywhere.
export class Dice {
	constructor(seed) { this.x = seed >>> 0 || 1; }
	next() {
		this.x ^= this.x << 13;
		this.x ^= this.x >>> 17;
		this.x ^= this.x << 5;
		return this.x >>>= 0;
	}
	below(n) { return this.next() % n; }
	of(list) { return list[this.below(list.length)]; }
	one(n) { return this.below(n) === 0; }	// in so many
	bits(n) {
		let v = 0n;
		for (let i = 0; i < n; i += 32) v = v << 32n | BigInt(this.next());
		return BigInt.asUintN(n, v);
	}
	list(n, make) { return [...Array(n).keys()].map(make); }

	// An unsigned number of so many bits: an end, a small one, any.
	uint(bits) {
		const top = 1n << BigInt(bits), half = top >> 1n;
		switch (this.below(4)) {
		case 0: return String(this.of([0n, 1n, 2n, half - 1n, half, half + 1n, top - 2n, top - 1n]));
		case 1: return String(this.bits(bits));
		case 2: return String(BigInt.asUintN(bits, 1n << BigInt(this.below(bits))) - BigInt(this.below(2)));
		default: return String(this.below(6));
		}
	}
	int(bits) {
		const v = BigInt.asIntN(bits, BigInt(this.uint(bits)));
		return String(this.one(3) && v !== -(1n << BigInt(bits - 1)) ? -v : v);
	}
}

const E9 = 10n ** 9n, E18 = E9 * E9, E11 = 10n ** 11n;
const INT64_MAX = 2n ** 63n - 1n, INT80_MAX = 2n ** 79n - 1n;

function root(n) {
	if (n < 2n) return n;
	let r = 1n << BigInt((n.toString(2).length + 1) >> 1);
	for (let next = (r + n / r) >> 1n; next < r; next = (r + n / r) >> 1n) r = next;
	return r;
}

// Numbers whose squares sum to `total`, greatest first, in `n` places; what
// does not fit into them is left out.
function squares(dice, n, total) {
	const row = Array(n).fill(0n), places = dice.list(n, (i) => i).sort(() => dice.below(2) - 0.5);
	for (const at of places) {
		const part = root(total);
		total -= part * part;
		row[at] = dice.one(2) ? part : -part;
	}
	return row;
}

// A dense sample: of length 1 to the contract, just so or just not, or not.
function dense(dice, n) {
	if (dice.one(12)) n = dice.below(n + 3);
	if (dice.one(10)) return dice.list(n, () => dice.int(64));
	const off = dice.of([0n, 0n, E11 - 1n, E11, E11 + 1n, 1n - E11, -E11, -1n - E11]);
	if (dice.one(3)) return squares(dice, n, E18 + off).map(String);
	const raw = dice.list(n, () => dice.below(2000) - 1000 + 0.5), length = Math.hypot(...raw);
	return raw.map((v) => String(Math.round(v / length * 1e9)));
}

// Indices: few that meet again, the ends, repeated.
function bag(dice, columns, most = 8) {
	const n = dice.one(9) ? 0 : dice.one(40) ? 120 : 1 + dice.below(most);
	const list = dice.list(n, () => dice.of(columns));
	return dice.one(3) ? list : [...new Set(list)];
}
const INDICES = ["0", "1", "2", "3", "4294967295", "4294967296", "4294967297", "8589934591", "8589934592",
	"8589934593", "-1", "-4294967296", "-4294967295", String(INT64_MAX), String(-INT64_MAX - 1n)];
function columnsOf(dice, good) {
	return dice.one(3) ? INDICES : [...dice.list(4 + dice.below(8), String), ...good];
}

const label = (dice, classes) => dice.one(8) ? dice.uint(64) : dice.below(classes || 1);
const names = (dice, n) => dice.list(n, (i) => dice.one(6) ? dice.of(["", "a", "é\u{1F600}"]) : `c${i}`);
const u32 = (dice) => Number(dice.uint(32));

// What all classifiers' plans have.
function classifier(dice, kind, given) {
	const { sample, classes, steps = 20 + dice.below(30) } = given;
	return { classifier: kind, name: kind, seed: 0, columns: [], init: [], batches: [], ...given.plan,
		probeInputs: dice.list(3 + dice.below(3), sample),
		steps: dice.list(steps, () => ({ data: sample(), classification: label(dice, classes) })),
		norms: dice.list(3, () => dice.one(2) ? sample() : dice.list(dice.below(5), () => dice.int(64))) };
}

const weight = (dice) => dice.one(3) ? String(dice.of([INT80_MAX, -INT80_MAX - 1n]) / 1n) : dice.one(2)
	? String(BigInt(dice.below(4e9)) - 2n * E9) : dice.int(80);
const rate = (dice) => dice.of([1000000000, 500000000, 4294967295, u32(dice), 0, 1]);
const bias = (dice) => dice.one(2) ? dice.int(80) : String(dice.below(1000) - 500);

function densePerceptron(dice) {
	const n = dice.one(8) ? 0 : 1 + dice.below(16), given = dice.below(n + 1);
	const init = [];
	if (given < n) init.push({ fn: "initializeWeights", args: [dice.list(n - given, () => weight(dice))] });
	if (dice.one(2)) init.push({ fn: "addFeatureIndices", args: [dice.list(3, () => u32(dice))] });
	return classifier(dice, "DensePerceptron", { classes: 2, sample: () => dense(dice, n), plan: { init,
		indices: init.length && init.at(-1).fn === "addFeatureIndices" ? 3 : undefined,
		constructor: { classifications: names(dice, dice.below(4)), weights: dice.list(given, () => weight(dice)),
			intercept: bias(dice), learningRate: rate(dice) } } });
}

function sparsePerceptron(dice) {
	const columns = columnsOf(dice, ["9", String(INT64_MAX)]).filter((c) => dice.one(8) || !c.startsWith("-"));
	const init = [];
	if (dice.one(2)) init.push({ fn: "initializeWeights", args: [dice.of(["2", "18446744073709551615", dice.uint(64)]),
		dice.list(dice.below(4), () => weight(dice))] });
	if (dice.one(2)) init.push({ fn: "initializeSparseWeights", args: [dice.list(dice.below(4), () => dice.one(9)
		? dice.list(dice.below(2), () => "1") : [dice.one(3) ? dice.of(columns)
			: dice.one(2) ? dice.of(["18446744073709551614", "18446744073709551615", "18446744073709551616"]) : dice.int(80),
		weight(dice),
			...dice.list(dice.below(2), () => "7")])] });
	const row = () => dice.list(60, () => dice.one(3) ? dice.below(12) : 16777215 - dice.below(3));
	return classifier(dice, "SparsePerceptron", { classes: 2, sample: () => bag(dice, columns),
		plan: { init, columns: [...columns, ...dice.list(10, String), "18446744073709551615", "16777215"],
			batches: dice.list(2, () => { const n = dice.below(4);
				return { dataBatch: dice.list(n, row), classifications: dice.list(dice.one(4) ? n + 1 - dice.below(3) && n
					: n, () => dice.one(5) ? dice.uint(64) : String(dice.below(2))) }; }),
			constructor: { classifications: names(dice, dice.below(4)), weights: dice.list(dice.below(10),
				() => weight(dice)), intercept: bias(dice), learningRate: rate(dice) } } });
}

// Pairs of an index and a value, in uint32 or uint64; one may be too short.
function pairs(dice, most, bits, value) {
	return dice.list(dice.below(most), () => dice.one(60) ? ["1"].slice(dice.below(2))
		: [dice.one(4) ? dice.uint(bits) : String(dice.below(12)), value(), ...dice.list(Number(dice.one(9)), () => "5")]);
}
const whole = (list) => list.filter((p) => p.length >= 2);

function naiveBayes(dice) {
	const classes = 1 + dice.below(4);
	const columns = columnsOf(dice, ["4294967295", "4294967303", "8589934592"]).filter((c) => dice.one(3) || BigInt(c) <= 2n ** 33n);
	const count = () => dice.one(3) ? dice.uint(32) : String(dice.below(30));
	const init = dice.list(dice.below(4), () => dice.one(2)
		? { fn: "initializeCounts", args: [pairs(dice, 5, 32, count), dice.one(5) ? dice.uint(64) : String(dice.below(classes))] }
		: { fn: "addClass", args: [dice.uint(64), pairs(dice, 5, 32, count), "added"] });
	return classifier(dice, "NaiveBayesClassifier", { classes: classes + 1, sample: () => bag(dice, columns),
		plan: { init, columns: [...columns, ...dice.list(12, String)], constructor: { classifications: names(dice, classes),
			classCounts: dice.list(classes, () => dice.one(2) ? dice.uint(64) : String(dice.below(50))),
			featureCounts: dice.list(classes, () => whole(pairs(dice, 12, 32, count))),
			totalNumFeatures: dice.one(4) ? dice.uint(256) : String(dice.below(5000)),
			smoothingFactor: dice.of([1000000000, 1000000000, 0, 1, 4294967295, u32(dice)]) } } });
}

const LIMIT = 2n ** 191n;
const dataCount = (dice) => dice.one(2) ? String(dice.below(9)) : dice.one(2) ? dice.uint(256)
	: String(LIMIT + BigInt(dice.below(3)) - 1n);
const place = (dice) => dice.one(8) ? dice.int(64) : String(BigInt(dice.below(2e9)) - E9);

// Rows of which some are alike, given in two parts; one may stay too short.
function nearestCentroid(dice) {
	const classes = 1 + dice.below(4), n = dice.one(8) ? 0 : 1 + dice.below(12), given = dice.one(2) ? dice.below(n + 1) : n;
	const twin = dice.list(n, () => place(dice)), rows = dice.list(classes, () => dice.one(2) ? twin
		: dice.list(n, () => place(dice)));
	const init = [];
	for (let k = 0; k < classes && given < n; k++)
		if (!dice.one(4)) init.push({ fn: "extendCentroid", args: [rows[k].slice(given, dice.one(4) ? given + dice.below(n) : n),
			String(k)] });
	if (dice.one(3)) init.push({ fn: "extendCentroid", args: [[], dice.uint(64)] });
	if (dice.one(2)) init.push({ fn: "addClass", args: [dice.list(dice.one(4) ? dice.below(n + 2) : n, () => place(dice)),
		"added", dataCount(dice)] });
	const counts = dice.one(3) ? dice.below(classes + 3) : classes;
	return classifier(dice, "NearestCentroidClassifier", { classes: classes + 1,
		sample: () => dice.one(8) ? dice.of(rows) : dense(dice, n),
		plan: { init, constructor: { classifications: names(dice, classes), centroids: rows.map((r) => r.slice(0, given)),
			dataCounts: dice.list(counts, () => dataCount(dice)) } } });
}

function sparseNearestCentroid(dice) {
	const classes = 1 + dice.below(4), columns = columnsOf(dice, ["4294967301", "-1"]);
	const value = () => dice.one(5) ? dice.uint(64) : String(dice.below(1e9));
	const count = () => dice.one(2) ? String(dice.below(9)) : dice.one(3) ? dice.uint(64)
		: dice.of(["4294967294", "4294967295", "4294967296", "18446744073709551614", "18446744073709551615"]);
	const init = dice.list(dice.below(4), () => dice.one(2)
		? { fn: "extendCentroid", args: [pairs(dice, 5, 64, value), dice.one(5) ? dice.uint(64) : String(dice.below(classes))] }
		: { fn: "addClass", args: [pairs(dice, 5, 64, value), "added", count()] });
	return classifier(dice, "SparseNearestCentroidClassifier", { classes: classes + 1, sample: () => bag(dice, columns),
		plan: { init, columns: [...columns, ...dice.list(12, String)], constructor: { classifications: names(dice, classes),
			centroids: dice.list(classes, () => whole(pairs(dice, 10, 64, value))), dataCounts: dice.list(classes, count) } } });
}

// Arguments that no plan above may have: they revert, or do not.
function constructors(dice) {
	const n = () => dice.below(4), strings = () => names(dice, n());
	const make = {
		DensePerceptron: () => [strings(), dice.list(n(), () => dice.int(80)), dice.int(80), u32(dice)],
		SparsePerceptron: () => [strings(), dice.list(n(), () => dice.int(80)), dice.int(80), u32(dice)],
		NaiveBayesClassifier: () => [strings(), dice.list(n(), () => dice.uint(64)), dice.list(n(), () =>
			pairs(dice, 4, 32, () => dice.uint(32))), dice.uint(256), u32(dice)],
		NearestCentroidClassifier: () => { const d = n(); return [strings(), dice.list(n(), () =>
			dice.list(dice.one(4) ? n() : d, () => dice.int(64))), dice.list(n(), () => dice.uint(256))]; },
		SparseNearestCentroidClassifier: () => [strings(), dice.list(n(), () => pairs(dice, 4, 64, () => dice.uint(64))),
			dice.list(n(), () => dice.uint(64))],
		Stakeable64: () => [...dice.list(3, () => dice.one(2) ? u32(dice) : dice.below(4)), dice.uint(80)],
		Points64: () => dice.list(3, () => u32(dice)),
	};
	const kinds = Object.keys(make);
	return { constructors: dice.list(28, (i) => { const contract = kinds[i % kinds.length];
		return { contract, args: make[contract]() }; }),
	transferOwnership: dice.list(16, () => ({ caller: dice.below(3), newOwner: dice.below(4) - 1 })) };
}

const START = 1700000000;
function waits(dice) {
	const free = dice.list(3, () => dice.of([0, 1, 5, 60, 4294967295, u32(dice)])).sort((a, b) => a - b);
	return dice.of([[0, 0, 0], [5, 20, 40], [5, 5, 5], free, free]);
}
const weightOf = (dice) => dice.of(["0", "1000000000000", "1000000000000", dice.uint(80), String(2n ** 80n - 1n)]);

// An incentive, and calls with arguments of every kind.
function direct(dice, incentive) {
	const wait = waits(dice), stake = incentive === "Stakeable64", owner = dice.below(3);
	const args = [...wait.map(String), ...(stake ? [weightOf(dice)] : [])];
	let time = START;
	const amount = () => dice.one(3) ? dice.uint(256) : dice.of(["0", "1", "1000000000000000000", dice.uint(80)]);
	const before = () => dice.one(4) ? dice.uint(256)
		: String(BigInt.asUintN(256, BigInt(time) - BigInt(dice.of([wait[0], ...wait]))
			+ BigInt(dice.below(3) - 1)));
	const who = () => dice.below(dice.one(3) ? 5 : 2);
	const steps = dice.list(50, () => {
		time += dice.one(4) ? 0 : dice.one(4) ? Math.min(dice.of(wait), 10 ** 7) : dice.below(9);
		const data = dice.list(dice.below(3), () => dice.int(64)), classification = dice.one(4) ? dice.uint(64) : dice.below(2);
		const claim = () => ({ data, classification, addedTime: before(), claimableAmount: amount(),
			prediction: dice.one(3) ? classification : dice.one(4) ? dice.uint(64) : dice.below(2),
			numClaims: dice.one(3) ? dice.uint(256) : 0 });
		const fn = dice.of(["handleAddData", "handleRefund", "handleRefund", "handleReport", "handleReport"]);
		return { caller: dice.one(10) ? dice.below(5) : owner, fn, timestamp: time, args: fn === "handleAddData"
			? { msgValue: amount(), data, classification }
			: fn === "handleRefund" ? { ...claim(), submitter: who(), claimedBySubmitter: dice.one(5) }
				: { ...claim(), reporter: dice.one(3) ? owner : who(), originalAuthor: who(), initialDeposit: dice.one(4) ? "1" : amount(),
					claimedByReporter: dice.one(5) } };
	});
	return { kind: "incentive-direct", incentive, args, owner, accounts: 5, deployTimestamp: START, steps };
}

// A whole system: a few samples that are met again, people who claim at the
// second where a wait ends, one beside it, or whenever.
const some = (dice, usual, odd) => bag(dice, dice.one(8) ? odd : usual, 4);
const unit = (dice, n) => dice.one(8) ? dense(dice, n) : squares(dice, n, E18 + dice.of([0n, E11 - 1n])).map(String);
const FEW = ["0", "1", "2", "3"];
const MODELS = {
	SparsePerceptron: (dice) => ({ model: { weights: dice.list(6, () => weight(dice)), intercept: bias(dice),
		learningRate: rate(dice) }, sample: () => some(dice, FEW, ["0", "-1", String(INT64_MAX)]) }),
	DensePerceptron: (dice) => ({ model: { weights: dice.list(16, () => weight(dice)), intercept: bias(dice),
		learningRate: rate(dice) }, sample: () => unit(dice, 16) }),
	NaiveBayesClassifier: (dice) => ({ model: { counts: dice.list(2, () => dice.one(4) ? dice.uint(64)
		: String(dice.below(9))), features: dice.list(2, () => whole(pairs(dice, 6, 32, () => dice.uint(32)))),
	total: dice.one(9) ? dice.uint(256) : "9", smoothing: dice.of([0, 1000000000]) },
	sample: () => some(dice, FEW, ["0", "8589934591", "8589934592"]) }),
	NearestCentroidClassifier: (dice) => ({ model: { counts: dice.list(dice.one(9) ? 1 : 2, () => dataCount(dice)),
		centroids: dice.list(2, () => dice.list(12, () => place(dice))) }, sample: () => unit(dice, 12) }),
	SparseNearestCentroidClassifier: (dice) => ({ model: { counts: dice.list(2, () => dice.of(["0", "3", "9", "4294967295",
		"18446744073709551615"])), centroids: dice.list(2, () => whole(pairs(dice, 5, 64, () => String(dice.below(1e9))))) },
	sample: () => some(dice, FEW, ["3", "4294967299"]) }),
};

function views(dice, steps) {
	const of = (s) => ({ data: s.data, c: s.classification, t: s.addedTime ?? s.timestamp,
		author: s.originalAuthor ?? s.caller });
	const wrong = () => ({ data: [], c: dice.below(2), t: dice.of([0, 5]), author: dice.below(3) - 1 });
	const getters = ["getClaimableAmount", "getInitialDeposit", "getNumClaims"];
	return [...dice.list(16, () => ({ fn: dice.of(getters), args: dice.one(5) ? wrong() : of(dice.of(steps)) })),
		...dice.list(10, () => ({ fn: "hasClaimed", args: { ...of(dice.of(steps)), claimer: dice.below(5) } })),
		...dice.list(6, (i) => ({ fn: "numValidForAddress", args: [i] })),
		...dice.list(8, () => ({ fn: "getNextAddDataCost", args: [dice.one(2) ? dice.uint(256)
			: String(steps.at(-1).timestamp + dice.below(5000))] }))];
}

function system(dice, incentive) {
	const type = dice.of(Object.keys(MODELS)), { model, sample } = MODELS[type](dice);
	const [refund, owner, any] = waits(dice), weightIs = weightOf(dice), stake = incentive === "Stakeable64";
	const samples = dice.list(6, sample), added = [], steps = [];
	const cost = (since) => BigInt(weightIs) * 3600n / (root(BigInt(since)) || 1n);
	let time = START + 10, last = START;
	for (let i = 0; i < 40; i++) {
		const old = added.length ? dice.of(added) : null;
		if (old && dice.one(2)) {
			const at = old.timestamp + dice.of([refund, owner, any]) + dice.below(3) - 1;
			if (at > time && at < time + 10 ** 7) time = at;
		} else time += dice.one(5) ? 0 : dice.one(9) ? 10 ** 6 : dice.below(20);
		if (!old || dice.one(3)) {
			const fair = cost(Math.max(0, time - last));
			const value = dice.one(6) ? fair - 1n : dice.one(4) ? fair + dice.bits(30) : dice.one(9) ? 0n : fair;
			const twice = old && dice.one(4);
			added.push({ caller: twice ? old.caller : dice.below(5), action: "addData", data: twice ? old.data
				: dice.of(samples), classification: twice ? old.classification : dice.one(5) ? label(dice, 2) : dice.below(2), value: String(value < 0n ? 0n
				: value), timestamp: time });
			steps.push(added.at(-1));
			last = time;
			continue;
		}
		const claim = { caller: dice.one(2) ? old.caller : dice.below(6), data: old.data,
			classification: old.classification, addedTime: dice.one(9) ? Number(dice.uint(32)) : old.timestamp, timestamp: time };
		steps.push(dice.one(2) ? { ...claim, action: "refund" }
			: { ...claim, action: "report", originalAuthor: dice.one(9) ? dice.below(7) - 1 : old.caller });
	}
	const wired = [[incentive, "transferOwnership"], ["DataHandler64", "transferOwnership"], [type, "update"],
		[incentive, "handleAddData"], [incentive, "handleRefund"], [incentive, "handleReport"],
		["DataHandler64", "handleAddData"], ["DataHandler64", "handleRefund"], ["DataHandler64", "handleReport"],
		["DataHandler64", "updateClaimableAmount"], [type, "transferOwnership"]];
	return { kind: "incentive", name: `${incentive} ${type}`, incentive, incentiveArgs: { refundWaitTimeS: refund,
		ownerClaimWaitTimeS: owner, anyAddressClaimWaitTimeS: any, ...(stake ? { costWeight: weightIs } : {}) },
	model: { type, classifications: ["a", "b"], ...model }, start: START, steps, views: views(dice, steps),
	afterWiring: wired.map(([contract, fn]) => ({ caller: dice.below(3), contract, fn })) };
}

const plans = { dense: densePerceptron, sparse: sparsePerceptron, nb: naiveBayes, ncc: nearestCentroid,
	sncc: sparseNearestCentroid, constructors, "direct-stakeable": (d) => direct(d, "Stakeable64"),
	"direct-points": (d) => direct(d, "Points64"), stakeable: (d) => system(d, "Stakeable64"),
	points: (d) => system(d, "Points64") };
export const kinds = Object.keys(plans);
// Those whose every step is a transaction: some hundred times as dear.
export const dear = kinds.filter((k) => /stakeable|points/.test(k));
export const plan = (kind, dice) => plans[kind](dice);
