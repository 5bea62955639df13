import { startPage } from "./index.ts";

const meadow = () => import("../games/meadow/view.ts");
const friends = () => import("../plugins/friends/panel.tsx");
const matchmaking = () => import("../plugins/matchmaking/panel.tsx");
const voice = () => import("../plugins/voice/panel.tsx");

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
  panels: [
    () => import("../plugins/play-sessions/panel.tsx").then(({ playSessionsPanel }) => playSessionsPanel),
    () => friends().then(({ friendsPanel }) => friendsPanel),
    () => friends().then(({ friendInvitations }) => friendInvitations),
    () => import("../plugins/groups/panel.tsx").then(({ groupsPanel }) => groupsPanel),
    () => import("../plugins/notifications/panel.tsx").then(({ notificationsPanel }) => notificationsPanel),
    () => voice().then(({ voicePanel }) => voicePanel),
    () => matchmaking().then(({ matchmakingPanel }) => matchmakingPanel),
    () => matchmaking().then(({ matchFound }) => matchFound),
    () => import("../plugins/leaderboards/panel.tsx").then(({ leaderboardsPanel }) => leaderboardsPanel),
    () => import("../plugins/tournaments/panel.tsx").then(({ tournamentsPanel }) => tournamentsPanel),
    () => import("../plugins/chat/panel.tsx").then(({ chatPanel }) => chatPanel),
  ],
});
