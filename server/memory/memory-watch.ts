import { totalmem } from "node:os";
import type { BaseLogger } from "pino";
import { Gauge, type Registry } from "prom-client";
import { RoomkeepError } from "../../shared/index.ts";
import { containerShare } from "./container.ts";
import { openHeapGauge } from "./heap.ts";

/** How often the container is asked, ms; the heap tells by itself. */
const LOOK_MS = 1_000;
/**
 * From the first part of its memory on a process takes no new rooms or players, until it is below the second.
 */
const LEVELS = { joins: { from: 0.9, until: 0.8 }, rooms: { from: 0.8, until: 0.7 } } as const;
/** When one who was refused may try again, s. */
const RETRY_AFTER_S = 10;

/** What a process is short of memory for: nothing, new rooms, or new players as well. */
export type Shortage = "none" | "rooms" | "joins";

/** Parts of the memory that are used, 1 being the end of the process. */
export interface MemoryShares {
  /** Of what V8 can bear. */
  readonly heap: number;
  /** Of the container, or of the machine. */
  readonly container: number;
}

/** Watches over the memory of this process. */
export interface MemoryWatch {
  readonly shortage: Shortage;
  shares(): MemoryShares;
  /** @throws MEMORY_SHORT no new room may open */
  admitRoom(): void;
  /** @throws MEMORY_SHORT nobody new may join */
  admitPlayer(): void;
  close(): void;
}

/** How the memory is read. */
export interface MemoryReadings {
  shares(): MemoryShares;
  /** Looks at the heap anew. */
  collect(): void;
}

/** What {@link openMemoryWatch} needs. */
export interface MemoryWatchOptions {
  readonly log: Pick<BaseLogger, "info" | "warn">;
  readonly registry: Registry;
  /** Rooms and players of this process. */
  load(): number;
}

/**
 * Watches the memory of this process: by what V8 can bear and by what its container may have, whichever is
 * scarcer. It warns, refuses new rooms and later new players well before the end, and takes them again when
 * there is memory.
 */
export function openMemoryWatch({ log, registry, load }: MemoryWatchOptions): MemoryWatch {
  const heap = openHeapGauge(() => state.look());
  const shares = () => ({
    heap: heap.share(),
    container: containerShare() ?? process.memoryUsage.rss() / totalmem(),
  });
  const state = followMemory({ shares, collect: heap.collect }, log, load);
  const timer = setInterval(state.look, LOOK_MS).unref();
  new Gauge({
    name: "roomkeep_memory_share",
    help: "Part of the memory that is used: of what V8 can bear, and of the container or the machine",
    labelNames: ["of"],
    registers: [registry],
    collect() {
      const { heap, container } = shares();
      this.set({ of: "heap" }, heap);
      this.set({ of: "container" }, container);
    },
  });
  const short = (text: string) => new RoomkeepError("MEMORY_SHORT", text, { retryAfterS: RETRY_AFTER_S });
  return {
    get shortage() {
      return state.shortage();
    },
    shares,
    admitRoom() {
      if (state.shortage() !== "none") throw short("This server is short of memory and opens no new rooms.");
    },
    admitPlayer() {
      if (state.shortage() === "joins") throw short("This server is short of memory and takes nobody new.");
    },
    close() {
      clearInterval(timer);
      heap.close();
    },
  };
}

/**
 * Turns readings into a shortage that does not flicker. V8 may not look at a heap again that only shrinks: it
 * is made to.
 */
export function followMemory(
  { shares, collect }: MemoryReadings,
  log: MemoryWatchOptions["log"],
  load: () => number,
): { shortage(): Shortage; look(): void } {
  let shortage: Shortage = "none";
  let lastLoad = load();
  const next = (share: number): Shortage => {
    const over = (level: keyof typeof LEVELS, isIn: boolean) =>
      share > (isIn ? LEVELS[level].until : LEVELS[level].from);
    if (over("joins", shortage === "joins")) return "joins";
    return over("rooms", shortage !== "none") ? "rooms" : "none";
  };
  return {
    shortage: () => shortage,
    look() {
      const { heap, container } = shares();
      const before = shortage;
      shortage = next(Math.max(heap, container));
      if (shortage !== before) tell(log, shortage, { heap: percent(heap), container: percent(container) });
      const now = load();
      const hasShrunk = now < lastLoad;
      lastLoad = now;
      if (hasShrunk && shortage !== "none" && heap > container) collect();
    },
  };
}

function tell(log: MemoryWatchOptions["log"], shortage: Shortage, fields: object): void {
  if (shortage === "joins") log.warn(fields, "short of memory: nobody new is let in");
  else if (shortage === "rooms") log.warn(fields, "short of memory: no new rooms open here");
  else log.info(fields, "there is memory again");
}

const percent = (share: number) => `${Math.round(share * 100)} %`;
