import type { PagePanel } from "./panel.ts";
import type { GameViews } from "./view.ts";

/**
 * What a project adds to the page: a view for each game, panels of plugins, a title. Given to `startPage`.
 */
export interface PageOptions {
  /** Views by the name of their game. Play joins the first, and the join form stands in front of it. */
  views: GameViews;
  /** Shown on the join form. */
  title?: string;
  /**
   * The parts of plugins in the page. A function loads its panel as a part of its own, so that the first
   * script of the page stays small: `async () => (await import("./my-panel.tsx")).myPanel`.
   */
  panels?: readonly (PagePanel | (() => Promise<PagePanel>))[];
}
