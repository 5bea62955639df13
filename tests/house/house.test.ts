import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GameRoom as Direct, GameRoom } from "roomkeep/rooms";
import { expect, it } from "vitest";
import { games } from "../../server/main.ts";
import { run } from "../helpers/cli.ts";
import {
  circles,
  deepImports,
  longComments,
  namelessDoors,
  refusedNames,
  testsOfLuck,
  wideFolders,
} from "./rules.ts";
import { filesUnder, root, sourceOf, sources, sourcesUnder } from "./sources.ts";

const isGame = (path: string) => /^games\//.test(path);
/** What others may import of a plugin. */
const isPlugin = (target: string) => /^plugins\/[^/]+\/index\.ts$/.test(target);
const isOurs = (target: string) =>
  /^(roomkeep|shared|entities|migrations|rooms|server|client|admin|games|plugins|bots|testing)\//.test(
    target,
  );

/** Every import of the files that `who` picks which `allowed` does not allow, as "file -> target". */
function trespasses(
  who: (path: string) => boolean,
  allowed: (target: string, path: string) => boolean,
  among = sources,
): string[] {
  return among
    .filter(({ path }) => who(path))
    .flatMap(({ path, imports }) =>
      imports.filter(({ target }) => !allowed(target, path)).map(({ target }) => `${path} -> ${target}`),
    );
}

const under = (...folders: string[]) => {
  return (path: string) => folders.some((folder) => path.startsWith(`${folder}/`));
};

it("shared imports nobody of ours, and of packages only schema, cannon-es, jsonc-parser and zod", () => {
  const packages = ["@colyseus/schema", "cannon-es", "jsonc-parser", "zod"];
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
  const isPanel = (path: string) => /^plugins\/[^/]+\/(panel\.tsx$|page\/)/.test(path);
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
    (path) => under("client", "shared")(path) || /\/(view(\.tsx?$|\/)|panel\.tsx$|page\/)/.test(path),
    (target) => !/^(node:|@colyseus\/core|typeorm|pg$|express)/.test(target),
  );
  expect(nodeInPage).toEqual([]);
});

it("the operators' page knows shared alone, and asks the server for the rest", () => {
  const allowed = (target: string) => !isOurs(target) || under("admin", "shared")(target);
  expect(trespasses(under("admin"), allowed)).toEqual([]);
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

it("bots are of shared and the SDK alone; of what tests are given, only the boot of a server knows the server", () => {
  const bots = (target: string) => !isOurs(target) || under("shared", "bots")(target);
  expect(trespasses(under("bots"), bots)).toEqual([]);
  const testing = (target: string, path: string) =>
    !isOurs(target) || under("shared", "bots", "testing")(target) || path === "testing/boot.ts";
  expect(trespasses(under("testing"), testing)).toEqual([]);
});

/** The server reaches neither the page nor what tests are given, by their names or by their paths. */
const isOfTheServer = (target: string) => !/^(roomkeep\/)?(client|testing)(\/|$)/.test(target);

it("the server knows neither the page nor testing", () => {
  expect(trespasses(under("server"), isOfTheServer)).toEqual([]);
  const planted = [
    sourceOf("server/cli/bots.ts", 'import { runBots } from "../../testing/bots.ts";'),
    sourceOf("server/cli/more.ts", 'const { runBots } = await import("roomkeep/testing");'),
  ];
  expect(trespasses(under("server"), isOfTheServer, planted)).toEqual([
    "server/cli/bots.ts -> testing/bots.ts",
    "server/cli/more.ts -> roomkeep/testing",
  ]);
});

/** Imports past a door that there is a reason for. */
const DEEP = [
  // Run before the version of Node is checked, and by `roomkeep new` of an unpacked tarball, where no package
  // is installed yet: they load none.
  "server/cli/index.ts -> shared/errors.ts",
  "server/cli/new.ts -> shared/errors.ts",
  "server/cli/new/new-plugin.ts -> shared/errors.ts",
];

it("a part is imported by its doors, which name what they give", () => {
  expect(deepImports(sources).sort()).toEqual(DEEP);
  expect(namelessDoors(sources)).toEqual([]);
  const planted = [
    sourceOf("server/boot.ts", 'import type { Log } from "../rooms/ports/ports.ts";'),
    sourceOf("client/page.tsx", 'import { walk } from "roomkeep/shared";'),
    sourceOf("rooms/index.ts", 'export * from "./world-room.ts";'),
  ];
  expect(deepImports(planted)).toEqual([
    "server/boot.ts -> rooms/ports/ports.ts",
    "client/page.tsx -> roomkeep/shared",
  ]);
  expect(namelessDoors(planted)).toEqual(["rooms/index.ts"]);
});

it("no files import each other in a circle, not even for a type", () => {
  expect(circles(sources)).toEqual([]);
  const planted = [
    sourceOf("shared/a.ts", 'import { b } from "./b.ts";'),
    sourceOf("shared/b.ts", 'import type { C } from "./c.ts";'),
    sourceOf("shared/c.ts", 'const { a } = await import("./a.ts");'),
    sourceOf("shared/d.ts", 'import { a } from "./a.ts";'),
  ];
  expect(circles(planted)).toEqual([["shared/a.ts", "shared/b.ts", "shared/c.ts"]]);
});

/** Most files in a folder: what a screen shows. */
const WIDEST = 16;
/** Folders that are wider, and how many files they may have: another folder hides in each. */
const WIDE: readonly (readonly [string, number])[] = [
  ["client/network", 19],
  ["games/meadow", 18],
  // One file a step of the database.
  ["migrations", 30],
  // One file a kind of rows.
  ["entities", 30],
  // One file a command.
  ["server/cli", 19],
  // Visibility (cells, views) and encoding are two nouns in one folder.
  ["rooms/replication", 19],
  // Hand-overs and parties are two nouns in one folder.
  ["rooms/travel", 17],
  ["tests/helpers", 27],
];

it("no folder is wider than a screen", () => {
  const folders = ["shared", "entities", "migrations", "rooms", "server", "client", "bots", "testing"];
  const found = wideFolders(filesUnder([...folders, "games", "plugins", "tests", "bench", "drills"]), WIDEST);
  const most = new Map(WIDE);
  expect(found.filter(([folder, files]) => files > (most.get(folder) ?? WIDEST))).toEqual([]);
  const planted = Array.from({ length: WIDEST + 1 }, (_, i) => `rooms/travel/${i}.ts`);
  expect(wideFolders([...planted, "rooms/player.ts"], WIDEST)).toEqual([["rooms/travel", WIDEST + 1]]);
});

it("comments are at most 110 columns wide", () => {
  expect(longComments([...sources, ...sourcesUnder(["bench", "drills"])])).toEqual([]);
  const planted = sourceOf("shared/a.ts", `const a = 1;\n/** ${"why ".repeat(30)}*/\n`);
  expect(longComments([planted])).toEqual(["shared/a.ts:2"]);
});

it("no test gets another try, or asks how long something took", () => {
  expect(testsOfLuck(sourcesUnder(["tests"]).filter(({ path }) => !path.startsWith("tests/house/")))).toEqual(
    [],
  );
  const planted = ["const options = {", "  retry: 2,", "};", "expect(performance.now() - from).toBe(1);"];
  expect(testsOfLuck([sourceOf("tests/a.test.ts", planted.join("\n"))])).toEqual([
    "tests/a.test.ts:2",
    "tests/a.test.ts:4",
  ]);
});

it("names say what a thing is: no word that hides, and the field's own", () => {
  expect(refusedNames(sources)).toEqual([]);
  const planted = [
    sourceOf("rooms/messaging/letters.ts", "export interface Letter {}\nexport function openOutbox() {}"),
    sourceOf("rooms/held.ts", "export const held = 1;"),
    sourceOf("server/room-manager.ts", "export class RoomManager {}\nclass PhysicsSystem {}"),
  ];
  expect(refusedNames(planted)).toEqual([
    "rooms/messaging/letters.ts",
    "rooms/messaging/letters.ts: Letter",
    "rooms/messaging/letters.ts: openOutbox",
    "rooms/held.ts",
    "server/room-manager.ts",
    "server/room-manager.ts: RoomManager",
    "server/room-manager.ts: PhysicsSystem",
  ]);
});

it("files are kebab-case, and nothing is exported as default", () => {
  expect(sources.map(({ path }) => path).filter((path) => !/^[a-z0-9/-]+(\.d)?\.tsx?$/.test(path))).toEqual(
    [],
  );
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
  expect(await foundBy("fails-closed.grit", open)).toBe(open.length);
  expect(await foundBy("fails-closed.grit", closed)).toBe(0);
});

it("refuses what differs between versions of Node: powers, but whole ones of two", async () => {
  const differs = [
    "const speed = start * 0.9 ** age;",
    "const area = side ** 2;",
    "const x2 = 3; const cube = x2 ** 3;",
    "const half = 2 ** part;",
    "let fade = 0.5; fade **= 3;",
    "const curve = Math.pow(t, 1.5);",
  ];
  const same = [
    "const most = 2 ** 31 - 1;",
    "const area = side * side;",
    "const far = Math.hypot(x, z) * Math.sin(yaw);",
  ];
  // Each expression around a power is told as well.
  expect(await foundBy("same-on-each-engine.grit", differs)).toBeGreaterThanOrEqual(differs.length);
  for (const line of differs)
    expect(await foundBy("same-on-each-engine.grit", [line]), line).toBeGreaterThan(0);
  expect(await foundBy("same-on-each-engine.grit", same)).toBe(0);
});

/** How often a rule of ours is broken by these lines. */
async function foundBy(rule: string, lines: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-lint-"));
  const settings = { plugins: [join(root, "lint", rule)], linter: { rules: { preset: "none" } } };
  writeFileSync(join(folder, "biome.json"), JSON.stringify(settings));
  writeFileSync(join(folder, "rule.ts"), lines.join("\n"));
  const biome = run(join(root, "node_modules/.bin/biome"), ["lint", "rule.ts"], { cwd: folder });
  await biome.ended;
  expect(biome.output()).toContain("Checked 1 file");
  rmSync(folder, { recursive: true });
  return [...biome.output().matchAll(/ plugin ━/g)].length;
}

it("has one GameRoom class under vitest, tsx and Vite (the packed package: packed-consumer.test.ts)", async () => {
  expect(GameRoom).toBe(Direct);
  for (const Game of Object.values(games)) expect(Game.prototype).toBeInstanceOf(GameRoom);
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
