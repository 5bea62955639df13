/** Waiting seats of an account: one for each character, of a few characters at a time. */
export const ACCOUNT_SEATS = 4;
/** Lifetime of an unconfirmed seat, ms: its room may wait for its zone before it opens. */
export const LOOKING_MS = 20_000;
/** Lifetime of a confirmed seat, ms: a little longer than the ten seconds of Colyseus's reservation. */
export const CONFIRMED_MS = 10_500;

/** The owner of a seat. */
export interface SeatOwner {
  readonly characterId: string;
  readonly accountId: string;
  /** As `addressKey` gives it; empty: not known, and not counted. */
  readonly address: string;
}

/** A seat that waits for its player. */
export interface WaitingSeat {
  readonly sessionId: string;
  /** Undefined: no room has reserved it yet. */
  readonly roomId: string | undefined;
}

/** Result of `take`: the seat that was replaced, or the limit that was reached with the time to wait, ms. */
export type Taken =
  | { readonly earlier: WaitingSeat | undefined }
  | { readonly limited: "account" | "address"; readonly waitMs: number };

/** The store of waiting seats: one for each character, each for a short time. */
export interface WaitingSeats {
  /** Stores a seat in place of the character's earlier one, if the limits allow. */
  take(owner: SeatOwner, sessionId: string): Promise<Taken>;
  /** Notes the room. False: the character has another seat by now. */
  confirm(characterId: string, sessionId: string, roomId: string): Promise<boolean>;
  /** Removes the character's seat, or with `sessionId` only that one. @returns the removed seat */
  drop(characterId: string, sessionId?: string): Promise<WaitingSeat | undefined>;
}

/** Waiting seats of a process without Redis. `addressMax`: seats of an address. */
export function openWaitingSeats(addressMax: number, now = () => performance.now()): WaitingSeats {
  const seats = new Map<string, SeatOwner & WaitingSeat & { until: number }>();

  /** Time until one of the counted seats runs out, ms; undefined: there are fewer than `max`. */
  function waitMs(key: "accountId" | "address", owner: SeatOwner, max: number): number | undefined {
    const counted = [...seats.values()].filter(
      (seat) => seat[key] === owner[key] && seat.characterId !== owner.characterId,
    );
    return counted.length < max ? undefined : Math.min(...counted.map(({ until }) => until)) - now();
  }

  return {
    async take(owner, sessionId) {
      for (const [id, { until }] of seats) if (until <= now()) seats.delete(id);
      const account = waitMs("accountId", owner, ACCOUNT_SEATS);
      if (account !== undefined) return { limited: "account", waitMs: account };
      const address = owner.address === "" ? undefined : waitMs("address", owner, addressMax);
      if (address !== undefined) return { limited: "address", waitMs: address };
      const earlier = seats.get(owner.characterId);
      seats.set(owner.characterId, { ...owner, sessionId, roomId: undefined, until: now() + LOOKING_MS });
      return { earlier };
    },
    async confirm(characterId, sessionId, roomId) {
      const seat = seats.get(characterId);
      if (!seat) return true; // its entry has run out
      if (seat.sessionId !== sessionId) return false;
      seats.set(characterId, { ...seat, roomId, until: now() + CONFIRMED_MS });
      return true;
    },
    async drop(characterId, sessionId) {
      const seat = seats.get(characterId);
      if (!seat || (sessionId !== undefined && seat.sessionId !== sessionId)) return undefined;
      seats.delete(characterId);
      return seat;
    },
  };
}
