import { type Bots, defineBots } from "roomkeep/rooms";
import { bootServer, type TestServer } from "roomkeep/testing";
import { sketchBots } from "../../../games/sketch/bots.ts";
import { SketchRoom } from "../../../games/sketch/room.ts";
import type { SketchSeat, SketchState } from "../../../games/sketch/state.ts";
import { type Guest, joinGuest, passTime } from "../../helpers/guests.ts";

export type Pad = Guest<SketchState>;

/** Bots have a test of their own. */
export class PeopleSketchRoom extends SketchRoom {
  static override readonly bots: Bots | undefined = undefined;
}

/** Bots leave nothing to chance: they say something whenever they are asked. */
class TalkativeSketchRoom extends SketchRoom {
  static override readonly bots = defineBots<SketchState>({
    ...sketchBots,
    bot: (view) => sketchBots.bot({ ...view, random: () => 0 } as never),
    thinkS: [0.1, 0.2],
  });
}

/** A server with the game, with bots that talk much, and in which people alone play. */
export const bootSketch = (): Promise<TestServer> =>
  bootServer({ people: PeopleSketchRoom, talkative: TalkativeSketchRoom });

/** Players in a room of their own; the first leads. */
export async function gather(server: TestServer, names: readonly string[], game = "people"): Promise<Pad[]> {
  const pads: Pad[] = [];
  for (const name of names) {
    const code = pads[0]?.room.roomId;
    pads.push(await joinGuest<SketchState>(server, game, code ? { name, code } : { name, create: true }));
  }
  return pads;
}

export const seatOf = ({ room, id }: Pad): SketchSeat => {
  const seat = room.state.seats.get(id);
  if (!seat) throw new Error("no seat");
  return seat;
};
export const untilPhase = (pad: Pad, phase: string) =>
  pad.until(`the phase ${phase}`, () => pad.room.state.phase === phase);

/** The one who draws, and the others. */
export function split(pads: readonly Pad[]): { drawer: Pad; guessers: Pad[] } {
  const { turn } = pads[0]!.room.state;
  return { drawer: pads.find(({ id }) => id === turn)!, guessers: pads.filter(({ id }) => id !== turn) };
}

/** Begins a game, has a word chosen, and tells it. */
export async function beginDrawing(pads: readonly Pad[]): Promise<string> {
  pads[0]!.send("start", {});
  await untilPhase(pads[0]!, "choose");
  return chooseWord(pads);
}
export async function chooseWord(pads: readonly Pad[]): Promise<string> {
  const { drawer } = split(pads);
  await drawer.until("three words", () => seatOf(drawer).choices.length === 3);
  const choice = seatOf(drawer).choices.at(0) ?? "";
  drawer.send("choose", { choice });
  for (const pad of pads) await untilPhase(pad, "draw");
  await drawer.until("the own word", () => seatOf(drawer).word === choice);
  return choice;
}

export const stroke = (number: number, points = [100, 100, 120, 140], more: object = {}) => ({
  stroke: number,
  color: 1,
  width: 20,
  points,
  done: true,
  ...more,
});

/** The time of the phase runs out. */
export function runOut(server: TestServer, pad: Pad): void {
  passTime(server.room<SketchRoom>(pad.room.roomId), pad.room.state.secondsLeft + 1);
}
