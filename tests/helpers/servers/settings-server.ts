// A server process whose rooms follow live settings and flags. A test changes them by messages, as operators do.
import { t } from "@colyseus/schema";
import { GameRoom, WorldRoom } from "roomkeep/rooms";
import { defineFlags, defineSettings, readConfig, startServer } from "roomkeep/server";
import { WorldState } from "roomkeep/shared";
import { z } from "zod";
import { stopOnSignal, tellParent } from "../../../server/cli/start.ts";
import { tellSettingsChanged } from "../../../server/hints.ts";

const settings = defineSettings({
  prefix: "YARD",
  shape: {
    wind: z.int().min(0).max(100).default(1).meta({ live: true }).describe("Strength of the wind."),
    seats: z.int().min(1).default(8),
  },
  profiles: { stress: { inherits: "test", wind: 7 } },
});
const flags = defineFlags({
  "double-coins": { description: "Crates give twice as much.", default: false },
  "crate-look": { description: "Paint.", default: "oak", values: ["oak", "pine"], page: true },
});

const TableState = WorldState.extend({ wind: t.uint8().default(0) }, "SettingsState");
type TableState = InstanceType<typeof TableState>;

/** Tells the test what it reads, as soon as it does. */
const report = (from: string, wind: number) => process.send?.({ from, wind, at: Date.now() });

class YardRoom extends WorldRoom<TableState> {
  static override readonly listing = { label: "Yard", description: "", maxPlayers: 8 };
  override state = new TableState();
  private told = -1;
  protected override onOpen(): void {
    this.onSetting(settings, "wind", (wind) => {
      this.state.wind = wind;
    });
    this.on("coins", z.strictObject({}), (player) => {
      player.client.send("coins", flags.on("double-coins", player) ? 20 : 10);
    });
  }
  protected override onTick(): void {
    if (settings.wind === this.told) return;
    this.told = settings.wind;
    report("tick", this.told);
  }
}

class TableRoom extends GameRoom<TableState> {
  static override readonly listing = { label: "Table", description: "", maxPlayers: 8 };
  override state = new TableState();
  protected override onOpen(): void {
    this.onSetting(settings, "wind", (wind) => {
      this.state.wind = wind;
      report("table", wind);
    });
  }
}

const server = await startServer({ yard: YardRoom, table: TableRoom }, readConfig(process.env));
const { live, database, log } = server.foundation;

interface Asked {
  readonly ask: number;
  readonly name: string;
  readonly value?: string;
  readonly rules?: unknown;
  readonly tell?: boolean;
}
process.on("message", async ({ ask, name, value, rules, tell = true }: Asked) => {
  const change = { name, by: { accountId: undefined, caller: "operator test" }, reason: "a test" };
  try {
    const changed = await database.ds.transaction(async (db) =>
      rules === undefined ? live.set(db, change, value ?? "") : live.setFlag(db, change, rules),
    );
    process.send?.({ ask, changed, at: Date.now() });
    await live.look();
    if (tell) await tellSettingsChanged(log);
  } catch (error) {
    process.send?.({ ask, refused: (error as { code?: string }).code, text: String(error) });
  }
});
stopOnSignal(server);
tellParent(server);
