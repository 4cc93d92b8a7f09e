/* All there is to know of one contribution, asked for when it is opened. */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { Contribution, Model, Sample } from "../api";
import { format_count, format_percent, format_time_full } from "../lib/format";
import { resource } from "../lib/resource";
import { Amount } from "../parts/Amount";
import { ClassName } from "../parts/ClassName";
import { Hex } from "../parts/Hex";
import { Failed } from "../parts/Notice";
import { text } from "../strings";
import "./ContributionDetail.css";

const VALUES_SHOWN = 24;

function Fact({ name, children }:
	{ name: string; children: ComponentChildren }) {
	return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

function sample_text(sample: Sample): string {
	const list = sample.features ??
		(sample.indices ? sample.indices.map((index, i) =>
			sample.values ? `${index}: ${sample.values[i]}` : String(index))
			: sample.values);
	if (!list)
		return sample.hex ?? "";
	return text.feed.values(list.slice(0, VALUES_SHOWN).join(", "),
		list.length - VALUES_SHOWN);
}

function Judged({ one }: { one: Contribution }) {
	if (one.verdict === null)
		return <>{text.feed.verdict_none}</>;
	const name = text.feed.verdict_name[one.verdict] ?? one.verdict;
	return <>{one.verdict_epoch === null ? name
		: text.feed.verdict_epoch(name, format_count(one.verdict_epoch))}</>;
}

export function ContributionDetail({ one, model }:
	{ one: Contribution; model: Model }) {
	const from = useMemo(() => resource<Contribution>(() =>
		`v1/models/${encodeURIComponent(model.slug)}/contributions/${one.id}`,
	1000), [one.id, model.slug]);
	useEffect(() => from.stop, [from]);
	const said = one.text ?? from.data.value?.text;
	const sample = one.sample ?? from.data.value?.sample;
	const before = one.prediction_before;
	return (
		<dl class="detail" data-testid="detail" data-value={one.id}>
			{from.error.value && !from.data.value &&
				<Failed error={from.error.value} again={from.again} />}
			{said && <Fact name={text.feed.text}>
				<bdi dir="auto" data-testid="detail-text">{said}</bdi>
			</Fact>}
			{sample && <Fact name={text.feed.sample}>
				<span class="mono" data-testid="detail-sample">
					{sample_text(sample)}</span>
			</Fact>}
			<Fact name={text.feed.id}>{format_count(one.id)}</Fact>
			<Fact name={text.feed.contributor}>
				<Hex value={one.contributor} name={text.feed.contributor} />
			</Fact>
			<Fact name={text.feed.model_said}>
				{before === null ? text.none
					: <ClassName label={before} name={model.classes[before]} />}
			</Fact>
			<Fact name={text.feed.verdict}><Judged one={one} /></Fact>
			{model.incentive.kind !== "points" &&
				<Fact name={text.feed.claimable}>
					<Amount wei={from.data.value?.claimable_wei ??
						one.claimable_wei} /></Fact>}
			{one.suspicion !== null && <Fact name={text.feed.suspicion}>
				{format_percent(one.suspicion)}</Fact>}
			<Fact name={text.feed.time}>{format_time_full(one.time)}</Fact>
			<Fact name={text.feed.block}>{format_count(one.block)}</Fact>
			<Fact name={text.feed.tx}>
				<Hex value={one.tx} name={text.feed.tx} /></Fact>
		</dl>
	);
}
