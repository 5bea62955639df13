import { cardsDuel } from "../games/cards/duel.ts";
import { CardsRoom } from "../games/cards/room.ts";
import { CaveRoom } from "../games/meadow/cave-room.ts";
import { MeadowRoom } from "../games/meadow/room.ts";
import { PlazaRoom } from "../games/plaza/room.ts";
import { quizBoard } from "../games/quiz/board.ts";
import { QuizRoom } from "../games/quiz/room.ts";
import { SketchRoom } from "../games/sketch/room.ts";
import { tagCup } from "../games/tag/cup.ts";
import { TagRoom } from "../games/tag/room.ts";
import { chat } from "../plugins/chat/index.ts";
import { friends } from "../plugins/friends/index.ts";
import { groups } from "../plugins/groups/index.ts";
import { leaderboards } from "../plugins/leaderboards/index.ts";
import { matchmaking } from "../plugins/matchmaking/index.ts";
import { notifications } from "../plugins/notifications/index.ts";
import { playSessions } from "../plugins/play-sessions/index.ts";
import { tournaments } from "../plugins/tournaments/index.ts";
import { voice } from "../plugins/voice/index.ts";

/** The sample games, by the name under which clients join them. */
export const games = {
  plaza: PlazaRoom,
  tag: TagRoom,
  meadow: MeadowRoom,
  cave: CaveRoom,
  sketch: SketchRoom,
  quiz: QuizRoom,
  cards: CardsRoom,
};

/** Capabilities that a server can do without: a plugin is removed by deleting its line and its import. */
export const plugins = [
  ...[playSessions, notifications, friends, chat, groups, voice],
  leaderboards.with({ boards: [quizBoard] }),
  matchmaking.with({ queues: [cardsDuel] }),
  tournaments.with({ cups: [tagCup] }),
];
