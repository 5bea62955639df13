// A server process with a game whose rooms are matched by mode.
import { GameRoom } from "roomkeep/rooms";
import { readConfig, startServer } from "roomkeep/server";

class ModesRoom extends GameRoom {
  static override readonly listing = {
    label: "Modes",
    description: "By mode.",
    maxPlayers: 8,
    matchBy: { mode: ["red", "blue"] },
  };
}

const server = await startServer({ modes: ModesRoom }, readConfig(process.env));
process.send?.({ ready: true, port: server.port, url: server.url });
