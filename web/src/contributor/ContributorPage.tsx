/* Somebody, over all models: what they gave, earned, lost, and can take. */
import type {
	Contributor, ContributorContribution, ContributorSums, Wei,
} from "../api";
import { format_count } from "../lib/format";
import { route, route_href } from "../lib/router";
import { Amount, amount_text } from "../parts/Amount";
import { ClassName } from "../parts/ClassName";
import { Figure } from "../parts/Figure";
import { Hex } from "../parts/Hex";
import { Empty } from "../parts/Notice";
import { Panel } from "../parts/Panel";
import { Seal } from "../parts/Seal";
import { StateChip } from "../parts/StateChip";
import { When } from "../parts/When";
import { contributor, models } from "../store";
import { text } from "../strings";
import "./ContributorPage.css";

function model_name(address: string): string {
	return models.data.value?.models.find((one) =>
		one.address === address)?.name ?? "";
}

function model_href(key: string, who: string): string {
	return route_href({ page: "models", model: key, who: null,
		query: { contributor: who } });
}

/* null: more is held than one request looks at. */
function Money({ wei }: { wei: Wei | null | undefined }) {
	return wei == null ? <>{text.none}</> : <Amount wei={wei} />;
}

function Figures({ one }: { one: ContributorSums }) {
	const money = ["earned", "lost", "locked", "claimable"] as const;
	return (
		<dl class="figures" aria-label={text.figures.title}>
			<Figure id="karma" name={text.board.by.karma} raw={one.karma}>
				{format_count(one.karma)}</Figure>
			<Figure id="given" name={text.board.by.contributions}
				raw={one.contributions} below={text.contributor.agreed(
					format_count(one.agreed))}>
				{format_count(one.contributions)}</Figure>
			<Figure id="deposited" name={text.board.by.deposited}
				raw={one.deposited_wei}><Amount wei={one.deposited_wei} />
			</Figure>
			{money.map((key) => <Figure key={key} id={key}
				name={text.contributor.money[key]}
				meaning={text.contributor.meaning[key]}
				raw={one[`${key}_wei`]}
				below={key === "claimable" && one.rewards_wei &&
					text.contributor.rewards(amount_text(one.rewards_wei))}>
				<Money wei={one[`${key}_wei`]} /></Figure>)}
		</dl>
	);
}

function Models({ data }: { data: Contributor }) {
	return (
		<table class="grid by-model">
			<thead>
				<tr>
					<th>{text.contributor.model}</th>
					<th class="n">{text.board.by.karma}</th>
					<th class="n">{text.board.by.contributions}</th>
					<th class="n wide">{text.contributor.money.earned}</th>
					<th class="n wide">{text.contributor.money.lost}</th>
					<th class="n wider">{text.contributor.money.locked}</th>
					<th class="n wide">{text.contributor.money.claimable}</th>
				</tr>
			</thead>
			<tbody>
				{data.models.map((one) => (
					<tr key={one.slug} data-testid="contributor-model"
						data-value={one.slug}>
						<td><a href={model_href(one.slug ?? one.model ?? "",
							data.address)}><bdi dir="auto">
							{model_name(one.model ?? "") || one.slug}</bdi></a>
						</td>
						<td class="n">{format_count(one.karma)}</td>
						<td class="n">{format_count(one.contributions)}</td>
						<td class="n wide"><Money wei={one.earned_wei} /></td>
						<td class="n wide"><Money wei={one.lost_wei} /></td>
						<td class="n wider"><Money wei={one.locked_wei} /></td>
						<td class="n wide"><Money wei={one.claimable_wei} /></td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

function Recent({ list }: { list: ContributorContribution[] }) {
	return (
		<table class="grid given">
			<thead>
				<tr>
					<th class="n roomy">{text.deposits.id}</th>
					<th>{text.contributor.label}</th>
					<th class="wide">{text.contributor.model}</th>
					<th class="n wide">{text.deposits.amount}</th>
					<th>{text.feed.state_label}</th>
					<th class="n">{text.feed.time}</th>
				</tr>
			</thead>
			<tbody>
				{list.map((one) => (
					<tr key={`${one.model} ${one.id}`}
						data-testid="contributor-recent" data-value={one.id}>
						<td class="n roomy">{format_count(one.id)}</td>
						<td><ClassName label={one.label} name={one.class ??
							text.feed.no_class(one.label)} /></td>
						<td class="wide"><bdi dir="auto">
							{model_name(one.model)}</bdi></td>
						<td class="n wide"><Amount wei={one.deposit_wei} /></td>
						<td><StateChip state={one.state} /></td>
						<td class="n"><When time={one.time} /></td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

export function ContributorPage() {
	const who = route.value.who ?? "";
	const data = contributor.data.value;
	return (
		<main class="plain" id="model" tabIndex={-1} data-testid="contributor"
			data-value={who}>
			<header class="somebody">
				<Seal address={who} />
				<h2>{text.contributor.title}</h2>
				<Hex value={who} name={text.feed.contributor} />
			</header>
			{contributor.error.value?.status === 404
				? <Empty title={text.contributor.none}>
					{text.contributor.none_hint}</Empty>
				: <>
					{data && <Figures one={data} />}
					<div class="plain-parts">
						<Panel name="of-models" title={text.contributor.models}
							from={contributor} lines={3}>
							{(all) => <Models data={all} />}
						</Panel>
						<Panel name="recent" title={text.contributor.recent}
							from={contributor} lines={6}>
							{(all) => <Recent list={all.recent} />}
						</Panel>
					</div>
				</>}
		</main>
	);
}
