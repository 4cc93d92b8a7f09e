/* A question to the model, and its answer. What was asked is in the address. */
import { useSignal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Model, Prediction } from "../api";
import { ApiError, client_post } from "../lib/client";
import { format_count } from "../lib/format";
import { route, route_choose } from "../lib/router";
import { Choice } from "../parts/Choice";
import { Empty } from "../parts/Notice";
import { text } from "../strings";
import { input_forms, InputError, input_read } from "./input";
import type { Form, Typed } from "./input";
import { PredictAnswer } from "./PredictAnswer";
import "./Predict.css";

const FORMS: Record<Form, string> = {
	text: text.predict.text,
	image: text.predict.image,
	features: text.predict.features,
	indices: text.predict.indices,
};

function hint(form: Form, model: Model): string {
	switch (form) {
	case "text":
		return text.predict.text_hint;
	case "image":
		return text.predict.image_hint;
	case "features":
		return text.predict.features_hint;
	case "indices":
		return model.features === 0 ? text.predict.indices_any_hint :
			text.predict.indices_hint(format_count(model.features));
	}
}

function explain(cause: unknown): string {
	if (cause instanceof ApiError && cause.status === 429 &&
		cause.retry_after_s !== null)
		return text.predict.wait(cause.retry_after_s);
	return cause instanceof Error ? cause.message : String(cause);
}

interface Asked {
	answer: Signal<Prediction | null>;
	wrong: Signal<string>;
	asking: Signal<boolean>;
	ask: (form: Form, typed: Typed) => Promise<void>;
}

/* What is longer, or no words, is not kept in the address. */
const KEPT_MAX = 4000;

function keep(form: Form, typed: Typed): void {
	route_choose(form === "image" || typed.words.length > KEPT_MAX
		? { ask: "", form } : { ask: typed.words, form });
}

function use_asked(model: Model): Asked {
	const answer = useSignal<Prediction | null>(null);
	const wrong = useSignal("");
	const asking = useSignal(false);
	const abort = useRef<AbortController | null>(null);
	useEffect(() => () => abort.current?.abort(), []);
	const ask = async (form: Form, typed: Typed) => {
		abort.current?.abort();
		const mine = new AbortController();
		abort.current = mine;
		try {
			asking.value = true;
			const body = await input_read(form, typed);
			answer.value = await client_post<Prediction>(
				`v1/models/${encodeURIComponent(model.slug)}/predict`,
				body, mine.signal);
			wrong.value = "";
			keep(form, typed);
		} catch (cause) {
			if (abort.current !== mine)
				return; /* asked again meanwhile */
			answer.value = null;
			wrong.value = explain(cause);
			if (!(cause instanceof ApiError || cause instanceof InputError))
				throw cause;
		} finally {
			if (abort.current === mine)
				asking.value = false;
		}
	};
	return { answer, wrong, asking, ask };
}

/* One picture, shown as it was picked. */
function Picture({ image }: { image: Signal<File | null> }) {
	return (
		<label class="predict-image">
			<span>{text.predict.image_hint}</span>
			<input type="file" accept="image/png,image/jpeg"
				data-testid="predict-image"
				onChange={(event) => {
					image.value = event.currentTarget.files?.[0] ?? null;
				}} />
		</label>
	);
}

function Field({ form, typed, model, submit }: {
	form: Form; typed: Signal<string>; model: Model; submit: () => void;
}) {
	return (
		<textarea class="field predict-field" rows={3} dir="auto"
			name="input" data-testid="predict-input" maxLength={form === "text" ? 65536 : 1 << 20}
			aria-label={FORMS[form]} placeholder={hint(form, model)}
			value={typed.value} spellcheck={false}
			onInput={(event) => { typed.value = event.currentTarget.value; }}
			onKeyDown={(event) => {
				if (event.key !== "Enter" || event.shiftKey ||
					event.isComposing)
					return;
				event.preventDefault();
				submit();
			}} />
	);
}

/* A model that is listed, but whose spec this daemon does not carry out. */
function Refused({ model }: { model: Model }) {
	return (
		<>
			<header class="panel-head">
				<h3 id="predict-title">{text.predict.title}</h3>
			</header>
			<Empty title={text.predict.refused}>
				{model.refusal && <bdi dir="auto">{model.refusal}</bdi>}
			</Empty>
		</>
	);
}

export function Predict({ model }: { model: Model }) {
	return (
		<section class="panel panel-predict" aria-labelledby="predict-title"
			data-testid="panel-predict">
			{model.followed === false ? <Refused model={model} />
				: <Asking model={model} />}
		</section>
	);
}

function Asking({ model }: { model: Model }) {
	const forms = input_forms(model);
	const kept = route.peek().query;
	const typed = useSignal(kept.ask ?? "");
	const image = useSignal<File | null>(null);
	const form = useSignal(
		forms.find((f) => f === kept.form) ?? forms[0] as Form);
	const { answer, wrong, asking, ask } = use_asked(model);
	const submit = () => void ask(form.value,
		{ words: typed.value, image: image.value });
	return (
		<>
			<header class="panel-head">
				<h3 id="predict-title">{text.predict.title}</h3>
				{forms.length > 1 && <Choice name="form" options={forms}
					label={text.predict.form} names={FORMS} value={form.value}
					choose={(to) => { form.value = to; }} />}
			</header>
			<form class="predict" onSubmit={(event) => {
				event.preventDefault();
				submit();
			}}>
				{form.value === "image" ? <Picture image={image} />
					: <Field form={form.value} typed={typed} model={model}
						submit={submit} />}
				<button type="submit" class="primary"
					aria-disabled={asking.value}
					data-testid="predict-submit">
					{asking.value ? text.predict.asking : text.predict.submit}
				</button>
			</form>
			<div aria-live="polite">
				{wrong.value && <p class="predict-wrong" role="alert"
					data-testid="predict-wrong">{wrong.value}</p>}
				{answer.value ? <PredictAnswer answer={answer.value}
					model={model} />
					: !wrong.value && <p class="predict-hint">
						{text.predict.hint}</p>}
			</div>
		</>
	);
}
