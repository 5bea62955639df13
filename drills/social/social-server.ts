// One server process of the social drill: the real server with the plugins about people.

import { readConfig, startServer } from "roomkeep/server";
import { stopOnSignal, tellParent } from "../../server/cli/start.ts";
import { games, plugins } from "./social-room.ts";

const server = await startServer(games, readConfig(process.env), undefined, plugins);
stopOnSignal(server);
tellParent(server);
