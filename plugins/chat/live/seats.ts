import type { ChannelName } from "../kind.ts";
import type { Follower } from "./feeds.ts";

/** A player in a room of this process, as chat reaches them. */
export interface Seat extends Follower {
  /** A channel that it does not follow has come to a number. */
  news(channel: ChannelName & { readonly last: number }): void;
}

/** The seats of accounts in rooms of this process. */
export interface Seats {
  add(seat: Seat): void;
  remove(seat: Seat): void;
  of(accountId: string): Iterable<Seat>;
}

/** Opens an empty list. */
export function openSeats(): Seats {
  const all = new Map<string, Set<Seat>>();
  return {
    add: (seat) => all.set(seat.accountId, (all.get(seat.accountId) ?? new Set()).add(seat)),
    remove(seat) {
      const own = all.get(seat.accountId);
      own?.delete(seat);
      if (own?.size === 0) all.delete(seat.accountId);
    },
    of: (accountId) => all.get(accountId) ?? [],
  };
}
