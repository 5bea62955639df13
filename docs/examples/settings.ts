import assert from "node:assert/strict";
import { t } from "@colyseus/schema";
import { type Player, WorldRoom } from "roomkeep/rooms";
// #region settings
import { defineSettings } from "roomkeep/server";
import { WorldState } from "roomkeep/shared";
import { z } from "zod";

export const settings = defineSettings({
  prefix: "YARD",
  shape: {
    roundSeconds: z
      .int()
      .min(10)
      .max(3_600)
      .default(180)
      .meta({ live: true, description: "Length of a round." }),
    isNight: z.boolean().default(false).meta({ live: true }),
    greeting: z.string().max(200).default("Welcome to the yard!"),
    webhookKey: z.string().default("").meta({ secret: true }),
  },
  profiles: {
    development: { roundSeconds: 30 },
    test: { roundSeconds: 10, greeting: "" },
    stress: { inherits: "test", roundSeconds: 60 },
  },
});
// #endregion

assert.deepEqual(settings, { roundSeconds: 10, isNight: false, greeting: "", webhookKey: "" });

// #region flags
import { defineFlags } from "roomkeep/server";

export const flags = defineFlags({
  "double-coins": { description: "Crates give twice as much.", default: false },
  "crate-look": { description: "Paint of crates.", default: "oak", values: ["oak", "pine"], page: true },
});
// #endregion

const YardState = WorldState.extend({ isNight: t.boolean().default(false) }, "SettingsYardState");
type YardState = InstanceType<typeof YardState>;

// #region room
export class YardRoom extends WorldRoom<YardState> {
  override state = new YardState();

  protected override onOpen() {
    // In a tick, and in the recording: what moves the world comes in by it.
    this.onSetting(settings, "isNight", (isNight) => {
      this.state.isNight = isNight;
    });
  }

  protected override onEnter(player: Player) {
    // Beside the world a value is read where it is used: it is that of now.
    player.client.send("notice", { code: "ROUND", text: `A round lasts ${settings.roundSeconds} s.` });
  }

  coinsOf(player: Player): number {
    return flags.on("double-coins", player) ? 20 : 10;
  }
}
// #endregion
