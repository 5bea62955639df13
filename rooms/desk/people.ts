import type { Avatar } from "../../shared/index.ts";
import { nameOf, type RoomPlayer } from "../player.ts";
import type { RawSocket } from "../transport/internals.ts";
import { roundTripMs } from "../transport/round-trips.ts";
import type { Viewer } from "../viewers/viewer.ts";

/** Somebody in a room, as the desk lists them. */
export interface Person {
  readonly session: string;
  readonly account: string;
  readonly character: string;
  readonly name: string;
  readonly role: string;
  /** How they are in the room. */
  readonly as: "player" | "screen" | "spectator";
  /** There and back, ms; null: not measured yet, or away. */
  readonly pingMs: number | null;
  /** Metres; null without an actor. */
  readonly place: { readonly x: number; readonly y: number; readonly z: number } | null;
  /** The connection is lost, and the seat kept. */
  readonly away: boolean;
  /** On the way to another room. */
  readonly travelling: boolean;
  /** Bytes that this connection has brought and was sent. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Of the client; absent where it is not for whoever asks. */
  readonly address?: string;
}

type AnyPlayer = RoomPlayer & { readonly avatar?: Avatar; readonly departure?: unknown };

/** Who is in a room: players first, then viewers. */
export function listPeople(
  players: ReadonlyMap<string, RoomPlayer>,
  viewers: ReadonlyMap<string, Viewer>,
  secrets: boolean,
): Person[] {
  return [
    ...[...players.values()].map((player) => personOf(player, secrets)),
    ...[...viewers.values()].map((viewer) => watcherOf(viewer, secrets)),
  ];
}

function personOf(player: AnyPlayer, secrets: boolean): Person {
  const { sessionId, claim, role, client, hold, avatar, departure, address } = player;
  const { id, accountId } = claim.sheet;
  return {
    session: sessionId,
    account: accountId,
    character: id,
    name: nameOf(player),
    role,
    as: "player",
    pingMs: hold ? null : (roundTripMs(client) ?? null),
    place: avatar ? { x: rounded(avatar.x), y: rounded(avatar.y), z: rounded(avatar.z) } : null,
    away: hold !== undefined,
    travelling: departure !== undefined,
    ...bytesOf(client),
    ...(secrets && { address }),
  };
}

function watcherOf({ sessionId, as, identity, name, client, hold }: Viewer, secrets: boolean): Person {
  const { accountId, characterId, role, address } = identity;
  return {
    session: sessionId,
    account: accountId,
    character: characterId,
    name,
    role,
    as,
    pingMs: hold ? null : (roundTripMs(client) ?? null),
    place: null,
    away: hold !== undefined,
    travelling: false,
    ...bytesOf(client),
    ...(secrets && { address }),
  };
}

/** What a client's connection has brought and was sent. */
export function bytesOf({ ref }: Pick<RoomPlayer["client"], "ref">): { bytesIn: number; bytesOut: number } {
  // A bot, and who is away, has none.
  const socket = (ref as RawSocket | undefined)?._socket;
  return { bytesIn: socket?.bytesRead ?? 0, bytesOut: socket?.bytesWritten ?? 0 };
}

/** To a centimetre; −0 is 0, as JSON has it. */
export const rounded = (metres: number): number => Math.round(metres * 100) / 100 + 0;
