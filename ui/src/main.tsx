/** Begins the page. */

import "./design/tokens.css";
import "./design/base.css";
import "./design/parts.css";
import "./design/cards.css";
import "./design/answered.css";
import "./shell/shell.css";
import { render } from "preact";
import { App } from "./shell/app.tsx";
import { followKeys } from "./shell/keys.ts";
import { followTheme } from "./shell/theme.ts";
import { follow } from "./state/address.ts";

followTheme();
follow();
followKeys();
render(<App />, document.getElementById("app")!);
