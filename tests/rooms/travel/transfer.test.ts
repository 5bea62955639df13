import { beforeAll, expect, test } from "vitest";
import { slotsOf } from "../../../server/items/containers.ts";
import { openItems } from "../../../server/items/items.ts";
import type { Database } from "../../../server/storage/database.ts";
import { handClock, newGuest, openIncarnation, rowOf, stateAt } from "../../helpers/characters.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";

const plaza = { roomId: "plaza-1" };
const cave = { roomId: "cave-1" };

describeOnEachDatabase("a character that travels", (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });

  async function onTheWay() {
    const { ds } = database;
    const clock = handClock();
    const { characterId: id } = await newGuest(ds);
    const from = await openIncarnation(ds, { incarnation: `from-${id}` });
    const to = await openIncarnation(ds, { now: clock.now, wait: clock.wait });
    const claim = await from.claim(id, plaza);
    const ticket = (await from.transfer(claim, stateAt(1)))!;
    return { ds, id, from, to, claim, ticket, clock };
  }
  const expire = (id: string) =>
    database.ds.query("UPDATE character SET transfer_until = now() - interval '1 ms' WHERE id = $1", [id]);

  test("arrives once, with what it left with", async () => {
    const { to, id, ticket, from } = await onTheWay();
    const arrived = await to.claimTransfer(id, ticket, cave);
    expect(arrived).toMatchObject({ epoch: 3, version: 1, sheet: { state: stateAt(1) } });
    await expect(to.claimTransfer(id, ticket, cave)).rejects.toMatchObject({ code: "TRANSFER_INVALID" });
    await expect(from.claimTransfer(id, ticket, plaza)).rejects.toMatchObject({ code: "TRANSFER_INVALID" });
    expect(await to.save(arrived, stateAt(2))).toBe("saved");
  });

  test("is nobody else's while it is on its way, and anybody's afterwards", async () => {
    const { to, id, ticket } = await onTheWay();
    const before = await rowOf(database.ds, id);
    await expect(to.claimTransfer(id, "another", cave)).rejects.toMatchObject({ code: "TRANSFER_INVALID" });
    await expect(to.claim(id, cave)).rejects.toMatchObject({ code: "CHARACTER_CLAIMED" });
    expect(await rowOf(database.ds, id)).toEqual(before);
    await expire(id);
    await expect(to.claimTransfer(id, ticket, cave)).rejects.toMatchObject({ code: "TRANSFER_INVALID" });
    expect((await to.claim(id, cave)).sheet.state).toEqual(stateAt(1));
  });

  test("can be taken back by the room it left when the other cannot be reached", async () => {
    const { from, id, ticket } = await onTheWay();
    expect((await from.claimTransfer(id, ticket, plaza)).sheet.state).toEqual(stateAt(1));
  });

  test("is no longer written by the room it left: no save, no release, no item", async () => {
    const { ds, from, id, claim } = await onTheWay();
    const items = openItems(ds, { templates: { herb: { stack: 20 } }, slotsOf }, `from-${id}`);
    const before = await rowOf(ds, id);
    expect(await from.save(claim, stateAt(9))).toBe("fenced");
    expect(await from.release(claim, stateAt(9))).toBe("fenced");
    await expect(items.grant(claim, "late", "herb", 1, "loot")).rejects.toMatchObject({
      code: "CHARACTER_FENCED",
    });
    expect(await rowOf(ds, id)).toEqual(before);
  });

  test("leaves nowhere under a claim that was lost", async () => {
    const { ds, id, from, to, ticket, claim } = await onTheWay();
    await to.claimTransfer(id, ticket, cave);
    const before = await rowOf(ds, id);
    expect(await from.transfer(claim, stateAt(9))).toBeNull();
    expect(await rowOf(ds, id)).toEqual(before);
  });

  test.each(["before", "after"] as const)(
    "and whose answer is lost %s the hand-over gets the same ticket again",
    async (cut) => {
      const { ds } = database;
      const line = { cut: false };
      const lost = Object.assign(new Error("Connection terminated unexpectedly"), { code: "ECONNRESET" });
      const query = async (sql: string, parameters?: unknown[]) => {
        if (line.cut && cut === "before") throw lost;
        const answer = await ds.query(sql, parameters);
        if (line.cut) throw lost;
        return answer;
      };
      const cutting = new Proxy(ds, {
        get: (target, key) => (key === "query" ? query : Reflect.get(target, key)),
      });
      const { characterId: id } = await newGuest(ds);
      const from = await openIncarnation(cutting);
      const claim = await from.claim(id, plaza);
      line.cut = true;
      await expect(from.transfer(claim, stateAt(1))).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
      line.cut = false;
      const ticket = await from.transfer(claim, stateAt(1));
      const to = await openIncarnation(ds);
      expect((await to.claimTransfer(id, ticket!, cave)).sheet.state).toEqual(stateAt(1));
      expect(await rowOf(ds, id)).toMatchObject({ version: 1, epoch: 3 });
    },
  );
});
