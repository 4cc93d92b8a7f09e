/* What the chosen model is: its name, what it tells apart, and who made it. */
import type { Model } from "../api";
import { format_count } from "../lib/format";
import { ClassName } from "../parts/ClassName";
import { Hex } from "../parts/Hex";
import { When } from "../parts/When";
import { Who } from "../parts/Who";
import { text } from "../strings";
import { IncentiveTag } from "./IncentiveTag";
import "./ModelHead.css";

const CLASSES_SHOWN = 12;

function Classes({ names }: { names: string[] }) {
	const rest = names.length - CLASSES_SHOWN;
	return (
		<ul class="head-classes"
			aria-label={text.model.classes(format_count(names.length))}>
			{names.slice(0, CLASSES_SHOWN).map((name, label) => (
				<li key={label} data-testid="class" data-value={name}>
					<ClassName label={label} name={name} />
				</li>
			))}
			{rest > 0 && <li class="quiet">+{format_count(rest)}</li>}
		</ul>
	);
}

/* Types that 0xDeCA10B's model JSON can say; the daemon refuses the rest. */
function has_json(model: Model): boolean {
	return model.origin === "0xdeca10b" ||
		/^(deca-.*|naive-bayes)$/.test(model.type) ||
		(model.type === "sparse-perceptron" && model.classes.length === 2);
}

function Download({ model, format, name, title, text: says }: {
	model: Model; format: string; name: string; title: string; text: string;
}) {
	return (
		<a href={`/v1/models/${model.address}/export?format=${format}`}
			download={`${model.slug}.${name}`} title={title}
			data-testid={`download-${format}`}>{says}</a>
	);
}

function Downloads({ model }: { model: Model }) {
	return (
		<div><dt>{text.model.download}</dt>
			<dd class="head-downloads">
				{model.origin === "decaid" && <Download model={model}
					format="decaid" name="decaid"
					title={text.model.download_state_meaning}
					text={text.model.download_state} />}
				{has_json(model) && <Download model={model} format="json"
					name="json" title={text.model.download_json_meaning}
					text={text.model.download_json} />}
			</dd></div>
	);
}

export function ModelHead({ model }: { model: Model }) {
	/* Who deployed the contract, and when, its events do not say. */
	const is_mirror = model.origin === "0xdeca10b";
	return (
		<header class="head">
			<h2 class="head-name" data-testid="model-name">
				<bdi dir="auto">{model.name || text.models.unnamed}</bdi>
			</h2>
			{model.description && <p class="head-says"
				data-testid="model-description">
				<bdi dir="auto">{model.description}</bdi>
			</p>}
			<Classes names={model.classes} />
			<dl class="head-facts">
				<div><dt class="aloud">{text.model.details}</dt>
					<dd><IncentiveTag kind={model.incentive.kind} />
						{is_mirror && <span class="tag"
							title={text.model.mirrored_meaning}>
							{text.model.mirrored}</span>}</dd></div>
				<div><dt>{text.model.type}</dt>
					<dd><a href="#/choose" title={text.choose.title}
						data-testid="model-type"><bdi dir="auto">
							{model.type}</bdi></a></dd></div>
				<div><dt>{text.model.encoder}</dt>
					<dd><bdi dir="auto">{model.encoder}</bdi></dd></div>
				{model.embedding && <div data-testid="embedding">
					<dt>{text.model.embedding}</dt>
					<dd><bdi dir="auto">{text.model.embedded(
						model.embedding.service,
						model.embedding.model)}</bdi>
						{!model.embedding.served && <>, {
							text.model.unserved}</>}</dd></div>}
				{model.features > 0 && <div><dt>{text.model.features}</dt>
					<dd>{format_count(model.features)}</dd></div>}
				{model.audit && <div data-testid="audit">
					<dt>{text.model.audit}</dt>
					<dd>{text.model.audited(
						format_count(model.audit.compared),
						format_count(model.audit.differed))}</dd></div>}
				{model.verdict_rule && <div><dt>{text.model.rule}</dt>
					<dd><bdi dir="auto">{model.verdict_rule}</bdi></dd></div>}
				<div><dt class="aloud">{text.models.title}</dt>
					<dd><Hex value={model.address} name={model.name} /></dd>
				</div>
				{!is_mirror && <div><dt>{text.model.by}</dt>
					<dd><Who address={model.owner} /></dd></div>}
				{model.created_at && <div><dt>{is_mirror ?
					text.model.mirrored_since : text.model.since}</dt>
					<dd><When time={model.created_at} /></dd></div>}
				{model.as_of.state_root && <div data-testid="state-root"
					data-value={model.as_of.state_root}>
					<dt>{text.model.state_root}</dt>
					<dd><Hex value={model.as_of.state_root}
						name={text.model.state_root} /></dd></div>}
				<Downloads model={model} />
			</dl>
		</header>
	);
}
