import { startPage } from "roomkeep/client";
import { playSessionsPanel } from "roomkeep/plugins/play-sessions/panel";
import { yardView } from "../games/yard/view.ts";

startPage({ title: "{{name}}", views: { yard: yardView }, panels: [playSessionsPanel] });
