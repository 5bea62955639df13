import { MapSchema, Schema, TypeContext } from "@colyseus/schema";
import { Carrier, RoomkeepError, Shop, type World } from "../shared/index.ts";
import {
  adoptElements,
  adoptInternal,
  fieldsOf,
  guardClass,
  isComponent,
  isGameState,
  type SchemaClass,
} from "../shared/internal.ts";
import type { LastingOptions } from "./lasting/lasting-match.ts";
import type { ItemPort } from "./ports/ports.ts";

/** Most days for which a match is kept. */
const DAYS_MAX = 3_650;

/** A room as its class makes it, before it opens. */
export interface UnopenedRoom {
  readonly state: unknown;
  readonly zone?: string | undefined;
  readonly persistent?: boolean;
}

/**
 * Refuses a room that could open and would then not work, and says what to write.
 *
 * @param name of its class
 * @throws GAME_INVALID it has no state, or keeps a zone without a name
 * @throws STATE_UNTRACKED its classes are compiled so that changes are not seen
 */
export function checkRoom(
  name: string,
  room: UnopenedRoom,
  {
    hasWorld,
    isMatched = false,
    avatar,
  }: { readonly hasWorld: boolean; readonly isMatched?: boolean; readonly avatar?: unknown },
): void {
  const { state, zone, persistent } = room;
  if (hasWorld && !(state instanceof Schema && Reflect.get(state, "actors") instanceof MapSchema))
    throw invalid(
      name,
      "has no state with actors: write `override state = new WorldState();`, or a class that extends it.",
    );
  if (persistent && !zone)
    throw invalid(
      name,
      'is persistent and names no zone: write `override zone = "…";`, under which its world is saved.',
    );
  if (persistent && isMatched)
    throw invalid(
      name,
      "is persistent and has `matchBy`: the one room of a kept zone cannot be for some alone.",
    );
  if (state instanceof Schema) checkTracked(state);
  if (avatar instanceof Schema) checkDecorated(avatar);
}

/** @throws STATE_UNTRACKED the class of an actor was compiled without its decorators */
export function checkActors(actors: Iterable<Schema>): void {
  const seen = new Set<object>();
  for (const actor of actors) {
    if (!seen.has(actor.constructor)) checkDecorated(actor);
    seen.add(actor.constructor);
  }
}

/** @throws GAME_INVALID the match of a game cannot outlive its room, or not for so long */
export function checkLasting(
  name: string,
  lasting: LastingOptions | undefined,
  phases: { readonly hasLobby: boolean } | undefined,
  state: unknown,
): void {
  if (!lasting) return;
  if (!isGameState(state) || !phases?.hasLobby)
    throw invalid(name, "has a lasting match: that needs a `GameState`, and phases of which one is `lobby`.");
  if (!Number.isInteger(lasting.days) || lasting.days < 1 || lasting.days > DAYS_MAX)
    throw invalid(name, `has a lasting match: its days are a whole number from 1 to ${DAYS_MAX}.`);
}

/**
 * @throws GAME_INVALID items are used in a room whose avatars carry none, or that no game of the server has
 */
export function checkItems(
  name: string,
  { avatar, uses, items }: { readonly avatar: unknown; readonly uses: object; readonly items: ItemPort },
): void {
  if (avatar !== undefined && !(avatar instanceof Carrier))
    throw invalid(
      name,
      "uses items, and its avatars carry none: let createAvatar return a class that extends Carrier.",
    );
  const unknown = Object.keys(uses).find((template) => !items.knows(template));
  if (unknown !== undefined) throw invalid(name, unknownItem(`\`uses\` names`, unknown));
}

/** @throws GAME_INVALID a shop has a ware that no game of the server has */
export function checkShops(name: string, world: World, items: ItemPort): void {
  for (const shop of world.query({ is: Shop })) {
    const unknown = [...shop.wares.keys()].find((template) => !items.knows(template));
    if (unknown !== undefined) throw invalid(name, unknownItem(`The shop "${shop.name}" has`, unknown));
  }
}

const unknownItem = (what: string, template: string) =>
  `has a mistake: ${what} the item "${template}", which is in no game's \`static items\`.`;

function invalid(name: string, problem: string): RoomkeepError {
  return new RoomkeepError("GAME_INVALID", `${name} ${problem}`);
}

const SETTINGS =
  "In tsconfig.json set experimentalDecorators: true and useDefineForClassFields: false, or declare the class by schema().";
const tracked = new WeakSet<object>();

/**
 * Looks at a state and at one instance of each class that it may hold. A class field that is compiled as a
 * definition hides the accessor by which a change is noted: the first state is right, and no patch has
 * anything in it. A compiler without the setting for decorators leaves them out without a word.
 */
function checkTracked(state: Schema): void {
  const root = state.constructor as typeof Schema;
  checkDecorated(state);
  checkFields(state);
  for (const type of Object.values(new TypeContext(root).types)) {
    if (tracked.has(type)) continue;
    const instance = makeOne(type);
    if (instance) checkFields(instance);
    tracked.add(type);
    if (!isComponent(type as unknown as SchemaClass)) guardClass(type as unknown as SchemaClass);
  }
  adoptInternal(state);
  adoptElements(state);
}

/** A class that adds plain properties to another, and no field: a compiler dropped what made them fields. */
function checkDecorated(ref: Schema): void {
  const type = ref.constructor as typeof Schema;
  if (Object.hasOwn(type, Symbol.metadata)) return;
  const inherited = new Set(Object.keys(makeOne(Object.getPrototypeOf(type)) ?? {}));
  const plain = Object.keys(ref).find((name) => !inherited.has(name));
  if (plain) throw untracked(`${type.name}.${plain} is no field of the state: its decorator was left out.`);
}

function checkFields(ref: Schema): void {
  const hidden = fieldsOf(ref.constructor).find(({ name }) => Object.hasOwn(ref, name));
  if (hidden) throw untracked(`Changes of ${ref.constructor.name}.${hidden.name} would never be sent.`);
}

/** Undefined: its constructor wants more than none. */
function makeOne(type: typeof Schema): Schema | undefined {
  try {
    return new type();
  } catch {
    return undefined;
  }
}

const untracked = (problem: string) => new RoomkeepError("STATE_UNTRACKED", `${problem} ${SETTINGS}`);
