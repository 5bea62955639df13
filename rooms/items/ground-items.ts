import { type Actor, type Carrier, Drop, Pile } from "../../shared/index.ts";
import { retry } from "../../shared/internal.ts";
import type { Booked, PileLeft, Stack } from "../ports/ports.ts";
import { stacksIn } from "./carried-items.ts";
import { type GroundExpiryOptions, openGroundExpiry } from "./ground-expiry.ts";
import { inReach, type Point, pointNear, restingPlace } from "./resting-place.ts";

/** A place on the ground for an item, metres. */
export interface GroundPlace {
  readonly x: number;
  /**
   * Height from which it falls onto what is below. Default: the bare ground, beside a solid that stands
   * there.
   */
  readonly y?: number | undefined;
  readonly z: number;
}

/** The items on the ground of a zone: the database knows which, the actors where. */
export interface GroundItems {
  /** Adds drops for the stacks that an answer has moved onto the ground; several in a ring. */
  addDrops(booked: Pick<Booked, "stacks">, at: GroundPlace): void;
  addPile(pile: PileLeft, at: GroundPlace): void;
  /** Removes drops after their time, and frees piles. Call it once a tick. */
  update(): void;
}

/** Options of {@link openGroundItems}. */
export interface GroundItemsOptions<A extends Carrier> extends GroundExpiryOptions<A> {
  /** How far a player reaches, metres: every item lies where a player can stand within it. */
  readonly reachM: number;
  /** Seconds that a drop lies on the ground; piles stay. */
  readonly dropS: number;
  /** Seconds until every player may take from a pile. */
  readonly pileS: number;
}

/** The database's rows of the ground of a zone. */
interface GroundRows {
  readonly stacks: readonly Stack[];
  readonly piles: readonly PileLeft[];
}

/** Attempts to read the rows while the database is away, and the pause between two, ms. */
const READ_ATTEMPTS = 20;
const RETRY_MS = 500;

/**
 * Opens the ground of a zone. Its rows are read at once: a save of the zone may be older, so an actor without
 * a row is removed, and a row without an actor gets one at the first spawn of the level. An actor out of
 * reach, as an earlier version or level left it, is moved to where it can be reached.
 */
export function openGroundItems<A extends Carrier>(options: GroundItemsOptions<A>): GroundItems {
  const { zone, items } = options;
  const container = `ground:${zone}`;
  const layout = openLayout(options);
  const read = options.onAnswer<null, { ok: true } & GroundRows>("ground", (answer) => {
    if (answer.ok) reconcile(options, layout, answer);
  });
  const readRows = async () => {
    const stacks = await items().readIn(container);
    return { ok: true as const, stacks, piles: await items().piles(zone) };
  };
  const ground: GroundItems = {
    addDrops: (booked, at) => layout.addDrops(stacksIn(booked, container), at),
    addPile: (pile, at) => layout.addPiles([pile], at),
    update: openGroundExpiry(options),
  };
  void read(null, () =>
    retry(readRows, { again: (_, attempt) => attempt < READ_ATTEMPTS - 1, waitMs: () => RETRY_MS }),
  );
  return ground;
}

/** Spawns actors for rows, several about one place in a ring. */
interface GroundLayout {
  addDrops(stacks: readonly Stack[], at: GroundPlace): void;
  addPiles(piles: readonly PileLeft[], at: GroundPlace): void;
}

function openLayout<A extends Carrier>(options: GroundItemsOptions<A>): GroundLayout {
  const { simulation, reachM, dropS, pileS } = options;
  const { world, ground, tickHz } = simulation;
  const tickAfter = (seconds: number) => (seconds === 0 ? 0 : simulation.tick + Math.ceil(seconds * tickHz));
  const spawn = (actor: Actor, at: Point, id?: string) => void world.spawn(Object.assign(actor, at), id);

  /**
   * The first place is the resting place itself, the next are around it, as far as they are reached from
   * there.
   */
  function placeOf({ x, z, y = ground.height(x, z) }: GroundPlace, index: number): Point {
    const centre = restingPlace(ground, { x, y, z });
    if (index === 0) return centre;
    const near = restingPlace(ground, pointNear(centre, index));
    return inReach(centre, near, reachM) ? near : centre;
  }

  return {
    addDrops(stacks, at) {
      for (const [index, { id, template, qty }] of stacks.entries()) {
        if (world.get(id)) continue;
        const goneAtTick = tickAfter(dropS);
        spawn(new Drop({ kind: "drop", template, qty, goneAtTick }), placeOf(at, index), id);
      }
    },
    addPiles(piles, at) {
      for (const [index, { container, owner, name }] of piles.entries()) {
        const freeAtTick = tickAfter(pileS);
        spawn(new Pile({ kind: "pile", name, owner, container, freeAtTick }), placeOf(at, index));
      }
    },
  };
}

/** Makes the drops and piles of the world those of the rows. */
function reconcile<A extends Carrier>(
  { simulation, reachM }: GroundItemsOptions<A>,
  layout: GroundLayout,
  rows: GroundRows,
): void {
  const { world, level, ground } = simulation;
  const [spawn = { at: [0, 0, 0] }] = level.spawns;
  const [x, y, z] = spawn.at;
  const stacks = new Map(rows.stacks.map((stack) => [stack.id, stack]));
  for (const drop of [...world.query({ is: Drop })]) {
    const id = world.idOf(drop) ?? "";
    const stack = stacks.get(id);
    if (!stack) world.despawn(id);
    else if (drop.qty !== stack.qty) drop.qty = stack.qty;
  }
  layout.addDrops([...stacks.values()], { x, y, z });
  const piles = new Map(rows.piles.map((pile) => [pile.container, pile]));
  for (const pile of [...world.query({ is: Pile })]) {
    if (!piles.delete(pile.container)) world.despawn(pile);
  }
  layout.addPiles([...piles.values()], { x, y, z });
  for (const actor of world.query()) {
    if (!(actor instanceof Drop || actor instanceof Pile)) continue;
    const rest = restingPlace(ground, actor);
    if (!inReach(rest, actor, reachM)) Object.assign(actor, rest);
  }
}
