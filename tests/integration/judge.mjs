// A second implementation of what oracle/PROTOCOL.md says of naive Bayes and
// of every verdict rule, over events of a chain: for tests that ask whether
// the daemon's verdicts are the protocol's. `encoder none`, binary samples.
import { concatBytes, hexToBytes, keccak256, numberToBytes, stringToBytes } from "viem";

const ONE = 10n ** 9n, Q = 1n << 62n, MASK = (1n << 64n) - 1n, TOP = 1n << 62n;
const cut64 = (v) => v > (1n << 63n) - 1n ? (1n << 63n) - 1n : v < -(1n << 63n) ? -(1n << 63n) : v;
const least = (a, b) => a < b ? a : b;

// Section "Models": the logarithm, fx9.
function ln(y) {
	let e = BigInt(y.toString(2).length - 1), m = y * Q >> e;
	if (m > 6521908912666391106n) [m, e] = [m / 2n, e + 1n];
	const z = (m - Q) * Q / (m + Q);
	let s = Q / 13n;
	for (const k of [11n, 9n, 7n, 5n, 3n, 1n]) s = s * (z * z / Q) / Q + Q / k;
	const v = ONE * (3196577161300663915n * e + 2n * z * s / Q) + Q / 2n;
	return v >= 0n ? v / Q : -((-v + Q - 1n) / Q);
}

class NaiveBayes {
	constructor(classes, columns, smoothing) {
		Object.assign(this, { classes, columns: BigInt(columns), a: smoothing });
		this.n = Array(classes).fill(0n);
		this.t = Array(classes).fill(0n);
		this.w = Array.from({ length: columns }, () => Array(classes).fill(0n));
	}

	scores(s) {
		const total = least(this.n.reduce((x, y) => x + y), TOP), a = this.a;
		return this.n.map((n, c) => cut64(ln(n + a) - ln(total + BigInt(this.classes) * a) +
			s.reduce((sum, f) => sum + ln(this.w[f][c] + a), 0n) -
			BigInt(s.length) * ln(this.t[c] + this.columns * a)));
	}

	learn(s, c) {
		this.n[c] = least(TOP, this.n[c] + ONE);
		this.t[c] = least(TOP, this.t[c] + BigInt(s.length) * ONE);
		for (const f of s) this.w[f][c] = least(TOP, this.w[f][c] + ONE);
	}

	cells() { return [...this.n, ...this.t, ...this.w.flat()]; }
}

// The columns of a binary sample; null: not one.
function decode(hex, columns) {
	const b = hexToBytes(hex), out = [];
	let at = 0, next = 0;
	const varint = () => {
		let v = 0, shift = 1;
		for (; at < b.length; shift *= 128) {
			const x = b[at++];
			v += (x & 127) * shift;
			if (x < 128) return x === 0 && shift > 1 ? NaN : v;
		}
		return NaN;
	};
	if (varint() !== 1) return null;
	for (let n = varint(); n > 0; n--) {
		next += varint();
		if (!(next < columns)) return null;
		out.push(next++);
	}
	return at === b.length && !Number.isNaN(out.length) ? out : null;
}

const tail = (hex) => BigInt(`0x${hex.slice(-16)}`);
const byHash = (c, folds) => Number(tail(keccak256(c.sample)) % BigInt(folds));
function mix(z) {
	z = z + 0x9e3779b97f4a7c15n & MASK;
	z = (z ^ z >> 30n) * 0xbf58476d1ce4e5b9n & MASK;
	z = (z ^ z >> 27n) * 0x94d049bb133111ebn & MASK;
	return z ^ z >> 31n;
}
const bySketch = (c, folds) => Number(mix(c.columns.map((f) => mix(BigInt(f))).reduce(least, MASK)) % BigInt(folds));
// The twelve least tokens; what this page reads is binary, each value 10^9.
const token = (f) => mix(mix(BigInt(f)) + (1000000000n >> 20n) & MASK) >> 2n | 1n;
const tokens = (c) => [...new Set(c.columns.map(token))].sort((a, b) => a < b ? -1 : 1).slice(0, 12);
function near(a, b) {
	const shared = a.filter((t) => b.includes(t)).length;
	return shared > 0 && Math.max(a.length, b.length) - shared <= 2;
}
const own = (fold, group) => fold === group, others = (fold, group) => fold !== group;

function lead(scores, label) {
	const rest = scores.filter((_, c) => c !== label);
	return cut64(scores[label] - rest.reduce((a, b) => a > b ? a : b));
}
const best = (scores) => scores.reduce((b, v, c) => v > scores[b] ? c : b, 0);

const ask = (judge, fold, c, columns = c.columns) => lead(judge.folds[fold].scores(columns), c.label);
const tag = (address) => BigInt(address.slice(0, 18)) >> 2n << 1n | 1n;
const hash = (...parts) => keccak256(concatBytes(parts), "bytes");
const RULES = {
	"two-fold": { folds: () => 2, group: byHash, learns: own, opinion: (j, c) => ask(j, 1 - c.group, c) },
	"k-fold": { folds: (p) => p.folds, group: byHash, learns: others, opinion: (j, c) => ask(j, c.group, c) },
	"sketch-fold": { folds: (p) => p.folds, group: bySketch, learns: others, opinion: (j, c) => ask(j, c.group, c) },
	support: { folds: (p) => p.folds, group: bySketch, learns: others,
		learned(j, c) {
			for (const f of c.columns) {
				const users = j.users.get(f) ?? j.users.set(f, []).get(f);
				if (users.length < j.param.support && !users.includes(tag(c.contributor)))
					users.push(tag(c.contributor));
			}
		},
		cells: (j) => [...Array(j.columns).keys()].flatMap((f) => Array.from({ length: j.param.support },
			(_, i) => j.users.get(f)?.[i] ?? 0n)),
		opinion(j, c) {
			const left = c.columns.filter((f) => j.users.get(f)?.length === j.param.support);
			return left.length ? ask(j, c.group, c, left) : 0n;
		} },
	jury: { folds: (p) => p.folds, learns: own,
		group: (c, folds) => Number(tail(keccak256(c.contributor)) % BigInt(folds)),
		learned(j, c) {
			j.counts[c.group][c.label]++;
			if (j.param.recent > 0) j.recent[j.rows++ % j.param.recent] = tokens(c);
		},
		repeats: (j, c) => j.recent.some((row) => near(row, tokens(c))),
		cells: (j) => [...j.counts.flat(), ...j.param.recent > 0 ? [j.rows] : [],
			...j.recent.flatMap((row) => Array.from({ length: 12 }, (_, i) => row[i] ?? 0n))],
		wrongToo: (j, c) => j.unsure(j.folds[c.group], c),
		opinion(j, c) {
			const votes = [];
			for (const [f, counts] of j.counts.entries()) {
				if (f === c.group || counts.every((n) => n === 0)) continue;
				const scores = j.folds[f].scores(c.columns);
				const other = best(scores.map((v, k) => k === c.label ? -(1n << 70n) : v));
				votes.push(Math.min(counts[c.label], counts[other]) < j.param.known ? 0n : lead(scores, c.label));
			}
			votes.sort((a, b) => a < b ? -1 : a > b ? 1 : 0);
			const [a, b] = [votes[votes.length - 1 >> 1] ?? 0n, votes[votes.length >> 1] ?? 0n];
			return a > 0n ? a : b < 0n ? b : 0n;
		} },
};

export class Judge {
	// param: credit, margin, and what else the rule takes, as numbers
	constructor(rule, param, spec, classes, columns, smoothing = ONE) {
		this.rule = RULES[rule];
		this.spec = keccak256(stringToBytes(spec), "bytes");
		this.header = Array(16).fill(0);
		Object.assign(this, { param, columns });
		this.served = new NaiveBayes(classes, columns, smoothing);
		this.folds = Array.from({ length: this.rule.folds(param) }, () =>
			new NaiveBayes(classes, columns, smoothing));
		this.counts = this.folds.map(() => Array(classes).fill(0));	// jury
		this.recent = Array.from({ length: param.recent ?? 0 }, () => []);	// jury
		this.rows = 0;
		this.users = new Map();						// support
		this.seen = new Set();
		this.list = [];
	}

	unsure(model, c) {
		const scores = model.scores(c.columns), said = best(scores);
		return said !== c.label || lead(scores, said) < BigInt(this.param.credit);
	}

	// One contribution: { sample, label, contributor }, as the chain tells it.
	learn({ sample, label, contributor }) {
		const c = { sample, label, contributor, fresh: !this.seen.has(sample),
			columns: decode(sample, this.columns), taught: false };
		this.seen.add(sample);
		this.list.push(c);
		this.header[0]++;
		if (!c.columns) return;
		this.header[1]++;
		if (c.fresh) {
			this.header[2]++;
			this.header[3] += best(this.served.scores(c.columns)) === label;
		}
		c.group = this.rule.group(c, this.folds.length);
		c.taught = this.unsure(this.served, c) && (this.rule.wrongToo?.(this, c) ?? true) &&
			!this.rule.repeats?.(this, c);
		this.served.learn(c.columns, label);
		this.folds.forEach((fold, f) => this.rule.learns(f, c.group) && fold.learn(c.columns, label));
		this.rule.learned?.(this, c);
	}

	// Section "Roots": of all cells as they are now.
	root() {
		const cells = [];
		for (const part of [this.header, this.served.cells(), ...this.folds.map((m) => m.cells()),
			this.rule.cells?.(this) ?? []]) {
			cells.push(...part);
			while (cells.length % 16) cells.push(0n);
		}
		const bytes = cells.map((v) => numberToBytes(v, { size: 8 }).reverse());
		let level = [];
		for (let i = 0; i < bytes.length; i += 16) level.push(hash([0], ...bytes.slice(i, i + 16)));
		while (level.length > 1)
			level = level.flatMap((left, i) => i % 2 ? [] : [level[i + 1] ? hash([1], left, level[i + 1]) : left]);
		return keccak256(concatBytes([[2], this.spec, numberToBytes(cells.length, { size: 8 }), level[0]]));
	}

	// The verdict of contribution i after all that was learned: 0 to 3.
	verdict(i) {
		const c = this.list[i];
		if (!c.columns) return 0;
		const m = this.rule.opinion(this, c), margin = BigInt(this.param.margin);
		return m <= -margin ? 0 : m < margin ? 1 : c.fresh && c.taught ? 3 : 2;
	}
}
