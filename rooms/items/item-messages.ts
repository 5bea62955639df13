import { type Carrier, Drop, Pile, type Refusal, refuse, Shop } from "../../shared/index.ts";
import { itemMessages } from "../../shared/internal.ts";
import type { CheatSignal } from "../cheat-detection/cheat-signals.ts";
import type { Player } from "../player.ts";
import type { ItemPort, PriceList } from "../ports/ports.ts";
import type { Simulation } from "../simulation/simulation.ts";
import type { GroundItems } from "./ground-items.ts";
import { type ItemRequests, living } from "./item-requests.ts";
import { dropPlace, inReach } from "./resting-place.ts";

/**
 * What using an item does in the room, once the item has been booked out of the bag: once for each request.
 */
export interface ItemUse<A extends Carrier> {
  /** A refusal while it cannot be used; nothing is booked then. */
  readonly check?: (player: Player<A>) => Refusal | undefined;
  /** Changes the world: one of the item is used up. */
  readonly done: (player: Player<A>) => void;
}

/** Options of {@link registerItemMessages}. */
export interface ItemMessageOptions<A extends Carrier> {
  readonly simulation: Simulation;
  readonly items: () => ItemPort;
  readonly requests: ItemRequests<A>;
  /** Zone and ground; undefined in a room where nothing can be dropped. */
  readonly zone: string | undefined;
  readonly ground: GroundItems | undefined;
  readonly reachM: number;
  readonly uses: Readonly<Record<string, ItemUse<A>>>;
  suspect(player: Player<A>, signal: CheatSignal): void;
}

/**
 * Metres past the reach from which a request is no late one: a page whose frames wait in the room is shown up
 * to a second's run ahead.
 */
const FAR_M = 10;

/** Registers the item messages of players: move, drop, use, take, buy and sell. */
export function registerItemMessages<A extends Carrier>(options: ItemMessageOptions<A>): void {
  const { simulation, items, requests, zone = "", ground, uses, reachM } = options;
  const { world } = simulation;
  const actorInReach = (player: Player<A>, id: string) => {
    const actor = world.get(id);
    if (!actor || inReach(player.avatar, actor, reachM)) return actor;
    if (!inReach(player.avatar, actor, reachM + FAR_M)) options.suspect(player, "reach");
    return refuse("ACTION_REFUSED", "It is too far away.");
  };

  requests.on("item.move", itemMessages["item.move"], {
    check: living,
    book: ({ claim }, { message: { id: stack, to, slot, qty }, id }) =>
      items().move(claim, id, { id: stack, to, slot, qty }),
  });

  requests.on("item.drop", itemMessages["item.drop"], {
    check: ({ avatar }) =>
      living({ avatar }) ??
      (ground
        ? dropPlace(simulation.ground, avatar, reachM)
        : refuse("ACTION_REFUSED", "Nothing can be left here.")),
    book: ({ claim }, { message: { id: stack, qty }, id }) =>
      items().drop(claim, id, zone, { id: stack, qty }),
    done: (_, { note }, booked) => ground?.addDrops(booked, note),
  });

  requests.on("item.use", itemMessages["item.use"], {
    check(player, { id }) {
      const template = player.avatar.items.get(id)?.template ?? "";
      const use = Object.hasOwn(uses, template) ? uses[template] : undefined;
      if (!player.avatar.items.has(id)) return refuse("ITEM_MISSING", "You do not have it any more.");
      if (!use) return refuse("ACTION_REFUSED", "It cannot be used.");
      return living(player) ?? use.check?.(player) ?? { template };
    },
    book: ({ claim }, { message: { id: stack }, id }) => items().use(claim, id, { id: stack, qty: 1 }),
    done(player, { note }) {
      if (player) uses[note.template]?.done(player);
    },
  });

  requests.on("item.take", itemMessages["item.take"], {
    check(player, { actor: id }) {
      const actor = actorInReach(player, id);
      if (actor && "code" in actor) return actor;
      if (actor instanceof Drop && ground) return living(player) ?? { pile: "" };
      if (!(actor instanceof Pile)) return refuse("ITEM_MISSING", "It is not there any more.");
      const mayTake = actor.free || actor.owner === player.claim.sheet.id;
      if (!mayTake) return refuse("ACTION_REFUSED", `It is ${actor.name}'s for a while yet.`);
      return living(player) ?? { pile: actor.container };
    },
    async book({ claim }, { message: { actor }, note, id }) {
      if (note.pile === "") return { ...(await items().pickUp(claim, id, zone, actor)), left: 0 };
      const looted = await items().loot(claim, id, note.pile);
      return { ...looted, left: looted.ok ? (await items().readIn(note.pile)).length : 0 };
    },
    done(_, { message: { actor } }, { left }) {
      if (left === 0) world.despawn(actor);
    },
    // Another player was faster, perhaps in another room: remove the actor of an item that is gone.
    undone(_, { message: { actor } }, { code }) {
      const taken = world.get(actor);
      if (code === "ITEM_MISSING" && (taken instanceof Drop || taken instanceof Pile)) world.despawn(actor);
    },
  });

  const pricesOf = (player: Player<A>, id: string): PriceList | Refusal => {
    const shop = actorInReach(player, id);
    if (shop && "code" in shop) return shop;
    if (!(shop instanceof Shop)) return refuse("ITEM_MISSING", "There is no shop here.");
    return (
      living(player) ??
      Object.fromEntries(
        [...shop.wares.entries()].map(([template, { buy, sell }]) => [
          template,
          { buy: buy || undefined, sell: sell || undefined },
        ]),
      )
    );
  };
  requests.on("shop.buy", itemMessages["shop.buy"], {
    check: (player, { shop }) => pricesOf(player, shop),
    book: ({ claim }, { message: { template, qty }, note, id }) =>
      items().buy(claim, id, note, { template, qty }),
  });
  requests.on("shop.sell", itemMessages["shop.sell"], {
    check: (player, { shop }) => pricesOf(player, shop),
    book: ({ claim }, { message: { id: stack, qty }, note, id }) =>
      items().sell(claim, id, note, { id: stack, qty }),
  });
}
