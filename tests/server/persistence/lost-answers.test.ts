import { beforeAll, expect, test } from "vitest";
import { DATABASE_TIMEOUT_MS, type Database } from "../../../server/storage/database.ts";
import { newGuest, openIncarnation, rowOf, stateAt } from "../../helpers/characters.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";

const plaza = { roomId: "plaza-1" };

describeOnEachDatabase("when the database's answer is lost", (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });

  /** A process on a line that a test cuts before a statement arrives, or after it was committed. */
  async function onBadLine() {
    const { ds } = database;
    const line: { cut: "before" | "after" | "late" | null } = { cut: null };
    const query = async (sql: string, parameters?: unknown[]) => {
      const { cut } = line;
      const lost = Object.assign(new Error("Connection terminated unexpectedly"), { code: "ECONNRESET" });
      if (cut === "before") throw lost;
      const answer = await ds.query(sql, parameters);
      if (cut === "after") throw lost;
      if (cut === "late") await new Promise((done) => setTimeout(done, DATABASE_TIMEOUT_MS + 200));
      return answer;
    };
    const cutting = new Proxy(ds, {
      get: (target, key) => (key === "query" ? query : Reflect.get(target, key)),
    });
    const { characterId: id } = await newGuest(ds);
    const characters = await openIncarnation(cutting);
    return { ds, id, line, characters };
  }

  test.each(["before", "after"] as const)("%s a save, the next one lands all the same", async (cut) => {
    const { ds, id, line, characters } = await onBadLine();
    const claim = await characters.claim(id, plaza);
    line.cut = cut;
    await expect(characters.save(claim, stateAt(1))).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    line.cut = null;
    expect(await characters.save(claim, stateAt(2))).toBe("saved");
    expect(await characters.release(claim, stateAt(3))).toBe("saved");
    expect(await rowOf(ds, id)).toMatchObject({ state: stateAt(3), owner: null });
  });

  test.each(["before", "after"] as const)(
    "%s a release, it is tried again and is through once",
    async (cut) => {
      const { ds, id, line, characters } = await onBadLine();
      const claim = await characters.claim(id, plaza);
      line.cut = cut;
      await expect(characters.release(claim, stateAt(1))).rejects.toMatchObject({
        code: "DATABASE_UNAVAILABLE",
      });
      line.cut = null;
      expect(await characters.release(claim, stateAt(1))).toBe("saved");
      expect(await rowOf(ds, id)).toMatchObject({ state: stateAt(1), version: 1, owner: null });
    },
  );

  test("after a release, it does not land on whoever claimed since", async () => {
    const { ds, id, line, characters } = await onBadLine();
    const claim = await characters.claim(id, plaza);
    line.cut = "after";
    await expect(characters.release(claim, stateAt(1))).rejects.toMatchObject({
      code: "DATABASE_UNAVAILABLE",
    });
    line.cut = null;
    const next = await openIncarnation(ds);
    await next.claim(id, plaza);
    const before = await rowOf(ds, id);
    expect(await characters.release(claim, stateAt(1))).toBe("fenced");
    expect(await rowOf(ds, id)).toEqual(before);
  });

  test("at a claim, the join fails with a code and the process holds nothing", async () => {
    const { id, line, characters } = await onBadLine();
    line.cut = "before";
    await expect(characters.claim(id, plaza)).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    line.cut = null;
    expect((await characters.claim(id, plaza)).epoch).toBe(1);
  });

  test("for longer than a claim waits, the character is given back when it comes", async () => {
    const { ds, id, line, characters } = await onBadLine();
    line.cut = "late";
    const claiming = characters.claim(id, plaza);
    await expect(claiming).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    line.cut = null;
    await expect.poll(async () => (await rowOf(ds, id)).owner).toBeNull();
    expect((await rowOf(ds, id)).epoch).toBe(1);
  });

  test("at a renewal, the lease is kept until the process has to fence itself", async () => {
    const { id, line, characters } = await onBadLine();
    const claim = await characters.claim(id, plaza);
    line.cut = "before";
    await characters.leases.renew();
    expect(characters.leases.holds(id, claim.epoch)).toBe(true);
  });
});
