// A server process with a bracket and a score attack.
import { WorldRoom } from "roomkeep/rooms";
import { type AnyPlugin, readConfig, startServer } from "roomkeep/server";
import { WorldState } from "roomkeep/shared";
import { z } from "zod";
import { defineCup, tournaments } from "../../../plugins/tournaments/index.ts";

class ArenaRoom extends WorldRoom {
  static override readonly listing = { label: "Arena", description: "", maxPlayers: 8 };
  override state = new WorldState();

  protected override onOpen(): void {
    this.on("win", z.strictObject({}), (winner) => {
      const results = [...this.players.values()].map((player) => ({
        account: player.claim.sheet.accountId,
        score: player === winner ? 1 : 0,
      }));
      void this.plugin(tournaments)
        .report(this, results)
        .catch(() => {});
    });
  }
}

const common = {
  game: "arena",
  fee: { coins: 10 },
  prizes: [{ ranks: [1, 3] as [number, number], share: 30 }],
};
const plugin = tournaments.with({
  checkS: 0.2,
  cups: [
    defineCup("duel", { ...common, bracket: { checkInS: 600 } }),
    defineCup("laps", { ...common, score: {} }),
  ],
});
const server = await startServer({ arena: ArenaRoom }, readConfig(process.env), undefined, [
  plugin as unknown as AnyPlugin,
]);
process.send?.({ ready: true, port: server.port, url: server.url });
