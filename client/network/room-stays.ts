import { type Signal, signal } from "@preact/signals";
import { CLOSE, type ServerMessages } from "../../shared/index.ts";
import { backoffMs, retry, type SeatReservation } from "../../shared/internal.ts";
import { pauseUntilReturn } from "../device/page-life.ts";
import { noteFirstState } from "../room/first-state.ts";
import type { AnyRoom } from "../room/joined-room.ts";
import { roleIn } from "../room/room-role.ts";
import {
  type DisconnectNotice,
  noticeFor,
  reconnectText,
  unreachableNotice,
  watchNoticeFor,
} from "./disconnect-notice.ts";
import { explain } from "./error-messages.ts";
import {
  codeOf,
  forgetLastSeat,
  isKept,
  type LastSeat,
  noteTakenOver,
  seatOf,
  storeSeat,
} from "./last-seat.ts";
import { followBuild, type PageBuild } from "./page-build.ts";
import { type ConnectionEvents, watchConnection } from "./room-connection.ts";
import { errorCodeOf, type RoomJoin } from "./room-join.ts";
import {
  destinationOf,
  dropped,
  type InRoom,
  isInRoom,
  joined,
  queuedAt,
  reconnected,
  roomOf,
  type SessionPhase,
  travelEnded,
  travellingTo,
} from "./session-phase.ts";
import { followTravel, type TravelEvents } from "./travel.ts";

/** How long the page tries to come back by itself, ms. */
const REJOIN_MS = 120_000;
/** The same for a spectator: those who play open the room anew, or nobody does. */
const WATCH_AGAIN_MS = 30_000;
/** How long the page stays dark after the arrival, ms: the new scene is built meanwhile. */
const ARRIVAL_MS = 350;

/** What the room tells who watches it. */
export type Viewing = ServerMessages["viewer"];

/**
 * The stays of a session in rooms, one after the other. A stay ends when its signal is aborted: from then on
 * its room, or an attempt to join that is still under way, changes nothing any more.
 */
export class RoomStays {
  readonly phase: Signal<SessionPhase> = signal({ kind: "idle" });
  /** Why the last attempt to join failed, for people; empty. */
  readonly problem: Signal<string> = signal("");
  /** Why the last attempt failed, for the page: it offers a way on. */
  readonly refusal: Signal<string | undefined> = signal(undefined);
  /** What the room has told, if it is watched. */
  readonly viewing: Signal<Viewing | undefined> = signal(undefined);
  /** True: the page is of another build than the server, and a reload did not help. */
  readonly outdated: Signal<boolean> = signal(false);
  readonly #rooms: RoomJoin;
  readonly #page: PageBuild;
  #stay = new AbortController();

  constructor(rooms: RoomJoin, page: PageBuild) {
    this.#rooms = rooms;
    this.#page = page;
  }

  /** Joins by `work`; a failure opens the join form. @returns true when the room was entered */
  async join(work: (signal: AbortSignal) => Promise<AnyRoom>): Promise<boolean> {
    const signal = this.#begin();
    this.refusal.value = undefined;
    this.phase.value = { kind: "joining" };
    let room: AnyRoom;
    try {
      room = await work(signal);
    } catch (error) {
      if (signal.aborted) return false;
      this.phase.value = { kind: "idle" };
      this.problem.value = explain(error);
      this.refusal.value = errorCodeOf(error);
      return false;
    }
    return this.#enter(room, signal);
  }

  /** Leaves the room for good. */
  leave(): void {
    this.#begin();
    forgetLastSeat();
    void roomOf(this.phase.value)?.leave();
    this.phase.value = { kind: "idle" };
  }

  /** Ends with a notice, without a room: the person says how it goes on. */
  end(notice: DisconnectNotice): void {
    this.#begin();
    this.#end(notice);
  }

  /** Ends the stay before and begins the next. */
  #begin(): AbortSignal {
    this.#stay.abort();
    this.#stay = new AbortController();
    return this.#stay.signal;
  }

  /** Shows a room that was joined. If the stay that joined it has ended, the room is left again. */
  #enter(room: AnyRoom, joinedIn: AbortSignal, to = ""): boolean {
    if (joinedIn.aborted) {
      void room.leave();
      return false;
    }
    const signal = this.#begin();
    noteFirstState(room);
    storeSeat(room, signal, (build) => {
      this.outdated.value = !followBuild(this.#page, build);
    });
    const travel = followTravel(room, this.#rooms.byReservation, this.#travelEvents(signal));
    watchConnection(
      room,
      () => this.#rooms.listed(room.roomId),
      this.#connectionEvents(room, signal, travel.closed),
    );
    if (to) setTimeout(() => this.#change(signal, travelEnded), ARRIVAL_MS);
    this.#watch(room, signal);
    this.problem.value = "";
    this.phase.value = joined(room, to);
    nameInAddress(room);
    return true;
  }

  /** A room may be watched: by a screen, or by a spectator, who may get a seat. */
  #watch(room: AnyRoom, signal: AbortSignal): void {
    this.viewing.value = undefined;
    room.onMessage("viewer", (viewing: Viewing) => {
      if (!signal.aborted) this.viewing.value = viewing;
    });
    room.onMessage("seat.taken", ({ seat }: ServerMessages["seat.taken"]) => {
      if (!signal.aborted) void this.#sitDown(room, seat, signal);
    });
  }

  /** The picture stays until the seat is taken. */
  async #sitDown(watched: AnyRoom, seat: SeatReservation, signal: AbortSignal): Promise<void> {
    try {
      const room = await this.#rooms.byReservation(seat);
      if (this.#enter(room, signal)) void watched.leave();
    } catch (error) {
      console.warn("roomkeep: the seat could not be taken", error);
    }
  }

  #travelEvents(signal: AbortSignal): TravelEvents {
    return {
      leaving: (to) => this.#change(signal, (now) => travellingTo(now, to)),
      stayed: () => this.#change(signal, travelEnded),
      arrived: (room) => void this.#enter(room, signal, destinationOf(this.phase.peek())),
      stranded: ({ roomId, name: game }) => {
        const seat = { token: "", roomId, code: roomId, game, at: Date.now() };
        if (!signal.aborted) void this.#rejoin(seat, CLOSE.FENCED);
      },
    };
  }

  #connectionEvents(
    room: AnyRoom,
    signal: AbortSignal,
    isTravel: (code: number) => boolean,
  ): ConnectionEvents {
    return {
      dropped: (code) => this.#change(signal, (now) => dropped(now, reconnectText(code))),
      reconnected: () => this.#change(signal, reconnected),
      queued: (place) => this.#change(signal, (now) => queuedAt(now, place)),
      closed: (code, reason) => {
        if (!isTravel(code) && !signal.aborted) this.#closed(seatOf(room), code, reason);
      },
      lost: () => {
        if (!isTravel(CLOSE.FENCED) && !signal.aborted)
          void this.#rejoin({ ...seatOf(room), token: "" }, CLOSE.FENCED);
      },
    };
  }

  /** The server closed the connection: the page says why, or comes back by itself. */
  #closed(seat: LastSeat, code: number, reason?: string): void {
    const notice = noticeFor(code, reason) ?? (seat.as === "spectator" ? watchNoticeFor(code) : undefined);
    if (!notice) return void this.#rejoin(seat, code);
    if (notice.kind === "taken-over") noteTakenOver(seat);
    else forgetLastSeat();
    this.#end(notice);
  }

  async #rejoin(seat: LastSeat, code: number): Promise<void> {
    const signal = this.#begin();
    this.#change(signal, (now) => dropped(travelEnded(now), reconnectText(code)));
    const isWatched = seat.as === "spectator";
    const until = Date.now() + (isWatched ? WATCH_AGAIN_MS : REJOIN_MS);
    const back = async (attempt: number) => {
      if (attempt > 0) await pauseUntilReturn(backoffMs(attempt - 1), signal);
      signal.throwIfAborted();
      return this.#rooms.back(seat, isKept(seat));
    };
    const again = () => Date.now() < until;
    const room = await retry(back, { again, waitMs: () => 0, signal }).catch(() => undefined);
    if (room) this.#enter(room, signal);
    else if (!signal.aborted)
      this.#end((isWatched && watchNoticeFor(CLOSE.ROOM_ENDED)) || unreachableNotice(code));
  }

  #change(signal: AbortSignal, to: (now: InRoom) => InRoom): void {
    const now = this.phase.peek();
    if (!signal.aborted && isInRoom(now)) this.phase.value = to(now);
  }

  #end(notice: DisconnectNotice): void {
    this.phase.value = { kind: "ended", notice };
  }
}

/** The address names the open room; of a screen the game too, of which it opens another room if need be. */
function nameInAddress(room: AnyRoom): void {
  const url = new URL(location.href);
  const wanted = url.searchParams.get("as");
  const as = roleIn(room) ?? (wanted === "spectator" ? undefined : wanted);
  const game = as === "screen" && { game: room.name };
  url.search = new URLSearchParams({ room: codeOf(room), ...game, ...(as && { as }) }).toString();
  history.replaceState(null, "", url);
}
