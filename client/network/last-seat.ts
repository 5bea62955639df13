import type { ServerMessages, WorldState } from "../../shared/index.ts";
import { readStored, writeStored } from "../storage.ts";
import type { JoinedRoom } from "./predict.ts";

/** How long a room keeps the seat of a dropped player, ms. */
export const SEAT_MS = 30_000;
/** How often the seat is stored: the time tells a reloaded page how old it is. Ms. */
const STORE_MS = 2_000;

/** The seat that this tab had last: what it takes to go back to it, to its room, or at least to its game. */
export interface LastSeat {
  /** Reconnection token; empty when the seat itself is gone. */
  token: string;
  roomId: string;
  code: string;
  game: string;
  /** Opens the room anew under its code, if it is gone. */
  returnToken?: string | undefined;
  /** True: the character was opened elsewhere, and its person has not asked for it back. */
  takenOver?: boolean;
  /** When it was stored, epoch ms. */
  at: number;
  /**
   * Code in the address when the room was entered: a page that is reloaded in that moment still has it there.
   */
  from?: string | undefined;
}

/** Return tokens of joined rooms. */
const returnTokens = new WeakMap<JoinedRoom, string>();

/** The seat in a room. */
export function seatOf(room: JoinedRoom): LastSeat {
  const { reconnectionToken: token, roomId, name: game } = room;
  return {
    token,
    roomId,
    code: codeOf(room),
    game,
    returnToken: returnTokens.get(room),
    at: Date.now(),
  };
}

/** Short code of a room, for its link. */
export function codeOf(room: JoinedRoom): string {
  return (room.state as WorldState & { code?: string })?.code || room.roomId;
}

/** Reads the seat that this tab stored. */
export function readLastSeat(): LastSeat | undefined {
  return readStored("wayBack", "tab") as LastSeat | undefined;
}

/** Notes that the character was opened elsewhere: a reloaded page, or a copy of it, stays out too. */
export function noteTakenOver(seat: LastSeat): void {
  writeStored("wayBack", { ...seat, takenOver: true } satisfies LastSeat, "tab");
}

/** Forgets the stored seat: a reloaded page opens the join form. */
export function forgetLastSeat(): void {
  writeStored("wayBack", undefined, "tab");
}

/**
 * Stores the seat in a room again and again while its connection is open. Ends with the room, or with the
 * signal.
 *
 * @param seated called once the seat is stored as the room knows it, with the build of the server's page
 */
export function storeSeat(room: JoinedRoom, signal: AbortSignal, seated: (build: string) => void): void {
  const store = (from?: string) => {
    if (!signal.aborted) writeStored("wayBack", { ...seatOf(room), from } satisfies LastSeat, "tab");
  };
  store(new URL(location.href).searchParams.get("room") ?? undefined);
  room.onMessage("room.seat", ({ returnToken, build }: ServerMessages["room.seat"]) => {
    returnTokens.set(room, returnToken);
    store();
    if (!signal.aborted) seated(build);
  });
  room.send("room.seat", {});
  const timer = setInterval(() => room.connection.isOpen && store(), STORE_MS);
  // Each reconnection has a new token, which the SDK sets after it has called back.
  room.onReconnect(() => queueMicrotask(store));
  const stop = () => clearInterval(timer);
  room.onLeave(stop);
  signal.addEventListener("abort", stop);
}
