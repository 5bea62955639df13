import { type Carrier, Drop, Pile } from "../../shared/index.ts";
import type { Player } from "../player.ts";
import type { ItemPort } from "../ports/ports.ts";
import type { ApplyAnswer, Ask } from "../simulation/async-results.ts";
import type { Simulation } from "../simulation/simulation.ts";
import type { ItemRequests } from "./item-requests.ts";

/** Options of {@link openGroundExpiry}. */
export interface GroundExpiryOptions<A extends Carrier> {
  readonly zone: string;
  readonly simulation: Simulation;
  readonly players: ReadonlyMap<string, Player<A>>;
  readonly items: () => ItemPort;
  readonly requests: ItemRequests<A>;
  onAnswer<About, T>(name: string, apply: ApplyAnswer<About, T>): Ask<About, T>;
}

/** Ticks between two checks. */
const CHECK_TICKS = 20;
/** Most drops that one booking removes. */
const REMOVED_MAX = 50;

/**
 * Opens the expiry of a zone's ground: drops are removed after their time, and piles become free for every
 * player.
 *
 * @returns the check, to be called once a tick
 */
export function openGroundExpiry<A extends Carrier>(options: GroundExpiryOptions<A>): () => void {
  const { simulation, players, zone, requests, items } = options;
  const { world } = simulation;
  let isRemoving = false;
  const removeDrops = requests.order<{ ids: string[] }>("clear", {
    book: ({ claim }, { message, id }) => items().clear(claim, id, zone, message.ids),
    done(_, { message }) {
      isRemoving = false;
      for (const id of message.ids) if (world.get(id) instanceof Drop) world.despawn(id);
    },
    undone: () => {
      isRemoving = false;
    },
  });
  const freePiles = options.onAnswer<{ ids: string[] }, true>("piles", (_, { ids }) => {
    for (const id of ids) {
      const pile = world.get(id);
      if (pile instanceof Pile) pile.free = true;
    }
  });

  return () => {
    if (simulation.tick % CHECK_TICKS !== 0) return;
    const drops = [...world.query({ is: Drop })].filter(
      ({ goneAtTick: at }) => at > 0 && at <= simulation.tick,
    );
    const booker = [...players.values()].find(({ departure }) => !departure);
    if (drops.length > 0 && booker && !isRemoving) {
      isRemoving = true;
      removeDrops(booker, { ids: drops.slice(0, REMOVED_MAX).map((drop) => world.idOf(drop) ?? "") });
    }
    const piles = [...world.query({ is: Pile })].filter(
      (pile) => !pile.free && pile.freeAtTick <= simulation.tick,
    );
    // As an answer, so that a recording has it: this check is no part of the simulation.
    if (piles.length > 0) {
      void freePiles({ ids: piles.map((pile) => world.idOf(pile) ?? "") }, async () => true);
    }
  };
}
