import type { ServerMessages } from "../../shared/index.ts";
import { onAway } from "../device/page-life.ts";
import type { AnyRoom } from "../room/joined-room.ts";
import { type JoinAs, roleIn } from "../room/room-role.ts";
import { readStored, writeStored } from "../storage.ts";

/** How long a room keeps the seat of a dropped player unless it says otherwise, ms. */
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
  /** The values of `matchBy` that the room is for. */
  match?: ServerMessages["room.seat"]["match"];
  /** Absent: as a player. */
  as?: JoinAs | undefined;
  /** True: the character was opened elsewhere, and its person has not asked for it back. */
  takenOver?: boolean;
  /** How long the room keeps the seat of a dropped player, ms; absent: {@link SEAT_MS}. */
  keptMs?: number | undefined;
  /** When it was stored, epoch ms. */
  at: number;
  /**
   * Code in the address when the room was entered: a page that is reloaded in that moment still has it there.
   */
  from?: string | undefined;
}

/** The answers of joined rooms to `room.seat`. */
const answers = new WeakMap<AnyRoom, ServerMessages["room.seat"]>();

/** The seat in a room. */
export function seatOf(room: AnyRoom): LastSeat {
  const { reconnectionToken: token, roomId, name: game } = room;
  return {
    token,
    roomId,
    code: codeOf(room),
    game,
    returnToken: answers.get(room)?.returnToken,
    keptMs: keptMs(answers.get(room)),
    match: answers.get(room)?.match,
    as: roleIn(room),
    at: Date.now(),
  };
}

/** Whether the room may still keep the seat. */
export function isKept({ token, at, keptMs = SEAT_MS }: LastSeat): boolean {
  return token !== "" && Date.now() - at < keptMs;
}

function keptMs(answer: ServerMessages["room.seat"] | undefined): number | undefined {
  return answer?.keptS === undefined ? undefined : answer.keptS * 1000;
}

/** Short code of a room, for its link. */
export function codeOf(room: AnyRoom): string {
  return (room.state as { code?: string } | undefined)?.code || room.roomId;
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
export function storeSeat(room: AnyRoom, signal: AbortSignal, seated: (build: string) => void): void {
  const store = (from?: string) => {
    if (!signal.aborted) writeStored("wayBack", { ...seatOf(room), from } satisfies LastSeat, "tab");
  };
  store(new URL(location.href).searchParams.get("room") ?? undefined);
  room.onMessage("room.seat", (answer: ServerMessages["room.seat"]) => {
    answers.set(room, answer);
    store();
    if (!signal.aborted) seated(answer.build);
  });
  room.send("room.seat", {});
  const storeIfOpen = () => void (room.connection.isOpen && store());
  const timer = setInterval(storeIfOpen, STORE_MS);
  // A phone may end a page that it has put to sleep.
  const stopAway = onAway(storeIfOpen);
  // Each reconnection has a new token, which the SDK sets after it has called back.
  room.onReconnect(() => queueMicrotask(store));
  const stop = () => {
    clearInterval(timer);
    stopAway();
  };
  room.onLeave(stop);
  signal.addEventListener("abort", stop);
}
