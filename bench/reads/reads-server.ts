// The server process of the reads bench: the sample games, on the database and Redis of its environment.

import { matchMaker } from "@colyseus/core";
import { readConfig, startServer } from "roomkeep/server";
import { games, plugins } from "../../server/main.ts";

const { url } = await startServer(games, readConfig(process.env), undefined, plugins);

process.on("message", async (message: { rooms: number } | "cpu" | "exit") => {
  if (message === "exit") process.exit(0);
  if (message === "cpu") {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: (user + system) / 1_000 });
    return;
  }
  for (let n = 0; n < message.rooms; n++) {
    const { roomId } = await matchMaker.createRoom("tag", {});
    // Nobody comes, and it stays.
    Object.assign(matchMaker.getLocalRoomById(roomId) ?? {}, { autoDispose: false });
  }
  process.send?.({ rooms: message.rooms });
});
process.on("disconnect", () => process.exit(0));
process.send?.({ url });
