import { type BotAction, defineBots, type SeatView } from "roomkeep/rooms";
import { DRAWABLE, doodleOf } from "./doodles.ts";
import { fits } from "./guess.ts";
import { unpackPicture } from "./picture.ts";
import type { SketchState } from "./state.ts";
import { WORDS } from "./word-list.ts";

/** Chance that a bot says something when it is asked, about every two seconds. */
const TALKS = 0.16;

function act({ me, state, random }: SeatView<SketchState>): BotAction | undefined {
  const seat = state.seats.get(me);
  if (!seat) return undefined;
  if (state.phase === "choose" && seat.choices.length > 0) {
    const choice = [...seat.choices].find((word) => DRAWABLE.includes(word)) ?? seat.choices[0];
    return { type: "choose", message: { choice } };
  }
  if (state.phase !== "draw") return undefined;
  if (state.turn === me) return draw(state, seat.word);
  if (seat.found || random() > TALKS) return undefined;
  const possible = WORDS.filter((word) => fits(word, state.hint));
  const text = possible[Math.floor(random() * possible.length)];
  return text ? { type: "chat", message: { text } } : undefined;
}

/** The next stroke of the picture. */
function draw(state: SketchState, word: string): BotAction | undefined {
  const drawn = unpackPicture(state.picture).length;
  const next = doodleOf(word)[drawn];
  return next && { type: "draw", message: next };
}

/** Three make a game: bots are the second and the third. They see what a player in their seat sees. */
export const sketchBots = defineBots<SketchState>({
  bot: act,
  fillTo: 3,
  thinkS: [0.8, 2.4],
  names: ["Inky", "Doodle", "Scribble", "Crayon", "Smudge", "Blot"],
});
