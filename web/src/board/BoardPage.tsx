/* The leaderboard over all models. */
import { route_href } from "../lib/router";
import { Leaderboard } from "../parts/Leaderboard";
import { all_board, BOARDS } from "../store";
import { text } from "../strings";

export function BoardPage() {
	return (
		<main class="plain" id="model" tabIndex={-1}>
			<h2>{text.board.all_title}</h2>
			<p class="plain-lead">{text.board.all_lead}</p>
			<Leaderboard from={all_board} boards={BOARDS} href={(who) =>
				route_href({ page: "contributors", model: null, who,
					query: {} })} />
		</main>
	);
}
