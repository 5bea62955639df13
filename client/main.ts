import { caveView, meadowView } from "../games/meadow/view.ts";
import { plazaView } from "../games/plaza/view.ts";
import { tagView } from "../games/tag/view.ts";
import { playSessionsPanel } from "../plugins/play-sessions/panel.tsx";
import { startPage } from "./index.ts";

const views = {
  plaza: plazaView,
  tag: tagView,
  meadow: meadowView,
  cave: caveView,
};

startPage({
  views,
  panels: [playSessionsPanel],
});
