import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
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
  "plugins",
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
/** What others may import of a plugin. */
const isPlugin = (target: string) => /^plugins\/[^/]+\/index\.ts$/.test(target);
const isOurs = (target: string) =>
  /^(roomkeep|shared|entities|migrations|rooms|server|client|games|plugins|testing)\//.test(target);

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
    trespasses(
      isGame,
      (target, path) => !isOurs(target) || own(target, path) || sides.includes(target) || isPlugin(target),
    ),
  ).toEqual([]);
});

it("a plugin imports public names and other plugins; its part of the page neither server nor room", () => {
  const own = (target: string, path: string) => target.startsWith(path.split("/").slice(0, 2).join("/"));
  const allowed = (...sides: string[]) => {
    return (target: string, path: string) => !isOurs(target) || own(target, path) || sides.includes(target);
  };
  const isPanel = (path: string) => /^plugins\/[^/]+\/panel\.tsx$/.test(path);
  const inServer = allowed("roomkeep/shared", "roomkeep/entities", "roomkeep/rooms", "roomkeep/server");
  expect(
    trespasses(
      (path) => under("plugins")(path) && !isPanel(path),
      (target, path) => !isPanel(target) && (inServer(target, path) || isPlugin(target)),
    ),
  ).toEqual([]);
  expect(trespasses(isPanel, allowed("roomkeep/shared", "roomkeep/client"))).toEqual([]);
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
    (path === "client/main.ts" &&
      /^(games\/[^/]+\/view(\/[\w-]+)?\.ts|plugins\/[^/]+\/panel\.tsx)$/.test(target));
  expect(trespasses(under("client"), allowed)).toEqual([]);
  const nodeInPage = trespasses(
    (path) => under("client", "shared")(path) || /\/(view(\.tsx?$|\/)|panel\.tsx$)/.test(path),
    (target) => !/^(node:|@colyseus\/core|typeorm|pg$|express)/.test(target),
  );
  expect(nodeInPage).toEqual([]);
});

it("only server/main.ts and client/main.ts list the sample games and the plugins", () => {
  const lists = ["server/main.ts", "client/main.ts"];
  expect(
    trespasses(
      (path) => !isGame(path) && !lists.includes(path),
      (target) => !isGame(target),
    ),
  ).toEqual([]);
  expect(
    trespasses(
      (path) => !isGame(path) && !under("plugins")(path) && !lists.includes(path),
      (target) => !under("plugins")(target),
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

it("refuses what fails open for NaN: a distance or a quantity compared so that NaN passes", async () => {
  const open = [
    "if (Math.hypot(a.x - b.x, a.z - b.z) > reachM) refuse();",
    "const far = distance(a, b) >= reachM;",
    'if (stack.qty < item.qty) throw new Error("not enough");',
    'if (coins > avatar.coins) refuse("NOT_ENOUGH");',
  ];
  const closed = [
    "if (!(Math.hypot(a.x - b.x, a.z - b.z) <= reachM)) refuse();",
    "const near = distance(a, b) < reachM;",
    'if (!(item.qty <= stack.qty)) throw new Error("not enough");',
    "if (stack.qty > 1) split(stack);",
  ];
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-lint-"));
  const plugins = [join(root, "lint/fails-closed.grit")];
  writeFileSync(
    join(folder, "biome.json"),
    JSON.stringify({ plugins, linter: { rules: { preset: "none" } } }),
  );
  const found = async (lines: readonly string[]) => {
    writeFileSync(join(folder, "rule.ts"), lines.join("\n"));
    const biome = run(join(root, "node_modules/.bin/biome"), ["lint", "rule.ts"], { cwd: folder });
    await biome.ended;
    expect(biome.output()).toContain("Checked 1 file");
    return [...biome.output().matchAll(/NaN fails open/g)].length;
  };
  expect(await found(open)).toBe(open.length);
  expect(await found(closed)).toBe(0);
  rmSync(folder, { recursive: true });
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
