import { totalmem } from "node:os";
import { performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { matchMaker } from "@colyseus/core";
import type { BaseLogger } from "pino";
import type { Load } from "./member.ts";

/** Shorter spans say nothing: whoever has just started was busy with that, ms. */
const SPAN_MIN_MS = 500;

/** Reads how much this process has to do: the mean of a few seconds. */
export function openLoadGauge(
  who: Pick<Load, "version" | "incarnation" | "address" | "publicAddress">,
  isClosed: () => boolean,
): () => Load {
  let last = performance.eventLoopUtilization();
  let busy = 0;
  return () => {
    const now = performance.eventLoopUtilization();
    const span = performance.eventLoopUtilization(now, last);
    if (span.active + span.idle >= SPAN_MIN_MS) {
      busy += (span.utilization - busy) / 2;
      last = now;
    }
    const { roomCount, ccu } = matchMaker.stats.local;
    const memory = memoryShare();
    return { rooms: roomCount, players: ccu, busy: round(busy), memory, closed: isClosed(), ...who };
  };
}

/** Above this part of its memory a process takes no rooms, until it is below the other. */
const PRESSURE = { from: 0.9, until: 0.8 };

/** Watches over the memory of this process: true while there is too little for new rooms. */
export function openPressure(log: Pick<BaseLogger, "info" | "warn">, share = memoryShare): () => boolean {
  let tight = false;
  return () => {
    const memory = share();
    if (!tight && memory > PRESSURE.from) log.warn({ memory }, "short of memory: new rooms open elsewhere");
    if (tight && memory < PRESSURE.until)
      log.info({ memory }, "there is memory again: new rooms may open here");
    tight = memory > (tight ? PRESSURE.until : PRESSURE.from);
    return tight;
  };
}

/** Part of the memory that is used: of the heap's limit, or of what the container or the machine has. */
export function memoryShare(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  const allowed = Math.min(process.constrainedMemory() || totalmem(), totalmem());
  return round(Math.max(used / limit, process.memoryUsage.rss() / allowed));
}

const round = (share: number) => Math.round(share * 1000) / 1000;
