/*
 * What stands around every page, and what is said when the daemon is slow,
 * silent or wrong.
 */
import type { Connection } from "../lib/live";
import type { Page } from "../lib/router";
import type { Theme } from "../theme";
import { many } from "./plural";

const connection: Record<Connection, string> = {
	connecting: "connecting",
	live: "live",
	polling: "asking again",
	offline: "no answer",
};

const connection_meaning: Record<Connection, string> = {
	connecting: "Waiting for the first answer",
	live: "News arrives as it happens",
	polling: "The live stream is closed; the page asks every few seconds",
	offline: "The daemon does not answer; what is shown is what was known",
};

const theme: Record<Theme, string> = {
	system: "as the system",
	light: "light",
	dark: "dark",
};

/* Chains that people know by name; others are told by number. */
const chain_name: Record<number, string> = {
	1: "Ethereum",
	10: "OP Mainnet",
	100: "Gnosis",
	8453: "Base",
	31337: "Local chain",
	42161: "Arbitrum One",
	11155111: "Sepolia",
};

const page: Record<Exclude<Page, "contributors" | "choose">, string> = {
	models: "Models",
	board: "Leaderboard",
	operators: "Operators",
	simulate: "Simulator",
};

export const error = {
	unreachable: "The daemon does not answer",
	status: (status: number) => `The daemon answered ${status}`,
	again: "Try again",
	old: "Shown as last known",
};

export const header = {
	chain: (id: number) => chain_name[id] ?? `Chain ${id}`,
	chain_id: (id: number) => `Chain id ${id}`,
	head: "head",
	followed: "followed",
	finalized: "final",
	lag: "behind",
	lag_blocks: (count: string, n: number) =>
		`${count} ${many(n, "block", "blocks")} behind`,
	caught_up: "caught up",
	heard_label: "Last heard from the daemon",
	connection,
	connection_meaning,
	theme_now: (name: Theme) => `Palette: ${theme[name]}`,
};

export const stale = {
	since: (time: string) => `You see what was known at ${time}.`,
	halted: "Following has stopped for good: the log says why. What is " +
		"shown is what was known.",
	lagging: (count: string) =>
		`The daemon is ${count} blocks behind its chain: newer ` +
		"contributions are not shown yet.",
};

export const nav = {
	label: "Pages",
	page,
};

export const footer = {
	version: (version: string) => `decaid ${version}`,
	up: (duration: string) => `up ${duration}`,
	api: "API",
	licences: "Licences",
	promise: "Public data, public models, free predictions.",
};
