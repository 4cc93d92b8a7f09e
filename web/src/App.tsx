/* The frame of every page. */
import { chain, status } from "./store";
import { connection, heard_ms } from "./lib/live";
import { format_count, format_time } from "./lib/format";
import { BoardPage } from "./board/BoardPage";
import { ChoosePage } from "./choose/ChoosePage";
import { ContributorPage } from "./contributor/ContributorPage";
import { Footer } from "./footer/Footer";
import { Header } from "./header/Header";
import { route } from "./lib/router";
import { ModelsPage } from "./models/ModelsPage";
import { OperatorsPage } from "./operators/OperatorsPage";
import { SimulatePage } from "./simulate/SimulatePage";
import { text } from "./strings";
import "./App.css";

const FAR_BLOCKS = 3;

/* What a reader must know before believing the numbers below. */
function Stale() {
	if (connection.value === "offline") {
		const error = status.error.value;
		const since = heard_ms.value && text.stale.since(
			format_time(new Date(heard_ms.value).toISOString()));
		return <p class="stale stale-bad" role="alert" data-testid="stale"
			data-value="offline">{error?.message}. {since || null}</p>;
	}
	if (chain.value?.halted)
		return <p class="stale stale-bad" role="alert" data-testid="stale"
			data-value="halted">{text.stale.halted}</p>;
	const lag = chain.value?.lag_blocks ?? 0;
	if (lag > FAR_BLOCKS)
		return <p class="stale" role="status" data-testid="stale"
			data-value="lagging">{text.stale.lagging(format_count(lag))}</p>;
	return null;
}

function Chosen() {
	switch (route.value.page) {
	case "models":
		return <ModelsPage />;
	case "board":
		return <BoardPage />;
	case "contributors":
		return <ContributorPage key={route.value.who} />;
	case "operators":
		return <OperatorsPage />;
	case "simulate":
		return <SimulatePage />;
	case "choose":
		return <ChoosePage />;
	}
}

export function App() {
	return (
		<>
			<Header />
			<Stale />
			<Chosen />
			<Footer />
		</>
	);
}
