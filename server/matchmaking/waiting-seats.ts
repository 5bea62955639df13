/** Seats that an account may have reserved and not taken yet: one a character, and few characters at a time. */
export const ACCOUNT_SEATS = 4;
/** A seat that no room has confirmed is forgotten after so long, ms: a room may wait for its zone before it opens. */
export const LOOKING_MS = 20_000;
/** Rooms keep a seat for ten seconds; it is forgotten a little later, ms. */
export const CONFIRMED_MS = 10_500;

/** For whom a seat is reserved. */
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

/** How a seat was taken: with what it replaced, or not because of whose limit, and for how long, ms. */
export type Taken =
  | { readonly earlier: WaitingSeat | undefined }
  | { readonly limited: "account" | "address"; readonly waitMs: number };

/** Where waiting seats are kept: one of a character, each for a short time. */
export interface WaitingSeats {
  /** Keeps a seat in the place of the character's earlier one, if the limits allow. */
  take(owner: SeatOwner, sessionId: string): Promise<Taken>;
  /** Notes the room. False: the character has another seat by now. */
  confirm(characterId: string, sessionId: string, roomId: string): Promise<boolean>;
  /** Forgets the character's seat, or only that very one. @returns what was forgotten */
  drop(characterId: string, sessionId?: string): Promise<WaitingSeat | undefined>;
}

/** Waiting seats of a process that is alone. `addressMax`: seats of an address. */
export function openWaitingSeats(addressMax: number, now = () => performance.now()): WaitingSeats {
  const seats = new Map<string, SeatOwner & WaitingSeat & { until: number }>();

  /** How long until one of those that are counted runs out, ms; undefined: there are fewer than `max`. */
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
      if (!seat) return true; // it took longer than it is remembered
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
