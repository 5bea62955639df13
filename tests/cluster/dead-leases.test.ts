import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freeLeasesOfDead, openLivenessLock } from "../../server/cluster/dead-leases.ts";
import { type Database, openDatabase } from "../../server/storage/database.ts";
import { migrate } from "../../server/storage/migrate.ts";
import { newGuest, openIncarnation, stateAt } from "../helpers/characters.ts";
import { missingPostgres, newPostgresDatabase, testLog } from "../helpers/databases.ts";

describe.skipIf(missingPostgres !== null && process.env.CI !== "true")("the leases of a dead process", () => {
  let made: Awaited<ReturnType<typeof newPostgresDatabase>>;
  let database: Database;
  beforeAll(async () => {
    made = await newPostgresDatabase();
    database = await openDatabase({ url: made.url, dataDir: "", log: testLog });
    await migrate(database.ds);
  });
  afterAll(async () => {
    await database.close();
    await made.close();
  });

  it("are freed once its session is gone, and no sooner; what it writes after all is fenced", async () => {
    const { ds } = database;
    const { characterId } = await newGuest(ds);
    const incarnation = randomUUID();
    const line = await openLivenessLock(made.url, incarnation, testLog);
    const characters = await openIncarnation(ds, { incarnation });
    const claim = await characters.claim(characterId, { roomId: "plaza-1" });
    expect(await freeLeasesOfDead(ds, incarnation)).toBeUndefined();
    expect(await characters.save(claim, stateAt(1))).toBe("saved");
    await line.close();
    await expect.poll(() => freeLeasesOfDead(ds, incarnation)).toBe(1);
    const next = await openIncarnation(ds);
    // The lease has not run out: it is nobody's any more.
    const [row] = await ds.query("SELECT owner FROM character WHERE id = $1", [characterId]);
    expect(row).toEqual({ owner: null });
    await next.claim(characterId, { roomId: "plaza-2" });
    expect(await characters.save(claim, stateAt(2))).toBe("fenced");
  });

  it("end the journeys that it began, and those of nobody else", async () => {
    const { ds } = database;
    const [dead, living] = await Promise.all(
      [randomUUID(), randomUUID()].map(async (incarnation) => {
        const line = await openLivenessLock(made.url, incarnation, testLog);
        const characters = await openIncarnation(ds, { incarnation });
        const { characterId } = await newGuest(ds);
        const claim = await characters.claim(characterId, { roomId: "plaza-1" });
        const ticket = (await characters.transfer(claim, stateAt(1))) ?? "";
        return { incarnation, line, characterId, ticket };
      }),
    );
    if (!dead || !living) throw new Error("There are two.");
    const next = await openIncarnation(ds);
    const isTaken = (characterId: string) =>
      next.claim(characterId, { roomId: "plaza-2" }).then(({ sheet }) => sheet.state, String);
    await dead.line.close();
    await expect.poll(() => freeLeasesOfDead(ds, dead.incarnation)).toBe(1);
    expect(await isTaken(dead.characterId)).toEqual(stateAt(1));
    await expect(
      next.claimTransfer(dead.characterId, dead.ticket, { roomId: "cave-1" }),
    ).rejects.toMatchObject({ code: "TRANSFER_INVALID" });
    const arrived = await next.claimTransfer(living.characterId, living.ticket, { roomId: "cave-1" });
    expect(arrived.sheet.state).toEqual(stateAt(1));
    // It has arrived: the death of the process that it left is nothing to it.
    await living.line.close();
    await expect.poll(() => freeLeasesOfDead(ds, living.incarnation)).toBe(0);
    expect(await next.save(arrived, stateAt(2))).toBe("saved");
  });
});
