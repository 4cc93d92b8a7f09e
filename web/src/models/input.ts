/*
 * From what was typed to what the model's encoder takes, as JSON. The page
 * encodes nothing: numbers go out digit for digit, since a binary fraction
 * between would round some of them otherwise than a command does.
 */
import type { Model } from "../api";
import { text } from "../strings";

export type Form = "text" | "image" | "features" | "indices";

export interface Typed { words: string; image: File | null }

/* What a contract of 0xDeCA10B's takes, whose encoder goes by name in any
 * case. Pictures and sentences that a network encodes come as features. */
function mirror_forms(model: Model): Form[] {
	switch (model.encoder.toLowerCase()) {
	case "murmurhash3":
	case "imdb vocab":
		return ["text", "indices"];
	case "none":
		return ["indices", "features"];
	}
	return ["features", "indices"];
}

/* An encoder that the page does not know gets every form: the daemon says
 * which of them is wrong. */
export function input_forms(model: Model): Form[] {
	if (model.origin === "0xdeca10b")
		return mirror_forms(model);
	switch (model.encoder) {
	case "pixels":
		return ["image"];
	case "embedding":
		return model.embedding?.served === false
			? ["features"] : ["text", "features"];
	case "scale":
	case "unit":
		return ["features"];
	case "none":
	case "":
		return ["indices", "features"];
	}
	if (/murmur|word|text|token|gram|vocab/i.test(model.encoder))
		return ["text"];
	return ["text", "indices", "features", "image"];
}

export class InputError extends Error {}

/* What the daemon takes of a picture, in bytes. */
const IMAGE_BYTES_MAX = 4 * 1024 * 1024;

function words(typed: string): string[] {
	return typed.split(/[\s,;]+/).filter(Boolean);
}

function index(word: string): string {
	if (!/^\d{1,10}$/.test(word))
		throw new InputError(text.predict.not_an_index(word));
	return String(Number(word));
}

/* As JSON has numbers: "+.5" is 0.5, "007." is 7. */
function number(word: string): string {
	const part = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(word);
	const [, sign = "", whole = "", after = "", power = ""] = part ?? [];
	if (!part || whole + after === "")
		throw new InputError(text.predict.not_a_number(word));
	return (sign === "-" ? "-" : "") + (whole.replace(/^0+(?=\d)/, "") || "0") +
		(after && `.${after}`) + (power && `e${power}`);
}

async function base64(image: File | null): Promise<string> {
	if (!image)
		throw new InputError(text.predict.no_image);
	if (image.size > IMAGE_BYTES_MAX)
		throw new InputError(text.predict.large_image);
	const bytes = new Uint8Array(await image.arrayBuffer());
	let letters = "";
	for (let i = 0; i < bytes.length; i += 4096)
		letters += String.fromCharCode(...bytes.subarray(i, i + 4096));
	return btoa(letters);
}

export async function input_read(form: Form, typed: Typed): Promise<string> {
	if (form === "image")
		return JSON.stringify({ image: await base64(typed.image) });
	if (!typed.words.trim())
		throw new InputError(text.predict.empty);
	switch (form) {
	case "text":
		return JSON.stringify({ text: typed.words });
	case "features":
		return `{"features":[${words(typed.words).map(number).join()}]}`;
	case "indices":
		return `{"indices":[${words(typed.words).map(index).join()}]}`;
	}
}
