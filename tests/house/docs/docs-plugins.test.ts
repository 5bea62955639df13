import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WorldRoom } from "roomkeep/rooms";
import type { AnyPlugin, Games } from "roomkeep/server";
import { bootServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { callApi } from "../../../bots/index.ts";
import { roomkeep } from "../../helpers/cli.ts";
import { layDatabase } from "../../helpers/server-process.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const page = await readFile(join(root, "docs/plugins.md"), "utf8");
const blocks = [...page.matchAll(/<!-- (\S+) -->\n```ts\n(.*?)\n```/gs)].map(
  ([, file = "", code = ""]) => [file, code] as const,
);

/** A project that holds the text of the page and a game, in our tree so that it finds `roomkeep`. */
let project: string;
beforeAll(async () => {
  project = await mkdtemp(join(root, "tests/house/.plugin-"));
  await cp(join(root, "server/cli/template/games"), join(project, "games"), { recursive: true });
  for (const [file, code] of blocks) await put(file, code);
});
afterAll(() => rm(project, { recursive: true, force: true }));

async function put(file: string, code: string): Promise<void> {
  await mkdir(dirname(join(project, file)), { recursive: true });
  await writeFile(join(project, file), code);
}

const load = (file: string) =>
  import(/* @vite-ignore */ join(project, file)) as Promise<{ games: Games; plugins?: AnyPlugin[] }>;

/** What the server has of the guestbook, asked as a player and as an operator would. */
async function tryGuestbook({ games, plugins }: Awaited<ReturnType<typeof load>>, dataDir: string) {
  const world = await bootServer(games, { plugins, dataDir });
  const ann = await world.join("yard", { name: "Ann" });
  ann.send("guestbook.sign", { text: "Hello!" });
  ann.send("guestbook.sign", { text: "" });
  await ann.until("a refusal", () => (ann.received.get("refused")?.length ?? 0) > 0);
  const route = await fetch(`${world.url}/v1/guestbook`);
  const room = world.room<WorldRoom>(ann.room.roomId);
  const command = await room.console.give({ id: "operator", role: "moderator" }, "/guestbook-clear");
  const { ds } = world.server.foundation.database;
  const [table] = await ds.query("SELECT to_regclass('guestbook_entry') IS NOT NULL AS there");
  const answer = {
    refused: (ann.received.get("refused") as { code: string }[])[0]?.code,
    entries: route.headers.get("content-type")?.includes("json") ? await route.json() : route.status,
    command: typeof command === "string" ? command : command.code,
    table: table.there,
  };
  await world.close();
  return answer;
}

it("has the example's files word for word", async () => {
  expect(page.match(/^```ts$/gm)).toHaveLength(blocks.length);
  for (const [file, code] of blocks) {
    if (file === "server/main.ts") continue;
    const name = file.replace("plugins/", "docs/examples/");
    expect(code, file).toBe((await readFile(join(root, name), "utf8")).trimEnd());
  }
});

it("is a plugin by its text alone, and two lines less take it away, all but its table", async () => {
  const dataDir = join(project, "data");
  await layDatabase(join(dataDir, "database"));
  expect(await tryGuestbook(await load("server/main.ts"), dataDir)).toEqual({
    refused: "MESSAGE_INVALID",
    entries: { entries: [{ name: "Ann", line: "Hello!" }] },
    command: "The guestbook is being cleared.",
    table: true,
  });
  const [, main = ""] = blocks.find(([file]) => file === "server/main.ts") ?? [];
  const lines = main.split("\n");
  const left = lines.filter((line) => !line.includes("guestbook"));
  expect(lines.length - left.length).toBe(2);
  await put("server/without.ts", left.join("\n"));
  const without = await tryGuestbook(await load("server/without.ts"), dataDir);
  expect(without).toEqual({
    refused: "MESSAGE_UNKNOWN",
    entries: 404,
    command: "COMMAND_UNKNOWN",
    table: true,
  });
  // Two servers with a database on the disk.
}, 240_000);

it("is what `roomkeep new --plugin` writes, under another name", async () => {
  const made = roomkeep(["new", "--plugin", "guest-list"], { cwd: project });
  expect(await made.ended, made.output()).toBe(0);
  const { guestList } = await import(/* @vite-ignore */ join(project, "plugins/guest-list/index.ts"));
  expect(guestList).toMatchObject({ name: "guest-list" });
  const [migration] = guestList.migrations;
  expect(migration.name).toMatch(/^GuestList\d{13}$/);
  const world = await bootServer({}, { plugins: [guestList] });
  expect(await callApi(world.url, "GET", "/v1/guest-list")).toEqual({ entries: [] });
  await world.close();
  const text = await readFile(join(project, "plugins/guest-list/guest-list.test.ts"), "utf8");
  expect(text).toContain('import { guestList } from "./index.ts";');
  expect(text).not.toMatch(/guestbook/i);
  const again = roomkeep(["new", "--plugin", "guest-list"], { cwd: project });
  expect(await again.ended).toBe(1);
  expect(again.output()).toContain("CONFIG_INVALID");
});
