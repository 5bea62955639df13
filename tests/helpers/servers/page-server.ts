// A server process with its page, for browser tests on several processes: the test places the players.
import { fileURLToPath } from "node:url";
import { matchMaker } from "@colyseus/core";
import type { WorldRoom } from "roomkeep/rooms";
import { readConfig, startServer } from "roomkeep/server";
import { stopOnSignal, tellParent } from "../../../server/cli/start.ts";
import { games, plugins } from "../../../server/main.ts";

/** Moves a player, if this process has their room. */
export interface Put {
  put: { roomId: string; sessionId: string; x: number; z: number };
}

const page = fileURLToPath(new URL("../../../dist/page", import.meta.url));
const server = await startServer(games, readConfig(process.env), page, plugins);
stopOnSignal(server);
process.on("message", ({ put }: Partial<Put>) => {
  const room = put && (matchMaker.getLocalRoomById(put.roomId) as unknown as WorldRoom | undefined);
  const player = room?.players.get(put?.sessionId ?? "");
  if (player && put) Object.assign(player.avatar, { x: put.x, z: put.z });
});
tellParent(server);
