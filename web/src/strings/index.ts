/*
 * Every word the page says, in this folder: a file a part of the page, a group
 * of words a panel.
 */
import * as choose from "./choose";
import * as frame from "./frame";
import * as models from "./models";
import * as people from "./people";
import * as simulate from "./simulate";

export const text = {
	product: "decaid",
	skip: "Skip to the content",
	coin: "ETH",
	gwei: "gwei",
	wei: "wei",
	none: "–",
	copy: "Copy",
	copied: "Copied",
	loading: "Loading",
	...frame,
	...models,
	...people,
	...simulate,
	...choose,
};
