/*
 * What a person would share is in the address: the part after # names the
 * page and the model, then what is chosen there.
 *     #/models/SLUG?by=karma&window=7d&state=disagree
 *     #/contributors/ADDRESS
 *     #/simulate?example=attack
 *     #/choose
 */
import { signal } from "@preact/signals";

export type Page = "models" | "board" | "contributors" | "operators" |
	"simulate" | "choose";
const PAGES: readonly Page[] = [
	"models", "board", "contributors", "operators", "simulate", "choose",
];

export interface Route {
	page: Page;
	/** Slug or address of the model in the address, or null. */
	model: string | null;
	/** The address of the contributor in the address, or null. */
	who: string | null;
	query: Readonly<Record<string, string>>;
}

function parse(hash: string): Route {
	const [path = "", search = ""] = hash.replace(/^#/, "").split("?", 2);
	const parts = path.split("/").filter(Boolean);
	let model: string | null = null;
	if (parts[0] === "models" && parts[1]) {
		try {
			model = decodeURIComponent(parts[1]);
		} catch {
			model = parts[1]; /* a stray %: nobody's slug, so a plain 404 */
		}
	}
	const page = PAGES.find((one) => one === parts[0]) ?? "models";
	const who = page === "contributors" ? parts[1] ?? "" : null;
	return { page, model, who, query: Object.fromEntries(new URLSearchParams(search)) };
}

export const route = signal<Route>(parse(location.hash));

export function route_href(to: Route): string {
	const query = new URLSearchParams(
		Object.entries(to.query).filter(([, value]) => value !== ""));
	const key = to.model ?? to.who;
	const path = key === null
		? `#/${to.page}` : `#/${to.page}/${encodeURIComponent(key)}`;
	return query.toString() ? `${path}?${query}` : path;
}

/** Change part of the query without a new entry in the history. */
export function route_choose(part: Record<string, string>): void {
	const to = {
		page: route.value.page,
		model: route.value.model,
		who: route.value.who,
		query: { ...route.value.query, ...part },
	};
	history.replaceState(null, "", route_href(to));
	route.value = parse(location.hash);
}

window.addEventListener("hashchange", () => {
	route.value = parse(location.hash);
});
