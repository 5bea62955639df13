import type { Client } from "@colyseus/core";
import type { WalkInput } from "../shared/index.ts";
import type { MessageRouter } from "./messaging/message-router.ts";
import { absentClient } from "./persistence/hot-reload-snapshot.ts";
import { describe, type Player } from "./player.ts";
import type { CharacterSheet, Claim, Log, Place, Ports, Role } from "./ports/ports.ts";
import type { AsyncResults } from "./simulation/async-results.ts";
import type { Faults } from "./simulation/faults.ts";
import type { RecordedPose } from "./simulation/lag-compensation.ts";
import type { Mark, Recorder, RecordLine } from "./simulation/recorder.ts";
import type { WorldRoom } from "./world-room.ts";

/** A room that is played without any network, tick by tick, as fast as it goes. */
export interface Replay<R extends WorldRoom = WorldRoom> {
  readonly room: R;
  join(id: string, sheet?: Partial<CharacterSheet>, role?: Role, arrival?: Place): void;
  leave(id: string): void;
  /** The connection of a player is dropped, or back. */
  away(id: string, away: boolean): void;
  /** Does what a message does; it has passed its schema. */
  message(id: string, type: string, message: unknown): void;
  /** Applies an answer from outside: see `WorldRoom.onAnswer`. */
  answer(name: string, about: unknown, answer: unknown): void;
  /** Gives a command as an operator does. */
  command(id: string, role: Role, line: string): void;
  /** What shooters see in the coming tick, in the order in which the rules ask: of a recording. */
  see(looks: readonly RecordedPose[]): void;
  /** Applies one input frame in the coming tick. */
  input(id: string, input: Pick<WalkInput, "moveX" | "moveZ" | "buttons">): void;
  tick(): void;
  /** Goes on from a mark of a recording. */
  resume(mark: Mark): void;
}

/** What of a room a rehearsal reaches for; a room's own business otherwise. */
interface Backstage {
  seed: number;
  roomName: string;
  answers: AsyncResults;
  looks: RecordedPose[];
  inbox: MessageRouter<Player["avatar"]>;
  faultBook: Faults;
  recorder: Recorder | undefined;
  openWorld(ports: Ports, log: Log): void;
  onBegin?(): void;
  onOpen?(): void | Promise<void>;
  onRestore?(kept: unknown): void;
  admit(client: Client, claim: Claim, role: Role, arrival?: Place): Player;
  takeOut(player: Player): void;
  setAway(player: Player, away: boolean): void;
  takeStep(player: Player, input: Pick<WalkInput, "moveX" | "moveZ" | "buttons">, dt: number): void;
  stepWorld(): void;
  createAvatar(of: Pick<Player, "client" | "claim">): Player["avatar"];
}

/**
 * Opens a room without a network, a database or a clock. Nothing is saved and nobody is told; what a rule asks of the
 * ports is refused.
 *
 * @param answers "nobody": questions of the room (see `WorldRoom.onAnswer`) are refused in the next tick; "recording":
 *   nothing is asked, and answers come by {@link Replay.answer} alone. Default "nobody"
 * @example
 * const rehearsal = await openRehearsal(PlazaRoom, { seed: 7 });
 * rehearsal.join("ann");
 * rehearsal.input("ann", { moveX: 127, moveZ: 0, buttons: 0 });
 * rehearsal.tick();
 */
export async function openReplay<R extends WorldRoom>(
  Game: new () => R,
  {
    seed = 1,
    game = "rehearsal",
    answers = "nobody",
  }: { seed?: number; game?: string; answers?: "nobody" | "recording" } = {},
): Promise<Replay<R>> {
  const room = new Game();
  const inside = room as unknown as Backstage;
  Object.assign(inside, { seed, roomName: game });
  inside.answers.from = answers;
  inside.openWorld(noPorts, silence);
  inside.onBegin?.();
  await inside.onOpen?.();
  const playerOf = (id: string): Player => {
    const player = room.players.get(id);
    if (!player) throw new TypeError(`The recording has nobody named ${id} here.`);
    return player;
  };
  const claimOf = (id: string, sheet: Partial<CharacterSheet> = {}): Claim => {
    const state = { v: 1 as const, places: {}, stats: {} };
    const blank = { id, accountId: id, name: id, color: 0, shape: 0, coins: 0, state };
    return { sheet: { ...blank, ...sheet }, epoch: 1, version: 0 };
  };
  return {
    room,
    join: (id, sheet, role = "player", arrival) =>
      void inside.admit(absentClient(id), claimOf(id, sheet), role, arrival),
    leave: (id) => void (room.players.has(id) && inside.takeOut(playerOf(id))),
    away: (id, away) => inside.setAway(playerOf(id), away),
    message(id, type, message) {
      inside.recorder?.message(id, type, message);
      inside.faultBook.attempt("onMessage", () => inside.inbox.act(playerOf(id), type, message));
    },
    answer: (name, about, answer) => void inside.answers.act(name, about, answer),
    command: (id, role, line) => void room.console.give({ id, role }, line),
    see: (looks) => void inside.looks.splice(0, Number.POSITIVE_INFINITY, ...looks),
    // −0 becomes 0: the wire's whole numbers have none, nor has JSON, and atan2 tells them apart.
    input: (id, { moveX, moveZ, buttons }) =>
      inside.takeStep(playerOf(id), { moveX: moveX + 0, moveZ: moveZ + 0, buttons }, 1 / room.tickHz),
    tick() {
      inside.answers.settle();
      inside.stepWorld();
    },
    resume({ snapshot, players, game: kept }) {
      for (const player of [...room.players.values()]) inside.takeOut(player);
      room.simulation.restore(snapshot);
      for (const { id, sheet, stats, role } of players) {
        const client = absentClient(id);
        const claim = claimOf(id, sheet);
        const avatar =
          (room.world.get(id) as Player["avatar"] | undefined) ?? inside.createAvatar({ client, claim });
        // Described by another one: the restored avatar keeps the looks it has by now.
        const player = describe(client, claim, inside.createAvatar({ client, claim }), { role });
        (room.players as Map<string, Player>).set(id, { ...player, avatar, stats });
      }
      inside.onRestore?.(kept);
    },
  };
}

/** Where a re-run and its recording went apart. */
export interface RerunResult {
  /** Ticks that were run, the last one, and how many had a hash to compare. */
  readonly ticks: number;
  readonly tick: number;
  readonly compared: number;
  /** Ticks whose hash differed from the recorded one, the first hundred. */
  readonly mismatches: readonly number[];
  /** Of the room at the end. */
  readonly hash: string;
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
  const rehearsal = await openReplay(Game, { seed: head.seed, game: head.game, answers: "recording" });
  rehearsal.resume(first);
  const mismatches: number[] = [];
  let ticks = 0;
  let compared = 0;
  for (const record of records) {
    if (!("t" in record) || record.t <= first.tick) continue;
    rehearsal.see(record.s ?? []);
    for (const happening of record.e ?? []) happen(rehearsal, happening);
    for (const [id, moveX, moveZ, buttons] of record.i ?? []) rehearsal.input(id, { moveX, moveZ, buttons });
    rehearsal.tick();
    ticks += 1;
    if (record.h === undefined) continue;
    compared += 1;
    if (rehearsal.room.hash() !== record.h && mismatches.length < 100) mismatches.push(record.t);
  }
  const { room } = rehearsal;
  return { ticks, tick: room.simulation.tick, compared, mismatches, hash: room.hash() };
}

type Ticked = Extract<RecordLine, { t: number }>;

function happen(rehearsal: Replay, happening: NonNullable<Ticked["e"]>[number]): void {
  const [what, id] = happening;
  if (what === "answer") rehearsal.answer(id, happening[2], happening[3]);
  else if (what === "command") rehearsal.command(id, happening[2], happening[3]);
  else if (what === "join")
    rehearsal.join(id, happening[2], happening[3] ?? undefined, happening[4] ?? undefined);
  else if (what === "leave") rehearsal.leave(id);
  else if (what === "away") rehearsal.away(id, happening[2]);
  else rehearsal.message(id, happening[2], happening[3]);
}

const silence: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silence };

/** A rehearsal has nothing to ask: what is asked of a port throws, and is counted among the room's faults. */
const noPorts = new Proxy({} as Ports, {
  get(_, name) {
    return new Proxy(
      {},
      {
        get(_inner, action) {
          if ((name === "events" && action === "keep") || name === "audit") return () => {};
          return () => {
            throw new Error(`A rehearsal has no ${String(name)}.`);
          };
        },
      },
    );
  },
});
