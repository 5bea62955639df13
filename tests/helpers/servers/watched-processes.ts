// A server process that tells its parent what its overview shows.
import { readConfig, startServer } from "roomkeep/server";
import { stopOnSignal, tellParent } from "../../../server/cli/start.ts";
import { games } from "../../../server/main.ts";

const server = await startServer(games, readConfig(process.env));
process.on("message", (message: { ask?: string }) => {
  if (message.ask === "overview") process.send?.({ overview: server.foundation.watch.overview.read() });
});
stopOnSignal(server);
tellParent(server);
