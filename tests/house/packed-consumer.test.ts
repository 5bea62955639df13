import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Running, run } from "../helpers/cli.ts";

/** What the tarball lacks, nobody has: everything here is done with the package as npm would install it. */
const root = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;
let game: string;
let source: string;
let tarball: string;
const started: Running[] = [];
const players: TestPlayer[] = [];

/** Two bots that leave a second after the second has joined. */
const CROWD = ["--count", "2", "--seconds", "1", "--json"];

async function does(program: string, args: string[], cwd: string): Promise<string> {
  const running = run(program, args, { cwd });
  const code = await running.ended;
  expect(code, `${program} ${args.join(" ")}\n${running.output()}`).toBe(0);
  return running.stdout();
}

const INSTALL = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel", "error"];

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** Starts a script of the project and waits until it answers. */
const serve = (script: "start" | "dev") => answers("npm", ["run", script], game);

async function answers(
  program: string,
  args: string[],
  cwd: string,
): Promise<{ url: string; running: Running }> {
  const running = run(program, args, { cwd, env: { PORT: "0", LOG_LEVEL: "info" } });
  started.push(running);
  const [, url = ""] = await running.says(/roomkeep is running +(\S+)/, 150_000);
  return { url, running };
}

async function enter(url: string, name: string, code?: string): Promise<TestPlayer> {
  const player = await joinAs(url, "yard", { name, code });
  players.push(player);
  return player;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "roomkeep-packed-"));
  game = join(folder, "my-game");
  // From a copy: other tests read the page in dist, and what lies about in dist must not be packed.
  // In a folder of its own: beside the tarball it would be taken for an unpacked one.
  source = join(folder, "clones", "source");
  const left = ["node_modules", "dist", "data", ".git", "coverage"].map((name) => join(root, name));
  // Projects of other tests, which run beside it.
  const others = join(root, "tests/house/.plugin-");
  const isLeft = (path: string) => left.includes(path) || path.startsWith(others);
  await cp(root, source, { recursive: true, filter: (path) => !isLeft(path) });
  await symlink(join(root, "node_modules"), join(source, "node_modules"));
  // As docs/first-room.md has it: pack, unpack, make a project.
  await does("npm", ["pack", "--pack-destination", folder], source);
  const { version, bin } = JSON.parse(await readFile(join(source, "package.json"), "utf8"));
  tarball = `roomkeep-${version}.tgz`;
  await does("tar", ["xzf", tarball], folder);
  await does(process.execPath, [join("package", bin.roomkeep), "new", "my-game"], folder);
  await does("npm", INSTALL, game);
}, 480_000);

afterAll(async () => {
  for (const player of players) player.stop();
  for (const running of started) await running.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What a project asks npm for as roomkeep. */
const askedBy = async (project: string) =>
  JSON.parse(await readFile(join(project, "package.json"), "utf8")).dependencies.roomkeep;

it("asks for the tarball that it was made from, and so does a project that is made by an installed one", async () => {
  expect(await askedBy(game)).toBe(`file:../${tarball}`);
  await does("npx", ["--no", "roomkeep", "new", "../more/other-game"], game);
  expect(await askedBy(join(folder, "more/other-game"))).toBe(`file:../../${tarball}`);
});

it("made by a clone that was not packed, asks for its tarball and says how to make it", async () => {
  const flags = ["--conditions=roomkeep-source", "--import", "tsx", "server/cli/index.ts"];
  const told = await does(process.execPath, [...flags, "new", "../of-clone"], source);
  expect(await askedBy(join(folder, "clones", "of-clone"))).toBe(`file:../source/${tarball}`);
  expect(told).toContain("npm pack ../source --pack-destination ../source");
});

it("is not packed without one of its doors, nor with the sample games", async () => {
  const check = () =>
    run(process.execPath, ["--import", "tsx", "tests/house/packed-files.ts"], { cwd: source });
  const whole = check();
  expect(await whole.ended, whole.output()).toBe(0);
  const needed = ["dist/rooms/index.d.ts", "dist/server/cli/index.js", "dist/client/index.js"];
  for (const file of needed) await rename(join(source, file), join(source, `${file}.kept`));
  const lacking = check();
  expect(await lacking.ended).toBe(1);
  for (const file of needed) {
    expect(lacking.output()).toContain(file);
    await rename(join(source, `${file}.kept`), join(source, file));
  }
  const samples = ["dist/games/tag/room.js", "dist/page/index.html", "dist/server/main.js"];
  for (const file of samples) await write(join(source, file), "");
  const swollen = check();
  expect(await swollen.ended).toBe(1);
  for (const file of samples) {
    expect(swollen.output()).toContain(file);
    await rm(join(source, file));
  }
}, 240_000);

/** A game without a page, in the JavaScript that Node runs. */
const SERVER_MAIN = `
import { WorldRoom } from "roomkeep/rooms";
import { defineLevel, WorldState, walk } from "roomkeep/shared";

class Yard extends WorldRoom {
  static listing = { label: "Yard", description: "A yard.", maxPlayers: 8 };
  state = new WorldState();
  level = defineLevel({ name: "yard", bounds: { min: [-9, -9], max: [9, 9] }, spawns: [{ at: [0, 0, 0] }] });
  step(avatar, input, dt) { walk(avatar, input, this.ground, dt); }
}
export const games = { yard: Yard };
`;

it("is a server by itself: without vite, three and preact it starts, and says what a page would need", async () => {
  const server = join(folder, "server-only");
  await write(join(server, "package.json"), '{ "private": true, "type": "module" }');
  await write(join(server, "dist/server/main.js"), SERVER_MAIN);
  await does("npm", [...INSTALL, `../${tarball}`], server);
  for (const name of ["vite", "three", "preact", "colyseus"])
    expect(existsSync(join(server, "node_modules", name)), name).toBe(false);

  const refused = async (...args: string[]) => {
    const running = run("npx", ["--no", "--", "roomkeep", ...args], { cwd: server, env: { PORT: "0" } });
    expect(await running.ended).toBe(1);
    return running.output();
  };
  expect(await does("npx", ["--no", "--", "roomkeep", "--help"], server)).toContain("roomkeep <command>");
  expect(await refused("dev")).toMatch(/^PACKAGE_MISSING: .* npm install --save-dev vite@\d\S+$/m);
  expect(await refused("start")).toMatch(
    /^PACKAGE_MISSING: .*--no-page.* vite@\S+ three@\S+ preact@\S+ @preact/m,
  );

  // Not through npx, which does not hand a signal on.
  const cli = "node_modules/roomkeep/dist/server/cli/index.js";
  const { url, running } = await answers(process.execPath, [cli, "start", "--no-page"], server);
  const ann = await enter(url, "Ann");
  await ann.walk({ moveX: 127 }, 10);
  expect((await fetch(url)).status).toBe(404);
  expect(await running.stop("SIGTERM")).toBe(0);
}, 240_000);

/** What the docs show of a page: JSX, signals, zod and three.js. */
const PANEL = `
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { definePanel } from "roomkeep/client";
import { Color } from "three";
import { z } from "zod";

const colour = signal(z.string().parse(\`#\${new Color("tomato").getHexString()}\`));

function Swatch() {
  const [shown, show] = useState("a panel of ours");
  return <button style={{ color: colour.value }} onClick={() => show("again")}>{shown}</button>;
}

export const swatchPanel = definePanel({ name: "swatch", title: "Swatch", slot: "side", render: () => <Swatch /> });
`;

it("fits its types, builds, starts, and shows one player what another does", async () => {
  const main = join(game, "client/main.ts");
  const views = await readFile(main, "utf8");
  await write(join(game, "plugins/swatch/panel.tsx"), PANEL);
  await writeFile(
    main,
    `import { swatchPanel } from "../plugins/swatch/panel.tsx";\n${views.replace("panels: [", "panels: [swatchPanel, ")}`,
  );
  await does("npm", ["run", "types"], game);
  await does("npm", ["run", "build"], game);
  const { url, running } = await serve("start");

  const page = await fetch(url).then((answer) => answer.text());
  const script = page.match(/src="([^"]+\.js)"/)?.[1];
  expect(script).toBeDefined();
  const answer = await fetch(new URL(script!, url));
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toContain("javascript");
  expect(await answer.text()).toContain("a panel of ours");

  const ann = await enter(url, "Ann");
  const bob = await enter(url, "Bob", ann.room.roomId);
  const startX = ann.me().x;
  await ann.walk({ moveX: 127 }, 10);
  expect(ann.me().x).toBeGreaterThan(startX + 1);
  await bob.until("Ann to arrive", () => bob.room.state.actors.get(ann.room.sessionId)?.x === ann.me().x);

  const report = await does("npx", ["--no", "roomkeep", "bots", "yard", "--url", url, ...CROWD], game);
  expect(JSON.parse(report)).toMatchObject({ joined: 2, failed: 0, errors: {} });

  // Through npm, as people stop it: everybody is saved and the process ends by itself.
  expect(await running.stop("SIGTERM")).toBe(0);
  expect(running.output()).toContain("stopped");

  const again = await serve("start");
  const back = await joinAs(again.url, "yard", { token: ann.token });
  players.push(back);
  expect(back.me().x).toBeCloseTo(ann.me().x, 3);
  await again.running.stop();
}, 240_000);

it("has one WorldRoom class: the game's and the package's are the same", async () => {
  const script = `
    const { WorldRoom } = await import("roomkeep/rooms");
    const { games } = await import("./dist/server/main.js");
    process.exit(Object.getPrototypeOf(games.yard) === WorldRoom ? 0 : 1);`;
  await does(process.execPath, ["--input-type=module", "-e", script], game);
});

it("passes its own test with roomkeep/testing", async () => {
  expect(await does("npm", ["test"], game)).toMatch(/1 passed/);
}, 240_000);

it("follows an edit in development", async () => {
  const { url, running } = await serve("dev");
  const ann = await enter(url, "Ann");
  const file = join(game, "games/yard/room.ts");
  const text = await readFile(file, "utf8");
  await writeFile(
    file,
    text.replace(
      "override onTick() {",
      'override onTick() {\n    this.broadcast("notice", { code: "NEW", text: "edited" });',
    ),
  );
  await ann.until("the edited room", () => ann.received.has("notice"), 60_000);
  expect(await running.stop()).toBe(0);
}, 240_000);
