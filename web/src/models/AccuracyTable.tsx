/* The lines of the chart as numbers, newest first, for who cannot see them
 * and for who wants them exactly. */
import { useSignal } from "@preact/signals";
import type { Accuracy, AccuracyPoint } from "../api";
import { format_count, format_percent } from "../lib/format";
import { When } from "../parts/When";
import { text } from "../strings";

const ROWS = 60;

function Row({ point, held }:
	{ point: AccuracyPoint; held: number | undefined }) {
	return (
		<tr>
			<td class="n">{format_count(point[0])}</td>
			<td class="n">{format_percent(point[3])}</td>
			<td class="n">{format_percent(held)}</td>
			<td class="n wide">{format_count(point[1])}</td>
			<td><When time={point[2]} /></td>
		</tr>
	);
}

function Table({ data }: { data: Accuracy }) {
	const held = new Map(data.holdout.map((p) => [p[0], p[3]]));
	return (
		<div class="details-scroll" tabIndex={0} role="region"
			aria-label={text.chart.label}>
			<table class="grid">
				<thead>
					<tr>
						<th class="n">{text.chart.contribution}</th>
						<th class="n">{text.chart.progressive}</th>
						<th class="n">{text.chart.holdout}</th>
						<th class="n wide">{text.chart.block}</th>
						<th>{text.chart.time}</th>
					</tr>
				</thead>
				<tbody>
					{data.progressive.slice(-ROWS).reverse().map((point) =>
						<Row key={point[0]} point={point}
							held={held.get(point[0])} />)}
				</tbody>
			</table>
		</div>
	);
}

export function AccuracyTable({ data }: { data: Accuracy }) {
	const open = useSignal(false);
	return (
		<details class="details" open={open.value} onToggle={(event) => {
			open.value = event.currentTarget.open;
		}}>
			<summary>{text.chart.table}</summary>
			{open.value && <Table data={data} />}
		</details>
	);
}
