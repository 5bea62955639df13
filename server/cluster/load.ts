import { totalmem } from "node:os";
import { performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { matchMaker } from "@colyseus/core";
import type { BaseLogger } from "pino";
import type { Load } from "./member.ts";

/** Shortest span that is measured, ms: a process that has just started was busy with its start. */
const SPAN_MIN_MS = 500;

/** Opens a gauge of this process's load; `busy` is a mean over some seconds. */
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

/** Share of memory from which on a process takes no rooms, until its share is below the other. */
const PRESSURE = { from: 0.9, until: 0.8 };

/** Opens a check of this process's memory: true while it is too short for new rooms. */
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

/** Used share of the heap limit or of the memory of container or machine, the higher of the two. */
export function memoryShare(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  const allowed = Math.min(process.constrainedMemory() || totalmem(), totalmem());
  return round(Math.max(used / limit, process.memoryUsage.rss() / allowed));
}

const round = (share: number) => Math.round(share * 1000) / 1000;
