import { performance } from "node:perf_hooks";
import { matchMaker } from "@colyseus/core";
import type { MemoryShares } from "../memory/memory-watch.ts";
import type { Load } from "./member.ts";

/** Shortest span that is measured, ms: a process that has just started was busy with its start. */
const SPAN_MIN_MS = 500;

/** Opens a gauge of this process's load; `busy` is a mean over some seconds. */
export function openLoadGauge(
  who: Pick<Load, "version" | "incarnation" | "address" | "publicAddress">,
  isClosed: () => boolean,
  memoryShares: () => MemoryShares,
  sample: () => unknown = () => undefined,
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
    const { heap, container } = memoryShares();
    const memory = round(Math.max(heap, container));
    const told = { rooms: roomCount, players: ccu, busy: round(busy), memory, closed: isClosed() };
    return { ...told, sample: sample(), ...who };
  };
}

const round = (share: number) => Math.round(share * 1000) / 1000;
