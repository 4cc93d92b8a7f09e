/* Where the page starts. */
import "./styles/fonts.css";
import "./styles/variables.css";
import "./styles/base.css";
import { render } from "preact";
import { App } from "./App";
import { store_start } from "./store";

store_start();
render(<App />, document.getElementById("app") as HTMLElement);
