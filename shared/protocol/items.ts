import { type SchemaType, schema, t } from "@colyseus/schema";
import { Actor, Avatar } from "../world/actor.ts";
import { internal, own } from "../world/fields/field-visibility.ts";

/** Slots of a bag. */
export const BAG_SLOTS = 28;
/** Slots of what is worn; a game says by `wornAt` what may be worn where. */
export const EQUIPMENT_SLOTS = 12;

/** A kind of item, as a game declares it. */
export interface ItemTemplate {
  /** Most in one slot, 1 and up. */
  readonly stack: number;
  /** Equipment slot it may be worn in, if it may be worn: 0 to {@link EQUIPMENT_SLOTS} − 1. */
  readonly wornAt?: number;
  /** Label in the page. Default: the name of the template. */
  readonly label?: string;
  /** One character as its picture. */
  readonly icon?: string;
  /** Its use, in a short line for the page. */
  readonly about?: string;
}

/**
 * Kinds of items by name, as a game lists them in its static `items`. The name is what is stored: do not
 * change it.
 */
export type ItemTemplates = Readonly<Record<string, ItemTemplate>>;

/** Equal items in one slot of the bag, or worn. Its key in {@link Carrier}'s `items` is its id. */
export const ItemStack = schema(
  {
    /** Name of the kind, in the game's `items`. */
    template: t.string().default(""),
    /** "bag" or "equipment". */
    container: t.string().default("bag"),
    /** Place in its container, from 0. */
    slot: t.uint16().default(0),
    /** How many, from 1. */
    qty: t.uint32().default(1),
  },
  "ItemStack",
);
export type ItemStack = SchemaType<typeof ItemStack>;

/**
 * An avatar with items. Bag and purse are sent to its owner alone, the equipment to every client. The room
 * writes these fields from the answers of the database, never before.
 *
 * @example
 * export const Hero = Carrier.extend({ health: own(t.uint8().default(100)) }, "Hero");
 */
export const Carrier = Avatar.extend(
  {
    /** What is in the bag and what is worn, by id. */
    items: own(t.map(ItemStack)),
    /** 0 to 2^53 − 1. */
    coins: own(t.float64().default(0)),
    /** Template by equipment slot, sent to every client: "0" → "straw-hat". */
    worn: t.map("string"),
    /** True from death until it is revived: it carries nothing, and its requests are refused. */
    dead: t.boolean().default(false),
  },
  "Carrier",
);
export type Carrier = SchemaType<typeof Carrier>;

/** A stack on the ground that every player may take. The actor's id is the stack's id. */
export const Drop = Actor.extend(
  {
    /** Name of the kind, in the game's `items`. */
    template: t.string().default(""),
    /** How many, from 1. */
    qty: t.uint32().default(1),
    /** Tick at which it is removed; 0: never. */
    goneAtTick: internal(t.uint32().default(0)),
  },
  "Drop",
);
export type Drop = SchemaType<typeof Drop>;

/**
 * The items of a player who died here, in a pile that stays until its time has run out or all is taken.
 * Metres.
 */
export const Pile = Actor.extend(
  {
    /** Name of the dead player. */
    name: t.string().default(""),
    /** False: only its owner may take from it yet. */
    free: t.boolean().default(false),
    /** Character id of its owner. */
    owner: internal(t.string().default("")),
    /** The container of its items. */
    container: internal(t.string().default("")),
    /** Tick from which every player may. */
    freeAtTick: internal(t.uint32().default(0)),
  },
  "Pile",
);
export type Pile = SchemaType<typeof Pile>;

/** Prices of one item in coins, to the buyer and to the seller; 0: the shop does not trade it that way. */
export const Ware = schema(
  {
    /** Coins that a player pays for one; 0: not for sale. */
    buy: t.uint32().default(0),
    /** Coins that a player gets for one; 0: not bought. */
    sell: t.uint32().default(0),
  },
  "Ware",
);
export type Ware = SchemaType<typeof Ware>;

/** A trader that buys and sells. Spawn it like any actor; players within reach may trade with it. */
export const Shop = Actor.extend(
  {
    /** Shown above it. */
    name: t.string().default(""),
    /** Prices by the name of the kind. */
    wares: t.map(Ware),
  },
  "Shop",
);
export type Shop = SchemaType<typeof Shop>;

/** How many of a kind are in an avatar's bag; equipment does not count. */
export function countInBag({ items }: Pick<Carrier, "items">, template: string): number {
  let count = 0;
  items.forEach((stack) => {
    if (stack.template === template && stack.container === "bag") count += stack.qty;
  });
  return count;
}

/** Whether an avatar wears an item of this kind. */
export function wears({ worn }: Pick<Carrier, "worn">, template: string): boolean {
  return [...worn.values()].includes(template);
}
