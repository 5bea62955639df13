/**
 * A server with one arena, on a core of its own: `recorder-server.ts`. Controlled by messages: "keep" and
 * "forget" switch the room's ring, "read" tells what the process has used.
 */
import { matchMaker } from "@colyseus/core";
import { IN_MEMORY, readConfig, startServer } from "roomkeep/server";
import { ArenaRoom } from "./arena-room.ts";

const config = readConfig({
  PORT: "0",
  LOG_LEVEL: "silent",
  ROOMKEEP_DATA_DIR: IN_MEMORY,
  ROOMKEEP_REPLAY_SECONDS: "0",
  ROOMKEEP_ADDRESS_TICKETS: "100000",
  ROOMKEEP_ADDRESS_SEATS: "1000",
});
const { url } = await startServer({ arena: ArenaRoom }, config);

async function room(): Promise<ArenaRoom> {
  const [open] = await matchMaker.query({});
  return matchMaker.getLocalRoomById(open?.roomId ?? "") as unknown as ArenaRoom;
}

/** Memory in use after garbage collections, bytes: objects and buffers. */
function used(): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const commands: Record<string, () => Promise<object>> = {
  async keep() {
    (await room()).keep(60);
    return { keep: true };
  },
  async forget() {
    (await room()).forget();
    return { forget: true };
  },
  async read() {
    const { user, system } = process.cpuUsage();
    const { ticks, late, p99Ms } = (await room()).tickProfile();
    return { read: { cpuMs: (user + system) / 1000, ticks, late, p99Ms } };
  },
  /** What the ring says it takes, and what the process has less once it is gone. */
  async weigh() {
    const arena = await room();
    const { bytes = 0, seconds = 0, problem } = arena.ring ?? {};
    const before = used();
    arena.forget();
    return { weigh: { bytes, seconds, problem: problem ?? null, freedBytes: before - used() } };
  },
  exit: async () => process.exit(0),
};
process.on("message", async (message) => {
  process.send?.((await commands[String(message)]?.()) as object);
});
process.on("disconnect", () => process.exit(0));
process.send?.({ url });
