// One server process of the cluster drills: the real server with the drill's rooms, which can hurt itself at
// a step of the hand-over.

import { readConfig, startServer } from "roomkeep/server";
import { stopOnSignal, tellParent } from "../../server/cli/start.ts";
import { games } from "./cluster-rooms.ts";
import { armTravel } from "./travel-steps.ts";

const server = await startServer(games, readConfig(process.env));
stopOnSignal(server);
armTravel(server.foundation.ports);
tellParent(server);
