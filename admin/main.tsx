import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./style/base.css";
import "./style/frame.css";
import "./style/parts.css";
import { watchIdle } from "./api/idle.ts";
import { followStream } from "./api/stream.ts";
import { Desk } from "./desk.tsx";
import { followAddress } from "./kit/route.ts";
import { takeWelcome } from "./sign-in/welcome-code.ts";

takeWelcome();
followAddress();
followStream();
watchIdle();
const root = document.getElementById("desk");
if (root) render(<Desk />, root);
