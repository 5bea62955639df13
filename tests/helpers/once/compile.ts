import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Plugin, version } from "esbuild";

const root = fileURLToPath(new URL("../../..", import.meta.url));
/** Beside the packages, which it imports from there. */
const cache = join(root, "node_modules/.cache/roomkeep-compiled");
/** All that a script may be made of, besides the packages. */
const SOURCES =
  "shared entities migrations rooms plugins games server client bots testing bench drills tests";
/** What runs as a process of its own. */
const SCRIPTS = [
  /^server\/(cli\/index|main)\.ts$/,
  /^(bench|drills)\/index\.ts$/,
  /^(bench|drills)\/.*-(server|bots|probe|observers|pads)\.ts$/,
  /^tests\/.*-(server|processes)\.ts$/,
  /^tests\/helpers\/hold-folder\.ts$/,
  /^plugins\/.*\/worker\.ts$/,
];
/** Compiled scripts that no run asked for in this time are removed, ms. */
const KEPT_MS = 24 * 3_600_000;

/**
 * Compiles the scripts that tests start as processes, by the compiler that tsx uses, once for all that start
 * them: by tsx each start takes two to four times the processor time. An edit of any source makes a new folder;
 * one that is there is taken as it is.
 *
 * @returns the folder, laid out as a project that was built
 */
export async function compileScripts(): Promise<string> {
  const paths = SOURCES.split(" ").flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.(tsx?|json)$/.test(path) && !path.endsWith(".test.ts"))
      .map((path) => `${folder}/${path}`),
  );
  const folder = join(cache, await hashOf([...paths.sort(), "package.json", "tsconfig.json"]));
  if (existsSync(folder)) await utimes(folder, new Date(), new Date());
  else await makeWhole(folder, paths);
  await removeOld();
  return folder;
}

async function hashOf(paths: readonly string[]): Promise<string> {
  // The paths are part of what is compiled.
  const hash = createHash("sha256").update(JSON.stringify([version, root, paths]));
  for (const path of paths) hash.update(await readFile(join(root, path)));
  return hash.digest("hex").slice(0, 16);
}

/** Two runs may make it at the same time; each sees a whole one. */
async function makeWhole(folder: string, paths: readonly string[]): Promise<void> {
  await mkdir(cache, { recursive: true });
  const part = await mkdtemp(join(cache, "part-"));
  try {
    const scripts = paths.filter((path) => SCRIPTS.some((script) => script.test(path)));
    await compile(scripts, join(part, "dist"), join(folder, "dist"));
    await writeFile(join(part, "package.json"), JSON.stringify({ type: "module" }));
    await symlink(join(root, "dist/page"), join(part, "dist/page"));
    await rename(part, folder);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

async function compile(scripts: readonly string[], outdir: string, home: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: [...scripts],
    outbase: root,
    outdir,
    bundle: true,
    // What several scripts or lazy imports share is one module in each process, as from source.
    splitting: true,
    format: "esm",
    platform: "node",
    target: `node${process.versions.node}`,
    conditions: ["roomkeep-source"],
    jsx: "automatic",
    jsxImportSource: "preact",
    // As tsx does: classes are named in logs and tables.
    keepNames: true,
    logLevel: "error",
    plugins: [asFromSource(home)],
  });
}

/**
 * Packages stay where they are, and files are looked for beside the source, which would end in .js if built;
 * but the script of a worker is the compiled one.
 */
const asFromSource = (home: string): Plugin => ({
  name: "as-from-source",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === "entry-point" || path.startsWith("roomkeep/") ? undefined : { path, external: true },
    );
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const place = text.includes("node:worker_threads") ? join(home, relative(root, path)) : path;
      const url = JSON.stringify(pathToFileURL(place.replace(/\.ts$/, ".js")).href);
      return { contents: text.replace(/\bimport\.meta\.url\b(?=[ ;,.)])/g, url), loader: "ts" };
    });
  },
});

async function removeOld(): Promise<void> {
  for (const name of readdirSync(cache)) {
    const { mtimeMs } = await stat(join(cache, name)).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > KEPT_MS) await rm(join(cache, name), { recursive: true, force: true });
  }
}
