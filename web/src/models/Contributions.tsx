/*
 * Contributions as they come, newest first. While the reader is in the list
 * (a pointer on it, the focus in it, or one of them open) nothing moves under
 * them: what came meanwhile waits behind a button.
 */
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { Contribution, ContributionState, Model } from "../api";
import { format_count, format_short } from "../lib/format";
import { route_choose, route_href } from "../lib/router";
import { Empty } from "../parts/Notice";
import { Panel } from "../parts/Panel";
import { chosen_contributor, chosen_state, contributions } from "../store";
import { text } from "../strings";
import { ContributionRow } from "./ContributionRow";
import "./Contributions.css";

const SHOWN_FIRST = 12;

/* States that a contract of 0xDeCA10B's knows: it gives no verdicts. */
const STATES_MIRRORED: ContributionState[] = ["pending", "refunded",
	"forfeited"];

function Filters({ model }: { model: Model }) {
	const states = model.origin === "0xdeca10b" ? STATES_MIRRORED :
		Object.keys(text.feed.state) as ContributionState[];
	const who = chosen_contributor.value;
	return (
		<span class="feed-filters">
			{who && <button type="button" class="link"
				data-testid="feed-clear-contributor" onClick={() =>
					route_choose({ contributor: "" })}>
				{text.feed.only(format_short(who))} ✕
			</button>}
			{who && <a href={route_href({ page: "contributors", model: null,
				who, query: {} })} data-testid="feed-contributor">
				{text.contributor.all}</a>}
			<label>
				<span class="aloud">{text.feed.state_label}</span>
				<select class="field" value={chosen_state.value}
					data-testid="feed-state" onChange={(event) =>
						route_choose({ state: event.currentTarget.value })}>
					<option value="">{text.feed.any_state}</option>
					{states.map((key) => <option key={key} value={key}>
						{text.feed.state[key]}</option>)}
				</select>
			</label>
		</span>
	);
}

function Nothing() {
	if (!chosen_state.value && !chosen_contributor.value)
		return <Empty title={text.feed.empty}>{text.feed.empty_hint}</Empty>;
	return (
		<Empty title={text.feed.empty_filter}>
			<button type="button" class="link" onClick={() =>
				route_choose({ state: "", contributor: "" })}>
				{text.feed.clear}
			</button>
		</Empty>
	);
}

/* The list as the reader sees it: frozen while held, in what it is made of
 * but not in what became of each. */
function merge(frozen: Contribution[], now: Contribution[]): Contribution[] {
	const fresh = new Map(now.map((one) => [one.id, one]));
	return frozen.map((one) => fresh.get(one.id) ?? one);
}

function List({ list, model }: { list: Contribution[]; model: Model }) {
	const inside = useSignal(false);
	const opened = useSignal<number | null>(null);
	const frozen = useSignal<Contribution[] | null>(null);
	const all = useSignal(false);
	const now = useSignal(list);
	const held = useComputed(() => inside.value || opened.value !== null);
	now.value = list;
	useSignalEffect(() => {
		frozen.value = held.value ? frozen.peek() ?? now.peek() : null;
	});
	const seen = frozen.value ? merge(frozen.value, list) : list;
	const newest = seen[0]?.id ?? -1;
	const waiting = list.filter((one) => one.id > newest).length;
	const shown = all.value ? seen : seen.slice(0, SHOWN_FIRST);
	return (
		<div class="feed" onPointerEnter={(event) => {
			inside.value = event.pointerType === "mouse";
		}} onPointerLeave={() => { inside.value = false; }}>
			{waiting > 0 && <button type="button" class="feed-fresh"
				data-testid="feed-fresh" data-value={waiting}
				onClick={() => { frozen.value = list; opened.value = null; }}>
				{text.feed.fresh(format_count(waiting), waiting)}
			</button>}
			<ol class="feed-list" data-testid="feed">
				{shown.map((one) => <ContributionRow key={one.id} one={one}
					model={model} open={opened.value === one.id}
					toggle={() => {
						opened.value = opened.value === one.id ? null : one.id;
					}} />)}
			</ol>
			{!all.value && seen.length > SHOWN_FIRST &&
				<button type="button" class="link feed-more" onClick={() => {
					all.value = true;
				}}>{text.feed.more}</button>}
		</div>
	);
}

export function Contributions({ model }: { model: Model }) {
	/* another choice is another list: nothing of it is held */
	const key = [model.address, chosen_state.value, chosen_contributor.value]
		.join(" ");
	return (
		<Panel name="contributions" title={text.feed.title} lines={10}
			from={contributions} aside={<Filters model={model} />}>
			{(page) => page.contributions.length
				? <List key={key} list={page.contributions}
					model={model} />
				: <Nothing />}
		</Panel>
	);
}
