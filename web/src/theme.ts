/*
 * The reader's choice of palette. This file is also a script of its own that
 * runs before the first paint, so a chosen palette never flashes the other.
 */
export type Theme = "system" | "light" | "dark";

const KEY = "decaid.theme";

export function theme_get(): Theme {
	try {
		const kept = localStorage.getItem(KEY);
		return kept === "light" || kept === "dark" ? kept : "system";
	} catch {
		return "system"; /* storage is forbidden: not an error */
	}
}

export function theme_apply(theme: Theme): void {
	const root = document.documentElement;
	if (theme === "system")
		root.removeAttribute("data-theme");
	else
		root.setAttribute("data-theme", theme);
}

export function theme_set(theme: Theme): void {
	theme_apply(theme);
	try {
		if (theme === "system")
			localStorage.removeItem(KEY);
		else
			localStorage.setItem(KEY, theme);
	} catch {
		/* it holds until the page is left */
	}
}

theme_apply(theme_get());
