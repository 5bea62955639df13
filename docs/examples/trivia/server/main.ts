import { TriviaRoom } from "../games/trivia/room.ts";

export const games = { trivia: TriviaRoom };
