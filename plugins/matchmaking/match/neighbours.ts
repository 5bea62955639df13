import type { Waiting } from "./group.ts";

/** Tickets in the order of their ratings; those that are taken are skipped at no cost. */
export interface Neighbours {
  /** Those that are left, the longest waiting first. */
  byWaiting(): Generator<Waiting>;
  /** Others that are left, the nearest by rating first, as long as the ticket takes their rating. */
  around(one: Waiting): Generator<Waiting>;
  /** Those that are left, the nearest to a rating first. */
  near(rating: number): Generator<Waiting>;
  /** A ticket is in a match. */
  take(id: string): void;
}

/** Sorts tickets by rating. */
export function openNeighbours(waiting: readonly Waiting[]): Neighbours {
  const sorted = [...waiting].sort((a, b) => a.rating - b.rating || (a.ticket.id < b.ticket.id ? -1 : 1));
  const placeOf = new Map(sorted.map(({ ticket }, place) => [ticket.id, place]));
  // The next place to either side that is left; one more at each end, which is always left.
  const lower = sorted.map((_, place) => place - 1);
  const upper = sorted.map((_, place) => place + 1);
  const taken = new Set<number>();

  function* outward(rating: number, below: number, above: number): Generator<Waiting> {
    let [low, high] = [below, above];
    for (;;) {
      const [down, up] = [sorted[low], sorted[high]];
      if (!down && !up) return;
      if (!up || (down && rating - down.rating <= up.rating - rating)) {
        yield down as Waiting;
        low = lower[low] as number;
      } else {
        yield up;
        high = upper[high] as number;
      }
    }
  }

  return {
    *byWaiting() {
      const order = [...sorted.keys()].sort(
        (a, b) => (sorted[b] as Waiting).ticket.waitedS - (sorted[a] as Waiting).ticket.waitedS || a - b,
      );
      for (const place of order) if (!taken.has(place)) yield sorted[place] as Waiting;
    },
    *around(one) {
      const place = placeOf.get(one.ticket.id) ?? 0;
      for (const other of outward(one.rating, lower[place] as number, upper[place] as number)) {
        if (Math.abs(other.rating - one.rating) > one.range) return;
        yield other;
      }
    },
    *near(rating) {
      let [from, to] = [0, sorted.length];
      while (from < to) {
        const middle = (from + to) >> 1;
        if ((sorted[middle] as Waiting).rating < rating) from = middle + 1;
        else to = middle;
      }
      let [low, high] = [from - 1, from];
      while (taken.has(low)) low = lower[low] as number;
      while (taken.has(high)) high = upper[high] as number;
      yield* outward(rating, low, high);
    },
    take(id) {
      const place = placeOf.get(id);
      if (place === undefined || taken.has(place)) return;
      taken.add(place);
      const [below, above] = [lower[place] as number, upper[place] as number];
      if (below >= 0) upper[below] = above;
      if (above < sorted.length) lower[above] = below;
    },
  };
}
