import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { games, plugins } from "../../../server/main.ts";

const WAIT = { timeout: 60_000, interval: 50 };
const ADMIN = "let me look at it";
const folder = new URL("../../../docs/observability/", import.meta.url);
const read = (name: string) => readFile(new URL(name, folder), "utf8");

/** Names that prom-client has given, against the conventions; dashboards of others know them. */
const FOREIGN = /^nodejs_active_(handles|requests|resources)_total /;

let world: TestServer;
let text: string;
/** Type and help of each metric. */
let known: Map<string, { type: string; help: string }>;

async function scrape(): Promise<string> {
  const authorization = `Basic ${Buffer.from(`admin:${ADMIN}`).toString("base64")}`;
  return (await fetch(`${world.url}/metrics`, { headers: { authorization } })).text();
}

beforeAll(async () => {
  world = await bootServer(games, { plugins, env: { ROOMKEEP_ADMIN_PASSWORD: ADMIN } });
  const ann = await world.join("meadow", { name: "Ann" });
  await ann.patches(5);
  await expect(world.join("plaza", { code: "ZZZZ" })).rejects.toThrow();
  const ben = await world.join("plaza", { name: "Ben" });
  await ben.leave();
  await vi.waitFor(
    async () =>
      expect(await scrape()).toMatch(/^roomkeep_saves_total\{what="character",outcome="saved"\} [1-9]/m),
    WAIT,
  );
  // The first sample is taken within five seconds.
  await vi.waitFor(async () => expect(await scrape()).toMatch(/^roomkeep_database_up 1$/m), WAIT);
  text = await scrape();
  const lines = (word: string) => [...text.matchAll(new RegExp(`^# ${word} (\\S+) (.*)$`, "gm"))];
  const helps = new Map(lines("HELP").map(([, name = "", help = ""]) => [name, help]));
  known = new Map(
    lines("TYPE").map(([, name = "", type = ""]) => [name, { type, help: helps.get(name) ?? "" }]),
  );
});
afterAll(() => world?.close());

const promtool = (args: string[], input?: string) => {
  const { status, stdout, stderr, error } = spawnSync("promtool", args, { input, encoding: "utf8" });
  if (error) throw new Error(`promtool does not run (Debian: apt-get install prometheus): ${error.message}`);
  return { status, output: stdout + stderr };
};

test("/metrics is what promtool takes, without a word against a name of ours", () => {
  const { output } = promtool(["check", "metrics"], text);
  const told = output.split("\n").filter((line) => line.trim() !== "" && !FOREIGN.test(line));
  expect(told).toEqual([]);
  const planted = promtool(["check", "metrics"], "# TYPE roomkeep_a_total gauge\nroomkeep_a_total 1\n");
  expect(planted.status).not.toBe(0);
});

test("what happened is counted: rooms and players by game, joins by outcome, saves, leases, ticks", () => {
  const value = (line: string) =>
    Number(new RegExp(`^${line.replace(/[{}+]/g, "\\$&")} (.*)$`, "m").exec(text)?.[1]);
  expect(value('roomkeep_rooms{game="meadow"}')).toBe(1);
  expect(value('roomkeep_players{game="meadow"}')).toBe(1);
  expect(value('roomkeep_joins_total{outcome="joined"}')).toBe(2);
  expect(value('roomkeep_joins_total{outcome="ROOM_UNKNOWN"}')).toBe(1);
  expect(value("roomkeep_join_seconds_count")).toBe(2);
  expect(value('roomkeep_saves_total{what="character",outcome="saved"}')).toBe(1);
  expect(value('roomkeep_save_seconds_count{what="character"}')).toBe(1);
  expect(value('roomkeep_claims_total{what="character",outcome="claimed"}')).toBe(2);
  expect(value('roomkeep_leases{what="character"}')).toBe(1);
  expect(value('roomkeep_tick_seconds_count{game="meadow"}')).toBeGreaterThan(4);
  expect(value('roomkeep_tick_seconds_bucket{game="meadow",le="+Inf"}')).toBe(
    value('roomkeep_tick_seconds_count{game="meadow"}'),
  );
  expect(value("roomkeep_cluster_processes")).toBe(1);
});

test("no label has the id of a room or a player, and values are few", () => {
  const series = text.split("\n").filter((line) => line.startsWith("roomkeep_"));
  const ids = [...world.server.foundation.ports.page.build, "roomId", "account=", "player="];
  for (const id of ids) expect(series.filter((line) => line.includes(id))).toEqual([]);
  expect(series.length).toBeLessThan(900);
});

test("the alert rules are good, and fire for what they are about", () => {
  const cwd = new URL(".", folder).pathname;
  expect(promtool(["check", "rules", `${cwd}alerts.yml`])).toMatchObject({ status: 0 });
  const tested = promtool(["test", "rules", `${cwd}alerts.test.yml`]);
  expect(tested.output).toContain("SUCCESS");
  expect(tested.status).toBe(0);
});

test("each metric in the dashboard and in the alert rules is one that a server has", async () => {
  for (const file of ["dashboard.json", "alerts.yml"]) {
    const expressions = (await read(file)).match(/\b(roomkeep|nodejs|process)_[a-z0-9_]+/g) ?? [];
    expect(expressions.length).toBeGreaterThan(10);
    const bare = (name: string) => (known.has(name) ? name : name.replace(/_(bucket|count|sum)$/, ""));
    expect([...new Set(expressions)].filter((name) => !known.has(bare(name)))).toEqual([]);
  }
  const { panels } = JSON.parse(await read("dashboard.json")) as { panels: { id: number; type: string }[] };
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
});

test("the table of docs/observability.md has every metric with its type and help, and no other", async () => {
  const page = await readFile(new URL("../observability.md", folder), "utf8");
  const rows = [...page.matchAll(/^\| `(roomkeep_\w+)` \| (\w+) \| (.*) \|$/gm)];
  const ours = [...known].filter(([name]) => name.startsWith("roomkeep_"));
  const expected = ours.map(([name, { type, help }]) => `| \`${name}\` | ${type} | ${help} |`).sort();
  expect(rows.map(([row]) => row).sort()).toEqual(expected);
});
