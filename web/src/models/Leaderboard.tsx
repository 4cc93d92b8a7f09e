/* Who taught the model most, and who is on the way there. */
import type { BoardBy, BoardEntry } from "../api";
import { format_count, format_percent } from "../lib/format";
import { route_choose } from "../lib/router";
import { Amount } from "../parts/Amount";
import { Choice } from "../parts/Choice";
import { Icon } from "../parts/Icon";
import { Empty } from "../parts/Notice";
import { Panel } from "../parts/Panel";
import { Who } from "../parts/Who";
import {
	board, BOARDS, BOARDS_POINTS, chosen_by, chosen_window, model, WINDOWS,
} from "../store";
import { text } from "../strings";
import "./Leaderboard.css";

function Change({ one }: { one: BoardEntry }) {
	if (one.previous_rank === null)
		return <span class="change change-fresh" data-testid="change"
			data-value="">{text.board.fresh}</span>;
	const by = one.previous_rank - one.rank;
	const n = format_count(Math.abs(by));
	if (by === 0)
		return <span class="change" data-testid="change" data-value={0}>
			<span class="aloud">{text.board.same}</span></span>;
	return (
		<span class={by > 0 ? "change change-up" : "change change-down"}
			data-testid="change" data-value={by}>
			<Icon name={by > 0 ? "up" : "down"} />
			<span aria-hidden="true">{n}</span>
			<span class="aloud">
				{by > 0 ? text.board.up(n) : text.board.down(n)}
			</span>
		</span>
	);
}

function Score({ one, by }: { one: BoardEntry; by: BoardBy }) {
	switch (by) {
	case "karma":
		return <>{format_count(one.karma)}</>;
	case "contributions":
		return <>{format_count(one.contributions)}</>;
	case "earned":
		return <Amount wei={one.earned_wei} />;
	case "deposited":
		return <Amount wei={one.deposited_wei} />;
	}
}

function Row({ one, by }: { one: BoardEntry; by: BoardBy }) {
	return (
		<tr data-testid="leader" data-value={one.address}>
			<td class="rank" data-testid="rank" data-value={one.rank}>
				{format_count(one.rank)}<Change one={one} />
			</td>
			<td>
				<button type="button" class="leader"
					onClick={() =>
						route_choose({ contributor: one.address })}>
					<span class="aloud">{text.board.show} </span>
					<Who address={one.address} />
				</button>
			</td>
			<td class="n score" data-testid="karma" data-value={one.karma}>
				<Score one={one} by={by} />
			</td>
			<td class="n quiet agreed" data-testid="agreed" data-value={one.agreed}>
				{format_count(one.agreed)}/{format_count(one.contributions)}
			</td>
			<td class="n share" data-testid="share"
				data-value={one.share ?? ""}>
				<meter min={0} max={1} value={one.share ?? 0}
					aria-label={text.board.share}>
					{format_percent(one.share)}</meter>
				{format_percent(one.share)}
			</td>
		</tr>
	);
}

function Choices() {
	const points = model.data.value?.incentive.kind === "points";
	return (
		<div class="board-choices">
			<Choice name="by" label={text.board.by_label}
				options={points ? BOARDS_POINTS : BOARDS}
				names={text.board.by} value={chosen_by.value}
				choose={(by) => route_choose({ by })} />
			<Choice name="window" label={text.board.window_label}
				options={WINDOWS} names={text.board.window}
				value={chosen_window.value}
				choose={(window) => route_choose({ window })} />
		</div>
	);
}

function Rows({ entries, by }: { entries: BoardEntry[]; by: BoardBy }) {
	return (
		<table class="grid board">
			<thead>
				<tr>
					<th><span class="aloud">{text.board.rank}</span></th>
					<th>{text.board.who}</th>
					<th class="n">{text.board.by[by]}</th>
					<th class="n agreed">{text.board.agreed}</th>
					<th class="n">{text.board.share}</th>
				</tr>
			</thead>
			<tbody>
				{entries.map((one) =>
					<Row key={one.address} one={one} by={by} />)}
			</tbody>
		</table>
	);
}

export function Leaderboard() {
	return (
		<Panel name="leaderboard" title={text.board.title} from={board}
			lines={8}>
			{(data) => <>
				<Choices />
				{data.entries.length
					? <Rows entries={data.entries} by={data.by} />
					: data.window === "all"
						? <Empty title={text.board.empty}>
							{text.board.empty_hint}</Empty>
						: <Empty title={text.board.empty_window} />}
			</>}
		</Panel>
	);
}
