import assert from "node:assert/strict";
// #region cheats
import { type CheatSuspected, type Player, WorldRoom } from "roomkeep/rooms";
import { refuse, WorldState } from "roomkeep/shared";
import { z } from "zod";

class RangeRoom extends WorldRoom {
  override state = new WorldState();
  override cheatDetection = { action: "kick", threshold: 20, maxMps: 8, points: { refusals: 0 } } as const;
  private readonly readyAtTick = new Map<string, number>();

  protected override onOpen(): void {
    this.on("shoot", z.strictObject({}), (player) => {
      const { tick } = this.simulation;
      if (tick < (this.readyAtTick.get(player.sessionId) ?? 0)) {
        this.suspectBeyond(player, "fire-rate", { perSecond: 2, burst: 6 });
        return refuse("ACTION_REFUSED", "Your bow is not ready yet.");
      }
      this.readyAtTick.set(player.sessionId, tick + this.tickHz);
      player.stats.shots = Number(player.stats.shots ?? 0) + 1;
    });
  }

  protected override onCheatSuspected(player: Player, { signals }: CheatSuspected): void {
    if (signals["fire-rate"]) player.stats.ranked = false; // shoots on, without a rating
  }
}
// #endregion

const { openReplay } = await import("roomkeep/rooms");
const range = await openReplay(RangeRoom);
range.join("mara");
const shots = () => range.room.players.get("mara")?.stats.shots;
for (let n = 0; n < 3; n++) range.message("mara", "shoot", {});
assert.equal(shots(), 1);
for (let n = 0; n < 20; n++) range.tick();
range.message("mara", "shoot", {});
assert.equal(shots(), 2);
