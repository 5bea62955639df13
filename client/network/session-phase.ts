import type { AnyRoom } from "../room/joined-room.ts";
import type { DisconnectNotice } from "./disconnect-notice.ts";

/** In a room, with a connection. */
export type Connected =
  | { readonly kind: "playing"; readonly room: AnyRoom }
  /** The room sends its first full state when the player's turn has come. `place` counts from 1. */
  | { readonly kind: "queued"; readonly room: AnyRoom; readonly place: number }
  /**
   * The room hands its player over: steps 1 to 6 of docs/travel.md. `to`: name of the other place, for
   * people.
   */
  | { readonly kind: "travelling"; readonly room: AnyRoom; readonly to: string; readonly place: number }
  /**
   * The new room is joined, and its scene is built while the page is still dark: step 7 of docs/travel.md.
   */
  | { readonly kind: "arriving"; readonly room: AnyRoom; readonly to: string; readonly place: number };

/** In a room, with or without a connection. */
export type InRoom =
  | Connected
  /** The connection is away. `interrupted` is the phase to go on with when the same connection comes back. */
  | {
      readonly kind: "reconnecting";
      readonly room: AnyRoom;
      /** Why, for people. */
      readonly text: string;
      readonly interrupted: Connected;
    };

/**
 * The phases of a session. The functions below are its transitions inside a room; `openSession` has the
 * others.
 */
export type SessionPhase =
  /** The join form is open. */
  | { readonly kind: "idle" }
  | { readonly kind: "joining" }
  | InRoom
  /** The room was left, and the page does not come back by itself. */
  | { readonly kind: "ended"; readonly notice: DisconnectNotice };

/** Whether a phase has a room. */
export function isInRoom(phase: SessionPhase): phase is InRoom {
  return "room" in phase;
}

/** The room of a phase. */
export function roomOf(phase: SessionPhase): AnyRoom | undefined {
  return isInRoom(phase) ? phase.room : undefined;
}

/** Name of the place that a hand-over leads to, for people; empty outside a hand-over. */
export function destinationOf(phase: SessionPhase): string {
  if (phase.kind === "reconnecting") return destinationOf(phase.interrupted);
  return phase.kind === "travelling" || phase.kind === "arriving" ? phase.to : "";
}

/** Place in the room's join queue, from 1; 0 outside it. */
export function queuePlaceOf(phase: SessionPhase): number {
  if (phase.kind === "reconnecting") return queuePlaceOf(phase.interrupted);
  return "place" in phase ? phase.place : 0;
}

/** The room is joined. `to` names the place after a hand-over; empty after any other join. */
export function joined(room: AnyRoom, to: string): InRoom {
  return to ? { kind: "arriving", room, to, place: 0 } : { kind: "playing", room };
}

/** The room sent a place in its join queue; 0: it is this player's turn. */
export function queuedAt(phase: InRoom, place: number): InRoom {
  return whileConnected(phase, (now) =>
    now.kind === "travelling" || now.kind === "arriving" ? { ...now, place } : settled(now.room, place),
  );
}

/** The room begins to hand its player over. */
export function travellingTo(phase: InRoom, to: string): InRoom {
  return whileConnected(phase, ({ room }) => ({ kind: "travelling", room, to, place: queuePlaceOf(phase) }));
}

/** The hand-over is over: the player has arrived, or stays. */
export function travelEnded(phase: InRoom): InRoom {
  return whileConnected(phase, (now) => settled(now.room, queuePlaceOf(now)));
}

/** The connection is away. */
export function dropped(phase: InRoom, text: string): InRoom {
  const interrupted = phase.kind === "reconnecting" ? phase.interrupted : phase;
  return { kind: "reconnecting", room: phase.room, text, interrupted };
}

/** The same connection is back. */
export function reconnected(phase: InRoom): InRoom {
  return phase.kind === "reconnecting" ? phase.interrupted : phase;
}

function settled(room: AnyRoom, place: number): Connected {
  return place > 0 ? { kind: "queued", room, place } : { kind: "playing", room };
}

function whileConnected(phase: InRoom, change: (now: Connected) => Connected): InRoom {
  if (phase.kind !== "reconnecting") return change(phase);
  return { ...phase, interrupted: change(phase.interrupted) };
}
