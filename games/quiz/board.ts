import { defineBoard } from "../../plugins/leaderboards/index.ts";

/** The most points that an account got in one game, by week. */
export const quizBoard = defineBoard("quiz", { label: "Quiz: points of a game", season: "0 0 * * 1" });
