import type { Room } from "@colyseus/core";
import type { Identity } from "../ports/characters.ts";
import type { SeatPort } from "../ports/seats.ts";
import { internalsOf } from "../transport/internals.ts";
import type { ViewerKind } from "./viewer-kind.ts";
import type { ViewerLimits } from "./viewer-limits.ts";

/** Colyseus's state of a room that closes. */
const DISPOSING = 2;

/** The places of a room's viewers, beside its seats. */
export interface ViewerPlaces {
  /** Whether a session is a viewer's, in the room or on its way. */
  has(sessionId: string): boolean;
  count(kind: ViewerKind): number;
  /** The viewers of the room before, whose seats Colyseus has reserved as players'. */
  adopt(viewers: ReadonlyMap<string, ViewerKind>): void;
  /** Colyseus is about to count the leave of a viewer. */
  leave(sessionId: string): void;
  /** Gives up a place that was not taken yet. False: it is no viewer's. */
  free(sessionId: string): boolean;
  /** Whether a player is in the room, or has a seat in it. */
  hasPlayers(): boolean;
}

/** What {@link openViewerPlaces} needs. */
export interface ViewerPlacesOptions {
  readonly limits: ViewerLimits;
  readonly seats: SeatPort;
  /** The counts have changed. */
  changed(): void;
}

/**
 * Counts viewers apart from players. What Colyseus counts, lists and locks by (`clients`, `maxClients`,
 * `locked`) goes on being the players' seats: a full room takes viewers, and a watched one is not full. So
 * the reservation of a viewer is none of Colyseus's count, and its leave, which Colyseus counts, is counted
 * up before.
 *
 * @see `@colyseus/core` src/Room.ts, `_reserveSeat`, `hasReachedMaxClients`, `#_decrementClientCount`
 *   (0.18.17)
 */
export function openViewerPlaces(room: Room, { limits, seats, changed }: ViewerPlacesOptions): ViewerPlaces {
  const inside = internalsOf(room);
  const kinds = new Map<string, ViewerKind>();
  const count = (kind: ViewerKind) => [...kinds.values()].filter((one) => one === kind).length;
  const isPlayer = (sessionId: string) => !kinds.has(sessionId);

  let isReloading = false;
  const reserve = inside._reserveSeat.bind(room);
  inside._reserveSeat = async (sessionId, options, auth, seconds, returning, reloadToken) => {
    const identity = auth as Identity | undefined;
    const { as } = identity ?? {};
    // Who is back after an edit had a place before; whether it was a seat is known a moment later.
    isReloading = reloadToken !== undefined;
    if (!identity || !as || returning || reloadToken) {
      const reserved = reserve(sessionId, options, auth, seconds, returning, reloadToken);
      isReloading = false;
      return reserved;
    }
    if (count(as) >= limits.max[as] || inside._internalState === DISPOSING || !seats.isOpen()) return false;
    kinds.set(sessionId, as);
    hold(sessionId, [options, auth, false, false], seconds ?? room.seatReservationTimeout);
    changed();
    if (!(await seats.confirm(waitingPlaceOf(identity), sessionId, room.roomId))) free(sessionId);
    return true;
  };

  function hold(sessionId: string, seat: (typeof inside._reservedSeats)[string], seconds: number): void {
    inside._reservedSeats[sessionId] = seat;
    inside._reservedSeatTimeouts[sessionId] = setTimeout(() => free(sessionId), seconds * 1000);
    inside.resetAutoDisposeTimeout(seconds);
  }

  function free(sessionId: string): boolean {
    if (isPlayer(sessionId)) return false;
    const [, , taken, returning] = inside._reservedSeats[sessionId] ?? [];
    if (taken !== false || returning) return true;
    clearTimeout(inside._reservedSeatTimeouts[sessionId]);
    delete inside._reservedSeats[sessionId];
    delete inside._reservedSeatTimeouts[sessionId];
    kinds.delete(sessionId);
    changed();
    if (room.clients.length === 0) inside.resetAutoDisposeTimeout(0);
    return true;
  }

  const players = () => room.clients.filter(({ sessionId }) => isPlayer(sessionId)).length;
  const hasReachedMax = room.hasReachedMaxClients.bind(room);
  room.hasReachedMaxClients = () => {
    if (isReloading) return false;
    if (!hasReachedMax() || inside._internalState === DISPOSING) return hasReachedMax();
    return players() + Object.keys(inside._reservedSeats).filter(isPlayer).length >= room.maxClients;
  };

  const unlock = room.unlock;
  // Colyseus unlocks at each leave. After a viewer's the players' seats may be taken as before.
  room.unlock = (...internal: unknown[]) =>
    internal[0] === true && room.hasReachedMaxClients()
      ? room.setMatchmaking({ maxClients: room.maxClients })
      : unlock.apply(room, internal as []);

  return {
    has: (sessionId) => kinds.has(sessionId),
    count,
    adopt(viewers) {
      for (const [sessionId, kind] of viewers) kinds.set(sessionId, kind);
      inside._listing.clients -= viewers.size;
      // It locks the room that is full.
      void room.setMatchmaking({ maxClients: room.maxClients });
      changed();
    },
    leave(sessionId) {
      if (!kinds.delete(sessionId)) return;
      inside._listing.clients += 1;
      changed();
    },
    free,
    // Seats that are being taken are not enumerable.
    hasPlayers: () => players() > 0 || Object.getOwnPropertyNames(inside._reservedSeats).some(isPlayer),
  };
}

/** A viewer's waiting place is counted apart from a seat that waits for the same character. */
export function waitingPlaceOf(identity: Identity): Identity {
  return { ...identity, characterId: `viewer:${identity.characterId}` };
}
