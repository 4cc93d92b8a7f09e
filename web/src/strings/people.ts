/* Who takes part: contributors, the board, operators. */
import type { BaselineRole, BoardBy, BoardWindow } from "../api";

const board_by: Record<BoardBy, string> = {
	karma: "Karma",
	contributions: "Contributions",
	earned: "Earned",
	deposited: "Deposited",
};

const board_role: Record<BaselineRole, string> = {
	owner: "owner",
	reference: "reference",
};

const board_window: Record<BoardWindow, string> = {
	"24h": "24 h",
	"7d": "7 days",
	"30d": "30 days",
	"all": "All time",
};

export const contributor = {
	title: "Contributor",
	agreed: (count: string) => `${count} agreed`,
	model: "Model",
	models: "By model",
	recent: "Newest contributions",
	label: "Label",
	none: "Nobody of this address",
	none_hint: "It has not contributed to a model that this daemon " +
		"follows.",
	money: {
		earned: "Earned",
		lost: "Lost",
		locked: "Locked",
		claimable: "Claimable",
	},
	meaning: {
		earned: "Rewards and reporter's parts taken, beyond what came back",
		lost: "Deposits that did not come back, and fees",
		locked: "Deposits that cannot be taken back yet",
		claimable: "Refunds that are due, and rewards: shares of what " +
			"others lost",
	},
	rewards: (amount: string) => `${amount} of it rewards`,
	all: "All of theirs",
};

export const board = {
	title: "Leaderboard",
	all_title: "Leaderboard of all models",
	all_lead: "Who taught the models most: karma comes from contributions " +
		"that were right and taught something.",
	by_label: "Ranked by",
	by: board_by,
	window_label: "Window",
	window: board_window,
	rank: "Rank",
	who: "Contributor",
	share: "Share",
	agreed: "Agreed",
	empty: "Nobody yet",
	empty_hint: "Karma comes with the first checkpoint that credits a " +
		"contribution.",
	empty_window: "Nobody in this time",
	up: (n: string) => `up ${n}`,
	down: (n: string) => `down ${n}`,
	same: "unchanged",
	fresh: "new",
	apart: "Not ranked",
	apart_hint: "Baselines: the model’s owner and accounts run for " +
		"reference. They take nobody’s rank.",
	role: board_role,
	would_be: (n: string) => `would be ${n}`,
	show: "Show contributions of",
};

export const operators = {
	title: "Operators",
	lead: "They put a bond behind what they sign. A checkpoint counts " +
		"when more than two thirds of the bonds signed it; who signs two " +
		"different ones loses theirs.",
	who: "Operator",
	endpoint: "Endpoint",
	bond: "Bond",
	signed: "Signed",
	missed: "Missed",
	last: "Last epoch",
	status: "Status",
	slashed: "slashed",
	ours: "this daemon",
	quorum: (part: string, bond: string) =>
		`a checkpoint needs more than ${part} of ${bond}`,
	empty: "No operator is registered",
	empty_hint: "Checkpoints are computed, and wait for a quorum.",
};
