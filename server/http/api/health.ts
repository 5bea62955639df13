import { createEndpoint } from "@colyseus/core";
import { endpoint, json } from "./answer.ts";

/** Something the process cannot work without, and how to ask it. */
export interface Dependency {
  readonly name: string;
  /** Rejects when it does not answer. */
  ask(): Promise<unknown>;
}

/** `/health`: the process lives, and which address it takes the asker for. `/ready`: what it needs answers, its games are defined, and it is not about to end; else 503 with the reason. Zones that refuse to open are told in it, and change nothing. */
export function healthEndpoints(
  dependencies: readonly Dependency[],
  phase: () => "starting" | "running" | "stopping" = () => "running",
  zonesRefused: () => Promise<readonly unknown[]> = async () => [],
) {
  return {
    health: endpoint({
      method: "GET",
      path: "/health",
      answer: ({ address }) => ({ status: "ok", uptimeS: Math.round(process.uptime()), you: address }),
    }),
    ready: createEndpoint("/ready", { method: "GET" }, async () => {
      const answers = await Promise.all(dependencies.map(stateOf));
      // No reason to be not ready: the other rooms live. Without a database the answer above says enough.
      const { length: refused } = await zonesRefused().catch(() => []);
      const now = phase();
      const ready = answers.every(([, state]) => state === "ok") && now === "running";
      return json(ready ? 200 : 503, {
        status: now !== "running" ? now : ready ? "ready" : "not ready",
        ...Object.fromEntries(answers),
        ...(refused > 0 && { zones: `${refused} refused to open: see the log` }),
      });
    }),
  };
}

async function stateOf({ name, ask }: Dependency): Promise<[string, string]> {
  return ask().then(
    () => [name, "ok"],
    () => [name, "does not answer"],
  );
}
