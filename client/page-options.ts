import type { PagePanel } from "./panel.ts";
import type { GameViews } from "./view.ts";

/** The views and the title of a page. */
export interface PageOptions {
  /** Views by the name of their game. Play joins the first, and the join form stands in front of it. */
  views: GameViews;
  /** Shown on the join form. */
  title?: string;
  /** The parts of plugins in the page. */
  panels?: readonly PagePanel[];
}
