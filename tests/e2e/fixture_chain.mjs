/*
 * A make-believe chain with models on it, in the shapes of decaid-api.7, so
 * that the dashboard can be developed and tested without a daemon. Nothing
 * here learns: accuracy follows a curve, verdicts follow dice. The same seed
 * gives the same chain.
 */
import { createHash } from "node:crypto";

const EPOCH_BLOCKS = 12;
const WAIT_BLOCKS = 18; /* until a contribution may be judged */
const CLAIM_BLOCKS = 8; /* from its verdict until somebody claims */
const DEPOSIT_WEI = 1_000_000_000_000_000n;

/* mulberry32: small, and the same everywhere. */
function dice(seed) {
	let a = seed >>> 0;
	return () => {
		a = (a + 0x6D2B79F5) >>> 0;
		let t = Math.imul(a ^ (a >>> 15), 1 | a);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

export function hash(...parts) {
	return "0x" + createHash("sha256").update(parts.join("|")).digest("hex");
}

/* Mixed case as EIP-55 looks; not its checksum, which nothing here checks. */
export function address(name) {
	const hex = hash("address", name).slice(2, 42);
	return "0x" + [...hex].map((c, i) =>
		i % 3 === 0 ? c.toUpperCase() : c).join("");
}

const WORDS = {
	games: ["arcade game with tanks and lasers", "card solitaire collection",
		"turn based strategy on hexagons", "puzzle of falling blocks",
		"chess engine with opening book", "racing simulator for penguins"],
	science: ["molecular dynamics of proteins", "finite element mesh generator",
		"spectral analysis of starlight", "phylogenetic tree inference",
		"crystal structure viewer", "numerical weather model"],
	net: ["lightweight mail transfer agent", "secure shell client and server",
		"packet capture and inspection", "web cache with access control",
		"name server tools", "peer to peer file transfer"],
	fonts: ["typeface with old style figures", "monospaced font for code",
		"handwriting font with swashes", "sans serif family for screens",
		"font of mathematical symbols", "calligraphic Arabic typeface"],
};

const PEOPLE = [
	...Array.from({ length: 9 }, (_, i) => ({ name: `honest ${i}`, bad: 0.03 })),
	{ name: "careless 0", bad: 0.25 }, { name: "careless 1", bad: 0.3 },
	{ name: "spammer", bad: 0.8 },
].map((one) => ({ ...one, address: address(one.name) }));

function model_new(about) {
	const at = address(about.name);
	return {
		about: {
			...about,
			address: at,
			slug: `${about.slug}-${at.slice(2, 10).toLowerCase()}`,
			spec: hash("spec", about.name),
			verdict_rule: "two-fold",
			owner: address("owner"),
			created_block: 3,
			origin: "decaid",
		},
		contributions: [],
		progressive: [],
		holdout: [],
		checkpoints: [],
		right: 0,
		judged: 0,
		paid_wei: 0n,
	};
}

export function models_usual() {
	return [
		model_new({
			name: "Debian package sections", slug: "debian-package-sections",
			description: "Which section a package belongs to, by its " +
				"one-line description.",
			type: "naive-bayes", encoder: "murmur3-words",
			classes: ["games", "science", "net", "fonts"], features: 16384,
			incentive: { kind: "stake" }, ceiling: 0.9, slope: 90,
		}),
		model_new({
			name: "Tic-tac-toe endgame", slug: "tic-tac-toe-endgame",
			description: "Has x won? Every board on which a game can end.",
			type: "perceptron", encoder: "none",
			classes: ["no", "x wins"], features: 27,
			incentive: { kind: "points" }, ceiling: 0.97, slope: 140,
		}),
	];
}

export class FixtureChain {
	constructor({ seed = 1, models = models_usual(), start_ms = Date.now() }) {
		this.roll = dice(seed);
		this.models = models;
		this.apart = []; /* who is ranked on no board */
		this.start_ms = start_ms;
		this.head = 3;
		this.lag = 0;
		this.listeners = new Set();
		this.events = [];
	}

	time(block) {
		return new Date(this.start_ms + block * 1000).toISOString()
			.replace(/\.\d+Z$/, "Z");
	}

	tell(kind, data) {
		const event = { id: `${this.head}-${this.events.length}-${kind}`,
			kind, data };
		this.events.push(event);
		for (const listener of this.listeners)
			listener(event);
	}

	find(key) {
		const low = key.toLowerCase();
		return this.models.find(({ about }) =>
			about.slug === key || about.address.toLowerCase() === low);
	}

	accuracy_at(model, count) {
		const { ceiling, classes, slope } = model.about;
		const chance = 1 / classes.length;
		return chance + (ceiling - chance) * (1 - Math.exp(-count / slope));
	}

	/* What somebody says; fields of `said` win over the dice. */
	contribute(model, said = {}) {
		const { about } = model;
		const who = PEOPLE[Math.floor(this.roll() ** 1.4 * PEOPLE.length)];
		const id = model.contributions.length;
		const truth = Math.floor(this.roll() * about.classes.length);
		const bad = this.roll() < who.bad;
		const label = bad ? (truth + 1) % about.classes.length : truth;
		const knows = this.roll() < this.accuracy_at(model, id);
		const texts = WORDS[about.classes[truth]];
		const one = {
			id, contributor: who.address, label,
			class: about.classes[label],
			deposit_wei: about.incentive.kind === "points" ? "0"
				: String(DEPOSIT_WEI + BigInt(id % 7) * 20_000_000_000_000n),
			claimable_wei: "0", block: this.head, tx: hash("tx", about.slug, id),
			time: this.time(this.head), state: "pending",
			prediction_before: knows ? truth
				: Math.floor(this.roll() * about.classes.length),
			verdict: null, verdict_epoch: null,
			suspicion: Number((bad ? 0.6 + this.roll() * 0.4
				: this.roll() * 0.4).toFixed(6)),
			text: texts ? texts[id % texts.length] : null,
			sample: { kind: "sparse", indices:
				Array.from({ length: 9 }, (_, i) => i * 3 + (id + i) % 3) },
			bad, judged_block: null,
			...said,
		};
		one.claimable_wei = one.deposit_wei;
		model.contributions.push(one);
		model.right += one.prediction_before === one.label ? 1 : 0;
		const at = [id + 1, this.head, one.time];
		model.progressive.push(
			[...at, Number((model.right / (id + 1)).toFixed(6))]);
		if ((id + 1) % 20 === 0)
			model.holdout.push([...at, Number(Math.min(0.99,
				this.accuracy_at(model, id) + 0.02 * this.roll()).toFixed(6))]);
		this.tell("contribution", {
			model: about.address, id, block: one.block, time: one.time,
			tx: one.tx, account: one.contributor, label: one.label,
			class: one.class, deposit_wei: one.deposit_wei,
			state: one.state, prediction_before: one.prediction_before,
			suspicion: one.suspicion,
		});
		return one;
	}

	verdict(one) {
		if (one.bad)
			return this.roll() < 0.75 ? "disagree" : "abstain";
		if (this.roll() < 0.1)
			return "abstain";
		return one.prediction_before === one.label ? "agree" : "credit";
	}

	checkpoint(model) {
		const epoch = Math.floor(this.head / EPOCH_BLOCKS) - 1;
		const { about } = model;
		for (const one of model.contributions.slice(model.judged)) {
			if (one.block + WAIT_BLOCKS > this.head)
				break;
			one.verdict = this.verdict(one);
			one.verdict_epoch = epoch;
			one.state = one.verdict;
			one.judged_block = this.head;
			model.judged++;
		}
		const count = model.contributions.length;
		model.checkpoints.unshift({
			model: about.address, spec: about.spec, epoch,
			epoch_end: this.time(this.head), contributions: count,
			record_hash: hash("rec", count), state_root: hash("root", count),
			judged: model.judged, verdicts_hash: hash("v", model.judged),
			verdicts: null,
			accuracy: model.progressive.at(-1)?.[3] ?? 0,
			digest: hash("digest", about.slug, epoch),
			signatures: [{ operator: address("operator"),
				signature: hash("sig", epoch) + hash("sig2", epoch).slice(2) }],
			tx: null, block: null, effective_at: null, status: "signed",
		});
		this.tell("checkpoint", { model: about.address, epoch });
	}

	/* Checkpoints and claims move on with the blocks. */
	settle(model) {
		model.checkpoints.slice(0, 3).forEach((one, back) => {
			const age = this.head % EPOCH_BLOCKS + back * EPOCH_BLOCKS;
			if (age >= 2) {
				one.tx ??= hash("ctx", model.about.slug, one.epoch);
				one.block ??= this.head;
				one.effective_at ??= this.time(this.head);
			}
			one.status = age < 1 ? "signed" : age < 2 ? "sent" : age < 4
				? "mined" : age < 9 ? "effective" : "final";
		});
		for (const one of model.contributions.slice(-400)) {
			if (one.judged_block === null ||
				this.head < one.judged_block + CLAIM_BLOCKS + one.id % 9 ||
				!["agree", "credit", "abstain", "disagree"].includes(one.state))
				continue;
			const lost = one.state === "disagree";
			one.state = lost ? "forfeited" : "refunded";
			one.claimable_wei = "0";
			model.paid_wei += BigInt(one.deposit_wei);
			this.tell(lost ? "report" : "refund",
				{ model: model.about.address, id: one.id });
		}
	}

	/* One block with this many contributions in each model. */
	block(each = 2) {
		this.head++;
		for (const model of this.models) {
			for (let i = 0; i < each; i++)
				this.contribute(model);
			if (this.head % EPOCH_BLOCKS === 0)
				this.checkpoint(model);
			this.settle(model);
		}
		this.tell("block", { number: this.head, time: this.time(this.head) });
	}

	chain() {
		return {
			id: 31337, head: this.head, followed: this.head - this.lag,
			finalized: Math.max(0, this.head - 2), lag_blocks: this.lag,
		};
	}

	held(model) {
		return model.contributions.reduce((sum, one) =>
			sum + BigInt(one.claimable_wei), 0n);
	}

	model(model) {
		const { about, contributions } = model;
		const { ceiling, slope, ...rest } = about;
		const mined = model.checkpoints.find(({ tx }) => tx !== null);
		return {
			...rest,
			created_at: this.time(about.created_block),
			incentive: about.incentive.kind === "points" ? about.incentive
				: { ...about.incentive, refund_wait_s: WAIT_BLOCKS,
					next_deposit_wei: String(DEPOSIT_WEI) },
			contributions: contributions.length,
			contributors:
				new Set(contributions.map((c) => c.contributor)).size,
			accuracy: {
				progressive: model.progressive.at(-1)?.[3] ?? null,
				holdout: model.holdout.at(-1)?.[3] ?? null,
			},
			held_wei: String(this.held(model)),
			paid_out_wei: String(model.paid_wei),
			as_of: { block: this.head, contributions: contributions.length,
				state_root: null },
			last_checkpoint: mined ? { epoch: mined.epoch,
				block: mined.block, tx: mined.tx } : null,
		};
	}

	/* Without what the fixture alone knows; the text is told in detail. */
	shown(one) {
		const { bad, judged_block, sample, text, ...rest } = one;
		return rest;
	}

	/* Who competes, and who stands apart with the rank it would have. */
	board(model, by, window) {
		return this.standings(model, by, window, ({ address: one }) =>
			!this.apart.includes(one));
	}

	baselines(model, by, window) {
		const ranked = this.board(model, by, window);
		return this.standings(model, by, window, ({ address: one }) =>
			this.apart.includes(one)).map((row) => ({ role: "owner", ...row,
			rank: 1 + ranked.filter((one) => one.karma > row.karma).length }));
	}

	/* A window is the newest few of all. */
	standings(model, by, window, counts) {
		const rows = new Map();
		const newest = { "24h": 20, "7d": 60, "30d": 120 }[window] ?? 1e9;
		for (const one of model.contributions.slice(-newest)) {
			const row = rows.get(one.contributor) ?? { address: one.contributor,
				karma: 0, contributions: 0, agreed: 0, deposited: 0n,
				refunded: 0n, earned: 0n, last_seen: one.time };
			row.contributions++;
			row.karma += one.verdict === "credit" ? 1 : 0;
			row.agreed += ["agree", "credit"].includes(one.verdict) ? 1 : 0;
			row.deposited += BigInt(one.deposit_wei);
			row.refunded += one.state === "refunded"
				? BigInt(one.deposit_wei) : 0n;
			row.earned += one.verdict === "credit" ? 21_000_000_000_000n : 0n;
			row.last_seen = one.time;
			rows.set(one.contributor, row);
		}
		const key = { karma: "karma", contributions: "contributions",
			earned: "earned", deposited: "deposited" }[by];
		const list = [...rows.values()].sort((a, b) =>
			Number(b[key]) - Number(a[key]) || b.agreed - a.agreed);
		const all = list.reduce((sum, row) => sum + row.karma, 0);
		return list.filter(counts).map((row, i) => ({
			rank: i + 1,
			previous_rank: i % 5 === 4 ? null
				: Math.max(1, i + 1 + [0, 1, -1, 0][i % 4]),
			address: row.address, karma: row.karma,
			contributions: row.contributions, agreed: row.agreed,
			deposited_wei: String(row.deposited),
			refunded_wei: String(row.refunded),
			earned_wei: String(row.earned),
			share: all ? Number((row.karma / all).toFixed(6)) : 0,
			last_seen: row.last_seen,
		}));
	}

	everything() {
		return { contributions: this.models.flatMap((one) =>
			one.contributions) };
	}

	contributor(who) {
		const sums = (model) => {
			const row = this.board(model, "karma", "all")
				.find(({ address: one }) => one === who);
			if (!row)
				return null;
			const { rank, previous_rank, share, address: _, ...rest } = row;
			return { ...rest, lost_wei: "0", locked_wei: null,
				claimable_wei: row.earned_wei, rewards_wei: "0" };
		};
		const all = sums(this.everything());
		return all && { address: who, ...all,
			models: this.models.flatMap((one) => {
				const row = sums(one);
				return row ? [{ model: one.about.address ??
					this.model(one).address, slug: this.model(one).slug,
				...row }] : [];
			}),
			recent: this.models.flatMap((one) => one.contributions
				.filter(({ contributor }) => contributor === who)
				.map((given) => ({ model: this.model(one).address,
					...this.shown(given) })))
				.sort((a, b) => b.block - a.block).slice(0, 20) };
	}

	deposits(model) {
		const open = model.contributions.filter((one) =>
			one.claimable_wei !== "0");
		return open.map((one) => ({
			id: one.id, contributor: one.contributor,
			deposit_wei: one.deposit_wei, verdict: one.verdict,
			refundable_at: one.verdict ? null
				: this.time(one.block + WAIT_BLOCKS + EPOCH_BLOCKS),
			reportable_at: null,
			deadline: this.time(one.block + 10 * EPOCH_BLOCKS),
			reason: one.verdict ? null
				: one.block + WAIT_BLOCKS > this.head
					? "Its refund wait is not over."
					: "It has no verdict yet.",
		})).sort((a, b) => Number(b.reason === null) -
			Number(a.reason === null));
	}

	operators() {
		const made = this.models[0]?.checkpoints.length ?? 0;
		return made === 0 && this.models.length === 0 ? [] : [{
			address: address("operator"), endpoint: "http://127.0.0.1:8080",
			bond_wei: "10000000000000000000", status: "joined",
			since_block: 2, checkpoints_signed: made * this.models.length,
			checkpoints_missed: 0,
			last_epoch: this.models[0]?.checkpoints[0]?.epoch ?? null,
			slashed: false,
		}];
	}

	predict(model, input) {
		const { classes, encoder } = model.about;
		const wants = encoder === "none" ? ["features", "indices"] : ["text"];
		if (!wants.some((key) => key in input))
			return { status: 400, title: "Wrong input",
				detail: `this model takes ${wants.join(" or ")}` };
		const seed = hash(JSON.stringify(input));
		const scores = classes.map((name, i) => {
			const said = WORDS[name]?.some((line) =>
				line.split(" ").some((word) => word.length > 3 &&
					input.text?.toLowerCase().includes(word)));
			return (said ? -3 : -9) -
				parseInt(seed.slice(2 + 4 * i, 6 + 4 * i), 16) / 65536;
		});
		const label = scores.indexOf(Math.max(...scores));
		return {
			label, class: classes[label],
			scores: Object.fromEntries(classes.map((name, i) =>
				[name, scores[i].toFixed(9)])),
			as_of: this.model(model).as_of,
		};
	}
}
