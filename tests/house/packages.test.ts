import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { filesUnder, root, type Source, sourceOf, sources } from "./sources.ts";

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional?: boolean }>;
}
const read = async (path: string) => readFile(join(root, path), "utf8");
const manifest = JSON.parse(await read("package.json")) as Manifest;
const dependencies = Object.keys(manifest.dependencies);

/**
 * What the tarball is built of: without the sample games, the two files that list them, and the operators' page,
 * which is in it as it was built, with its packages.
 */
const published = sources.filter(({ path }) => !/^(games\/|admin\/|(server|client)\/main\.ts$)/.test(path));
const isPage = (path: string) => /^client\/|^plugins\/[^/]+\/(panel\.tsx$|page\/)/.test(path);
/** What only the page imports, and the files that import Vite. */
const OPTIONAL: Record<string, (path: string) => boolean> = {
  three: isPage,
  preact: isPage,
  "@preact/signals": isPage,
  qrcode: isPage,
  vite: (path) => /^server\/dev\/(vite-project|page-bytes)\.ts$/.test(path),
  nodemailer: (path) => path === "server/desk/alerts/smtp.ts",
  "@opentelemetry/api": (path) => path === "server/telemetry/traces.ts",
  "livekit-server-sdk": (path) => path === "plugins/voice/livekit.ts",
  colyseus: (path) => /^plugins\//.test(path),
  "web-push": (path) => path === "plugins/notifications/push/send.ts",
  "quickjs-emscripten-core": (path) => path.startsWith("plugins/behaviours/sandbox/"),
  "@jitl/quickjs-wasmfile-release-sync": (path) => path === "plugins/behaviours/sandbox/engine.ts",
  openskill: (path) => path === "plugins/matchmaking/match/ratings.ts",
};

/** The package that an import is of; undefined: Node's, or a file of ours. */
function packageOf(target: string): string | undefined {
  if (/^(node:|roomkeep\/)/.test(target)) return undefined;
  const name = /^(@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? "";
  return sources.some(({ path }) => path.startsWith(`${name}/`)) ? undefined : name;
}

/** Imports of packages that a server-only install has not, as "file -> package". */
function undeclared(among: readonly Source[]): string[] {
  return among.flatMap(({ path, imports }) =>
    imports
      .map(({ target }) => packageOf(target))
      .filter((name) => name !== undefined && !dependencies.includes(name) && !OPTIONAL[name]?.(path))
      .map((name) => `${path} -> ${name}`),
  );
}

/** The index of `colyseus` brings an authentication that takes the place of every room's own. */
const importsIndex = ({ imports }: Source) => imports.some(({ target }) => target === "colyseus");

it("imports what it depends on, and what is optional only where it is done without", () => {
  expect(undeclared(published)).toEqual([]);
  const planted = [
    sourceOf("rooms/a.ts", 'import { Vector3 } from "three";'),
    sourceOf("server/b.ts", 'import { createServer } from "vite";'),
    sourceOf("shared/c.ts", 'import { create } from "qrcode";\nimport { z } from "zod";'),
    sourceOf("client/d.ts", 'import { Vector3 } from "three/webgpu";'),
  ];
  expect(undeclared(planted)).toEqual([
    "rooms/a.ts -> three",
    "server/b.ts -> vite",
    "shared/c.ts -> qrcode",
  ]);
});

it("depends on nothing that it does not import", () => {
  const imported = new Set(
    published.flatMap(({ imports }) => imports.map(({ target }) => packageOf(target))),
  );
  expect(dependencies.filter((name) => !imported.has(name))).toEqual([]);
});

it("never imports the index of colyseus, only its plugins", async () => {
  const paths = filesUnder(["tests", "bench", "drills", "docs/examples"]);
  const others = await Promise.all(paths.map(async (path) => sourceOf(path, await read(path))));
  const found = (among: readonly Source[]) => among.filter(importsIndex).map(({ path }) => path);
  expect(found([...sources, ...others])).toEqual([]);
  const planted = [
    sourceOf("plugins/voice/index.ts", 'import { Room } from "colyseus";'),
    sourceOf("plugins/voice/room.ts", 'import { WebRTCPlugin } from "colyseus/plugins/webrtc";'),
  ];
  expect(found(planted)).toEqual(["plugins/voice/index.ts"]);
});

it("has exact versions, and each optional peer among them for its own work", () => {
  const versions = { ...manifest.dependencies, ...manifest.devDependencies };
  expect(
    Object.entries(versions).filter(([, version]) => !/^(npm:@?[\w/]+@)?\d[\w.-]*$/.test(version)),
  ).toEqual([]);
  expect(Object.keys(manifest.peerDependencies).sort()).toEqual(Object.keys(OPTIONAL).sort());
  for (const [name, range] of Object.entries(manifest.peerDependencies)) {
    expect(manifest.peerDependenciesMeta[name], name).toEqual({ optional: true });
    expect(range, name).toBe(`^${manifest.devDependencies[name]}`);
  }
});

it("gives a new project what the examples of the docs import", async () => {
  const template = JSON.parse(
    (await read("server/cli/template/_package.json")).replace('"{{overrides}}"', "{}"),
  ) as Manifest;
  const given = { ...template.dependencies, ...template.devDependencies };
  const docs = ["world", "items", "travel", "plugins", "first-room"].map((name) => `docs/${name}.md`);
  const paths = [...docs, ...filesUnder(["docs/examples"])];
  const imported = new Set<string>();
  for (const path of paths) {
    for (const [, target = ""] of (await read(path)).matchAll(/ from "([^."][^"]*)";/g))
      if (!target.startsWith("node:")) imported.add(packageOf(target) ?? "roomkeep");
  }
  expect(imported.size).toBeGreaterThan(3);
  expect([...imported].filter((name) => given[name] === undefined)).toEqual([]);
  // JSX in a panel, and three.js in a view.
  for (const name of ["preact", "@preact/signals", "three", "@types/three"])
    expect(given).toHaveProperty([name]);
});
