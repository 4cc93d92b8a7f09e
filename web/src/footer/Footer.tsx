/* What runs here, and where to read on. */
import { format_duration } from "../lib/format";
import { status } from "../store";
import { text } from "../strings";
import "./Footer.css";

export function Footer() {
	const now = status.data.value;
	return (
		<footer class="foot">
			<span>{text.footer.promise}</span>
			{now && <span data-testid="version" data-value={now.version}>
				{text.footer.version(now.version)}
			</span>}
			{now && <span>
				{text.footer.up(format_duration(now.uptime_s))}
			</span>}
			<a href="#/choose" data-testid="page-choose">
				{text.choose.title}</a>
			<a href="openapi.json">{text.footer.api}</a>
			<a href="licences.txt">{text.footer.licences}</a>
		</footer>
	);
}
