// One server process of the zone drill: the real server with the drill's room. It reports every save to the
// drill.
import { readConfig, startServer } from "roomkeep/server";
import { DrillZoneRoom, openedRooms } from "./zone-room.ts";

/** A report of the process to the drill. */
export type ZoneNews =
  | { kind: "ready"; url: string; row: string | null }
  | { kind: "opened"; restored: boolean; hash: string; tick: number }
  | { kind: "saving" | "saved"; hash: string; tick: number; atMs: number };

const tell = (news: ZoneNews) => process.send?.(news);

/** The room with its saves reported. */
class WatchedRoom extends DrillZoneRoom {
  protected override onBegin(): void {
    super.onBegin();
    this.begun = true;
  }
  protected override onOpen(): void {
    super.onOpen();
    tell({ kind: "opened", restored: !this.begun, hash: this.hashNow(), tick: this.simulation.tick });
  }
  private begun = false;

  hashNow(): string {
    return this.simulation.hash({ without: this.players });
  }
}

const [without = "nothing"] = process.argv.slice(2);
process.once("disconnect", () => process.exit()); // never outlives the drill
const server = await startServer({ drill: WatchedRoom }, readConfig(process.env));
const { zones, database } = server.foundation;
const save = zones.save.bind(zones);
zones.save = async (claim, content) => {
  const [room] = openedRooms as Set<WatchedRoom>;
  // Called in the very moment of the snapshot, so this hash is the save's.
  const mark = { hash: room?.hashNow() ?? "", tick: room?.simulation.tick ?? 0 };
  tell({ kind: "saving", ...mark, atMs: Date.now() });
  const outcome = without === "save" ? "saved" : await save(claim, content);
  if (outcome === "saved") tell({ kind: "saved", ...mark, atMs: Date.now() });
  return outcome;
};
const [row] = await database.ds.query<{ snapshot: Buffer }[]>(
  "SELECT snapshot FROM zone_save WHERE key = 'drill'",
);
process.once("SIGTERM", () => void server.close().then(() => process.exit(0)));
tell({ kind: "ready", url: server.url, row: row ? Buffer.from(row.snapshot).toString("base64") : null });
