import { createEndpoint } from "@colyseus/core";
import { RoomkeepError } from "../../../shared/index.ts";
import type { MemoryWatch } from "../../memory/memory-watch.ts";
import { endpoint, json } from "./answer.ts";

/** A service that the process needs, and its check. */
export interface Dependency {
  readonly name: string;
  /** Rejects when it does not answer. */
  ask(): Promise<unknown>;
}

/**
 * `/health`: the process lives, and the client's address as it sees it. `/ready`: all dependencies answer,
 * the games are defined, the process is not stopping and has memory for more players; else 503 with the
 * reason. Zones that refuse to open are counted in it, without an effect on the status.
 */
export function healthEndpoints(
  dependencies: readonly Dependency[],
  phase: () => "starting" | "running" | "stopping" = () => "running",
  zonesRefused: () => Promise<readonly unknown[]> = async () => [],
  memory: Pick<MemoryWatch, "shortage"> = { shortage: "none" },
) {
  return {
    health: endpoint({
      method: "GET",
      path: "/health",
      answer: ({ address }) => ({ status: "ok", uptimeS: Math.round(process.uptime()), you: address }),
    }),
    ready: createEndpoint("/ready", { method: "GET" }, async () => {
      const answers = await Promise.all(dependencies.map(stateOf));
      // Other rooms work, so the process stays ready. Without a database the answers above say enough.
      const { length: refused } = await zonesRefused().catch(() => []);
      const now = phase();
      const isWell = answers.every(([, state]) => state === "ok") && memory.shortage !== "joins";
      const ready = isWell && now === "running";
      return json(ready ? 200 : 503, {
        status: now !== "running" ? now : ready ? "ready" : "not ready",
        ...Object.fromEntries(answers),
        ...(memory.shortage !== "none" && { memory: SHORT[memory.shortage] }),
        ...(refused > 0 && { zones: `${refused} refused to open: see the log` }),
      });
    }),
  };
}

/** What a process that is short of memory does not take. */
const SHORT = { rooms: "short: no new rooms", joins: "short: no new rooms, nobody new" } as const;

async function stateOf({ name, ask }: Dependency): Promise<[string, string]> {
  return ask().then(
    () => [name, "ok"],
    (error) => [
      name,
      error instanceof RoomkeepError && error.code === "DISK_FULL" ? "is full" : "does not answer",
    ],
  );
}
