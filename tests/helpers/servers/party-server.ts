// A server process of the party fixture: a game without a world, and its page from PARTY_PAGE.
import { readConfig, startServer } from "roomkeep/server";
import { stopOnSignal, tellParent } from "../../../server/cli/start.ts";
import { DoodleRoom } from "../../fixtures/party/games/doodle/room.ts";

const server = await startServer({ doodle: DoodleRoom }, readConfig(process.env), process.env.PARTY_PAGE);
stopOnSignal(server);
tellParent(server);
