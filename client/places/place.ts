import type { Place } from "../panel-view.ts";
import type { JoinAs } from "../room/room-role.ts";

/** The place that the address asks for: `?as=screen`, `?as=pad`, `?as=page`; undefined: none. */
function wantedPlace(): Place | undefined {
  const as = new URLSearchParams(location.search).get("as");
  return as === "screen" || as === "pad" || as === "page" ? as : undefined;
}

/** Whether the page is a screen of a room, from its first load on. */
export function isScreen(): boolean {
  return wantedPlace() === "screen";
}

/** As what the address asks to join: `?as=screen`, `?as=spectator`; undefined: as a player. */
export function wantedRole(): JoinAs | undefined {
  if (isScreen()) return "screen";
  return new URLSearchParams(location.search).get("as") === "spectator" ? "spectator" : undefined;
}

/**
 * Where the page shows a game: a phone is a pad, in whichever direction it is held. A spectator has no seat
 * that a pad could play for.
 */
export function placeOf(phone: boolean, isSpectator: boolean): Place {
  return wantedPlace() ?? (phone && !isSpectator ? "pad" : "page");
}
