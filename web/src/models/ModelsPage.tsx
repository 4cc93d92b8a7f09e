/* The page of the models: all of them beside the one that is looked at. */
import {
	board, BOARDS, BOARDS_POINTS, model, model_key, models,
} from "../store";
import { route } from "../lib/router";
import { Leaderboard } from "../parts/Leaderboard";
import { Empty, Failed, Waiting } from "../parts/Notice";
import { Operators } from "../parts/Operators";
import { text } from "../strings";
import { AccuracyChart } from "./AccuracyChart";
import { Checkpoints } from "./Checkpoints";
import { Contributions } from "./Contributions";
import { DepositsPanel } from "./DepositsPanel";
import { Figures } from "./Figures";
import { ModelHead } from "./ModelHead";
import { ModelList } from "./ModelList";
import { Predict } from "./Predict";
import "./ModelsPage.css";

function Chosen() {
	const now = model.data.value;
	const error = model.error.value;
	if (!now && error?.status === 404)
		return <Empty title={text.model.not_found}>
			{text.model.not_found_hint}</Empty>;
	if (!now && error)
		return <Failed error={error} again={model.again} />;
	if (!now && models.data.value?.models.length === 0 &&
		model_key.value === null)
		return <Empty title={text.models.empty}>
			{text.models.empty_hint}</Empty>;
	if (!now && model_key.value === null && models.error.value)
		return <Failed error={models.error.value} again={models.again} />;
	if (!now)
		return <Waiting lines={9} />;
	const stakes = now.incentive.kind !== "points";
	/* Where a contract of 0xDeCA10B's judges, decaid posts nothing. */
	const ours = now.origin === "decaid";
	return (
		<>
			<ModelHead model={now} />
			<Figures model={now} />
			<div class={stakes ? "parts" : "parts parts-points"}>
				<AccuracyChart />
				<Predict key={now.address} model={now} />
				<Contributions model={now} />
				<Leaderboard from={board}
					boards={stakes ? BOARDS : BOARDS_POINTS} />
				{ours && <Checkpoints />}
				{ours && stakes && <DepositsPanel />}
				{ours && <Operators />}
			</div>
		</>
	);
}

export function ModelsPage() {
	const of_one = route.value.model !== null;
	return (
		<div class={of_one ? "page page-one" : "page page-all"}>
			<ModelList />
			<main class="chosen" id="model" tabIndex={-1}>
				<a class="to-all" href="#/models">{text.models.all}</a>
				<Chosen />
			</main>
		</div>
	);
}
