import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootServer } from "roomkeep/testing";
import { expect, onTestFinished, test } from "vitest";
import { accessTokenOf, signIn } from "../../../bots/index.ts";
import { games } from "../../../server/main.ts";
import { applyRetention } from "../../../server/storage/retention.ts";
import { openEventLog } from "../../../server/telemetry/event-log.ts";
import { roomkeep } from "../../helpers/cli.ts";
import { describeOnEachDatabase, testLog } from "../../helpers/databases.ts";
import { layDatabase } from "../../helpers/server-process.ts";

describeOnEachDatabase("kept events", (open) => {
  test("are read by filter, the newest first, page by page, until they run out", async () => {
    const { ds } = await open();
    const log = openEventLog(ds, testLog);
    const keep = (seq: number, game: string, actor: string | undefined, zone?: string) =>
      log.keep({
        game,
        roomId: `${game}-1`,
        zone,
        event: { seq, atMs: seq * 50, name: seq % 2 ? "picked" : "met", payload: { seq }, actor, x: 1, z: 2 },
      });
    for (let seq = 1; seq <= 7; seq++) keep(seq, "meadow", seq < 4 ? "mara" : undefined, "hills");
    keep(8, "plaza", "mara");
    const seqs = async (filter: Parameters<typeof log.read>[0]) =>
      (await log.read(filter)).map(({ event }) => event.seq).sort();
    expect(await seqs({})).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await seqs({ game: "meadow", name: "picked" })).toEqual([1, 3, 5, 7]);
    expect(await seqs({ actor: "mara", zone: "hills" })).toEqual([1, 2, 3]);
    expect(await seqs({ roomId: "plaza-1" })).toEqual([8]);
    expect((await log.read({ roomId: "plaza-1" }))[0]).toMatchObject({
      game: "plaza",
      zone: undefined,
      event: { seq: 8, atMs: 400, name: "met", payload: { seq: 8 }, actor: "mara", x: 1, z: 2 },
    });

    // All were written in one statement, at the same microsecond: pages end between them all the same.
    const paged: number[] = [];
    for (let before: string | undefined, pages = 0; pages < 5; pages++) {
      const page = await log.read({ limit: 3, before });
      paged.push(...page.map(({ event }) => event.seq));
      before = page.at(-1)?.cursor ?? before;
    }
    expect(paged.sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);

    await ds.query("UPDATE event_log SET at = now() - interval '40 days' WHERE seq <= 5");
    const since = new Date(Date.now() - 30 * 24 * 3_600_000);
    expect(await seqs({ since })).toEqual([6, 7, 8]);
    expect(await seqs({ until: since, name: "met" })).toEqual([2, 4]);
    await applyRetention(ds, [{ table: "event_log", column: "at", days: 39 }]);
    expect(await seqs({})).toEqual([6, 7, 8]);

    const invalid = expect.objectContaining({ code: "EVENT_FILTER_INVALID" });
    for (const filter of [{ limit: 0 }, { limit: 1_001 }, { before: "1_x" }, { since: new Date("soon") }])
      await expect(log.read(filter)).rejects.toEqual(invalid);
    await log.close();
  });
});

test("a moderator reads kept events of the running server, and so does the command", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "roomkeep-events-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  await layDatabase(join(dataDir, "database"));
  const world = await bootServer(games, { dataDir });
  onTestFinished(() => world.close());
  const { events, database } = world.server.foundation;
  const event = {
    seq: 1,
    atMs: 50,
    name: "rang",
    payload: { bell: 3 },
    actor: "ann",
    x: undefined,
    z: undefined,
  };
  events.keep({ game: "plaza", roomId: "Q7KX", zone: undefined, event });
  const { token } = await signIn(world.url, { name: "Ann" });
  const headers = { authorization: `Bearer ${await accessTokenOf(world.url, token)}` };
  const ask = async (query: string) => {
    const answer = await fetch(`${world.url}/v1/admin/events?${query}`, { headers });
    return [answer.status, await answer.json()];
  };
  expect(await ask("name=rang")).toMatchObject([403, { code: "ROLE_NEEDED" }]);
  await database.ds.query("UPDATE account SET role = 'moderator'");
  const shown = {
    game: "plaza",
    roomId: "Q7KX",
    name: "rang",
    actor: "ann",
    zone: null,
    payload: { bell: 3 },
  };
  expect(await ask("name=rang")).toMatchObject([200, { events: [shown], next: null }]);
  expect(await ask("limit=1")).toMatchObject([200, { next: expect.stringMatching(/^\d+_/) }]);
  expect(await ask("limit=0")).toMatchObject([400, { code: "EVENT_FILTER_INVALID" }]);
  expect(await ask("nmae=rang")).toMatchObject([400, { code: "EVENT_FILTER_INVALID" }]);

  const listed = roomkeep(["events", "--game", "plaza", "--actor", "ann"], {
    env: { ROOMKEEP_DATA_DIR: dataDir },
  });
  expect(await listed.ended, listed.output()).toBe(0);
  expect(listed.stdout()).toContain('plaza Q7KX  rang  ann  {"bell":3}');
});
