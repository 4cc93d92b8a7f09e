/* Who taught most, and who is on the way there. */
import type { Baseline, Board, BoardBy, BoardEntry } from "../api";
import { format_count, format_percent } from "../lib/format";
import type { Resource } from "../lib/resource";
import { route_choose } from "../lib/router";
import { Amount } from "./Amount";
import { Choice } from "./Choice";
import { Icon } from "./Icon";
import { Empty } from "./Notice";
import { Panel } from "./Panel";
import { Who } from "./Who";
import { chosen_by, chosen_window, WINDOWS } from "../store";
import { text } from "../strings";
import "./Leaderboard.css";

interface Props {
	from: Resource<Board>;
	boards: readonly BoardBy[];
	/** Where a name leads; without it, to the list of what they gave. */
	href?: (address: string) => string;
}

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

interface RowProps {
	one: BoardEntry;
	by: BoardBy;
	href: Props["href"];
}

function Name({ one, href }: Pick<RowProps, "one" | "href">) {
	return (
		<>
			{href ? <a class="leader" href={href(one.address)}>
				<span class="aloud">{text.board.show} </span>
				<Who address={one.address} />
			</a> : <button type="button" class="leader"
				onClick={() =>
					route_choose({ contributor: one.address })}>
				<span class="aloud">{text.board.show} </span>
				<Who address={one.address} />
			</button>}
		</>
	);
}

function Sums({ one, by }: Pick<RowProps, "one" | "by">) {
	return (
		<>
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
		</>
	);
}

function Row({ one, by, href }: RowProps) {
	return (
		<tr data-testid="leader" data-value={one.address}>
			<td class="rank" data-testid="rank" data-value={one.rank}>
				{format_count(one.rank)}<Change one={one} />
			</td>
			<td><Name one={one} href={href} /></td>
			<Sums one={one} by={by} />
		</tr>
	);
}

/* Beside the others, who are compared with it. */
function Apart({ one, by, href }: RowProps & { one: Baseline }) {
	const would_be = text.board.would_be(format_count(one.rank));
	return (
		<tr class="apart" data-testid="baseline" data-value={one.address}
			data-role={one.role}>
			<td class="rank" title={would_be}>
				<span aria-hidden="true">–</span>
				<span class="aloud">{would_be}</span>
			</td>
			<td>
				<Name one={one} href={href} />
				<span class="role">{text.board.role[one.role]}</span>
			</td>
			<Sums one={one} by={by} />
		</tr>
	);
}

function Choices({ boards }: { boards: readonly BoardBy[] }) {
	return (
		<div class="board-choices">
			<Choice name="by" label={text.board.by_label}
				options={boards}
				names={text.board.by} value={chosen_by.value}
				choose={(by) => route_choose({ by })} />
			<Choice name="window" label={text.board.window_label}
				options={WINDOWS} names={text.board.window}
				value={chosen_window.value}
				choose={(window) => route_choose({ window })} />
		</div>
	);
}

function Rows({ board, href }: { board: Board; href: Props["href"] }) {
	const { by, entries, baselines } = board;
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
					<Row key={one.address} one={one} by={by} href={href} />)}
			</tbody>
			{baselines.length > 0 && <tbody>
				<tr class="apart-head">
					<th colSpan={5} scope="rowgroup"
						title={text.board.apart_hint}>
						{text.board.apart}
						<span class="aloud">. {text.board.apart_hint}</span>
					</th>
				</tr>
				{baselines.map((one) => <Apart key={one.address} one={one}
					by={by} href={href} />)}
			</tbody>}
		</table>
	);
}

export function Leaderboard({ from, boards, href }: Props) {
	return (
		<Panel name="leaderboard" title={text.board.title} from={from}
			lines={8}>
			{(data) => <>
				<Choices boards={boards} />
				{data.entries.length + data.baselines.length
					? <Rows board={data} href={href} />
					: data.window === "all"
						? <Empty title={text.board.empty}>
							{text.board.empty_hint}</Empty>
						: <Empty title={text.board.empty_window} />}
			</>}
		</Panel>
	);
}
