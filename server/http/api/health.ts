import { createEndpoint } from "@colyseus/core";
import { endpoint, json } from "./answer.ts";

/** Something the process cannot work without, and how to ask it. */
export interface Dependency {
  readonly name: string;
  /** Rejects when it does not answer. */
  ask(): Promise<unknown>;
}

/** `/health`: the process lives, and which address it takes the asker for. `/ready`: what it needs answers, and it is not about to end; else 503 with the reason. */
export function healthEndpoints(
  dependencies: readonly Dependency[],
  isStopping: () => boolean = () => false,
) {
  return {
    health: endpoint({
      method: "GET",
      path: "/health",
      answer: ({ address }) => ({ status: "ok", uptimeS: Math.round(process.uptime()), you: address }),
    }),
    ready: createEndpoint("/ready", { method: "GET" }, async () => {
      const answers = await Promise.all(dependencies.map(stateOf));
      const ready = answers.every(([, state]) => state === "ok") && !isStopping();
      return json(ready ? 200 : 503, {
        status: isStopping() ? "stopping" : ready ? "ready" : "not ready",
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
