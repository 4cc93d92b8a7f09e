/* Counts changes of palette, for what draws with colours read from CSS. */
import { signal } from "@preact/signals";

export const palette = signal(0);

matchMedia("(prefers-color-scheme: dark)")
	.addEventListener("change", () => { palette.value++; });

export function palette_colour(name: string): string {
	return getComputedStyle(document.documentElement)
		.getPropertyValue(name).trim();
}
