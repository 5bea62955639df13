import { WalkInput } from "../shared/index.ts";
import { absentClient } from "./persistence/hot-reload-snapshot.ts";
import type { Player } from "./player.ts";
import { refusingPlugins } from "./plugins.ts";
import { blankClaim } from "./ports/blank-claim.ts";
import type { CharacterSheet, Place, Role } from "./ports/ports.ts";
import { refusingPorts, silence } from "./ports/refusing-ports.ts";
import type { RecordedPose } from "./simulation/lag-compensation.ts";
import type { Mark, RecordLine } from "./simulation/recorder.ts";
import type { Surroundings } from "./surroundings.ts";
import type { WorldRoom } from "./world-room.ts";

/** A room that is played without any network, tick by tick, as fast as it goes. */
export interface Replay<R extends WorldRoom = WorldRoom> {
  readonly room: R;
  join(id: string, sheet?: Partial<CharacterSheet>, role?: Role, arrival?: Place): void;
  leave(id: string): void;
  /** The connection of a player is dropped, or back. */
  away(id: string, away: boolean): void;
  /** Runs the action of a message that has passed its schema. */
  message(id: string, type: string, message: unknown): void;
  /** Applies an async result: see `WorldRoom.onAnswer`. */
  answer(name: string, about: unknown, answer: unknown): void;
  /** Gives a command as an operator. */
  command(id: string, role: Role, line: string): void;
  /** Recorded poses that shooters see in the coming tick, in the order in which the rules ask. */
  see(poses: readonly RecordedPose[]): void;
  /** Applies one input frame in the coming tick. */
  input(id: string, input: Pick<WalkInput, "moveX" | "moveZ" | "buttons">): void;
  tick(): void;
  /** Goes on from a mark of a recording. */
  resume(mark: Mark): void;
}

/**
 * Opens a room without a network, a database or a clock. Nothing is saved or sent, and calls of the ports are
 * refused.
 *
 * @param answers "nobody": questions of the room (see `WorldRoom.onAnswer`) are refused in the next tick;
 *   "recording": nothing is asked, and answers come by {@link Replay.answer} alone. Default "nobody"
 * @example
 * const replay = await openReplay(PlazaRoom, { seed: 7 });
 * replay.join("ann");
 * replay.input("ann", { moveX: 127, moveZ: 0, buttons: 0 });
 * replay.tick();
 */
export async function openReplay<R extends WorldRoom>(
  Game: new () => R,
  {
    seed = 1,
    game = "replay",
    answers = "nobody",
  }: { seed?: number; game?: string; answers?: "nobody" | "recording" } = {},
): Promise<Replay<R>> {
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

/** Outcome of a re-run: what was compared, and where it differed from its recording. */
export interface RerunResult {
  /** Ticks that were run, the last one, and how many had a hash to compare. */
  readonly ticks: number;
  readonly tick: number;
  readonly compared: number;
  /** Ticks whose hash differed from the recorded one, the first hundred. */
  readonly mismatches: readonly number[];
  /** The hash of the room at the end. */
  readonly hash: string;
  /** What may make a difference that is none of the game's: another version of Node. */
  readonly warnings: readonly string[];
}

/**
 * Runs a recording again and compares each hash in it.
 *
 * @param from begins at the last mark at or before this tick. Default: at the beginning
 * @throws SNAPSHOT_CORRUPT if there is no mark to begin from, or it does not fit the game
 * @example
 * const { mismatches } = await rerun(PlazaRoom, lines);
 */
export async function rerun(
  Game: new () => WorldRoom,
  lines: Iterable<string>,
  { from = 0 }: { from?: number } = {},
): Promise<RerunResult> {
  const records = [...lines]
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as RecordLine);
  const [head] = records;
  const marks = records.flatMap((record) => ("mark" in record ? [record.mark] : []));
  const first = marks.filter(({ tick }) => tick <= from).at(-1) ?? marks[0];
  if (!head || !("v" in head) || !first) throw new TypeError("This is no recording.");
  const replay = await openReplay(Game, { seed: head.seed, game: head.game, answers: "recording" });
  replay.resume(first);
  const mismatches: number[] = [];
  let ticks = 0;
  let compared = 0;
  for (const record of records) {
    if (!("t" in record) || record.t <= first.tick) continue;
    replay.see(record.s ?? []);
    for (const happening of record.e ?? []) happen(replay, happening);
    for (const [id, moveX, moveZ, buttons] of record.i ?? []) replay.input(id, { moveX, moveZ, buttons });
    replay.tick();
    ticks += 1;
    if (record.h === undefined) continue;
    compared += 1;
    if (replay.room.hash() !== record.h && mismatches.length < 100) mismatches.push(record.t);
  }
  const { room } = replay;
  const warnings = warningsOf(head.node);
  return { ticks, tick: room.simulation.tick, compared, mismatches, hash: room.hash(), warnings };
}

function warningsOf(recorded: string | undefined, here = process.versions.node): string[] {
  const major = (version: string) => version.split(".")[0];
  if (recorded === undefined || major(recorded) === major(here)) return [];
  return [
    `Recorded by Node ${recorded}, run again by Node ${here}: powers (**, Math.pow) differ in their last bit between versions.`,
  ];
}

type Ticked = Extract<RecordLine, { t: number }>;

function happen(replay: Replay, happening: NonNullable<Ticked["e"]>[number]): void {
  const [what, id] = happening;
  if (what === "answer") replay.answer(id, happening[2], happening[3]);
  else if (what === "command") replay.command(id, happening[2], happening[3]);
  else if (what === "join")
    replay.join(id, happening[2], happening[3] ?? undefined, happening[4] ?? undefined);
  else if (what === "leave") replay.leave(id);
  else if (what === "away") replay.away(id, happening[2]);
  else replay.message(id, happening[2], happening[3]);
}
