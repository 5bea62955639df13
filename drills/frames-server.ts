// The server process of the frames drill: the sample games as `roomkeep start` runs them, without their page.

import { readConfig, startServer } from "roomkeep/server";
import { stopOnSignal, tellParent } from "../server/cli/start.ts";
import { games } from "../server/main.ts";

const server = await startServer(games, readConfig(process.env));
stopOnSignal(server);
tellParent(server);
// The drill reports the last lines of a server that ended.
console.log(`the drill's server listens at ${server.url}`);
