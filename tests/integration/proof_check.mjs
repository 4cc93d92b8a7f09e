// A checker of proofs of its own: PROTOCOL.md, Proofs, read once more, and nothing of decaid's code. Roots are computed
// from what a proof says; whether they are right is for who knows the checkpoint.
import { concat, keccak256, numberToHex, size } from "viem";

const LEAF_BYTES = 128;
const tagged = (tag, ...parts) => keccak256(concat([numberToHex(tag, { size: 1 }), ...parts]));

// The root over `cells` int64 that leaves, [place, bytes] ascending, and the hashes beside their ways up lead to; throws
// where that is no proof.
export function rootOf(spec, cells, leaves, siblings) {
	let width = cells / 16, used = 0;
	if (!Number.isInteger(width) || width < 1 || leaves.length === 0) throw new Error("no tree");
	let row = leaves.map(([at, bytes], i) => {
		if (size(bytes) !== LEAF_BYTES) throw new Error("a leaf of another size");
		if (at >= width || (i > 0 && at <= leaves[i - 1][0])) throw new Error("leaves out of order");
		return [at, tagged(0, bytes)];
	});
	for (; width > 1; width = Math.ceil(width / 2)) {
		const known = new Map(row);
		const up = new Map();
		for (const [at, hash] of row) {
			const parent = Math.floor(at / 2), beside = at % 2 === 0 ? at + 1 : at - 1;
			if (up.has(parent)) continue;		// its other child was here before
			let other = known.get(beside);
			if (other === undefined && beside < width) {
				if (used === siblings.length) throw new Error("too few siblings");
				other = siblings[used++];
			}
			if (other === undefined) up.set(parent, hash);
			else up.set(parent, at % 2 === 0 ? tagged(1, hash, other) : tagged(1, other, hash));
		}
		row = [...up];
	}
	if (used !== siblings.length) throw new Error("too many siblings");
	return tagged(2, spec, numberToHex(cells, { size: 8 }), row[0][1]);
}

// Cell k of a leaf's bytes: int64, little-endian.
export const cellOf = (bytes, k) => Buffer.from(bytes.slice(2), "hex").readBigInt64LE(8 * k);

// Whether a weight's proof leads to its state root, and its value stands there.
export function weightHolds(p) {
	const [leaf] = p.leaves;
	return p.leaves.length === 1 && leaf.leaf === Math.floor(p.cell / 16) &&
		cellOf(leaf.cells, p.cell % 16) === BigInt(p.value) &&
		rootOf(p.spec, p.cells, [[leaf.leaf, leaf.cells]], p.siblings) === p.state_root;
}

// Whether a contribution's proof leads from the one root to the other.
export function updateHolds(p) {
	const side = (name) => rootOf(p.spec, p.cells, p.leaves.map((l) => [l.leaf, l[name]]), p.siblings);
	return side("before") === p.state_root_before && side("after") === p.state_root;
}

// Every cell that a contribution changed: Map of cell to the difference.
export function changes(p) {
	const found = new Map();
	for (const l of p.leaves)
		for (let k = 0; k < 16; k++) {
			const by = cellOf(l.after, k) - cellOf(l.before, k);
			if (by !== 0n) found.set(16 * l.leaf + k, by);
		}
	return found;
}
