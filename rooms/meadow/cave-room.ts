import { type Player, WorldRoom } from "roomkeep/rooms";
import { type Refusal, refuse } from "roomkeep/shared";
import { z } from "zod";
import { caveLevel } from "./cave-level.ts";
import { CaveState } from "./cave-state.ts";
import { levelOf } from "./creatures.ts";
import { TreasureFound } from "./events.ts";
import { repack, unpack } from "./pack.ts";
import { CARRY_MAX } from "./rules.ts";
import { Hero } from "./state.ts";

/** What the chest gives to each who is in the cave. */
export const TREASURE = { arrows: 10, herbs: 3, xp: 60 } as const;

/**
 * An instance for a party: a dark cave with a chest at its end, which gives to all who are there and only once. It is
 * entered by its code or through the portal in the meadow, and is gone when all have left.
 */
export class CaveRoom extends WorldRoom<CaveState, Hero> {
  static override readonly card = {
    label: "Cave",
    description: "A dark way behind the meadow, for you and your party.",
    private: true,
    instance: true,
    maxPlayers: 8,
  };
  static override readonly level = caveLevel;
  override state = new CaveState();

  protected override onOpen(): void {
    this.on("open", z.strictObject({}), (player) => this.openChest(player));
  }

  protected override createAvatar(): Hero {
    return new Hero();
  }

  protected override onEnter(player: Player<Hero>): void {
    unpack(player);
  }

  protected override onExit(player: Player<Hero>): void {
    repack(player);
  }

  private openChest({ sessionId, avatar }: Player<Hero>): Refusal | undefined {
    if (this.state.opened)
      return refuse("ITEM_MISSING", `${this.state.finder} has opened the chest already.`);
    if (!this.triggers.inside("treasure").has(sessionId)) {
      return refuse("ACTION_REFUSED", "The chest is too far away.");
    }
    this.state.opened = true;
    this.state.finder = avatar.name;
    for (const player of this.players.values()) {
      const hero = player.avatar;
      hero.arrows = Math.min(CARRY_MAX, hero.arrows + TREASURE.arrows);
      hero.herbs = Math.min(CARRY_MAX, hero.herbs + TREASURE.herbs);
      hero.xp += TREASURE.xp;
      hero.level = levelOf(hero.xp);
      repack(player);
    }
    this.events.emit(TreasureFound, { finder: avatar.name, ...TREASURE });
    return undefined;
  }
}
