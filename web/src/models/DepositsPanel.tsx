/* Deposits that wait, when each can be claimed, and why not yet. */
import type { Claimable } from "../api";
import { format_count, format_time_full } from "../lib/format";
import { Amount, amount_text } from "../parts/Amount";
import { Empty } from "../parts/Notice";
import { Panel } from "../parts/Panel";
import { When } from "../parts/When";
import { Who } from "../parts/Who";
import { deposits } from "../store";
import { text } from "../strings";
import "./DepositsPanel.css";

function Claim({ one }: { one: Claimable }) {
	if (one.reason !== null)
		return (
			<span data-testid="claim-reason" data-value={one.reason}
				title={one.deadline === null ? undefined
					: text.deposits.until(format_time_full(one.deadline))}>
				<bdi dir="auto">{one.reason}</bdi>
				{one.refundable_at && <span class="quiet claim-from">
					{" "}<When time={one.refundable_at} /></span>}
			</span>
		);
	const bad = one.verdict === "disagree";
	return (
		<span class={bad ? "claim-bad" : "claim-good"}
			data-testid="claim-reason" data-value="">
			{bad ? text.deposits.report : text.deposits.refund}
		</span>
	);
}

function Row({ one }: { one: Claimable }) {
	return (
		<tr data-testid="deposit-row" data-value={one.id}>
			<td class="n">{format_count(one.id)}</td>
			<td class="deposit-who"><Who address={one.contributor} /></td>
			<td class="n"><Amount wei={one.deposit_wei} /></td>
			<td><Claim one={one} /></td>
		</tr>
	);
}

function Rows({ list }: { list: Claimable[] }) {
	return (
		<table class="grid deposits">
			<thead>
				<tr>
					<th class="n">
						<span class="aloud">{text.deposits.id}</span>#</th>
					<th>{text.deposits.who}</th>
					<th class="n">{text.deposits.amount}</th>
					<th>{text.deposits.when}</th>
				</tr>
			</thead>
			<tbody>
				{list.map((one) => <Row key={one.id} one={one} />)}
			</tbody>
		</table>
	);
}

export function DepositsPanel() {
	const held = deposits.data.value?.held_wei;
	return (
		<Panel name="deposits" title={text.deposits.title} from={deposits}
			aside={held !== undefined &&
				<span class="quiet" data-testid="held" data-value={held}>
					{text.deposits.held(amount_text(held))}</span>}>
			{(page) => page.claimable.length
				? <Rows list={page.claimable} />
				: <Empty title={text.deposits.empty}>
					{text.deposits.empty_hint}</Empty>}
		</Panel>
	);
}
