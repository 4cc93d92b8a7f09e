/* From what was typed to what the model's encoder takes. */
import type { Model, PredictInput } from "../api";
import { text } from "../strings";

export type Form = "text" | "features" | "indices";

/* An encoder that the page does not know gets every form: the daemon says
 * which of them is wrong. */
export function input_forms(model: Model): Form[] {
	if (/murmur|word|text|token|gram|vocab/i.test(model.encoder))
		return ["text"];
	if (model.encoder === "scale" || model.encoder === "unit")
		return ["features"];
	if (model.encoder === "none" || model.encoder === "")
		return ["indices", "features"];
	return ["text", "indices", "features"];
}

export class InputError extends Error {}

function words(typed: string): string[] {
	return typed.split(/[\s,;]+/).filter(Boolean);
}

function index(word: string): number {
	if (!/^\d{1,9}$/.test(word))
		throw new InputError(text.predict.not_an_index(word));
	return Number(word);
}

function number(word: string): number {
	const value = Number(word);
	if (!Number.isFinite(value))
		throw new InputError(text.predict.not_a_number(word));
	return value;
}

export function input_read(form: Form, typed: string): PredictInput {
	if (!typed.trim())
		throw new InputError(text.predict.empty);
	switch (form) {
	case "text":
		return { text: typed };
	case "features":
		return { features: words(typed).map(number) };
	case "indices":
		return { indices: words(typed).map(index) };
	}
}
