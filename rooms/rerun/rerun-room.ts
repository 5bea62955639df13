import { type Level, WalkInput, type WorldState } from "../../shared/index.ts";
import { absentClient } from "../persistence/hot-reload-snapshot.ts";
import type { Player } from "../player.ts";
import { refusingPlugins } from "../plugins.ts";
import { blankClaim } from "../ports/blank-claim.ts";
import type { CharacterSheet, Place, Role } from "../ports/ports.ts";
import { refusingPorts, silence } from "../ports/refusing-ports.ts";
import type { RecordedPose } from "../simulation/lag-compensation.ts";
import type { Mark, RecordLine } from "../simulation/recorder.ts";
import type { RoomWorld } from "../simulation/room-world.ts";
import type { Simulation } from "../simulation/simulation.ts";
import type { Surroundings } from "../surroundings.ts";

/** A room with a world, as a re-run opens and reads it. */
export interface RerunRoom {
  readonly tickHz: number;
  readonly level: Level;
  readonly state: WorldState;
  readonly players: ReadonlyMap<string, Player>;
  readonly simulation: Simulation;
  hash(): string;
  openRoomWorld(around: Surroundings, from: { readonly answers: "nobody" | "recording" }): Promise<RoomWorld>;
}

/** A room that is run again: see `Replay`. */
export interface Rerun<R extends RerunRoom = RerunRoom> {
  readonly room: R;
  join(id: string, sheet?: Partial<CharacterSheet>, role?: Role, arrival?: Place): void;
  leave(id: string): void;
  away(id: string, away: boolean): void;
  message(id: string, type: string, message: unknown): void;
  answer(name: string, about: unknown, answer: unknown): void;
  command(id: string, role: Role, line: string): void;
  see(poses: readonly RecordedPose[]): void;
  input(id: string, input: Pick<WalkInput, "moveX" | "moveZ" | "buttons">): void;
  tick(): void;
  resume(mark: Mark): void;
}

/** Opens a room without a network, a database or a clock: see `openReplay`. */
export async function openRerun<R extends RerunRoom>(
  Game: new () => R,
  { seed, game, answers }: { seed: number; game: string; answers: "nobody" | "recording" },
): Promise<Rerun<R>> {
  const room = new Game();
  Object.assign(room, { seed, roomName: game });
  const world = await room.openRoomWorld(nothingAround, { answers });
  const playerOf = (id: string): Player => {
    const player = world.players.get(id);
    if (!player) throw new TypeError(`The recording has no player ${id} here.`);
    return player;
  };
  return {
    room,
    join: (id, sheet, role = "player", arrival) =>
      void world.join(absentClient(id), blankClaim(id, sheet), role, arrival),
    leave: (id) => void (world.players.has(id) && world.leave(playerOf(id))),
    away: (id, away) => world.setAway(playerOf(id), away),
    message: (id, type, message) => world.act(playerOf(id), type, message),
    answer: (name, about, answer) => void world.answers.act(name, about, answer),
    command: (id, role, line) => world.command({ id, role }, line),
    see: (poses) => world.see(poses),
    // −0 becomes 0: the wire's whole numbers have none, nor has JSON, and atan2 tells them apart.
    input: (id, { moveX, moveZ, buttons }) => {
      const input = Object.assign(new WalkInput(), { moveX: moveX + 0, moveZ: moveZ + 0, buttons });
      world.input(playerOf(id), input, 1 / room.tickHz);
    },
    tick() {
      world.answers.settle();
      world.step();
    },
    resume: (mark) =>
      world.resume(mark, { client: absentClient, claim: ({ id, sheet }) => blankClaim(id, sheet) }),
  };
}

/** A re-run has no clients and no process. */
const nothingAround: Surroundings = {
  ports: refusingPorts,
  plugins: refusingPlugins,
  log: silence,
  network: { onMessage() {}, broadcast() {}, clock: { elapsedTime: 0 } },
};

type Ticked = Extract<RecordLine, { t: number }>;

/** A room without a network that goes on from a mark of a recording. @throws SNAPSHOT_CORRUPT */
export async function resumedRerun<R extends RerunRoom>(
  Game: new () => R,
  { seed, game }: { readonly seed: number; readonly game: string },
  mark: Mark,
): Promise<Rerun<R>> {
  const replay = await openRerun(Game, { seed, game, answers: "recording" });
  replay.resume(mark);
  return replay;
}

/** Runs the tick of one line of a recording. */
export function rerunTick(replay: Rerun, { e = [], i = [], s = [] }: Ticked): void {
  replay.see(s);
  for (const happening of e) happen(replay, happening);
  for (const [id, moveX, moveZ, buttons] of i) replay.input(id, { moveX, moveZ, buttons });
  replay.tick();
}

function happen(replay: Rerun, happening: NonNullable<Ticked["e"]>[number]): void {
  const [what, id] = happening;
  if (what === "answer") replay.answer(id, happening[2], happening[3]);
  else if (what === "command") replay.command(id, happening[2], happening[3]);
  else if (what === "join")
    replay.join(id, happening[2], happening[3] ?? undefined, happening[4] ?? undefined);
  else if (what === "leave") replay.leave(id);
  else if (what === "away") replay.away(id, happening[2]);
  else replay.message(id, happening[2], happening[3]);
}
