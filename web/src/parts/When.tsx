/* A moment in the reader's own time; UTC on hover. */
import { format_time, format_time_utc } from "../lib/format";

export function When({ time }: { time: string }) {
	return (
		<time class="when" dateTime={time} title={format_time_utc(time)}
			data-value={time}>
			{format_time(time)}
		</time>
	);
}
