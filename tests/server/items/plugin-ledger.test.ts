import { randomUUID } from "node:crypto";
import { definePlugin } from "roomkeep/server";
import type { DataSource } from "typeorm";
import { beforeAll, expect, it } from "vitest";
import { createGuest } from "../../../server/accounts/guests.ts";
import { container } from "../../../server/items/containers.ts";
import { verifyLedger } from "../../../server/items/ledger.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";
import { openPluginsOn } from "../../plugins/plugin-host.ts";

const cups = definePlugin({
  name: "cups",
  open: ({ ledger, transaction, db }) => ({ ledger, transaction, db }),
});

describeOnEachDatabase("the ledger of a plugin", (open) => {
  let ds: DataSource;
  let cup: Awaited<ReturnType<NonNullable<typeof cups.open>>>;
  beforeAll(async () => {
    ({ ds } = await open());
    const { open: opened } = await openPluginsOn(ds, { plugins: [cups], templates: { herb: { stack: 20 } } });
    cup = opened.api(cups);
    await ds.query("CREATE TABLE entrant (name text)");
  });
  const newCharacter = async () => (await createGuest(ds, { name: "Ann", color: 0, shape: 0 })).characterId;
  const book = (
    booking: Omit<Parameters<typeof cup.ledger.book>[1], "request" | "reason"> & { request?: string },
  ) => cup.transaction((db) => cup.ledger.book(db, { request: randomUUID(), reason: "cup 1", ...booking }));
  const found = async (characterId: string) => ({
    coins: Number((await ds.query("SELECT coins FROM character WHERE id = $1", [characterId]))[0].coins),
    items: await ds.query(
      "SELECT split_part(container, ':', 1) AS at, qty FROM item WHERE container LIKE $1 ORDER BY 1",
      [`%${characterId}`],
    ),
  });

  it("gives coins and items by mail, once by a request, and takes a fee", async () => {
    const characterId = await newCharacter();
    const prize = { characterId, request: "1:1", coins: 30, items: [{ template: "herb", qty: 25 }] };
    expect(await book(prize)).toEqual({ coins: 30, repeated: false });
    expect(await book(prize)).toEqual({ coins: 30, repeated: true });
    expect(await book({ characterId, coins: -20 })).toEqual({ coins: 10, repeated: false });
    await expect(book({ ...prize, coins: 31 })).rejects.toMatchObject({ code: "REQUEST_REUSED" });
    expect(await found(characterId)).toEqual({
      coins: 10,
      items: [
        { at: "mail", qty: 20 },
        { at: "mail", qty: 5 },
      ],
    });
    const [{ reason } = { reason: "" }] = await ds.query(
      "SELECT reason FROM ledger WHERE account = $1 LIMIT 1",
      [`purse:${characterId}`],
    );
    expect(reason).toBe("cups: cup 1");
    // Another character may have a booking of the same id.
    expect(await book({ ...prize, characterId: await newCharacter() })).toMatchObject({ repeated: false });
    expect(await verifyLedger(ds)).toEqual([]);
  });

  it("books once though many ask at the same time", async () => {
    const characterId = await newCharacter();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => book({ characterId, request: "x", coins: 5 })),
    );
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect((await found(characterId)).coins).toBe(5);
  });

  it("takes items from the bag, and nothing from the mail", async () => {
    const characterId = await newCharacter();
    const items = [{ template: "herb", qty: -2 }];
    await book({ characterId, items: [{ template: "herb", qty: 3 }] });
    await expect(book({ characterId, items })).rejects.toMatchObject({ code: "NOT_ENOUGH" });
    await ds.query("UPDATE item SET container = $2 WHERE container = $1", [
      container.mail(characterId),
      container.bag(characterId),
    ]);
    await book({ characterId, items });
    expect((await found(characterId)).items).toEqual([{ at: "bag", qty: 1 }]);
    await ds.query("INSERT INTO death_lock (character, pile, zone) VALUES ($1, 'pile:a:b:c', 'a')", [
      characterId,
    ]);
    await expect(book({ characterId, items: [{ template: "herb", qty: -1 }] })).rejects.toMatchObject({
      code: "CHARACTER_DEAD",
    });
    expect(await book({ characterId, coins: 7 })).toMatchObject({ coins: 7 });
  });

  it("is of the plugin's transaction: what it refuses, and what fails later, leaves no row", async () => {
    const characterId = await newCharacter();
    const enter = (coins: number, fails = false) =>
      cup.transaction(async (db) => {
        await db.query("INSERT INTO entrant VALUES ('Ann')");
        await cup.ledger.book(db, { characterId, request: `fee${coins}`, reason: "fee", coins });
        if (fails) throw new Error("the plugin fails");
      });
    await expect(enter(-5)).rejects.toMatchObject({ code: "NOT_ENOUGH" });
    await expect(enter(5, true)).rejects.toThrow("the plugin fails");
    expect(await ds.query("SELECT 1 FROM entrant")).toEqual([]);
    expect((await found(characterId)).coins).toBe(0);
    await enter(5);
    expect((await found(characterId)).coins).toBe(5);
  });

  it.each([
    ["a request with a space", { request: "a b", coins: 1 }, "MESSAGE_INVALID"],
    ["a long request", { request: "a".repeat(65), coins: 1 }, "MESSAGE_INVALID"],
    ["nothing", {}, "MESSAGE_INVALID"],
    ["half a coin", { coins: 0.5 }, "QUANTITY_INVALID"],
    ["2^53 coins", { coins: 2 ** 53 }, "QUANTITY_INVALID"],
    ["an item that there is not", { items: [{ template: "moon", qty: 1 }] }, "ITEM_UNKNOWN"],
    ["no item", { items: [{ template: "herb", qty: 0 }] }, "QUANTITY_INVALID"],
    ["nobody", { characterId: randomUUID(), coins: 1 }, "CHARACTER_MISSING"],
  ])("refuses %s", async (_, booking, code) => {
    const characterId = await newCharacter();
    await expect(book({ characterId, ...booking })).rejects.toMatchObject({ code });
    expect(await found(characterId)).toEqual({ coins: 0, items: [] });
  });

  it("moves coins and items between characters by a vault, out of nothing and into nothing no more", async () => {
    const [ann, bob] = [await newCharacter(), await newCharacter()];
    const vault = `pot-${randomUUID()}`;
    const holds = () => cup.ledger.vault(ds, vault);
    // Where the test has moved stacks itself the ledger does not know of it.
    const differences = async () =>
      (await verifyLedger(ds)).filter(({ account }) => !/^(bag|mail):/.test(account));
    expect(await holds()).toEqual({ coins: 0, items: [] });
    await book({ characterId: ann, coins: 50, items: [{ template: "herb", qty: 30 }] });
    await ds.query("UPDATE item SET container = $2 WHERE container = $1", [
      container.mail(ann),
      container.bag(ann),
    ]);
    const fee = {
      characterId: ann,
      vault,
      request: "fee",
      coins: -30,
      items: [{ template: "herb", qty: -25 }],
    };
    expect(await book(fee)).toEqual({ coins: 20, repeated: false });
    expect(await book(fee)).toEqual({ coins: 20, repeated: true });
    expect(await holds()).toEqual({ coins: 30, items: [{ template: "herb", qty: 25 }] });
    // The same request without the vault, or with another one, is another request.
    await expect(book({ ...fee, vault: "other" })).rejects.toMatchObject({ code: "REQUEST_REUSED" });
    const before = [await holds(), await found(ann), await found(bob)];
    for (const [more, code] of [
      [{ coins: 31 }, "NOT_ENOUGH"],
      [{ items: [{ template: "herb", qty: 26 }] }, "NOT_ENOUGH"],
      [{ items: [{ template: "herb", qty: -1 }] }, "NOT_ENOUGH"],
      [{ coins: 1, vault: "Not a name" }, "MESSAGE_INVALID"],
      [{ coins: 1, vault: "" }, "MESSAGE_INVALID"],
    ] as const)
      await expect(book({ characterId: bob, vault, ...more })).rejects.toMatchObject({ code });
    expect([await holds(), await found(ann), await found(bob)]).toEqual(before);
    const takes = await Promise.all(
      [ann, bob, await newCharacter()].map((characterId) =>
        book({ characterId, vault, coins: 20 }).then(
          () => "done",
          (error: { code?: string }) => error.code ?? String(error),
        ),
      ),
    );
    expect(takes.sort()).toEqual(["NOT_ENOUGH", "NOT_ENOUGH", "done"]);
    await book({ characterId: bob, vault, items: [{ template: "herb", qty: 25 }] });
    expect(await holds()).toEqual({ coins: 10, items: [] });
    const moved = await ds.query("SELECT 1 FROM ledger WHERE account = 'world' AND request_id LIKE $1", [
      `${ann}:cups:fee`,
    ]);
    expect(moved).toEqual([]);
    expect(await differences()).toEqual([]);
    await ds.query("UPDATE vault SET coins = coins + 1 WHERE name = $1", [`vault:cups:${vault}`]);
    expect(await differences()).toMatchObject([{ booked: 10, found: 11 }]);
    await ds.query("UPDATE vault SET coins = coins - 1 WHERE name = $1", [`vault:cups:${vault}`]);
    await ds.query("SELECT vault_end($1, 'the end')", [`vault:cups:${vault}`]);
    expect(await holds()).toEqual({ coins: 0, items: [] });
    expect(await differences()).toEqual([]);
  });

  it("books in no other transaction", async () => {
    const characterId = await newCharacter();
    const booking = { characterId, request: "other", reason: "prize", coins: 1 };
    await expect(cup.ledger.book(cup.db, booking)).rejects.toThrow("outside of its own transaction");
    expect((await found(characterId)).coins).toBe(0);
  });
});
