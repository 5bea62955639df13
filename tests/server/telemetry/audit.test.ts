import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootServer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PlazaRoom } from "../../../games/plaza/room.ts";
import { games } from "../../../server/main.ts";
import { openWriteQueue } from "../../../server/storage/write-queue.ts";
import { RoomkeepError } from "../../../shared/errors.ts";
import { roomkeep } from "../../helpers/cli.ts";

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), "roomkeep-audit-"));
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

test("what was commanded is listed after the server has gone, last ones only, oldest first", {
  timeout: 120_000,
}, async () => {
  const world = await bootServer(games, { dataDir });
  const ann = await world.join("plaza", { name: "Ann" });
  const room = world.room<PlazaRoom>(ann.room.roomId);
  const operator = { id: "operator", role: "admin" } as const;
  room.console.give(operator, "/spawn nothing");
  room.console.give(operator, "/spawn crate 2");
  room.console.give({ id: ann.room.sessionId, role: "player" }, "/spawn crate 9");
  await world.close();

  const env = { ROOMKEEP_DATA_DIR: dataDir };
  const json = roomkeep(["audit", "--json", "--last", "2"], { env });
  expect(await json.ended, json.output()).toBe(0);
  const rows = json
    .stdout()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const where = { game: "plaza", roomId: room.roomId };
  expect(rows).toMatchObject([
    { ...where, caller: "operator", role: "admin", account: null, line: "/spawn crate 2", outcome: "done" },
    { ...where, role: "player", character: ann.characterId, line: "/spawn crate 9", outcome: "ROLE_NEEDED" },
  ]);
  expect(Date.now() - Date.parse(rows[1].at)).toBeLessThan(60_000);
});

describe("rows that nobody waits for", () => {
  const quiet = { warn() {}, error() {} };

  test("wait while the database is away, and are written in their order, once each", async () => {
    const written: number[] = [];
    let away = true;
    const queue = openWriteQueue<number>(
      "rows",
      async (batch) => {
        if (away) throw new RoomkeepError("DATABASE_UNAVAILABLE");
        written.push(...batch);
      },
      quiet,
    );
    for (let row = 0; row < 1_200; row++) queue.push(row);
    await expect(queue.flush()).rejects.toThrow();
    queue.push(1_200);
    away = false;
    await queue.close();
    expect(written).toEqual(Array.from({ length: 1_201 }, (_, row) => row));
    queue.push(7);
    await queue.flush();
    expect(written).toHaveLength(1_201);
  });

  test("are bounded: what does not fit is lost, and that is told", async () => {
    const told: object[] = [];
    const log = { warn() {}, error: (fields: object) => void told.push(fields) };
    let count = 0;
    const queue = openWriteQueue<number>(
      "rows",
      async (batch) => {
        count += batch.length;
      },
      log,
    );
    for (let row = 0; row < 10_003; row++) queue.push(row);
    await queue.flush();
    expect(count).toBe(10_000);
    expect(told).toEqual([{ lost: 3 }]);
    await queue.close();
  });
});
