import { WorldRoom } from "roomkeep/rooms";
import { readConfig, startServer } from "roomkeep/server";
import { WorldState } from "roomkeep/shared";

/** A field for two players, which some may watch. */
class FieldRoom extends WorldRoom {
  static override readonly listing = {
    label: "Field",
    description: "",
    maxPlayers: 2,
    spectators: { max: 2 },
    screens: 1,
  };
  override state = new WorldState();
}

const server = await startServer({ field: FieldRoom }, readConfig(process.env));
process.send?.({ ready: true, port: server.port, url: server.url });
process.once("SIGTERM", () => void server.close().then(() => process.exit(0)));
