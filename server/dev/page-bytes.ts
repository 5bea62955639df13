import { gzipSync } from "node:zlib";
import type { Plugin, Rollup } from "vite";

/** What a browser loads to show a game, without what it loads only once a button is pressed. */
export interface GamePage {
  /** Name of the game's folder. */
  readonly game: string;
  /** JavaScript, gzipped. */
  readonly bytes: number;
  readonly hasThree: boolean;
}

type Chunks = ReadonlyMap<string, Rollup.OutputChunk>;

const VIEW = /games\/([\w-]+)\/view\.tsx?$/;
const THREE = /node_modules\/three\//;

/**
 * Says for each game how much JavaScript its page loads, and whether that is with three.js: "sketch: 96 kB
 * gzipped, no three.js". For views that are loaded with their game.
 *
 * @param told takes the pages of a build; default: they are printed
 */
export function pageBytes(told: (pages: readonly GamePage[]) => void = print): Plugin {
  return {
    name: "roomkeep-page-bytes",
    apply: "build",
    generateBundle(_options, bundle) {
      const files = Object.values(bundle).filter((file) => file.type === "chunk");
      const chunks: Chunks = new Map(files.map((chunk) => [chunk.fileName, chunk]));
      const isPanel = (id: string) => this.getModuleInfo(id)?.code?.includes("definePanelView") ?? false;
      const views = files.filter(({ facadeModuleId }) => VIEW.test(facadeModuleId ?? ""));
      told(views.map((view) => pageOf(view, chunks, isPanel(view.facadeModuleId ?? ""))));
    },
  };
}

function pageOf(view: Rollup.OutputChunk, chunks: Chunks, isPanel: boolean): GamePage {
  const [, game = ""] = VIEW.exec(view.facadeModuleId ?? "") ?? [];
  const kind = isPanel ? "client/places/panel-rooms" : "client/world/worlds";
  const parts = ["client/page.", kind].map((path) => findChunk(chunks, path));
  const entries = [...chunks.values()].filter(({ isEntry }) => isEntry);
  const loaded = new Set<Rollup.OutputChunk>();
  const load = (chunk: Rollup.OutputChunk | undefined) => {
    if (!chunk || loaded.has(chunk)) return;
    loaded.add(chunk);
    for (const file of chunk.imports) load(chunks.get(file));
  };
  for (const chunk of [...entries, ...parts, view]) load(chunk);
  const all = [...loaded];
  return {
    game,
    bytes: all.reduce((sum, { code }) => sum + gzipSync(code).length, 0),
    hasThree: all.some(({ moduleIds }) => moduleIds.some((id) => THREE.test(id))),
  };
}

/** The chunk of a module of the framework, in its source or as it is published. */
function findChunk(chunks: Chunks, path: string): Rollup.OutputChunk | undefined {
  return [...chunks.values()].find(({ facadeModuleId }) => facadeModuleId?.includes(path));
}

function print(pages: readonly GamePage[]): void {
  for (const { game, bytes, hasThree } of pages)
    console.info(`${game}: ${(bytes / 1000).toFixed(0)} kB gzipped, ${hasThree ? "with" : "no"} three.js`);
}
