/*
 * The shapes of the daemon's replies, as decaid-api.7 fixes them. Types
 * alone: nothing here computes. /v1 only grows, so a reply may hold more than
 * is named here, and what is not known yet is null.
 */

/** Wei, a decimal string. */
export type Wei = string;
/** EIP-55. */
export type Address = string;
/** 0x-hex, 32 bytes. */
export type Hash = string;
/** RFC 3339, UTC. */
export type Time = string;

export interface Status {
	version: string;
	chain: {
		id: number;
		head: number;
		followed: number;
		finalized: number;
		lag_blocks: number;
		/** Following has stopped for good. */
		halted?: boolean;
	};
	operator: {
		address: Address;
		registered: boolean;
		bond_wei: Wei;
	} | null;
	models: number;
	contributions: number;
	uptime_s: number;
}

/** The state an answer speaks for. */
export interface AsOf {
	block: number;
	contributions: number;
	state_root: Hash | null;
}

export interface Incentive {
	kind: "stake" | "points" | "market";
	next_deposit_wei?: Wei;
	[parameter: string]: unknown;
}

export interface Model {
	address: Address;
	slug: string;
	name: string;
	description: string;
	spec: string;
	type: string;
	encoder: string;
	/** Who embeds its texts; served: this daemon asks there. */
	embedding?: {
		service: string; model: string; dimension: number; served: boolean;
	} | null;
	/** Null, and no class, where this daemon does not know the spec. */
	verdict_rule: string | null;
	classes: string[];
	/** Whether this daemon predicts with it, and why not. */
	followed?: boolean;
	refusal?: string | null;
	features: number;
	owner: Address;
	created_block: number;
	created_at: Time;
	incentive: Incentive;
	contributions: number;
	contributors: number;
	accuracy: { progressive: number | null; holdout: number | null };
	held_wei: Wei;
	paid_out_wei: Wei;
	as_of: AsOf;
	last_checkpoint: { epoch: number; block: number; tx: Hash } | null;
	origin: "decaid" | "0xdeca10b";
	/** Of a mirrored contract: predictions compared with its own. */
	audit?: { compared: number; differed: number; block: number };
}

export type ModelSort =
	"new" | "accuracy" | "contributions" | "deposits" | "name";

export type ContributionState =
	"pending" | "agree" | "credit" | "abstain" | "disagree" |
	"refunded" | "forfeited" | "invalid";

export type Verdict = "disagree" | "abstain" | "agree" | "credit";

export interface Contribution {
	id: number;
	contributor: Address;
	label: number;
	class: string | null;
	deposit_wei: Wei;
	claimable_wei: Wei;
	block: number;
	tx: Hash;
	time: Time;
	state: ContributionState;
	/** The label the model gave before it learned from this one. */
	prediction_before: number | null;
	verdict: Verdict | null;
	verdict_epoch: number | null;
	/** How unlike its label's neighbours it is, [0, 1]. */
	suspicion: number | null;
	/** What was said, where somebody told the daemon. */
	text?: string | null;
	sample?: Sample | null;
}

/** A decoded sample: what the chain holds. */
export interface Sample {
	kind?: string;
	indices?: number[];
	values?: (number | string)[];
	features?: (number | string)[];
	hex?: string;
}

/** contribution, block, time, accuracy */
export type AccuracyPoint = [number, number, Time, number];

export interface Accuracy {
	progressive: AccuracyPoint[];
	holdout: AccuracyPoint[];
}

export type BoardBy = "karma" | "contributions" | "earned" | "deposited";
export type BoardWindow = "24h" | "7d" | "30d" | "all";

export interface BoardEntry {
	rank: number;
	previous_rank: number | null;
	address: Address;
	karma: number;
	contributions: number;
	agreed: number;
	deposited_wei: Wei;
	refunded_wei: Wei;
	earned_wei: Wei;
	/** Of all karma; null while there is none. */
	share: number | null;
	last_seen: Time | null;
}

export type BaselineRole = "owner" | "reference";

/** No competitor: its rank is the one it would have. */
export interface Baseline extends BoardEntry {
	role: BaselineRole;
}

export interface Board {
	by: BoardBy;
	window: BoardWindow;
	entries: BoardEntry[];
	baselines: Baseline[];
	next: string | null;
}

export interface Claimable {
	id: number;
	contributor: Address;
	deposit_wei: Wei;
	verdict: Verdict | null;
	refundable_at: Time | null;
	reportable_at: Time | null;
	deadline: Time | null;
	/** A sentence why it cannot be claimed yet; null when it can. */
	reason: string | null;
}

export interface Deposits {
	held_wei: Wei;
	claimable: Claimable[];
	next: string | null;
}

export type CheckpointStatus =
	"computed" | "signed" | "sent" | "mined" | "effective" | "final";

export interface Checkpoint {
	model: Address;
	spec: Hash;
	epoch: number;
	epoch_end: Time;
	contributions: number;
	record_hash: Hash;
	state_root: Hash | null;
	judged: number;
	verdicts_hash: Hash;
	verdicts: { from: number; count: number; bits: string } | null;
	accuracy: number | null;
	digest: Hash;
	signatures: { operator: Address; signature: string }[];
	tx: Hash | null;
	block: number | null;
	effective_at: Time | null;
	status: CheckpointStatus;
	/** What was accepted is not what this daemon computed. */
	differs?: boolean;
	/** The pool's verifier showed it to be wrong. */
	refuted?: boolean;
}

export interface Operator {
	address: Address;
	endpoint: string;
	bond_wei: Wei;
	status: string;
	since_block: number;
	checkpoints_signed: number;
	checkpoints_missed: number;
	last_epoch: number | null;
	slashed: boolean;
}

/** The bonds of the daemon's own pool, and what part of them must sign. */
export interface Quorum {
	pool: Address;
	bond_wei: Wei;
	more_than: string;
}

export interface ModelPage { models: Model[]; next: string | null }
export interface ContributionPage {
	contributions: Contribution[];
	next: string | null;
}
export interface CheckpointPage {
	checkpoints: Checkpoint[];
	next: string | null;
}
export interface OperatorPage {
	operators: Operator[];
	quorum: Quorum | null;
	next: string | null;
}

export interface Prediction {
	label: number;
	class: string;
	/** Decimal strings, by class name. */
	scores: Record<string, string>;
	as_of: AsOf;
}

/** RFC 9457. */
export interface Problem {
	type?: string;
	title?: string;
	status?: number;
	detail?: string;
}

/*
 * Server-Sent Events. An event's data is one JSON object. All but `block`,
 * `reorg` and `operator` name their `model`; `contribution` tells who (as
 * `contributor` or `account`) said what for how much. A page that misses a
 * field asks again over REST, so an event is a hint and never the only source.
 */
export const EVENT_KINDS = [
	"block", "reorg", "model", "contribution", "checkpoint", "refuted",
	"refund", "report", "claim", "reward", "prediction", "operator",
] as const;
export type EventKind = typeof EVENT_KINDS[number];

export type ContributionEvent = Partial<Contribution> & {
	model?: Address;
	account?: Address;
};

/** Sums of what somebody did; null where more is held than one request looks
 * at. */
export interface ContributorSums {
	karma: number;
	contributions: number;
	agreed: number;
	deposited_wei: Wei;
	refunded_wei: Wei;
	earned_wei: Wei;
	lost_wei?: Wei | null;
	locked_wei?: Wei | null;
	claimable_wei?: Wei | null;
	rewards_wei?: Wei | null;
	last_seen: Time | null;
}

export type ContributorContribution = Contribution & { model: Address };

export interface Contributor extends ContributorSums {
	address: Address;
	models: (ContributorSums & { model: Address | null; slug?: string })[];
	recent: ContributorContribution[];
}

/** A simulation as it goes on: a measurement. Amounts are numbers in the
 * scenario's unit, times seconds since its start. */
export interface SimulationLine {
	t: number;
	accuracy: number;
	contributions: number;
	unclaimed: number;
	done: number;
	baseline: number;
	balances: Record<string, number>;
}

export type SimulationRole = "honest" | "careless" | "attacker" | "caller";

export interface SimulationAgent {
	role: SimulationRole;
	contributions: number;
	wrong: number;
	refunded: number;
	deposited: number;
	received: number;
}

export interface SimulationResult {
	accuracy: [number, number][];
	balances: Record<string, [number, number][]>;
	contributions: number;
	baseline: number;
	lowest: number;
	rows: number;
	end: number;
	verdicts: {
		right: Record<Verdict, number>;
		wrong: Record<Verdict, number>;
		copies: number;
		copies_credited: number;
	};
	agents: Record<string, SimulationAgent>;
}

export interface Simulations {
	runs: boolean;
	limits: {
		rows: number;
		contributions: number;
		agents: number;
		cells: number;
		text_bytes: number;
		processor_s: number;
		memory_mib: number;
		wall_s: number;
	};
	examples: { name: string; scenario: string }[];
}
