import type { PanelViewContext } from "roomkeep/client";
import type { CardsSeat, CardsState } from "../state.ts";

/** A player at the table, as it is shown. */
export type Player = Pick<CardsSeat, "id" | "name" | "color" | "points" | "gained" | "count" | "agrees"> &
  Pick<CardsSeat, "place" | "ready" | "away" | "bot"> & { readonly isMe: boolean; readonly hasTurn: boolean };

/** All that the views show, read from the state at once. */
export interface Facts {
  readonly place: PanelViewContext["place"];
  readonly state: CardsState;
  readonly players: readonly Player[];
  readonly me: Player | undefined;
  /** The own cards, by suit and rank. */
  readonly hand: readonly number[];
  readonly leads: boolean;
  readonly send: PanelViewContext<CardsState>["send"];
  readonly share: PanelViewContext<CardsState>["share"];
}

/** Reads the facts; other players begin after the own seat, as one looks about a table. */
export function factsOf({ room, me, place, send, share }: PanelViewContext<CardsState>): Facts {
  const { state, sessionId } = room;
  const all = [...state.seats.values()].map((seat) => ({
    id: seat.id,
    name: seat.name,
    color: seat.color,
    points: seat.points,
    gained: seat.gained,
    count: seat.count,
    agrees: seat.agrees,
    place: seat.place,
    ready: seat.ready,
    away: seat.away,
    bot: seat.bot,
    isMe: seat.id === sessionId,
    hasTurn: seat.id === state.turn,
  }));
  all.sort((a, b) => a.place - b.place);
  const at = all.findIndex(({ isMe }) => isMe);
  const players = at < 0 ? all : [...all.slice(at), ...all.slice(0, at)];
  const hand = [...(me()?.hand ?? [])].sort((a, b) => a - b);
  return {
    place,
    state,
    players,
    me: at < 0 ? undefined : players[0],
    hand,
    leads: state.leader === sessionId,
    send,
    share,
  };
}
