/*
 * The measured accuracies of models/ACCURACY.md, whose tables have a column
 * a model type and, as the last two, scikit-learn's figures and the target.
 */
import document from "../../../models/ACCURACY.md";

export interface Measured {
	/** The data set's name. */
	set: string;
	/** Percent right, as the document says them, by the table's types. */
	ours: string[];
	/** scikit-learn's, in one pass and converged. */
	peer: string;
}

export interface Comparison {
	/** What is in the sets: "texts" or "tables". */
	kind: string;
	types: string[];
	rows: Measured[];
}

const PEER = "scikit-learn";

function cells(line: string): string[] {
	return line.split("|").slice(1, -1)
		.map((cell) => cell.replaceAll("*", "").trim());
}

function comparison(lines: string[]): Comparison | null {
	const [head, , ...body] = lines.map(cells);
	const at = head?.findIndex((cell) => cell.startsWith(PEER)) ?? -1;
	if (!head?.[0] || at < 0)
		return null;
	return {
		kind: head[0],
		types: head.slice(1, at),
		rows: body.map((row) => ({ set: row[0] ?? "",
			ours: row.slice(1, at), peer: row[at] ?? "" })),
	};
}

/** The tables of a document in which scikit-learn has a column. */
export function comparisons_of(markdown: string): Comparison[] {
	return markdown.split("\n\n")
		.map((part) => part.trim().split("\n"))
		.filter((lines) => lines[0]?.startsWith("|"))
		.map(comparison).filter((one) => one !== null);
}

export const comparisons = comparisons_of(document);

/** Where the row's best stands; several where they are equal. */
export function best_of(row: Measured): boolean[] {
	const most = Math.max(...row.ours.map(Number));
	return row.ours.map((one) => Number(one) === most);
}
