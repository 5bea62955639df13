// A server process with its page, for browser tests on several processes: the test places the players.
import { fileURLToPath } from "node:url";
import { matchMaker } from "@colyseus/core";
import type { WorldRoom } from "roomkeep/rooms";
import { readConfig, startServer } from "roomkeep/server";
import { stopOnSignal, tellParent } from "../../../server/cli/start.ts";
import { tellSettingsChanged } from "../../../server/hints.ts";
import { games, plugins } from "../../../server/main.ts";

/** Moves a player, if this process has their room. */
export interface Put {
  put: { roomId: string; sessionId: string; x: number; z: number };
}
/** Sets how many rooms each process may have, as operators do. */
export interface Limit {
  roomsMax: number;
}
/** Asks which processes take no rooms, as this one has heard: what it places new rooms by. Answer: `full`. */
export interface Question {
  ask: "full";
}

const page = fileURLToPath(new URL("../../../dist/page", import.meta.url));
const server = await startServer(games, readConfig(process.env), page, plugins);
stopOnSignal(server);
const { live, database, log, membership } = server.foundation;
process.on("message", ({ put, roomsMax, ask }: Partial<Put & Limit & Question>) => {
  if (put) move(put);
  if (roomsMax) void limit(roomsMax);
  const closed = membership?.members.living().filter((member) => member.closed);
  if (ask) process.send?.({ full: closed?.map(({ processId }) => processId) });
});

function move({ roomId, sessionId, x, z }: Put["put"]): void {
  const room = matchMaker.getLocalRoomById(roomId) as unknown as WorldRoom | undefined;
  const player = room?.players.get(sessionId);
  if (player) Object.assign(player.avatar, { x, z });
}

async function limit(roomsMax: number): Promise<void> {
  const by = { accountId: undefined, caller: "operator test" };
  const change = { name: "ROOMKEEP_ROOMS_MAX", by, reason: "a test" };
  await database.ds.transaction((db) => live.set(db, change, String(roomsMax)));
  await live.look();
  await tellSettingsChanged(log);
}
tellParent(server);
