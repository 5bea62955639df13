import { createEndpoint } from "@colyseus/core";
import { endpoint, json } from "./answer.ts";

/** Something the process cannot work without, and how to ask it. */
export interface Dependency {
  readonly name: string;
  /** Rejects when it does not answer. */
  ask(): Promise<unknown>;
}

/** `/health`: the process lives. `/ready`: what it needs answers; else 503 with what is missing. */
export function healthEndpoints(dependencies: readonly Dependency[]) {
  return {
    health: endpoint({
      method: "GET",
      path: "/health",
      answer: () => ({ status: "ok", uptimeS: Math.round(process.uptime()) }),
    }),
    ready: createEndpoint("/ready", { method: "GET" }, async () => {
      const answers = await Promise.all(dependencies.map(stateOf));
      const ready = answers.every(([, state]) => state === "ok");
      return json(ready ? 200 : 503, {
        status: ready ? "ready" : "not ready",
        ...Object.fromEntries(answers),
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
