/* All models that this daemon follows, to choose from. */
import type { Model, ModelSort } from "../api";
import { format_count, format_percent } from "../lib/format";
import { route, route_choose, route_href } from "../lib/router";
import { amount_text } from "../parts/Amount";
import { Empty, Failed, Waiting } from "../parts/Notice";
import { chosen_search, chosen_sort, model, models } from "../store";
import { text } from "../strings";
import { IncentiveTag } from "./IncentiveTag";
import "./ModelList.css";

const FEW = 6; /* so few that nobody needs to search them */

function Measure({ id, name, value }:
	{ id: string; name: string; value: number | null }) {
	return (
		<div class="row-measure">
			<dt>{name}</dt>
			<dd data-testid={id} data-value={value ?? ""}>
				{format_percent(value)}
			</dd>
		</div>
	);
}

function Row({ one, here }: { one: Model; here: boolean }) {
	const count = one.contributions;
	const to = { page: "models" as const, model: one.slug, who: null, query: keep_choice() };
	return (
		<li>
			<a class="row" href={route_href(to)} data-testid="model-row"
				data-value={one.address} aria-current={here ? "true" : undefined}>
				<span class="row-name">
					<bdi dir="auto">{one.name || text.models.unnamed}</bdi>
					<IncentiveTag kind={one.incentive.kind} />
				</span>
				<dl class="row-measures">
					<Measure id="row-progressive"
						name={text.models.progressive_short}
						value={one.accuracy.progressive} />
					<Measure id="row-holdout" name={text.models.holdout_short}
						value={one.accuracy.holdout} />
				</dl>
				<span class="row-facts">
					<span data-testid="row-contributions" data-value={count}>
						{text.models.contributions(format_count(count), count)}
					</span>
					{one.incentive.kind !== "points" &&
						<span data-testid="row-held" data-value={one.held_wei}>
							{text.models.held(amount_text(one.held_wei))}
						</span>}
				</span>
			</a>
		</li>
	);
}

/* The search and the order stay; what was chosen of a model does not. */
function keep_choice(): Record<string, string> {
	const { q = "", sort = "" } = route.value.query;
	return { q, sort };
}

function Choices() {
	return (
		<div class="rail-choices">
			<label>
				<span class="aloud">{text.models.search}</span>
				<input class="field" type="search" name="q"
					placeholder={text.models.search}
					value={chosen_search.value} onInput={(event) =>
						route_choose({ q: event.currentTarget.value })} />
			</label>
			<label>
				<span class="aloud">{text.models.sort_label}</span>
				<select class="field" name="sort" value={chosen_sort.value}
					onChange={(event) =>
						route_choose({ sort: event.currentTarget.value })}>
					{(Object.keys(text.models.sort) as ModelSort[])
						.map((key) => <option key={key} value={key}>
							{text.models.sort[key]}</option>)}
				</select>
			</label>
		</div>
	);
}

function Rows() {
	const page = models.data.value;
	if (!page)
		return models.error.value
			? <Failed error={models.error.value} again={models.again} />
			: <Waiting lines={6} />;
	if (!page.models.length && chosen_search.value)
		return <Empty title={text.models.nothing_found} />;
	if (!page.models.length)
		return <Empty title={text.models.empty} />;
	return (
		<>
			<ol class="rows">
				{page.models.map((one) => <Row key={one.address} one={one}
					here={one.address === model.data.value?.address} />)}
			</ol>
			{page.next !== null && <p class="quiet">{text.models.more}</p>}
		</>
	);
}

export function ModelList() {
	const page = models.data.value;
	const several = (page?.models.length ?? 0) > FEW || page?.next != null ||
		chosen_search.value !== "";
	return (
		<nav class="rail" aria-labelledby="rail-title">
			<h2 id="rail-title">{text.models.title}</h2>
			{several && <Choices />}
			<Rows />
		</nav>
	);
}
