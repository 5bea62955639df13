import { type SchemaType, schema, t } from "@colyseus/schema";
import { Actor, Avatar } from "../world/actor.ts";
import { internal, own } from "../world/field-visibility.ts";

/** Slots of a bag. */
export const BAG_SLOTS = 28;
/** Slots of what is worn; a game says by `wornAt` what may be worn where. */
export const EQUIPMENT_SLOTS = 12;

/** What a game says about a kind of item. */
export interface ItemTemplate {
  /** Most in one slot, 1 and up. */
  readonly stack: number;
  /** Equipment slot it may be worn in, if it may be worn: 0 to {@link EQUIPMENT_SLOTS} − 1. */
  readonly wornAt?: number;
  /** Name for people. Default: the template's own. */
  readonly label?: string;
  /** One character that stands for it. */
  readonly icon?: string;
  /** What it is good for, in a short line for people. */
  readonly about?: string;
}

/** Templates by name. */
export type ItemTemplates = Readonly<Record<string, ItemTemplate>>;

/** Like things in one slot of the bag, or worn. Its key in {@link Carrier}'s `items` is its id. */
export const ItemStack = schema(
  {
    template: t.string().default(""),
    /** "bag" or "equipment". */
    container: t.string().default("bag"),
    slot: t.uint16().default(0),
    qty: t.uint32().default(1),
  },
  "ItemStack",
);
export type ItemStack = SchemaType<typeof ItemStack>;

/**
 * An avatar that carries. What is in the bag and the purse only its owner is sent; what is worn, everybody. The room
 * writes these fields from what the database has booked, never before.
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
    /** Template by equipment slot, for everybody's eyes: "0" → "straw-hat". */
    worn: t.map("string"),
    /** Lies dead until revived: carries nothing, and nothing can be done. */
    dead: t.boolean().default(false),
  },
  "Carrier",
);
export type Carrier = SchemaType<typeof Carrier>;

/** A stack that lies on the ground, for whoever takes it. Its actor's id is the stack's id. */
export const Drop = Actor.extend(
  {
    template: t.string().default(""),
    qty: t.uint32().default(1),
    /** Tick at which it is cleared away; 0: never. */
    goneAtTick: internal(t.uint32().default(0)),
  },
  "Drop",
);
export type Drop = SchemaType<typeof Drop>;

/** All that somebody carried who died here. */
export const Pile = Actor.extend(
  {
    /** Name of whoever died. */
    name: t.string().default(""),
    /** False: only its owner may fetch it yet. */
    free: t.boolean().default(false),
    /** Character id of its owner. */
    owner: internal(t.string().default("")),
    /** The container that everything lies in. */
    container: internal(t.string().default("")),
    /** Tick from which anybody may. */
    freeAtTick: internal(t.uint32().default(0)),
  },
  "Pile",
);
export type Pile = SchemaType<typeof Pile>;

/** What a shop asks for one and pays for one, in coins; 0: it does not trade it that way. */
export const Ware = schema({ buy: t.uint32().default(0), sell: t.uint32().default(0) }, "Ware");
export type Ware = SchemaType<typeof Ware>;

/** Somebody who buys and sells. Spawn it like any actor; players within reach may trade with it. */
export const Shop = Actor.extend({ name: t.string().default(""), wares: t.map(Ware) }, "Shop");
export type Shop = SchemaType<typeof Shop>;

/**
 * How many of a kind are in the bag of an avatar; worn items do not count.
 *
 * @example
 * if (countInBag(avatar, "herb") >= 3) brew(avatar);
 */
export function countInBag({ items }: Pick<Carrier, "items">, template: string): number {
  let count = 0;
  items.forEach((stack) => {
    if (stack.template === template && stack.container === "bag") count += stack.qty;
  });
  return count;
}

/**
 * Whether an avatar wears an item of this kind.
 *
 * @example
 * const speed = wears(avatar, "boots") ? 1.2 : 1;
 */
export function wears({ worn }: Pick<Carrier, "worn">, template: string): boolean {
  return [...worn.values()].includes(template);
}
