import {
  createRunnableDevEnvironment,
  createServer,
  type DevEnvironment,
  defaultClientConditions,
  isRunnableDevEnvironment,
  type Plugin,
  type ResolvedConfig,
  type RunnableDevEnvironment,
  type ViteDevServer,
} from "vite";
import { RoomkeepError } from "../../shared/index.ts";
import type { Games } from "../game-class.ts";
import type { LivePage } from "../http/static-page.ts";
import type { AnyPlugin } from "../plugins/index.ts";
import { swapSchemaClasses } from "./schema-hot-swap.ts";

/** Path of Vite's socket, which reports edits to the page. Sockets of players have other paths. */
const HMR_PATH = "/__hmr";
/** Name of Vite's environment that loads the rooms. */
const ROOMS = "rooms";
/** Rooms import the roomkeep that runs here, however their project links to it. */
const OWN = /^roomkeep\//;
const fromSource = import.meta.url.endsWith(".ts");
/** Edits within this time, ms, count as one: editors write a file in several steps. */
const SETTLE_MS = 60;

/** What server/main exports. */
export interface MainModule {
  games?: Games;
  plugins?: readonly AnyPlugin[];
}

/** A project that is served from source. */
export interface ViteProject {
  /** Serves the page. The project is ready to load once this was called. */
  readonly page: LivePage;
  /** Loads the present server/main, with all files of the project that it imports. */
  load(): Promise<MainModule>;
  /** As `load`, before the page is served: plugins open before a room does. */
  loadOnce(): Promise<MainModule>;
  /** Calls `follow` after an edit of a file that the rooms import, one call at a time. */
  onEdit(follow: (file: string) => Promise<void>): void;
  close(): Promise<void>;
}

/**
 * Opens a project with Vite: its page, and its rooms in an environment of their own. Only the project's files
 * are loaded anew after an edit; packages, roomkeep among them, are loaded by Node, once, so that there is
 * one `WorldRoom`, one set of entities and one database.
 *
 * @param main absolute path of server/main.ts
 * @param options `page: false` for a process that serves no page, because another one does
 */
export function openViteProject(main: string, { page: servesPage = true } = {}): ViteProject {
  let vite: ViteDevServer | undefined;
  let follow: ((file: string) => Promise<void>) | undefined;
  let waiting = false;
  let turn = Promise.resolve();

  function noteEdit(file: string): void {
    if (waiting || !follow) return;
    waiting = true;
    turn = turn.then(async () => {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      waiting = false;
      await follow?.(file);
    });
  }

  const page: LivePage = Object.assign(
    async (app: Parameters<LivePage>[0], http: Parameters<LivePage>[1]) => {
      vite = await createServer({
        appType: "spa",
        server: { middlewareMode: true, hmr: { server: http, path: HMR_PATH } },
        plugins: [roomsEnvironment(noteEdit)],
        // Several processes must not prepare the page's packages in one folder at the same time.
        ...(!servesPage && {
          optimizeDeps: { noDiscovery: true, include: [] },
          cacheDir: "node_modules/.vite-rooms",
        }),
      });
      if (servesPage) app.use(vite.middlewares);
    },
    { owns: (url: string | undefined) => url?.split("?")[0] === HMR_PATH },
  );

  return {
    page,
    async load() {
      const runner = runnerOf(vite);
      runner.evaluatedModules.clear();
      return swapSchemaClasses(() => runner.import(main));
    },
    async loadOnce() {
      const once = await createServer({
        appType: "custom",
        server: { middlewareMode: true, hmr: false, ws: false, watch: null },
        plugins: [roomsEnvironment(() => {})],
        optimizeDeps: { noDiscovery: true, include: [] },
        cacheDir: "node_modules/.vite-rooms",
      });
      try {
        return await runnerOf(once).import(main);
      } finally {
        await once.close();
      }
    },
    onEdit(action) {
      follow = action;
    },
    async close() {
      follow = undefined;
      await turn;
      await vite?.close();
    },
  };
}

function runnerOf(vite: ViteDevServer | undefined): RunnableDevEnvironment["runner"] {
  const environment = vite?.environments[ROOMS];
  if (!environment || !isRunnableDevEnvironment(environment))
    throw new RoomkeepError("CONFIG_INVALID", "Vite did not make the environment of the rooms.");
  return environment.runner;
}

function roomsEnvironment(noteEdit: (file: string) => void): Plugin {
  return {
    name: "roomkeep:rooms",
    config: () => ({
      // Without this the page of our own source tree would import compiled files that may be missing.
      ...(fromSource && { resolve: { conditions: ["roomkeep-source", ...defaultClientConditions] } }),
      environments: {
        [ROOMS]: {
          consumer: "server",
          resolve: { external: true },
          dev: {
            createEnvironment: openRooms,
          },
        },
      },
    }),
    resolveId: {
      order: "pre",
      handler(id) {
        if (this.environment.name === ROOMS && OWN.test(id)) return { id, external: true };
      },
    },
    // Runs before Vite reports the edit to the page.
    hotUpdate({ file, modules }) {
      if (this.environment.name !== ROOMS) return;
      if (modules.length > 0) noteEdit(file);
      return [];
    },
  };
}

function openRooms(name: string, config: ResolvedConfig): DevEnvironment {
  const environment = createRunnableDevEnvironment(name, config, {
    runnerOptions: { hmr: false },
    hot: false,
  });
  const fetchModule = environment.fetchModule.bind(environment);
  environment.fetchModule = async (id, importer, options) => {
    // Vite may have put a prefix before the bare name.
    const name = id.replace(/^\/@id\//, "");
    return OWN.test(name)
      ? { externalize: import.meta.resolve(name), type: "module" }
      : fetchModule(id, importer, options);
  };
  return environment;
}
