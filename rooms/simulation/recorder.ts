import type { Stored, WalkInput } from "../../shared/index.ts";
import type { CharacterSheet, Place, Role } from "../ports/characters.ts";
import type { RecordedPose } from "./lag-compensation.ts";
import type { Simulation } from "./simulation.ts";

/** An occurrence that moved the world before a tick's inputs, in its order. */
export type Happening =
  | readonly ["join", id: string, sheet: CharacterSheet, role?: Role, arrival?: Place]
  | readonly ["leave", id: string]
  | readonly ["away", id: string, away: boolean]
  | readonly ["message", id: string, type: string, message: unknown]
  | readonly ["answer", name: string, about: unknown, answer: unknown]
  | readonly ["command", id: string, role: Role, line: string];

/** An input frame that was applied: session id, and its three fields. */
export type AppliedInput = readonly [id: string, moveX: number, moveZ: number, buttons: number];

/** The world in the middle of a recording: a re-run may begin here. */
export interface Mark {
  readonly tick: number;
  readonly snapshot: Stored;
  readonly players: readonly {
    id: string;
    sheet: CharacterSheet;
    stats: Record<string, unknown>;
    role: Role;
  }[];
  /** The game's own fields, by `onKeep`. */
  readonly game: unknown;
}

/** One line of a recording, as JSON. */
export type RecordLine =
  | {
      readonly v: 1;
      readonly game: string;
      readonly seed: number;
      readonly tickHz: number;
      /** Version of Node; recordings of before it was noted have none. */
      readonly node?: string;
      /** Build of the page that the process served, where it is known: of the same deploy as the game. */
      readonly build?: string;
    }
  | { readonly mark: Mark }
  | {
      readonly t: number;
      readonly e?: readonly Happening[];
      readonly i?: readonly AppliedInput[];
      /** Poses that shooters saw, in the order in which rules asked. */
      readonly s?: readonly RecordedPose[];
      readonly h?: string;
    }
  | { readonly end: "stopped" | "full" };

/** The part of a room that a recorder reads. */
export interface Recorded {
  readonly roomName: string;
  readonly simulation: Simulation;
  readonly players: ReadonlyMap<
    string,
    {
      readonly claim: { readonly sheet: CharacterSheet };
      readonly stats: Record<string, unknown>;
      readonly role: Role;
    }
  >;
  keptByGame(): unknown;
  hash(): string;
}

/** Target, size limit, and distance of hashes and snapshots of a recording. */
export interface RecorderOptions {
  /** Takes one line, with its line break. */
  readonly write: (line: string) => void;
  /** Longest recording in characters; then it ends by itself. Default 64 million. */
  readonly maxChars?: number;
  /** Ticks between hashes of the world, for a re-run to compare with. 0: none. Default 20. */
  readonly hashEveryTicks?: number;
  /** Ticks between snapshots, at which a re-run may begin. Default 1200, a minute at 20 Hz. */
  readonly markEveryTicks?: number;
}

/** A recorder of one room. Give it to `WorldRoom.record`. */
export interface Recorder {
  /** Characters written so far. */
  readonly chars: number;
  /** False once it was stopped or is full. */
  readonly running: boolean;
  /** Writes the head, and a mark of the world as it is. */
  begin(room: Recorded): void;
  /** A player came in, with the character as it was. */
  join(id: string, sheet: CharacterSheet, role?: Role, arrival?: Place): void;
  /** A player left for good. */
  leave(id: string): void;
  /** The connection of a player was dropped, or is back. */
  away(id: string, away: boolean): void;
  /** A message that passed its schema and its rate limit. */
  message(id: string, type: string, message: unknown): void;
  /** See `WorldRoom.onAnswer`. */
  answer(name: string, about: unknown, answer: unknown): void;
  /** A command that no player gave: an operator's. */
  command(id: string, role: Role, line: string): void;
  /** The position at which a shooter saw a target. */
  pose(pose: RecordedPose): void;
  /** An input frame that was applied. */
  input(id: string, input: Pick<WalkInput, "moveX" | "moveZ" | "buttons">): void;
  /** Writes the line of a tick, if anything moved the world in it. */
  endTick(room: Recorded): void;
  /** Writes the last line; further calls do nothing. */
  stop(): void;
}

/**
 * Opens a recorder: one JSON line a tick in which anything happened, into whatever `write` writes to.
 *
 * @example
 * const lines: string[] = [];
 * room.record(openRecorder({ write: (line) => lines.push(line), hashEveryTicks: 1 }));
 */
export function openRecorder(options: RecorderOptions): Recorder {
  const { write, maxChars = 64_000_000, hashEveryTicks = 20, markEveryTicks = 1200 } = options;
  let happened: Happening[] = [];
  let inputs: AppliedInput[] = [];
  let poses: RecordedPose[] = [];
  let chars = 0;
  let running = false;
  let isMarkDue = false;

  function put(line: RecordLine): void {
    const text = `${JSON.stringify(line)}\n`;
    if (chars + text.length > maxChars && !("end" in line)) {
      end("full");
      return;
    }
    chars += text.length;
    write(text);
  }

  function end(end: "stopped" | "full"): void {
    if (!running) return;
    running = false;
    put({ end });
  }

  const note = (happening: Happening): void => {
    if (running) happened.push(structuredClone(happening));
  };

  return {
    get chars() {
      return chars;
    },
    get running() {
      return running;
    },
    begin(room) {
      running = true;
      const { seed, tickHz } = room.simulation;
      put({ v: 1, game: room.roomName, seed, tickHz, node: process.versions.node });
      put({ mark: markOf(room) });
    },
    join: (id, sheet, role, arrival) => note(["join", id, sheet, role, arrival]),
    leave: (id) => note(["leave", id]),
    away: (id, away) => note(["away", id, away]),
    message: (id, type, message) => note(["message", id, type, message]),
    answer: (name, about, answer) => note(["answer", name, about, answer]),
    command: (id, role, line) => note(["command", id, role, line]),
    pose(pose) {
      if (running) poses.push(pose);
    },
    input(id, { moveX, moveZ, buttons }) {
      if (running) inputs.push([id, moveX, moveZ, buttons]);
    },
    endTick(room) {
      if (!running) return;
      const { tick } = room.simulation;
      const isDue = (every: number) => every > 0 && tick % every === 0;
      put({
        t: tick,
        e: happened.length > 0 ? happened : undefined,
        i: inputs.length > 0 ? inputs : undefined,
        s: poses.length > 0 ? poses : undefined,
        h: isDue(hashEveryTicks) ? room.hash() : undefined,
      });
      happened = [];
      inputs = [];
      poses = [];
      isMarkDue ||= isDue(markEveryTicks);
      // Deferred changes are code, which no mark holds: the mark waits until there are none.
      if (!isMarkDue || !running || room.simulation.world.waiting > 0) return;
      isMarkDue = false;
      put({ mark: markOf(room) });
    },
    stop: () => end("stopped"),
  };
}

/** The room as it is now, for a re-run to begin with. It shares parts with the room: write it at once. */
export function markOf(room: Recorded): Mark {
  const players = [...room.players].map(([id, { claim, stats, role }]) => ({
    id,
    sheet: claim.sheet,
    stats,
    role,
  }));
  return {
    tick: room.simulation.tick,
    snapshot: room.simulation.snapshot(),
    players,
    game: room.keptByGame() ?? null,
  };
}
