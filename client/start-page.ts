import { reportErrors } from "./device/error-reports.ts";
import type { PageOptions } from "./page-options.ts";
import type { PagePanel } from "./panel.ts";

/**
 * Starts the page: the join form, then the game. It puts all that it needs into the document, and takes an
 * element with the id `splash` out of it once there is something to see. The page itself and the views that
 * are functions are loaded as parts of their own, three.js with the first world. A browser without WebGL 2
 * gets a message instead of a world.
 *
 * @example
 * import { startPage } from "roomkeep/client";
 * import { yardView } from "../games/yard/view.ts";
 *
 * startPage({ title: "The yard", views: { yard: yardView } });
 */
export function startPage(options: PageOptions): void {
  reportErrors();
  Promise.all([import("./page.tsx"), loadPanels(options)]).then(
    ([{ openPage }, panels]) => {
      openPage({ ...options, panels });
      document.getElementById("splash")?.remove();
    },
    (error) => {
      console.error("roomkeep: a part of the page could not be loaded", error);
      const splash = document.getElementById("splash") ?? document.body;
      splash.textContent = "The page could not be loaded. Check the connection, then reload it.";
    },
  );
}

/** The page goes on without a panel that could not be loaded. */
async function loadPanels({ panels = [] }: PageOptions): Promise<readonly PagePanel[]> {
  const loaded = await Promise.all(
    panels.map((panel) =>
      typeof panel === "function"
        ? panel().catch((error: unknown) => console.error("roomkeep: a panel could not be loaded", error))
        : panel,
    ),
  );
  return loaded.filter((panel) => panel !== undefined);
}
