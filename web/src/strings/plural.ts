/* English has two forms; the words around a count take one of them. */
const plural = new Intl.PluralRules("en");

export function many(count: number, one: string, other: string): string {
	return plural.select(count) === "one" ? one : other;
}
