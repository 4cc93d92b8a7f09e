/* The reader's clock as a signal: a tick a second while the page is seen. */
import { signal } from "@preact/signals";

export const now_ms = signal(Date.now());

window.setInterval(() => {
	if (!document.hidden)
		now_ms.value = Date.now();
}, 1000);
