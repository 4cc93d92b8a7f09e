/* Who signs, with how much at stake, and how reliably. */
import type { Operator } from "../api";
import { format_count } from "../lib/format";
import { Amount, amount_text } from "./Amount";
import { Empty } from "./Notice";
import { Panel } from "./Panel";
import { Who } from "./Who";
import { operators, status } from "../store";
import { text } from "../strings";
import "./Operators.css";

function Row({ one }: { one: Operator }) {
	const ours = status.data.value?.operator?.address === one.address;
	return (
		<tr data-testid="operator" data-value={one.address}>
			<td>
				<Who address={one.address} />
				{ours && <span class="tag ours">{text.operators.ours}</span>}
			</td>
			<td class="wide endpoint">
				<bdi dir="auto">{one.endpoint || text.none}</bdi></td>
			<td class="n" data-testid="operator-bond" data-value={one.bond_wei}>
				<Amount wei={one.bond_wei} /></td>
			<td class="n" data-testid="operator-signed"
				data-value={one.checkpoints_signed}>
				{format_count(one.checkpoints_signed)}</td>
			<td class="n roomy" data-testid="operator-missed"
				data-value={one.checkpoints_missed}>
				{format_count(one.checkpoints_missed)}</td>
			<td class="n wide">{one.last_epoch === null ? text.none
				: format_count(one.last_epoch)}</td>
			<td data-testid="operator-status" data-value={one.status}>
				<bdi dir="auto">{one.status}</bdi>
				{one.slashed && <span class="slashed">
					{text.operators.slashed}</span>}
			</td>
		</tr>
	);
}

function Rows({ list }: { list: Operator[] }) {
	return (
		<table class="grid operators">
			<thead>
				<tr>
					<th>{text.operators.who}</th>
					<th class="wide">{text.operators.endpoint}</th>
					<th class="n">{text.operators.bond}</th>
					<th class="n">{text.operators.signed}</th>
					<th class="n roomy">{text.operators.missed}</th>
					<th class="n wide">{text.operators.last}</th>
					<th>{text.operators.status}</th>
				</tr>
			</thead>
			<tbody>
				{list.map((one) => <Row key={one.address} one={one} />)}
			</tbody>
		</table>
	);
}

export function Operators() {
	const quorum = operators.data.value?.quorum;
	return (
		<Panel name="operators" title={text.operators.title} from={operators}
			lines={3} aside={quorum && <span class="quiet quorum"
				data-testid="quorum" data-value={quorum.bond_wei}>
				{text.operators.quorum(quorum.more_than,
					amount_text(quorum.bond_wei))}</span>}>
			{(page) => page.operators.length
				? <Rows list={page.operators} />
				: <Empty title={text.operators.empty}>
					{text.operators.empty_hint}</Empty>}
		</Panel>
	);
}
