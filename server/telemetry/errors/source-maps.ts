import { readFile, stat } from "node:fs/promises";
import { SourceMap, type SourceMapPayload } from "node:module";
import { join } from "node:path";
import { LRUCache } from "lru-cache";

/** Maps that are kept, and the largest one that is read, bytes. */
const KEPT = 8;
const BYTES_MAX = 40_000_000;
/** A place in a script of the build, as browsers write it. */
const FRAME = /(?:https?:\/\/[^\s()]+|)\/assets\/([\w.-]+\.js):(\d{1,7}):(\d{1,7})/g;

/** Turns places in the built page into places in its source. */
export interface SourceMaps {
  /** The stack by source files, as far as there are maps for it. */
  apply(stack: string): Promise<string>;
}

/**
 * Reads the maps beside a built page's scripts, which the server does not serve. None: stacks stay as they
 * are.
 *
 * @param page folder of the built page; undefined: this server has none
 */
export function openSourceMaps(page: string | undefined): SourceMaps {
  const maps = new LRUCache<string, { readonly map: SourceMap | undefined }>({ max: KEPT });
  async function mapOf(name: string): Promise<SourceMap | undefined> {
    const known = maps.get(name);
    if (known) return known.map;
    const map = page === undefined ? undefined : await readMap(join(page, "assets", `${name}.map`));
    maps.set(name, { map });
    return map;
  }
  return {
    async apply(stack) {
      const names = new Set([...stack.matchAll(FRAME)].map(([, name = ""]) => name));
      const found = new Map<string, SourceMap>();
      for (const name of names) {
        const map = await mapOf(name);
        if (map) found.set(name, map);
      }
      return stack.replace(
        FRAME,
        (place, name: string, line: string, column: string) =>
          placeOf(found.get(name), Number(line), Number(column)) ?? place,
      );
    },
  };
}

async function readMap(file: string): Promise<SourceMap | undefined> {
  try {
    const { size } = await stat(file);
    if (size > BYTES_MAX) return undefined;
    return new SourceMap(JSON.parse(await readFile(file, "utf8")) as SourceMapPayload);
  } catch {
    return undefined; // of another build, or built without maps
  }
}

/** Lines and columns of browsers begin at 1, those of maps at 0. */
function placeOf(map: SourceMap | undefined, line: number, column: number): string | undefined {
  const entry = map?.findEntry(line - 1, column - 1);
  // Node answers with the nearest place before it, be it on an earlier line.
  if (!entry || !("originalSource" in entry) || entry.generatedLine !== line - 1) return undefined;
  const source = entry.originalSource.replace(/^(\.\.\/)+/, "");
  return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
}
