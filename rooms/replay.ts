import type { WalkInput } from "../shared/index.ts";
import type { CharacterSheet, Place, Role } from "./ports/ports.ts";
import { openRerun, rerunTick, resumedRerun } from "./rerun/rerun-room.ts";
import type { RecordedPose } from "./simulation/lag-compensation.ts";
import type { Mark, RecordLine } from "./simulation/recorder.ts";
import type { WorldRoom } from "./world-room.ts";

/** A room that is played without any network, tick by tick, as fast as it goes. */
export interface Replay<R extends WorldRoom = WorldRoom> {
  /** The room that is run again. */
  readonly room: R;
  /** A player comes in, with the character as it was. */
  join(id: string, sheet?: Partial<CharacterSheet>, role?: Role, arrival?: Place): void;
  /** A player leaves for good. */
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
  /** Runs one step with what came before it. */
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
  return openRerun(Game, { seed, game, answers });
}

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
  const replay = await resumedRerun(Game, head, first);
  const mismatches: number[] = [];
  let ticks = 0;
  let compared = 0;
  const compare = (tick: number, hash: string) => {
    compared += 1;
    if (replay.room.hash() !== hash && mismatches.length < 100) mismatches.push(tick);
  };
  let comparedTick = first.tick;
  for (const record of records) {
    // A snapshot is what the room was then: without a hash beside it, it is compared itself.
    if (
      "mark" in record &&
      record.mark.tick > comparedTick &&
      record.mark.tick === replay.room.simulation.tick
    )
      compare(record.mark.tick, (await resumedRerun(Game, head, record.mark)).room.hash());
    if (!("t" in record) || record.t <= first.tick) continue;
    rerunTick(replay, record);
    ticks += 1;
    if (record.h === undefined) continue;
    comparedTick = record.t;
    compare(record.t, record.h);
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
