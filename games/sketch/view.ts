import { definePanelView } from "roomkeep/client";
import type { SketchState } from "./state.ts";
import { sketchPad } from "./view/pad.tsx";
import { showPage } from "./view/page.tsx";
import { showScreen } from "./view/screen.tsx";
import { sketchStyle } from "./view/style.ts";

/** The page's side of sketch: a large picture on a screen, markers on a phone, and both in a browser. */
export const sketchView = definePanelView<SketchState>({
  title: "Sketch",
  style: sketchStyle,
  // Guesses are beside the picture.
  chat: false,
  mount: showPage,
  screen: showScreen,
  pad: sketchPad,
});
