import { readFile, writeFile } from "node:fs/promises";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Running, roomkeep } from "../../helpers/cli.ts";
import { linkedProject, type Project } from "../../helpers/project.ts";

let project: Project;
let dev: Running;
let url: string;
const players: TestPlayer[] = [];

beforeAll(async () => {
  project = await linkedProject();
  dev = roomkeep(["dev"], {
    cwd: project.folder,
    env: { PORT: "0", ROOMKEEP_DATA_DIR: project.file("data"), LOG_LEVEL: "info" },
  });
  const [, address] = await dev.says(/roomkeep is running +(\S+)/, 150_000);
  url = address ?? "";
});

afterAll(async () => {
  for (const player of players) player.stop();
  await dev?.stop();
  await project?.remove();
});

it("says what it is at while it starts, which takes a minute on a slow machine", () => {
  const steps = ["reading server/main.ts …", "opening the database and the page", "loading the games …"];
  const places = [...steps, "roomkeep is running"].map((step) => dev.stdout().indexOf(step));
  expect(places[0]).toBeGreaterThanOrEqual(0);
  expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
});

async function join(name: string, code?: string): Promise<TestPlayer> {
  const player = await joinAs(url, "yard", { name, code });
  players.push(player);
  return player;
}

async function edit(path: string, from: string, to: string): Promise<void> {
  const file = project.file(path);
  const text = await readFile(file, "utf8");
  expect(text).toContain(from);
  await writeFile(file, text.replace(from, to));
}

const poseOf = (player: TestPlayer) => ({ x: player.me().x, z: player.me().z });

it("plays an edited room, with its players, their places and the world", async () => {
  const ann = await join("Ann");
  const bob = await join("Bob", ann.room.roomId);
  await ann.walk({ moveX: 127 }, 12);
  await bob.walk({ moveX: -127, moveZ: -40 }, 8);
  for (const player of [ann, bob]) await player.walk({}, 5); // until they stand
  await bob.until("Ann to stand", () => {
    const seen = bob.room.state.actors.get(ann.room.sessionId);
    return seen?.x === ann.me().x;
  });
  const stood = { ann: poseOf(ann), bob: poseOf(bob) };
  const ball = () => bob.room.state.actors.get("loose-0") as unknown as { x: number; qw: number };
  const ballX = ball().x;
  let returned = 0;
  for (const { room } of [ann, bob]) room.onReconnect(() => returned++);

  // Nobody may walk any more; a notice says so each tick.
  await edit(
    "games/yard/step.ts",
    "walk(walker, input, ground, dt, 1.2);",
    "walk(walker, input, ground, dt, 0);",
  );
  await edit(
    "games/yard/room.ts",
    "protected override onTick() {",
    'protected override onTick() {\n    this.broadcast("notice", { code: "NEW", text: "edited" });',
  );
  await ann.until("the edited room", () => ann.received.has("notice"));
  await bob.until("the edited room", () => bob.received.has("notice"));
  expect(returned).toBe(2);

  expect(poseOf(ann)).toEqual(stood.ann);
  expect(poseOf(bob)).toEqual(stood.bob);
  expect(ball().x).toBeCloseTo(ballX, 1);
  expect(ball().qw).toBeTypeOf("number");
  const avatars = [...ann.room.state.actors.values()].filter((actor) => actor.kind === "avatar");
  expect(avatars).toHaveLength(2);
  await bob.until("Ann to be there again", () => {
    const seen = bob.room.state.actors.get(ann.room.sessionId) as unknown as { away: boolean; name: string };
    return seen.name === "Ann" && !seen.away;
  });
  await ann.walk({ moveX: 127 }, 10);
  expect(poseOf(ann)).toEqual(stood.ann);

  // The lease outlived the edit: a second tab of Ann takes over from the restored seat, and is where she
  // stood.
  const again = await joinAs(url, "yard", { token: ann.token, code: ann.room.roomId });
  players.push(again);
  expect(poseOf(again)).toEqual(stood.ann);
  expect([...again.room.state.actors.values()].filter((actor) => actor.kind === "avatar")).toHaveLength(2);
  // Who stayed connected reads the newcomer right: the numbers of the state's classes are as they were.
  await bob.until("Ann's second tab", () => {
    const seen = bob.room.state.actors.get(again.room.sessionId) as unknown as { name?: string };
    return seen?.name === "Ann";
  });
  expect(dev.output()).not.toContain("fenced");
});

it("goes on with the rooms as they were while an edit does not load", async () => {
  const cleo = await join("Cleo");
  await edit("games/yard/room.ts", "onTick() {", "onTick( {");
  await dev.says("the edit does not load");
  await cleo.patches(3);
  await edit("games/yard/room.ts", "onTick( {", "onTick() {");
  await cleo.message("notice");
});

it("serves the page from source at the same port, and tells it of an edited view", async () => {
  const page = await fetch(url, { headers: { accept: "text/html" } }).then((answer) => answer.text());
  expect(page).toContain("/@vite/client");
  // What a browser asks for: Vite watches what it has sent.
  const client = await fetch(`${url}/@vite/client`).then((answer) => answer.text());
  const main = await fetch(`${url}/main.ts`).then((answer) => answer.text());
  const view = main.match(/from "([^"]+view\.ts)"/)?.[1];
  expect(await fetch(url + view).then((answer) => answer.text())).toContain("Goals: ");

  const token = client.match(/wsToken = "([^"]+)"/)?.[1];
  const socket = new WebSocket(`${url.replace("http", "ws")}/__hmr?token=${token}`, "vite-hmr");
  const told = new Promise<string>((resolve) => {
    socket.onmessage = ({ data }) => {
      if (!String(data).includes('"connected"')) resolve(String(data));
    };
  });
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  await edit("games/yard/view.ts", "Goals: ", "Balls in: ");
  expect(await told).toMatch(/full-reload|update/);
  expect(await fetch(url + view).then((answer) => answer.text())).toContain("Balls in: ");
  socket.close();
});
