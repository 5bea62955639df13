import { beforeAll, expect, test } from "vitest";
import type { Database } from "../../../server/storage/database.ts";
import { newGuest, openIncarnation, rowOf, stateAt } from "../../helpers/characters.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";

describeOnEachDatabase("of several logins that wait for a live character", (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });

  test("the newest gets it and the older ones are told at once", async () => {
    const { ds } = database;
    const { characterId: id } = await newGuest(ds);
    const holder = await openIncarnation(ds);
    const held = await holder.claim(id, { roomId: "plaza-1" });
    const logins = await openIncarnation(ds);
    const waiting = Array.from({ length: 20 }, (_, at) => logins.claim(id, { roomId: `room-${at}` }));
    const older = await Promise.allSettled(waiting.slice(0, -1));
    for (const one of older)
      expect(one).toMatchObject({ status: "rejected", reason: { code: "CHARACTER_CLAIMED" } });
    await holder.release(held, stateAt(3));
    const claim = await waiting.at(-1)!;
    expect(claim.sheet.state).toEqual(stateAt(3));
    expect(await rowOf(ds, id)).toMatchObject({ room_id: "room-19", epoch: claim.epoch });
    // Nobody waits any more: the next login is not taken for an old one.
    await logins.release(claim, stateAt(4));
    await logins.claim(id, { roomId: "plaza-2" });
  });
});
