/* Which chain, how far, how fresh; and the reader's palette. */
import { chain, status } from "../store";
import { route } from "../lib/router";
import { text } from "../strings";
import { ChainState } from "./ChainState";
import { ThemeToggle } from "./ThemeToggle";
import { Freshness } from "./Freshness";
import "./Header.css";

export function Header() {
	return (
		<header class="top">
			<a class="skip" href="#model" onClick={(event) => {
				event.preventDefault(); /* the address is the route's */
				document.getElementById("model")?.focus();
			}}>{text.skip}</a>
			<h1 class="brand">
				<a href="#/models"><Mark />{text.product}</a>
			</h1>
			<Pages />
			{chain.value && <ChainState chain={chain.value} />}
			<Freshness error={status.error.value !== null} />
			<ThemeToggle />
		</header>
	);
}

const PAGES: readonly (keyof typeof text.nav.page)[] =
	["models", "board", "operators", "simulate"];

function Pages() {
	return (
		<nav class="pages" aria-label={text.nav.label}>
			{PAGES.map((page) => (
				<a key={page} href={`#/${page}`} data-testid={`page-${page}`}
					aria-current={route.value.page === page ? "page"
						: undefined}>{text.nav.page[page]}</a>
			))}
		</nav>
	);
}

/* Ten strokes, one of them lit: nine said so before, one is being learned. */
function Mark() {
	const strokes = Array.from({ length: 10 }, (_, i) => {
		const turn = (i * 36 - 90) * Math.PI / 180;
		const from = i === 0 ? 3 : 6.2;
		return `M${(12 + from * Math.cos(turn)).toFixed(2)} ` +
			`${(12 + from * Math.sin(turn)).toFixed(2)}` +
			`L${(12 + 10.4 * Math.cos(turn)).toFixed(2)} ` +
			`${(12 + 10.4 * Math.sin(turn)).toFixed(2)}`;
	});
	return (
		<svg class="mark" viewBox="0 0 24 24" aria-hidden="true" fill="none"
			stroke-width="2" stroke-linecap="round">
			<path d={strokes.slice(1).join("")} stroke="currentColor" />
			<path d={strokes[0]} class="mark-lit" />
		</svg>
	);
}
