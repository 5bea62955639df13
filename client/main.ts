import { playSessionsPanel } from "../plugins/play-sessions/panel.tsx";
import { startPage } from "./index.ts";

const meadow = () => import("../games/meadow/view.ts");

startPage({
  views: {
    plaza: () => import("../games/plaza/view.ts").then(({ plazaView }) => plazaView),
    tag: () => import("../games/tag/view.ts").then(({ tagView }) => tagView),
    meadow: () => meadow().then(({ meadowView }) => meadowView),
    cards: () => import("../games/cards/view.ts").then(({ cardsView }) => cardsView),
    cave: () => meadow().then(({ caveView }) => caveView),
    sketch: () => import("../games/sketch/view.ts").then(({ sketchView }) => sketchView),
    quiz: () => import("../games/quiz/view.ts").then(({ quizView }) => quizView),
  },
  panels: [playSessionsPanel],
});
