import { joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { voiceOperations } from "../../../plugins/voice/desk.ts";
import { switchedOff } from "../../../plugins/voice/migration.ts";
import { openSwitches, type Switches } from "../../../plugins/voice/switches.ts";
import type { Voice } from "../../../plugins/voice/voice.ts";
import type { OperationContext } from "../../../server/operations/operation.ts";
import { type Database, openDatabase } from "../../../server/storage/database.ts";
import { applyRetention } from "../../../server/storage/retention.ts";
import { type Cluster, describeCluster } from "../../helpers/cluster.ts";
import { describeOnEachDatabase, testLog } from "../../helpers/databases.ts";
import { deskOperator } from "../../helpers/desk/operators.ts";

describeOnEachDatabase("rooms in which voice is switched off", (open) => {
  let database: Database;
  let other: Database;
  let here: Switches;
  let there: Switches;
  beforeAll(async () => {
    database = await open();
    await switchedOff.up(database.ds);
    const { url } = database.ds.options as { url?: string };
    // The embedded database has one connection; on PostgreSQL the other process has its own.
    other = url ? await openDatabase({ url, dataDir: "", log: testLog }) : database;
    [here, there] = [await openSwitches(database.ds, testLog), await openSwitches(other.ds, testLog)];
  });
  afterAll(async () => {
    for (const one of [here, there]) one?.close();
    if (other !== database) await other.close();
  });

  /** Does an operation as the desk does, with what runs after its commit. */
  async function act(verb: "off" | "on" | "list", params: Record<string, unknown> = {}): Promise<unknown> {
    const operation = voiceOperations({ switches: here } as Voice)[verb]?.named(`voice.${verb}`);
    const after: (() => unknown)[] = [];
    const answer = await database.ds.transaction((db) =>
      Promise.resolve(
        operation?.run(
          { db, after: (tell: () => unknown) => after.push(tell) } as unknown as OperationContext,
          params,
        ),
      ),
    );
    for (const tell of after) await tell();
    return answer;
  }

  it("are kept once each, and known in every process", async () => {
    const off = await Promise.all(
      ["Q7KX", "Q7KX", "ABCD"].map((room) => act("off", { room, reason: "noise" })),
    );
    expect(off).toHaveLength(3);
    expect([here.isOff("Q7KX"), here.isOff("ABCD"), here.isOff("XXXX")]).toEqual([true, true, false]);
    // By the clock of the other process.
    await expect.poll(() => there.isOff("Q7KX")).toBe(true);
    expect(await act("list")).toMatchObject({ rooms: [{ reason: "noise" }, { reason: "noise" }] });
    await act("on", { room: "Q7KX", reason: "quiet" });
    expect([here.isOff("Q7KX"), here.isOff("ABCD")]).toEqual([false, true]);
    await expect(act("on", { room: "Q7KX", reason: "quiet" })).rejects.toMatchObject({
      code: "ROOM_UNKNOWN",
    });
    await expect.poll(() => there.isOff("Q7KX")).toBe(false);
  });

  it("are there after a restart, and leave after their time", async () => {
    const again = await openSwitches(database.ds, testLog);
    expect(again.isOff("ABCD")).toBe(true);
    again.close();
    await database.ds.query("UPDATE voice_off SET at = now() - interval '366 days' WHERE room_id = 'ABCD'");
    await act("off", { room: "Q7KX", reason: "noise" });
    await applyRetention(database.ds, [{ table: "voice_off", column: "at", days: 365 }]);
    await here.read();
    expect([here.isOff("ABCD"), here.isOff("Q7KX")]).toEqual([false, true]);
  });

  it("stay as they were known while the database does not answer, and the table goes", async () => {
    await switchedOff.down(database.ds);
    await here.read();
    expect(here.isOff("Q7KX")).toBe(true);
    await expect(openSwitches(database.ds, testLog)).rejects.toThrow();
  });
});

describeCluster("voice in two processes", (open) => {
  let cluster: Cluster;
  let ann: TestPlayer;
  let database: Database;
  afterAll(async () => {
    ann?.stop();
    await database?.close();
    await cluster?.close();
  });

  it("is switched off in a room of the other process, and on again", async () => {
    cluster = await open();
    const home = await cluster.start();
    ann = await joinAs(home.url, "plaza", { name: "Ann", create: true });
    const away = await cluster.start();
    database = await openDatabase({ url: cluster.databaseUrl, dataDir: "", log: testLog });
    const operator = await deskOperator(database.ds, away.url, "voice-operator", "operator");
    const isOff = () => (ann.received.get("voice.peers")?.at(-1) as { off: boolean } | undefined)?.off;
    ann.send("voice.on", {});
    await ann.until("the news", () => isOff() === false);
    const room = ann.room.roomId;
    expect((await operator.ask("/v1/admin/voice/off", { room, reason: "noise" })).status).toBe(200);
    await ann.until("that it is off", () => isOff() === true);
    expect((await operator.ask("/v1/admin/voice/on", { room, reason: "quiet" })).status).toBe(200);
    await ann.until("that it is on", () => isOff() === false);
  });
});
