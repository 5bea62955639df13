import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { WorldRoom } from "roomkeep/rooms";
import { expect, it } from "vitest";
import { WorldRoom as Direct } from "../../rooms/index.ts";
import { games } from "../../server/main.ts";
import { run } from "../helpers/cli.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const FOLDERS = [
  "shared",
  "entities",
  "migrations",
  "rooms",
  "server",
  "client",
  "games",
  "testing",
] as const;

interface Source {
  /** Path from the root, with slashes. */
  readonly path: string;
  readonly text: string;
  /** What it imports: our own files as paths from the root, everything else by its name. */
  readonly imports: readonly { target: string; typeOnly: boolean }[];
}

const IMPORT = /^(?:import|export)\s+(type\s+)?(?:[^"';]*?\s+from\s+)?"([^"]+)"|\bimport\("([^"]+)"\)/gm;

function readSource(path: string): Source {
  const text = readFileSync(join(root, path), "utf8");
  const imports = [...text.matchAll(IMPORT)].map(([, type, from, lazily]) => {
    const name = from ?? lazily ?? "";
    const target = name.startsWith(".") ? normalize(join(dirname(path), name)) : name;
    return { target, typeOnly: type !== undefined };
  });
  return { path, text, imports };
}

const sources: Source[] = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => /\.tsx?$/.test(path) && !path.startsWith("server/cli/template"))
    .map(readSource),
);

const isGame = (path: string) => /^games\//.test(path);
const isOurs = (target: string) =>
  /^(roomkeep|shared|entities|migrations|rooms|server|client|games|testing)\//.test(target);

/** Every import of the files that `who` picks which `allowed` does not allow, as "file -> target". */
function trespasses(
  who: (path: string) => boolean,
  allowed: (target: string, path: string) => boolean,
): string[] {
  return sources
    .filter(({ path }) => who(path))
    .flatMap(({ path, imports }) =>
      imports.filter(({ target }) => !allowed(target, path)).map(({ target }) => `${path} -> ${target}`),
    );
}

const under = (...folders: string[]) => {
  return (path: string) => folders.some((folder) => path.startsWith(`${folder}/`));
};

it("shared imports nobody of ours, and of packages only schema, cannon-es and zod", () => {
  const packages = ["@colyseus/schema", "cannon-es", "zod"];
  const allowed = (target: string) => under("shared")(target) || packages.includes(target);
  expect(trespasses(under("shared"), allowed)).toEqual([]);
});

it("entities know nobody; migrations know only how to write themselves", () => {
  expect(trespasses(under("entities"), (target) => !isOurs(target) || under("entities")(target))).toEqual([]);
  expect(trespasses(under("migrations"), (target) => !isOurs(target) || under("migrations")(target))).toEqual(
    [],
  );
});

it("what a room is knows shared alone: not the server, not a game, not the page", () => {
  const allowed = (target: string) => !isOurs(target) || under("shared", "rooms")(target);
  expect(trespasses(under("rooms"), allowed)).toEqual([]);
});

it("a game imports the framework by its public name and nothing of ours outside its folder", () => {
  const own = (target: string, path: string) => target.startsWith(path.split("/").slice(0, 2).join("/"));
  const sides = ["roomkeep/shared", "roomkeep/rooms", "roomkeep/client"];
  expect(
    trespasses(isGame, (target, path) => !isOurs(target) || own(target, path) || sides.includes(target)),
  ).toEqual([]);
});

it("inside a game: state and step know shared, the room adds rooms, the view adds client and never the room", () => {
  const isView = (path: string) => /^games\/[^/]+\/view(\.tsx?$|\/)/.test(path);
  const isRoom = (path: string) => /^games\/[^/]+\/([a-z-]+-)?room\.ts$/.test(path);
  const noRooms = (target: string) => target !== "roomkeep/rooms" && !isRoom(target);
  expect(trespasses(isView, noRooms)).toEqual([]);
  expect(
    trespasses(
      (path) => isGame(path) && !isView(path),
      (target) => target !== "roomkeep/client" && !isView(target),
    ),
  ).toEqual([]);
  expect(trespasses((path) => /^games\/[^/]+\/(state|step)\.ts$/.test(path), noRooms)).toEqual([]);
});

it("the page never reaches a room or the server", () => {
  const allowed = (target: string, path: string) =>
    !isOurs(target) ||
    under("client", "shared")(target) ||
    ["roomkeep/shared", "roomkeep/client"].includes(target) ||
    (path === "client/main.ts" && /^games\/[^/]+\/view(\/[\w-]+)?\.ts$/.test(target));
  expect(trespasses(under("client"), allowed)).toEqual([]);
  const nodeInPage = trespasses(
    (path) => under("client", "shared")(path) || /\/view(\.tsx?$|\/)/.test(path),
    (target) => !/^(node:|@colyseus\/core|typeorm|pg$|express)/.test(target),
  );
  expect(nodeInPage).toEqual([]);
});

it("only server/main.ts and client/main.ts list the sample games", () => {
  const lists = ["server/main.ts", "client/main.ts"];
  expect(
    trespasses(
      (path) => !isGame(path) && !lists.includes(path),
      (target) => !isGame(target),
    ),
  ).toEqual([]);
});

it("players and bots for tests are of shared and the SDK alone; only what boots a server knows the server", () => {
  const allowed = (target: string, path: string) =>
    !isOurs(target) || under("shared", "testing")(target) || path === "testing/boot.ts";
  expect(trespasses(under("testing"), allowed)).toEqual([]);
  expect(
    trespasses(
      under("server"),
      (target) => !under("client")(target) && !/^roomkeep\/(client|testing)/.test(target),
    ),
  ).toEqual([]);
});

it("names say what a thing is: no word that hides", () => {
  const hiding =
    "manager|service|handler|helper|util|utils|base|enhanced|advanced|processor|factory|registry|data|info";
  const inFile = new RegExp(`(^|-)(${hiding}|system)(-|\\.)`);
  // A folder of the embedded database is called what people call it.
  const known = ["server/storage/data-folder.ts"];
  const files = sources
    .map(({ path }) => path)
    .filter((path) => inFile.test(basename(path)) && !known.includes(path));
  expect(files).toEqual([]);
  const words = hiding.split("|").map((word) => word[0]?.toUpperCase() + word.slice(1));
  // `defineSystem` is the field's word for a step over actors; as a suffix it hides like the others.
  const inClass = new RegExp(
    `\\b(?:class|interface) (\\w*(?:${words.join("|")}|\\wSystem)(?![a-z])\\w*)`,
    "g",
  );
  const classes = sources
    .flatMap(({ path, text }) => [...text.matchAll(inClass)].map(([, name]) => `${path}: ${name}`))
    .filter((name) => name !== "server/storage/data-folder.ts: DataFolder");
  expect(classes).toEqual([]);
});

it("files are kebab-case, and nothing is exported as default", () => {
  expect(sources.map(({ path }) => path).filter((path) => !/^[a-z0-9/-]+\.tsx?$/.test(path))).toEqual([]);
  expect(
    sources.filter(({ text }) => /^export default|\bas default\b/m.test(text)).map(({ path }) => path),
  ).toEqual([]);
});

it("has one WorldRoom class under vitest, tsx and Vite (the packed package: packed-consumer.test.ts)", async () => {
  expect(WorldRoom).toBe(Direct);
  for (const Game of Object.values(games)) expect(Game.prototype).toBeInstanceOf(WorldRoom);
  const script = join(root, "tests/helpers/one-class.ts");
  const running = run(process.execPath, ["--conditions=roomkeep-source", "--import", "tsx", script], {
    cwd: root,
  });
  expect(await running.ended, running.output()).toBe(0);
  expect(JSON.parse(running.stdout().trim().split("\n").at(-1) ?? "")).toEqual({
    byName: true,
    tsx: true,
    vite: true,
  });
});
