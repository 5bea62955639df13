import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Client } from "colyseus.js";
import { CLOSE } from "../../shared/index.ts";
import { retry } from "../../shared/internal.ts";
import type { Account } from "../account/account.ts";
import { onReturn } from "../device/page-life.ts";
import { wantedRole } from "../places/place.ts";
import type { AnyRoom } from "../room/joined-room.ts";
import type { JoinAs } from "../room/room-role.ts";
import { openClient } from "../room/sdk.ts";
import type { Api } from "./api.ts";
import { noticeFor } from "./disconnect-notice.ts";
import { forgetLastSeat, isKept, readLastSeat, SEAT_MS } from "./last-seat.ts";
import { readPageBuild } from "./page-build.ts";
import { errorCodeOf, type Goal, isOffline, openRoomJoin } from "./room-join.ts";
import { RoomStays, type Viewing } from "./room-stays.ts";
import { roomOf, type SessionPhase } from "./session-phase.ts";

/** An older stored seat is not gone back to, ms. */
const LAST_SEAT_MS = SEAT_MS * 20;
/** How often a full room is asked for a place, ms. */
const PLACE_MS = 4_000;
/** How often a reloaded page tries again while the server is away. */
const RESUME_ATTEMPTS = 6;

/** From the join form into a room, on to others, and back. */
export interface Session {
  readonly phase: ReadonlySignal<SessionPhase>;
  /** The room of the phase. */
  readonly room: ReadonlySignal<AnyRoom | undefined>;
  /** How the room is watched; undefined: it is played in, or is not told yet. */
  readonly viewing: ReadonlySignal<Viewing | undefined>;
  /** A spectator asks for a seat in the room, and takes it. */
  takeSeat(): void;
  /** Why the last attempt failed, for people, below the join form; empty. */
  readonly problem: Signal<string>;
  /** The code of why the last attempt failed. */
  readonly refusal: ReadonlySignal<string | undefined>;
  /** The full room that the last attempt led to; undefined: none. */
  readonly fullRoom: ReadonlySignal<Goal | undefined>;
  /** True while {@link Session.waitForPlace} waits. */
  readonly waiting: ReadonlySignal<boolean>;
  /** True: the page is of another build than the server, and a reload did not help. */
  readonly outdated: ReadonlySignal<boolean>;
  /** Joins a room. Never throws: `problem` says why it failed. */
  join(goal: Goal): Promise<void>;
  /** Tries the full room again until somebody leaves it, or the player does something else. */
  waitForPlace(): Promise<void>;
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

/**
 * Opens a session. Nothing is sent before `join` or `resume`.
 *
 * @param as what it joins as; undefined: as a player
 */
export function openSession(
  api: Api,
  account: Account,
  client: Client = openClient(),
  page = readPageBuild(),
  as?: JoinAs,
): Session {
  const rooms = openRoomJoin(api, account, client, as);
  const stays = new RoomStays(rooms, page);
  const { phase, problem, outdated } = stays;
  const goal = signal<Goal | undefined>(undefined);
  const waiting = signal(false);
  const session: Session = {
    phase,
    room: computed(() => roomOf(phase.value)),
    viewing: stays.viewing,
    takeSeat: () => session.room.value?.send("seat.take", {}),
    problem,
    outdated,
    refusal: stays.refusal,
    fullRoom: computed(() => (stays.refusal.value === "ROOM_FULL" ? goal.value : undefined)),
    waiting,
    async join(wanted) {
      if (phase.value.kind === "joining") return;
      problem.value = "";
      goal.value = wanted;
      await stays.join(() => rooms.byGoal(wanted));
    },
    async waitForPlace() {
      const full = session.fullRoom.value;
      if (!full || phase.value.kind === "joining") return;
      problem.value = "";
      waiting.value = true;
      const again = (error: unknown) => errorCodeOf(error) === "ROOM_FULL";
      const waitMs = () => PLACE_MS * (0.8 + 0.4 * Math.random());
      await stays.join((signal) => retry(() => rooms.byGoal(full), { again, waitMs, signal }));
      waiting.value = false;
    },
    async resume(code) {
      const seat = readLastSeat();
      if (!seat || Date.now() - seat.at > LAST_SEAT_MS || !api.tokens.token) return false;
      if (code && code !== seat.code && code !== seat.from) return false;
      // Who watched a room and opens its link to play does not watch on.
      if (seat.as !== wantedRole()) return false;
      const takenOver = seat.takenOver && noticeFor(CLOSE.TAKEN_OVER);
      if (takenOver) {
        stays.end(takenOver);
        return false;
      }
      // A server that is just starting, or a slow network, is worth another attempt.
      const again = (error: unknown, attempt: number) => attempt < RESUME_ATTEMPTS && isOffline(error);
      const back = () => rooms.back(seat, isKept(seat));
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
      const wasAway = isUnreachable(phase.value);
      phase.value = { kind: "idle" };
      if (seat && wasAway) void session.resume();
      else if (seat) void session.join({ roomId: seat.roomId, game: seat.game });
    },
  };
  // After a phone call that took longer than the page tries.
  onReturn(() => isUnreachable(phase.value) && session.restart());
  return session;
}

/** The session has ended because the server did not answer. */
const isUnreachable = (phase: SessionPhase) => phase.kind === "ended" && phase.notice.kind === "unreachable";
