import type { PadNow } from "roomkeep/client";
import type { SketchSeat, SketchState } from "../state.ts";

/** The state as a view sees it: of a seat, or without one. */
export type Now = PadNow<SketchState>;

/** The seats, best first. */
export function ranked(state: SketchState): SketchSeat[] {
  return [...state.seats.values()].sort((a, b) => b.points - a.points);
}

/** Whoever draws now. */
export const drawerOf = (state: SketchState): SketchSeat | undefined => state.seats.get(state.turn);

/** True in the page of whoever draws now. */
export const isDrawer = ({ state, context }: Now): boolean => state.turn === context.room.sessionId;

export const leads = ({ state, context }: Now): boolean => state.leader === context.room.sessionId;

/** "1st", "2nd", "3rd", "4th". */
export function ordinal(place: number): string {
  const ending = { 1: "st", 2: "nd", 3: "rd" }[place % 100 > 10 && place % 100 < 14 ? 0 : place % 10] ?? "th";
  return `${place}${ending}`;
}

/** The place of a seat: those with as many points share it. */
export function placeOf(state: SketchState, { points }: SketchSeat): number {
  return 1 + [...state.seats.values()].filter((one) => one.points > points).length;
}

/** What the word shows as now: the word for whoever draws, the answer once it is told, else the hint. */
export function shownWord({ state, me }: Now): string {
  return state.answer || me?.word || state.hint;
}
