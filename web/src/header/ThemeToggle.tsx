/* System, light, dark, and round again. */
import { useSignal } from "@preact/signals";
import { Icon } from "../parts/Icon";
import type { IconName } from "../parts/Icon";
import { palette } from "../lib/palette";
import { text } from "../strings";
import { theme_get, theme_set } from "../theme";
import type { Theme } from "../theme";
import "./ThemeToggle.css";

const NEXT: Record<Theme, Theme> =
	{ system: "light", light: "dark", dark: "system" };
const DRAWN: Record<Theme, IconName> =
	{ system: "half", light: "sun", dark: "moon" };

export function ThemeToggle() {
	const theme = useSignal(theme_get());
	const turn = () => {
		theme.value = NEXT[theme.value];
		theme_set(theme.value);
		palette.value++;
	};
	const name = text.header.theme_now(theme.value);
	return (
		<button type="button" class="toggle" onClick={turn} title={name}
			aria-label={name} data-testid="theme" data-value={theme.value}>
			<Icon name={DRAWN[theme.value]} />
		</button>
	);
}
