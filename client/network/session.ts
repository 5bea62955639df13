import { computed, type ReadonlySignal, type Signal } from "@preact/signals";
import { Client } from "colyseus.js";
import { retry } from "../../shared/internal.ts";
import type { Account } from "../account/account.ts";
import type { Api } from "./api.ts";
import { forgetLastSeat, readLastSeat, SEAT_MS } from "./last-seat.ts";
import type { JoinedRoom } from "./predict.ts";
import { type Goal, isOffline, openRoomJoin } from "./room-join.ts";
import { RoomStays } from "./room-stays.ts";
import { roomOf, type SessionPhase } from "./session-phase.ts";

/** An older stored seat is not gone back to, ms. */
const LAST_SEAT_MS = SEAT_MS * 20;
/** How often a reloaded page tries again while the server is away. */
const RESUME_ATTEMPTS = 6;

/** From the join form into a room, on to others, and back. */
export interface Session {
  readonly phase: ReadonlySignal<SessionPhase>;
  /** The room of the phase. */
  readonly room: ReadonlySignal<JoinedRoom | undefined>;
  /** Why the last attempt failed, for people, below the join form; empty. */
  readonly problem: Signal<string>;
  /** Joins a room. Never throws: `problem` says why it failed. */
  join(goal: Goal): Promise<void>;
  /**
   * After a reload: goes back to the seat, the room or at least the game.
   *
   * @param code of the room in the address; another room is not gone back to then
   * @returns false when there was nothing to go back to
   */
  resume(code?: string): Promise<boolean>;
  /** Leaves the room for good and opens the join form. */
  leave(): void;
  /** Goes on after the session has ended: back to the last seat, else to the join form. */
  restart(): void;
}

/** Opens a session. Nothing is sent before `join` or `resume`. */
export function openSession(api: Api, account: Account, client = new Client()): Session {
  const rooms = openRoomJoin(api, account, client);
  const stays = new RoomStays(rooms);
  const { phase, problem } = stays;
  const session: Session = {
    phase,
    room: computed(() => roomOf(phase.value)),
    problem,
    async join(goal) {
      if (phase.value.kind === "joining") return;
      problem.value = "";
      await stays.join(() => rooms.byGoal(goal));
    },
    async resume(code) {
      const seat = readLastSeat();
      if (!seat || Date.now() - seat.at > LAST_SEAT_MS || !api.tokens.token) return false;
      if (code && code !== seat.code && code !== seat.from) return false;
      // A server that is just starting, or a slow network, is worth another attempt.
      const again = (error: unknown, attempt: number) => attempt < RESUME_ATTEMPTS && isOffline(error);
      const back = () => rooms.back(seat, Date.now() - seat.at < SEAT_MS);
      const isBack = await stays.join((signal) => retry(back, { again, signal }));
      if (!isBack) forgetLastSeat();
      return isBack;
    },
    leave() {
      stays.leave();
      history.replaceState(null, "", location.pathname);
    },
    restart() {
      const seat = readLastSeat();
      phase.value = { kind: "idle" };
      if (seat) void session.join({ roomId: seat.roomId, game: seat.game });
    },
  };
  return session;
}
