import type { Place } from "../panel-view.ts";

/** The place that the address asks for: `?as=screen`, `?as=pad`, `?as=page`; undefined: none. */
function wantedPlace(): Place | undefined {
  const as = new URLSearchParams(location.search).get("as");
  return as === "screen" || as === "pad" || as === "page" ? as : undefined;
}

/** Whether the page is a screen of a room, from its first load on. */
export function isScreen(): boolean {
  return wantedPlace() === "screen";
}

/** Where the page shows a game: a phone is a pad, in whichever direction it is held. */
export function placeOf(phone: boolean): Place {
  return wantedPlace() ?? (phone ? "pad" : "page");
}
