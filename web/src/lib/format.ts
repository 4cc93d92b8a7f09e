/* Numbers, amounts, times and hashes as a person reads them. */

const count_format = new Intl.NumberFormat();
const coin_format = new Intl.NumberFormat(undefined, {
	maximumSignificantDigits: 5,
});
const percent_format = new Intl.NumberFormat(undefined, {
	style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1,
});
const percent_coarse = new Intl.NumberFormat(undefined, {
	style: "percent", maximumFractionDigits: 0,
});
const score_format = new Intl.NumberFormat(undefined, {
	minimumFractionDigits: 3, maximumFractionDigits: 3,
});
const number_format = new Intl.NumberFormat(undefined, {
	maximumSignificantDigits: 4,
});
const part_format = new Intl.NumberFormat(undefined, {
	style: "percent", maximumSignificantDigits: 2,
});
const clock_format = new Intl.DateTimeFormat(undefined, {
	hour: "2-digit", minute: "2-digit", second: "2-digit",
});
const date_format = new Intl.DateTimeFormat(undefined, {
	day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
});
const full_format = new Intl.DateTimeFormat(undefined, {
	dateStyle: "medium", timeStyle: "medium",
});
const utc_format = new Intl.DateTimeFormat(undefined, {
	dateStyle: "medium", timeStyle: "medium", timeZone: "UTC",
});
const ago_format = new Intl.RelativeTimeFormat(undefined, {
	numeric: "always", style: "narrow",
});

export function format_count(count: number): string {
	return count_format.format(count);
}

/** A figure that need not be exact: four digits. */
export function format_number(number: number): string {
	return number_format.format(number);
}

/** A part of something, at a glance: two digits. */
export function format_part(part: number): string {
	return part_format.format(part);
}

export function format_percent(part: number | null | undefined): string {
	return part == null ? "–" : percent_format.format(part);
}

export function format_percent_coarse(part: number): string {
	return percent_coarse.format(part);
}

export interface Amount { number: string; unit: "coin" | "gwei" | "wei" }

const GWEI = 10n ** 9n;
const COIN = 10n ** 18n;

/* The unit in which the amount is not mostly zeros; five digits are enough
 * to read, the exact wei are told on hover. */
export function format_wei(wei: string): Amount {
	let amount: bigint;
	try {
		amount = BigInt(wei);
	} catch {
		return { number: wei, unit: "wei" }; /* not ours: shown as it came */
	}
	const size = amount < 0n ? -amount : amount;
	if (size === 0n || size >= COIN / 100000n)
		return { number: coin_format.format(ratio(amount, COIN)), unit: "coin" };
	if (size >= GWEI / 1000n)
		return { number: coin_format.format(ratio(amount, GWEI)), unit: "gwei" };
	return { number: count_format.format(amount), unit: "wei" };
}

function ratio(amount: bigint, unit: bigint): number {
	return Number(amount / unit) + Number(amount % unit) / Number(unit);
}

export function format_short(hex: string): string {
	return hex.length > 14 ? `${hex.slice(0, 6)}…${hex.slice(-4)}` : hex;
}

export function format_score(score: string): string {
	const number = Number(score);
	return Number.isFinite(number) ? score_format.format(number) : score;
}

function is_today(date: Date, now: Date): boolean {
	return date.toDateString() === now.toDateString();
}

export function format_time(time: string): string {
	const date = new Date(time);
	if (Number.isNaN(date.getTime()))
		return time;
	return (is_today(date, new Date()) ? clock_format : date_format)
		.format(date);
}

export function format_time_full(time: string): string {
	const date = new Date(time);
	return Number.isNaN(date.getTime()) ? time : full_format.format(date);
}

export function format_time_utc(time: string): string {
	const date = new Date(time);
	return Number.isNaN(date.getTime())
		? time : `${utc_format.format(date)} UTC`;
}

const STEPS: readonly [number, Intl.RelativeTimeFormatUnit][] =
	[[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];

export function format_ago(seconds: number): string {
	const past = Math.max(0, Math.floor(seconds));
	const [size, unit] = STEPS.find(([step]) => past >= step) ?? [1, "second"];
	return ago_format.format(-Math.floor(past / size), unit);
}

export function format_duration(seconds: number): string {
	const [size, unit] =
		STEPS.find(([step]) => seconds >= step) ?? [1, "second"];
	return new Intl.NumberFormat(undefined, {
		style: "unit", unit, unitDisplay: "long",
	}).format(Math.floor(seconds / size));
}
