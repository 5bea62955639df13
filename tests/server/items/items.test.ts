import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import type { Booked, ItemPort, Stack } from "../../../rooms/ports/items.ts";
import { openItems } from "../../../server/items/items.ts";
import { verifyLedger } from "../../../server/items/ledger.ts";
import type { Characters } from "../../../server/persistence/characters.ts";
import type { Database } from "../../../server/storage/database.ts";
import type { Refusal } from "../../../shared/errors.ts";
import { newGuest, openIncarnation } from "../../helpers/characters.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";

const rules = {
  templates: { herb: { stack: 20 }, sword: { stack: 1, wornAt: 3 } },
  slotsOf: (name: string) => (name.startsWith("ground:") ? 50 : 4),
};

describeOnEachDatabase("items", (open) => {
  let database: Database;
  let characters: Characters;
  let items: ItemPort;
  beforeAll(async () => {
    database = await open();
    characters = await openIncarnation(database.ds, { incarnation: "items" });
    items = openItems(database.ds, rules, "items");
  });

  const player = async () => {
    const { characterId } = await newGuest(database.ds);
    return characters.claim(characterId, { roomId: "meadow-1" });
  };
  const stacksOf = (answer: Booked | Refusal) => {
    if (!answer.ok) throw new Error(answer.reason);
    return answer.stacks;
  };
  const brief = (answer: Booked | Refusal | Stack[]) =>
    (Array.isArray(answer) ? answer : stacksOf(answer))
      .map(({ template, container, qty }) => `${qty} ${template} ${container.split(":")[0]}`)
      .sort();
  const next = randomUUID;

  test("are split, merged, worn, dropped, and picked up by another once", async () => {
    const [ada, bob] = [await player(), await player()];
    const zone = next();
    const [herb] = stacksOf(await items.grant(ada, next(), "herb", 8, "loot"));
    const split = await items.move(ada, next(), { id: herb!.id, to: "bag", slot: 2, qty: 3 });
    expect(brief(split)).toEqual(["3 herb bag", "5 herb bag"]);
    expect(brief(await items.move(ada, next(), { id: herb!.id, to: "bag", slot: 2 }))).toEqual([
      "8 herb bag",
    ]);
    const sword = stacksOf(await items.grant(ada, next(), "sword", 1, "loot")).find(
      (one) => one.template === "sword",
    )!;
    expect(brief(await items.move(ada, next(), { id: sword.id, to: "equipment" }))).toContain(
      "1 sword equipment",
    );
    expect(brief(await items.drop(ada, next(), zone, { id: sword.id }))).toContain("1 sword ground");
    expect(await items.move(ada, next(), { id: sword.id, to: "bag" })).toMatchObject({
      code: "ITEM_MISSING",
    });
    expect(brief(await items.pickUp(bob, next(), zone, sword.id))).toEqual(["1 sword bag"]);
    expect(await items.pickUp(ada, next(), zone, sword.id)).toMatchObject({ code: "ITEM_MISSING" });
    expect(await verifyLedger(database.ds)).toEqual([]);
  });

  test("fill a stack before the next, and no more is moved than there is", async () => {
    const ada = await player();
    expect(brief(await items.grant(ada, next(), "herb", 25, "loot"))).toEqual(["20 herb bag", "5 herb bag"]);
    expect(await items.grant(ada, next(), "herb", 56, "loot")).toMatchObject({ code: "NO_SPACE" });
    expect(await items.grant(ada, next(), "unicorn", 1, "loot")).toMatchObject({ code: "ITEM_UNKNOWN" });
    const few = (await items.read(ada)).find(({ qty }) => qty === 5)!;
    const move = (qty: number) => items.move(ada, next(), { id: few.id, to: "bag", slot: 3, qty });
    expect(await move(6)).toMatchObject({ code: "NOT_ENOUGH" });
    expect(brief(await move(1))).toEqual(["1 herb bag", "20 herb bag", "4 herb bag"]);
  });

  test("are traded between two full bags, with coins, all or nothing", async () => {
    const [ada, bob] = [await player(), await player()];
    for (const one of [ada, bob]) {
      await items.grantCoins(one, next(), 50, "gift");
      await items.grant(one, next(), one === ada ? "sword" : "herb", one === ada ? 4 : 80, "loot");
    }
    const sword = (await items.read(ada))[0]!.id;
    const herbs = (await items.read(bob))[0]!.id;
    const give = (coins: number) => ({ claim: ada, offer: { items: [{ id: sword, qty: 1 }], coins } });
    const take = { claim: bob, offer: { items: [{ id: herbs, qty: 20 }], coins: 0 } };
    expect(await items.trade(next(), give(51), take)).toMatchObject({ code: "NOT_ENOUGH" });
    expect(await items.trade(next(), give(-1), take)).toMatchObject({ code: "QUANTITY_INVALID" });
    const id = next();
    const traded = await items.trade(id, give(20), take);
    expect(traded).toMatchObject({ ok: true, coins: { [ada.sheet.id]: 30, [bob.sheet.id]: 70 } });
    expect(await items.trade(id, give(20), take)).toEqual({ ...traded, repeated: true });
    expect(brief(await items.read(ada))).toEqual([
      "1 sword bag",
      "1 sword bag",
      "1 sword bag",
      "20 herb bag",
    ]);
    expect(brief(await items.read(bob))).toEqual([
      "1 sword bag",
      "20 herb bag",
      "20 herb bag",
      "20 herb bag",
    ]);
    expect(await verifyLedger(database.ds)).toEqual([]);
  });

  test("of another, one thing twice, or a trade with oneself are refused", async () => {
    const [ada, bob] = [await player(), await player()];
    await items.grant(ada, next(), "sword", 1, "loot");
    const id = (await items.read(ada))[0]!.id;
    const nothing = { items: [], coins: 0 };
    const one = { id, qty: 1 };
    const trade = (a: typeof ada, offered: (typeof one)[], b: typeof ada) =>
      items.trade(next(), { claim: a, offer: { items: offered, coins: 0 } }, { claim: b, offer: nothing });
    expect(await trade(bob, [one], ada)).toMatchObject({ code: "ITEM_MISSING" });
    expect(await trade(ada, [one, one], bob)).toMatchObject({ code: "ITEM_MISSING" });
    expect(await trade(ada, [one], ada)).toMatchObject({ code: "ACTION_REFUSED" });
    expect(await items.drop(bob, next(), "meadow", { id })).toMatchObject({ code: "ITEM_MISSING" });
    expect(brief(await items.read(ada))).toEqual(["1 sword bag"]);
  });
});
