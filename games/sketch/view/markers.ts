import type { PadDrawing } from "roomkeep/client";
import { unpackPicture } from "../picture.ts";
import type { SketchMessages, SketchState } from "../state.ts";
import { isDrawer } from "./facts.ts";

/** The markers, ink first and paper last: it rubs out. */
export const MARKERS = [
  "#1f1b2b",
  "#d7263d",
  "#1769aa",
  "#2a8048",
  "#f0b400",
  "#7a3fa3",
  "#8b5a33",
  "#ffffff",
] as const;

/** Where whoever draws draws, on a pad and in a page. */
export const drawing: PadDrawing<SketchState, SketchMessages> = {
  when: (now) => now.state.phase === "draw" && isDrawer(now),
  send: "draw",
  undo: "undo",
  clear: "clear",
  colors: MARKERS,
  widths: [10, 24, 64],
  strokes: ({ state }) => unpackPicture(state.picture),
};
