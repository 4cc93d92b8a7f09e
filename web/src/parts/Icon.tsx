/* Small line drawings, 16 by 16, in the colour of the text beside them. */
const PATHS = {
	check: "M3 8.5l3.2 3.2L13 4.8",
	star: "M8 1.8l1.9 4 4.3.5-3.2 3 .9 4.3L8 11.4l-3.9 2.2.9-4.3-3.2-3 4.3-.5z",
	dash: "M3.5 8h9",
	cross: "M4 4l8 8M12 4l-8 8",
	ring: "M8 3.2a4.8 4.8 0 1 0 .01 0",
	back: "M6.5 3.5L2.5 7.5l4 4M3 7.5h6.5a4 4 0 0 1 0 5.5",
	lost: "M8 2.5v7M4.8 6.6L8 9.8l3.2-3.2M2.5 13.2h11",
	broken: "M3.2 12.8l9.6-9.6M8 2.5a5.5 5.5 0 1 0 .01 0",
	up: "M8 13V3.5M4 7l4-4 4 4",
	down: "M8 3v9.5M4 9l4 4 4-4",
	right: "M6 3.5L10.5 8 6 12.5",
	unfold: "M3.5 6L8 10.5 12.5 6",
	copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
	sun: "M8 5a3 3 0 1 0 .01 0M8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15" +
		"M3 3l1.1 1.1M11.9 11.9L13 13M13 3l-1.1 1.1M4.1 11.9L3 13",
	moon: "M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6z",
	half: "M8 2.2a5.8 5.8 0 1 0 .01 0M8 2.2v11.6M8 5h4.4M8 8h5.6M8 11h4.4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
	return (
		<svg class="icon" viewBox="0 0 16 16" width="16" height="16"
			aria-hidden="true" fill="none" stroke="currentColor"
			stroke-width="1.5" stroke-linecap="round"
			stroke-linejoin="round">
			<path d={PATHS[name]} />
		</svg>
	);
}
