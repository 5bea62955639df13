import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Parts of the framework; each is reached through its doors, `index.ts` and, unpublished, `internal.ts`. */
export const PARTS = [
  "shared",
  "entities",
  "migrations",
  "rooms",
  "server",
  "client",
  "admin",
  "bots",
  "testing",
];
const FOLDERS = [...PARTS, "games", "plugins"];

export interface Source {
  /** Path from the root, with slashes. */
  readonly path: string;
  readonly text: string;
  /** What it imports: our own files as paths from the root, everything else by its name. */
  readonly imports: readonly { target: string; typeOnly: boolean }[];
}

const IMPORT = /^(?:import|export)\s+(type\s+)?(?:[^"';]*?\s+from\s+)?"([^"]+)"|\bimport\("([^"]+)"\)/gm;

/** A source file by its path and text, which need not be on the disk. */
export function sourceOf(path: string, text: string): Source {
  const imports = [...text.matchAll(IMPORT)].map(([, type, from, lazily]) => {
    const name = from ?? lazily ?? "";
    const target = name.startsWith(".") ? normalize(join(dirname(path), name)) : name;
    return { target, typeOnly: type !== undefined };
  });
  return { path, text, imports };
}

/** All TypeScript files of some folders, as paths from the root; without those of the project template. */
export function filesUnder(folders: readonly string[]): string[] {
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) =>
        join(folder, name),
      ),
    )
    .filter((path) => /\.tsx?$/.test(path) && !path.startsWith("server/cli/template"));
}

/** The source files of some folders. */
export function sourcesUnder(folders: readonly string[]): readonly Source[] {
  return filesUnder(folders).map((path) => sourceOf(path, readFileSync(join(root, path), "utf8")));
}

/** The framework and the sample games. */
export const sources = sourcesUnder(FOLDERS);
