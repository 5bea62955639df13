// A server process with a queue of two, and a co-operative one for parties.
import { WorldRoom } from "roomkeep/rooms";
import { type AnyPlugin, readConfig, startServer } from "roomkeep/server";
import { WorldState } from "roomkeep/shared";
import { defineQueue, matchmaking } from "../../../plugins/matchmaking/index.ts";

class ArenaRoom extends WorldRoom {
  static override readonly listing = { label: "Arena", description: "", maxPlayers: 8 };
  override state = new WorldState();
}
class LobbyRoom extends WorldRoom {
  static override readonly listing = { label: "Lobby", description: "", maxPlayers: 8 };
  override state = new WorldState();
}

const plugin = matchmaking.with({
  passMs: 200,
  queues: [
    defineQueue("duel", { game: "arena", teams: [{ size: 1 }, { size: 1 }], ready: { seconds: 60 } }),
    defineQueue("coop", { game: "arena", teams: [{ size: 3 }], ready: { seconds: 60 } }),
  ],
});
const server = await startServer({ arena: ArenaRoom, lobby: LobbyRoom }, readConfig(process.env), undefined, [
  plugin as unknown as AnyPlugin,
]);
process.send?.({ ready: true, port: server.port, url: server.url });
