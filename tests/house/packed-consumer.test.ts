import { cp, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

/** Starts a script of the project and waits until it answers. */
async function serve(script: "start" | "dev"): Promise<{ url: string; running: Running }> {
  const running = run("npm", ["run", script], { cwd: game, env: { PORT: "0", LOG_LEVEL: "info" } });
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
  await cp(root, source, { recursive: true, filter: (path) => !left.includes(path) });
  await symlink(join(root, "node_modules"), join(source, "node_modules"));
  // As docs/first-room.md has it: pack, unpack, make a project.
  await does("npm", ["pack", "--pack-destination", folder], source);
  const { version, bin } = JSON.parse(await readFile(join(source, "package.json"), "utf8"));
  tarball = `roomkeep-${version}.tgz`;
  await does("tar", ["xzf", tarball], folder);
  await does(process.execPath, [join("package", bin.roomkeep), "new", "my-game"], folder);
  await does("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel", "error"], game);
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

it("is not packed without one of its doors", async () => {
  const check = () =>
    run(process.execPath, ["--import", "tsx", "tests/house/packed-files.ts"], { cwd: source });
  const whole = check();
  expect(await whole.ended, whole.output()).toBe(0);
  const needed = ["dist/rooms/index.d.ts", "dist/server/cli/index.js", "dist/page/index.html"];
  for (const file of needed) await rename(join(source, file), join(source, `${file}.kept`));
  const lacking = check();
  expect(await lacking.ended).toBe(1);
  for (const file of needed) {
    expect(lacking.output()).toContain(file);
    await rename(join(source, `${file}.kept`), join(source, file));
  }
}, 240_000);

it("fits its types, builds, starts, and shows one player what another does", async () => {
  await does("npm", ["run", "types"], game);
  await does("npm", ["run", "build"], game);
  const { url, running } = await serve("start");

  const page = await fetch(url).then((answer) => answer.text());
  const script = page.match(/src="([^"]+\.js)"/)?.[1];
  expect(script).toBeDefined();
  const answer = await fetch(new URL(script!, url));
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toContain("javascript");

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
  await ann.until("the edited room", () => ann.received.has("notice"), 5_000);
  expect(await running.stop()).toBe(0);
}, 240_000);
