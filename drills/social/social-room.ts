import { randomUUID } from "node:crypto";
import { chat } from "roomkeep/plugins/chat";
import { friends } from "roomkeep/plugins/friends";
import { groups } from "roomkeep/plugins/groups";
import { defineBoard, leaderboards } from "roomkeep/plugins/leaderboards";
import { defineCup, tournaments } from "roomkeep/plugins/tournaments";
import { WorldRoom } from "roomkeep/rooms";
import type { AnyPlugin } from "roomkeep/server";
import { WorldState } from "roomkeep/shared";
import { z } from "zod";

/** Coins of the first three ranks of a season. */
export const PRIZES = [30, 20, 10];
/** Coins that a bot gets by one message, which it puts into the bank of its group. */
const GRANT = 10;

/** Where the bots of the drill meet: coins for banks, and scores for the board. */
class HallRoom extends WorldRoom<WorldState> {
  static override readonly listing = { label: "Hall", description: "", maxPlayers: 100 };
  static override readonly items = { relic: { stack: 1 } };
  override state = new WorldState();

  protected override onOpen(): void {
    this.on("earn", z.strictObject({}), (player) => {
      void this.ports.items.grantCoins(player.claim, randomUUID(), GRANT, "drill").catch(() => {});
    });
    this.on("score", z.strictObject({ by: z.int().min(1).max(9) }), (player, { by }) => {
      void this.plugin(leaderboards).submit(player, "points", by);
      void this.plugin(tournaments).submit(player, "race", by);
    });
  }
}

export const games = { hall: HallRoom };
export const plugins = [
  friends.with({ requestsPerMinute: 1_000, requestsMax: 500 }),
  chat.with({ linesPerMinute: 1_000 }),
  groups.with({ requestsPerMinute: 1_000, createsPerDay: 1_000, coinsPerDay: { officer: 100_000 } }),
  leaderboards.with({
    checkS: 1,
    boards: [
      defineBoard("points", {
        keep: "sum",
        prizes: PRIZES.map((coins, at) => ({ ranks: [at + 1, at + 1] as [number, number], coins })),
      }),
    ],
  }),
  tournaments.with({
    checkS: 1,
    cups: [
      defineCup("race", {
        game: "hall",
        score: { keep: "sum", tries: 1_000 },
        starts: "* * * * *",
        entrants: [3, 1_000],
        fee: { coins: 3 },
        prizes: [
          { ranks: [1, 1], share: 50, coins: 5 },
          { ranks: [2, 3], share: 20 },
        ],
      }),
    ],
  }),
] as unknown as AnyPlugin[];
