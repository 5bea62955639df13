// A server process with its page, whose plaza the test makes slow: every tick then takes some ms more. Only
// the live room is: a re-run of its past is not.
import { fileURLToPath } from "node:url";
import { matchMaker } from "@colyseus/core";
import { readConfig, startServer } from "roomkeep/server";
import { PlazaRoom } from "../../../games/plaza/room.ts";
import { stopOnSignal, tellParent, welcome } from "../../../server/cli/start.ts";
import { games, plugins } from "../../../server/main.ts";

/** Makes a room slow by so many ms a tick, if this process has it. Answered by {@link Slowed}. */
export interface Slow {
  slow: { roomId: string; ms: number };
}
/** Whether the process has the room. */
export interface Slowed {
  slowed: boolean;
}

const slow = new Map<string, number>();

class SlowPlaza extends PlazaRoom {
  protected override onTick(): void {
    const until = performance.now() + (slow.get(this.roomId) ?? 0);
    while (performance.now() < until);
  }
}

const page = fileURLToPath(new URL("../../../dist/page", import.meta.url));
const server = await startServer({ ...games, plaza: SlowPlaza }, readConfig(process.env), page, plugins);
stopOnSignal(server);
process.on("message", ({ slow: asked }: Partial<Slow>) => {
  if (!asked) return;
  const has = matchMaker.getLocalRoomById(asked.roomId) !== undefined;
  if (has) slow.set(asked.roomId, asked.ms);
  process.send?.({ slowed: has } satisfies Slowed);
});
const { signIn, desk } = server.foundation;
console.log(welcome(server, await signIn.announce(), await desk.announce()));
tellParent(server);
