import { type Actor, type Carrier, Drop, Pile } from "../../shared/index.ts";
import type { Player } from "../player.ts";
import type { Booked, ItemPort, PileLeft, Stack } from "../ports/ports.ts";
import type { ApplyAnswer, Ask } from "../simulation/async-results.ts";
import type { Simulation } from "../simulation/simulation.ts";
import { stacksIn } from "./carried-items.ts";
import type { ItemRequests } from "./item-requests.ts";
import { aside, inReach, type Point, restingPlace } from "./resting-place.ts";

/** A place where something comes to lie, metres. */
export interface GroundPlace {
  readonly x: number;
  /** Height from which it falls onto what is below. Default: the bare ground, beside a solid that stands there. */
  readonly y?: number | undefined;
  readonly z: number;
}

/** What lies about in a zone: the database says what, the actors where. */
export interface GroundItems {
  /** Lays what an answer says has come onto the ground; several things in a ring. */
  lay(booked: Pick<Booked, "stacks">, at: GroundPlace): void;
  layPile(pile: PileLeft, at: GroundPlace): void;
  /** Now and then: clears away what has lain long enough, and frees piles. */
  tend(): void;
}

/** What {@link openGroundItems} takes. */
export interface GroundItemsOptions<A extends Carrier> {
  readonly zone: string;
  readonly simulation: Simulation;
  readonly players: ReadonlyMap<string, Player<A>>;
  readonly items: () => ItemPort;
  readonly desk: ItemRequests<A>;
  onAnswer<About, T>(name: string, apply: ApplyAnswer<About, T>): Ask<About, T>;
  /** How far one reaches, metres: nothing lies where nobody could stand within it. */
  readonly reachM: number;
  /** Seconds that things lie on the ground; piles stay. */
  readonly dropS: number;
  /** Seconds until anybody may take from a pile. */
  readonly pileS: number;
}

interface Found {
  readonly stacks: readonly Stack[];
  readonly piles: readonly PileLeft[];
}

/** Ticks between two looks. */
const TEND_TICKS = 20;
/** Most that is cleared at once. */
const CLEAR_MAX = 50;
/** Wait between two tries to read what lies about, ms. */
const AGAIN_MS = 500;

/**
 * Opens what lies about. What the database has on the ground of the zone is read at once: a save of the zone may be
 * older, so actors that lie there no more go, and what has none is laid down at the first spawn of the level. What lies
 * out of reach, as an earlier version or level left it, is laid where it can be reached.
 */
export function openGroundItems<A extends Carrier>(options: GroundItemsOptions<A>): GroundItems {
  const { simulation, players, zone, desk, reachM, dropS, pileS } = options;
  const { world, level, ground, tickHz } = simulation;
  const container = `ground:${zone}`;
  const inTicks = (seconds: number) => (seconds === 0 ? 0 : simulation.tick + Math.ceil(seconds * tickHz));
  const put = (actor: Actor, at: Point, id?: string) => void world.spawn(Object.assign(actor, at), id);

  /** Places about a place: the first is the place itself, the next about it as far as they are reached from there. */
  function placeOf({ x, z, y = ground.height(x, z) }: GroundPlace, i: number): Point {
    const home = restingPlace(ground, { x, y, z });
    if (i === 0) return home;
    const beside = restingPlace(ground, aside(home, i));
    return inReach(home, beside, reachM) ? beside : home;
  }

  function layStack({ id, template, qty }: Stack, at: Point): void {
    if (world.get(id)) return;
    put(new Drop({ kind: "drop", template, qty, goneAtTick: inTicks(dropS) }), at, id);
  }

  function layPile({ container: pile, owner, name }: PileLeft, at: Point): void {
    put(new Pile({ kind: "pile", name, owner, container: pile, freeAtTick: inTicks(pileS) }), at);
  }

  function heal(thing: Drop | Pile): void {
    const rest = restingPlace(ground, thing);
    if (!inReach(rest, thing, reachM)) Object.assign(thing, rest);
  }

  const lying: GroundItems = {
    lay(booked, at) {
      for (const [i, stack] of stacksIn(booked, container).entries()) layStack(stack, placeOf(at, i));
    },
    layPile: (pile, at) => layPile(pile, placeOf(at, 0)),
    tend() {
      if (simulation.tick % TEND_TICKS !== 0) return;
      const due = [...world.query({ is: Drop })].filter(
        ({ goneAtTick: at }) => at > 0 && at <= simulation.tick,
      );
      const clearer = [...players.values()].find(({ departure }) => !departure);
      if (due.length > 0 && clearer && !clearing) {
        clearing = true;
        clear(clearer, { ids: due.slice(0, CLEAR_MAX).map((drop) => world.idOf(drop) ?? "") });
      }
      const ripe = [...world.query({ is: Pile })].filter(
        (pile) => !pile.free && pile.freeAtTick <= simulation.tick,
      );
      // By an answer, so that it is in the recording: this runs beside the world.
      if (ripe.length > 0) void free({ ids: ripe.map((pile) => world.idOf(pile) ?? "") }, async () => true);
    },
  };

  let clearing = false;
  const clear = desk.order<{ ids: string[] }>("clear", {
    book: ({ claim }, { message, id }) => options.items().clear(claim, id, zone, message.ids),
    done(_, { message }) {
      clearing = false;
      for (const id of message.ids) if (world.get(id) instanceof Drop) world.despawn(id);
    },
    undone: () => {
      clearing = false;
    },
  });
  const free = options.onAnswer<{ ids: string[] }, true>("piles", (_, { ids }) => {
    for (const id of ids) {
      const pile = world.get(id);
      if (pile instanceof Pile) pile.free = true;
    }
  });

  const found = options.onAnswer<null, { ok: true } & Found>("ground", (answer) => {
    if (!answer.ok) return;
    const [home = { at: [0, 0, 0] }] = level.spawns;
    const [x, y, z] = home.at;
    const at = { x, y, z };
    const stacks = new Map(answer.stacks.map((stack) => [stack.id, stack]));
    for (const drop of [...world.query({ is: Drop })]) {
      const id = world.idOf(drop) ?? "";
      const stack = stacks.get(id);
      if (!stack) world.despawn(id);
      else if (drop.qty !== stack.qty) drop.qty = stack.qty;
    }
    for (const [i, stack] of [...stacks.values()].entries()) layStack(stack, placeOf(at, i));
    const piles = new Map(answer.piles.map((pile) => [pile.container, pile]));
    for (const pile of [...world.query({ is: Pile })]) {
      if (!piles.delete(pile.container)) world.despawn(pile);
    }
    for (const [i, pile] of [...piles.values()].entries()) layPile(pile, placeOf(at, i));
    for (const thing of world.query()) if (thing instanceof Drop || thing instanceof Pile) heal(thing);
  });
  void found(null, async () => {
    for (let tries = 1; ; tries++) {
      try {
        const [stacks, piles] = [await options.items().readIn(container), await options.items().piles(zone)];
        return { ok: true, stacks, piles };
      } catch (error) {
        if (tries === 20) throw error;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  });
  return lying;
}
