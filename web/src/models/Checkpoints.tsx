/* What the operators signed, epoch by epoch, and how far it has come. */
import type { Checkpoint, CheckpointStatus } from "../api";
import { format_count, format_percent } from "../lib/format";
import { Hex } from "../parts/Hex";
import { Empty } from "../parts/Notice";
import { Panel } from "../parts/Panel";
import { When } from "../parts/When";
import { checkpoints } from "../store";
import { text } from "../strings";
import "./Checkpoints.css";

const WAY: readonly CheckpointStatus[] =
	["computed", "signed", "sent", "mined", "effective", "final"];

/* Six pips, filled as far as it is. */
function Way({ status }: { status: CheckpointStatus }) {
	const done = WAY.indexOf(status);
	return (
		<span class={`way way-${status}`} data-testid="checkpoint-status"
			data-value={status}>
			<span class="way-pips" aria-hidden="true">
				{WAY.map((step, i) =>
					<span key={step} class={i <= done ? "pip done" : "pip"} />)}
			</span>
			{text.checkpoints.status[status] ?? status}
		</span>
	);
}

function Doubt({ one }: { one: Checkpoint }) {
	if (one.refuted)
		return <span class="doubt" data-testid="checkpoint-refuted">
			{text.checkpoints.refuted}</span>;
	if (one.differs)
		return <span class="doubt" data-testid="checkpoint-differs"
			title={text.checkpoints.differs_meaning}>
			{text.checkpoints.differs}</span>;
	return null;
}

function Signed({ one }: { one: Checkpoint }) {
	const n = one.signatures.length;
	return (
		<span class="quiet" data-testid="checkpoint-signatures" data-value={n}
			title={one.signatures.map((s) => s.operator).join(", ")}>
			{text.checkpoints.signatures(format_count(n), n)}
		</span>
	);
}

function Row({ one }: { one: Checkpoint }) {
	return (
		<tr data-testid="checkpoint" data-value={one.epoch}>
			<td>{format_count(one.epoch)}</td>
			<td class="wider quiet"><When time={one.epoch_end} /></td>
			<td class="n" data-testid="checkpoint-count"
				data-value={one.contributions}>
				{format_count(one.contributions)}</td>
			<td class="n" data-testid="checkpoint-judged"
				data-value={one.judged}>{format_count(one.judged)}</td>
			<td class="n wide" data-testid="checkpoint-accuracy"
				data-value={one.accuracy ?? ""}>
				{format_percent(one.accuracy)}</td>
			<td class="wide" data-testid="checkpoint-root"
				data-value={one.state_root ?? ""}>{one.state_root
					? <Hex value={one.state_root} name={text.checkpoints.root} />
					: text.none}</td>
			<td><Way status={one.status} /><Doubt one={one} /></td>
			<td class="wider"><Signed one={one} /></td>
			<td class="wider" data-testid="checkpoint-tx"
				data-value={one.tx ?? ""}>{one.tx
					? <Hex value={one.tx} name={text.checkpoints.tx} />
					: text.none}</td>
		</tr>
	);
}

function Rows({ list }: { list: Checkpoint[] }) {
	return (
		<table class="grid checkpoints">
			<thead>
				<tr>
					<th>{text.checkpoints.epoch}</th>
					<th class="wider">{text.checkpoints.end}</th>
					<th class="n">{text.checkpoints.count}</th>
					<th class="n">{text.checkpoints.judged}</th>
					<th class="n wide">{text.checkpoints.accuracy}</th>
					<th class="wide">{text.checkpoints.root}</th>
					<th>{text.checkpoints.status_label}</th>
					<th class="wider">
						<span class="aloud">
							{text.checkpoints.signed_by}</span></th>
					<th class="wider">{text.checkpoints.tx}</th>
				</tr>
			</thead>
			<tbody>
				{list.map((one) => <Row key={one.epoch} one={one} />)}
			</tbody>
		</table>
	);
}

export function Checkpoints() {
	return (
		<Panel name="checkpoints" title={text.checkpoints.title}
			from={checkpoints} lines={5}>
			{(page) => page.checkpoints.length
				? <Rows list={page.checkpoints} />
				: <Empty title={text.checkpoints.empty}>
					{text.checkpoints.empty_hint}</Empty>}
		</Panel>
	);
}
