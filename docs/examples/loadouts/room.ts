import { storage } from "roomkeep/plugins/storage";
import { WorldRoom } from "roomkeep/rooms";
import { RoomkeepError, refuse, WorldState } from "roomkeep/shared";
import { z } from "zod";
import { loadouts, popularity } from "./collections.ts";

export class DuelRoom extends WorldRoom {
  override state = new WorldState();

  protected override onOpen(): void {
    this.on("equip", z.strictObject({ weapon: z.string().max(40) }), ({ claim }, { weapon }) =>
      this.equip(claim.sheet.accountId, weapon),
    );
  }

  /** Both are written, or none: of two who choose at the same moment one is told to try again. */
  private async equip(owner: string, weapon: string) {
    const store = this.plugin(storage);
    const main = await store.get(loadouts, { owner, key: "main" });
    const chosen = await store.get(popularity, { key: weapon });
    try {
      await store.transaction((writes) => {
        writes.put(loadouts, { owner, key: "main" }, { ...main?.value, weapon }, main?.version ?? null);
        const times = (chosen?.value.times ?? 0) + 1;
        writes.put(popularity, { key: weapon }, { times }, chosen?.version ?? null);
      });
    } catch (error) {
      if (error instanceof RoomkeepError) return refuse(error.code);
      throw error;
    }
  }
}
