import { type Player, WorldRoom } from "roomkeep/rooms";
import { type Refusal, refuse } from "roomkeep/shared";
import { z } from "zod";
import { caveLevel } from "./cave-level.ts";
import { CaveState } from "./cave-state.ts";
import { levelOf } from "./creatures.ts";
import { TreasureFound } from "./events.ts";
import { ITEMS } from "./items.ts";
import { firstPack, markPacked, repack, unpack } from "./pack.ts";
import { FOOD, heal, isHungry, REACH_M } from "./rules.ts";
import { Hero } from "./state.ts";

/** Items and experience from the chest, for each player in the cave. */
export const TREASURE = { arrows: 10, herbs: 3, xp: 60 } as const;

/**
 * An instance for a party: a dark cave with a chest at its end, which gives its treasure once, to all players
 * who are there. It is entered by its code or through the portal in the meadow, and closes when all have
 * left.
 */
export class CaveRoom extends WorldRoom<CaveState, Hero> {
  static override readonly listing = {
    label: "Cave",
    description: "A dark way behind the meadow, for you and your party.",
    private: true,
    instance: true,
    maxPlayers: 8,
  };
  static override readonly level = caveLevel;
  static override readonly items = ITEMS;
  override state = new CaveState();

  private share!: (player: Player<Hero>, message: null) => void;

  protected override onOpen(): void {
    this.on("open", z.strictObject({}), (player) => this.openChest(player));
    const eat = (health: number) => ({
      check: ({ avatar }: Player<Hero>) => isHungry(avatar),
      done: ({ avatar }: Player<Hero>) => heal(avatar, health),
    });
    const things = this.useItems<Hero>({
      reachM: REACH_M,
      uses: { herb: eat(FOOD.herb), meat: eat(FOOD.meat) },
      first: firstPack,
      entered: (player, packed) => {
        if (packed) markPacked(player);
      },
    });
    this.share = things.order<null>("treasure", {
      book: async ({ claim }, { id }) => {
        const arrows = await this.ports.items.grant(
          claim,
          `${id}:arrow`,
          "arrow",
          TREASURE.arrows,
          "treasure",
        );
        if (!arrows.ok) return arrows;
        const herbs = await this.ports.items.grant(claim, `${id}:herb`, "herb", TREASURE.herbs, "treasure");
        return herbs.ok ? herbs : arrows;
      },
      undone: (player, _, { code, reason }) => {
        player?.client.send("notice", { code, text: `Your share of the treasure is lost: ${reason}` });
      },
    });
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
      this.share(player, null);
      hero.xp += TREASURE.xp;
      hero.level = levelOf(hero.xp);
      repack(player);
    }
    this.events.emit(TreasureFound, { finder: avatar.name, ...TREASURE });
    return undefined;
  }
}
