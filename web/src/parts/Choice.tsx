/* A few alternatives side by side, one of them chosen: a radio group. */
import "./Choice.css";

interface Props<T extends string> {
	name: string;
	label: string;
	options: readonly T[];
	names: Record<T, string>;
	value: T;
	choose: (value: T) => void;
}

export function Choice<T extends string>(
	{ name, label, options, names, value, choose }: Props<T>) {
	return (
		<fieldset class="choice" data-testid={`choice-${name}`}
			data-value={value}>
			<legend class="aloud">{label}</legend>
			{options.map((option) => (
				<label key={option}>
					<input type="radio" name={name} value={option}
						checked={option === value}
						onChange={() => choose(option)} />
					<span>{names[option]}</span>
				</label>
			))}
		</fieldset>
	);
}
