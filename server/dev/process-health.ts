import { type ClientRequest, request } from "node:http";

/** Interval of the health checks, and time without an answer after which other processes come first, ms. */
export const PROBE_MS = 400;
const SILENT_MS = 1_200;

/**
 * Checks the health of each process. A check without an answer stays open until the process answers or ends.
 */
export function watchHealth(upstreams: () => readonly { port: number }[]): {
  isSilent(port: number): boolean;
  stop(): void;
} {
  const heardAt = new Map<number, number>();
  const asking = new Map<number, ClientRequest>();
  const probe = () => {
    for (const { port } of upstreams()) {
      if (!heardAt.has(port)) heardAt.set(port, performance.now());
      if (asking.has(port)) continue;
      const asked = request({ host: "127.0.0.1", port, path: "/health", agent: false });
      asking.set(port, asked);
      asked.on("response", (answer) => {
        heardAt.set(port, performance.now());
        answer.resume();
      });
      asked.on("error", () => {}); // it has ended, or is about to
      asked.on("close", () => asking.delete(port));
      asked.end();
    }
  };
  const timer = setInterval(probe, PROBE_MS);
  return {
    isSilent: (port) => performance.now() - (heardAt.get(port) ?? Number.POSITIVE_INFINITY) > SILENT_MS,
    stop() {
      clearInterval(timer);
      for (const asked of asking.values()) asked.destroy();
    },
  };
}
