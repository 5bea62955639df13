import { channel } from "node:diagnostics_channel";
import { RoomkeepError } from "../../shared/index.ts";
import { REWIND_MAX_MS } from "./lag-compensation.ts";

/**
 * Parts of a tick, in their order: taking the inputs that players have credit for · the game's steps by them
 * · bodies · systems, rules and saves · interest management · encoding · handing frames to the sockets.
 */
export const PHASES = ["inputs", "step", "physics", "rules", "interest", "encode", "send"] as const;
export type Phase = (typeof PHASES)[number];

/** One finished tick, as published on the channel "roomkeep:tick". Milliseconds. */
export interface TickTiming {
  /** Name of the game. */
  room: string;
  /** Code of the room. */
  roomId: string;
  /** Milliseconds of each phase of the tick. */
  ms: Record<Phase, number>;
  /** It took longer than the step it simulates. */
  late: boolean;
}

const ticks = channel("roomkeep:tick");
/** Ticks that are looked back at, and of how many each one number is told. */
const RECENT = 1_200;
const RECENT_STEP = 20;

/**
 * Where the time of the last ticks went: the mean of each phase in ms, by which one sees what a slow room is
 * slow at.
 */
export interface TickProfile {
  /** Ticks since the room began. */
  ticks: number;
  /** Ticks that took longer than the step they simulate. */
  late: number;
  /** Mean milliseconds of a phase over all ticks. */
  meanMs: Record<Phase, number>;
  /** Longest tick, milliseconds. */
  worstMs: number;
  /** Of the last minute, at most 1,200 ticks: the tick that 99 of 100 are shorter than, milliseconds. */
  p99Ms: number;
  /** The longest of each twenty of them, the oldest first, milliseconds. */
  recentMs: number[];
}

/** A stopwatch for the phases of a room's tick; metrics listen on "roomkeep:tick". */
export interface TickClock {
  begin(): void;
  /** Books the time since the last call under a phase. */
  lap(phase: Phase): void;
  /** Moves milliseconds of a phase's last lap to another phase that ran within it. */
  split(from: Phase, to: Phase, ms: number): void;
  end(): void;
  profile(): TickProfile;
}

/**
 * @param budgetMs the fixed step: a tick that takes longer is late
 */
export function openTickClock(room: { roomName: string; roomId: string }, budgetMs: number): TickClock {
  const total = noTime();
  const ms = noTime();
  const recent = new Float32Array(RECENT);
  let count = 0;
  let late = 0;
  let worstMs = 0;
  let started = 0;
  let last = 0;
  return {
    begin() {
      started = last = performance.now();
      // Not every tick sends a patch.
      ms.interest = ms.encode = ms.send = 0;
    },
    lap(phase) {
      const at = performance.now();
      ms[phase] = at - last;
      total[phase] += at - last;
      last = at;
    },
    split(from, to, some) {
      ms[from] -= some;
      ms[to] = some;
      total[from] -= some;
      total[to] += some;
    },
    end() {
      const took = last - started;
      recent[count % RECENT] = took;
      count++;
      if (took > budgetMs) late++;
      if (took > worstMs) worstMs = took;
      if (ticks.hasSubscribers)
        ticks.publish({
          room: room.roomName,
          roomId: room.roomId,
          ms,
          late: took > budgetMs,
        } satisfies TickTiming);
    },
    profile() {
      const meanMs = { ...total };
      for (const phase of PHASES) meanMs[phase] = count ? total[phase] / count : 0;
      return { ticks: count, late, meanMs, worstMs, ...recentOf(recent, count) };
    },
  };
}

function recentOf(ring: Float32Array, count: number): Pick<TickProfile, "p99Ms" | "recentMs"> {
  const from = count > RECENT ? count % RECENT : 0;
  const all = [...ring.subarray(from, Math.min(count, RECENT)), ...ring.subarray(0, from)];
  const sorted = [...all].sort((a, b) => a - b);
  const recentMs = Array.from({ length: Math.ceil(all.length / RECENT_STEP) }, (_, i) =>
    Math.max(...all.slice(i * RECENT_STEP, (i + 1) * RECENT_STEP)),
  );
  return { p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0, recentMs };
}

function noTime(): Record<Phase, number> {
  return { inputs: 0, step: 0, physics: 0, rules: 0, interest: 0, encode: 0, send: 0 };
}

/** Rates of a room, as its game set them. */
export interface RoomRates {
  readonly tickHz: number;
  readonly patchEveryTicks: number;
  readonly rewindMs: number;
}

/** @throws CONFIG_INVALID if a rate of the room is out of its range */
export function checkRates(roomName: string, { tickHz, patchEveryTicks, rewindMs }: RoomRates): void {
  const isTick = tickHz > 0 && tickHz <= 240;
  const isPatch = Number.isInteger(patchEveryTicks) && patchEveryTicks >= 1;
  if (isTick && isPatch && rewindMs >= 0 && rewindMs <= REWIND_MAX_MS) return;
  throw new RoomkeepError(
    "CONFIG_INVALID",
    `${roomName}: tickHz, patchEveryTicks or rewindMs is out of range.`,
  );
}
