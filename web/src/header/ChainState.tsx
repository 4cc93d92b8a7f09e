/* The chain by name, its head, how far the daemon is, and what is final. */
import type { Status } from "../api";
import { format_count } from "../lib/format";
import { text } from "../strings";
import "./ChainState.css";

const NEAR_BLOCKS = 3;

interface FactProps { id: string; name: string; value: number }

function Fact({ id, name, value }: FactProps) {
	return (
		<div class="chain-fact">
			<dt>{name}</dt>
			<dd data-testid={id} data-value={value}>{format_count(value)}</dd>
		</div>
	);
}

export function ChainState({ chain }: { chain: Status["chain"] }) {
	const lag = chain.lag_blocks;
	const behind = lag > NEAR_BLOCKS;
	return (
		<dl class="chain">
			<div class="chain-name">
				<dt class="aloud">{text.header.chain_id(chain.id)}</dt>
				<dd data-testid="chain-id" data-value={chain.id}
					title={text.header.chain_id(chain.id)}>
					{text.header.chain(chain.id)}
				</dd>
			</div>
			<Fact id="head" name={text.header.head} value={chain.head} />
			<Fact id="followed" name={text.header.followed}
				value={chain.followed} />
			<div class="chain-fact chain-final">
				<dt>{text.header.finalized}</dt>
				<dd data-testid="finalized" data-value={chain.finalized}>
					{format_count(chain.finalized)}
				</dd>
			</div>
			<div class={behind ? "chain-fact chain-behind" : "chain-fact"}>
				<dt class="aloud">{text.header.lag}</dt>
				<dd data-testid="lag" data-value={lag}>
					{behind ? text.header.lag_blocks(format_count(lag), lag)
						: text.header.caught_up}
				</dd>
			</div>
		</dl>
	);
}
