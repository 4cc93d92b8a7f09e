/*
 * A small mark drawn from an address, so that the eye knows a contributor
 * again before it reads: a 5 by 5 grid, mirrored, in one of eight colours.
 */
import "./Seal.css";

function bits(address: string): number {
	const tail = Number.parseInt(address.slice(-8), 16);
	return Number.isNaN(tail) ? 0 : tail;
}

export function Seal({ address }: { address: string }) {
	const seed = bits(address);
	let path = "";
	for (let cell = 0; cell < 15; cell++) {
		if (!((seed >> cell) & 1))
			continue;
		const x = cell % 3;
		const y = Math.floor(cell / 3);
		path += `M${x} ${y}h1v1h-1z`;
		if (x < 2)
			path += `M${4 - x} ${y}h1v1h-1z`;
	}
	const colour = (seed >>> 16) & 7;
	return (
		<svg class={`seal seal-${colour}`} viewBox="-1 -1 7 7"
			aria-hidden="true">
			<rect x="-1" y="-1" width="7" height="7" class="seal-ground" />
			<path d={path} class="seal-mark" />
		</svg>
	);
}
