// A server process with its page, whose game of sketch is hasty where nobody has to do anything.
import { fileURLToPath } from "node:url";
import { readConfig, startServer } from "roomkeep/server";
import { SketchRoom } from "../../../games/sketch/room.ts";
import { stopOnSignal, tellParent } from "../../../server/cli/start.ts";

class HastySketchRoom extends SketchRoom {
  override chooseS = 60;
  override revealS = 4;
}

const page = fileURLToPath(new URL("../../../dist/page", import.meta.url));
const server = await startServer({ sketch: HastySketchRoom }, readConfig(process.env), page);
stopOnSignal(server);
tellParent(server);
