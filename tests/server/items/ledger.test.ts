import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import {
  type Booker,
  type Booking,
  book,
  type ItemRules,
  verifyLedger,
} from "../../../server/items/ledger.ts";
import type { Database } from "../../../server/storage/database.ts";
import { refuse } from "../../../shared/errors.ts";
import type { InventoryTransaction } from "../../../shared/items/inventory.ts";
import { newGuest, openIncarnation } from "../../helpers/characters.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";

const rules: ItemRules = {
  templates: { herb: { stack: 20 }, arrow: { stack: 100 }, sword: { stack: 1, wornAt: 3 } },
  slotsOf: (container) => (container.startsWith("ground:") ? 50 : 6),
};
const ground = "ground:meadow";
const bag = ({ characterId }: Booker) => `bag:${characterId}`;
const worn = ({ characterId }: Booker) => `equipment:${characterId}`;

describeOnEachDatabase("a booking", (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });

  async function player(): Promise<Booker> {
    const { characterId } = await newGuest(database.ds);
    const owner = randomUUID();
    const characters = await openIncarnation(database.ds, { incarnation: owner });
    const { epoch } = await characters.claim(characterId, { roomId: "meadow-1" });
    return { characterId, owner, epoch };
  }

  function ask(by: Booker | [Booker, ...Booker[]], change: Booking["change"], more: Partial<Booking> = {}) {
    const all: [Booker, ...Booker[]] = Array.isArray(by) ? by : [by];
    const containers = [ground, ...all.flatMap((one) => [bag(one), worn(one)])];
    const requestId = randomUUID();
    return book(database.ds, rules, {
      requestId,
      by: all,
      payload: null,
      reason: "test",
      containers,
      change,
      ...more,
    });
  }

  /** Everything that a booking may touch, to compare before and after. */
  async function everything() {
    const { ds } = database;
    return JSON.stringify([
      await ds.query("SELECT * FROM item ORDER BY id"),
      await ds.query("SELECT id, coins FROM character ORDER BY id"),
      await ds.query("SELECT * FROM ledger ORDER BY seq"),
      await ds.query("SELECT * FROM request_result ORDER BY request_id"),
    ]);
  }

  const sole = (holding: InventoryTransaction, container: string) => {
    const [stack] = [...holding.stacks.values()].filter((one) => one.container === container);
    return stack!.id;
  };

  test("asked twice is made once, and the second answer is the first", async () => {
    const ada = await player();
    const booking = { requestId: "loot-1", payload: { herbs: 5 } };
    const change = (holding: InventoryTransaction) => holding.mint(bag(ada), "herb", 5);
    const first = await ask(ada, change, booking);
    await ask(ada, (holding) => holding.mint(bag(ada), "herb", 1));
    const before = await everything();
    expect(await ask(ada, change, booking)).toEqual({ ...first, repeated: true });
    expect(await ask(ada, change, { ...booking, payload: { herbs: 6 } })).toMatchObject({
      code: "REQUEST_REUSED",
    });
    expect(await everything()).toBe(before);
  });

  test("asked ten times at once is made once", async () => {
    const ada = await player();
    const booking = { requestId: "loot-1" };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ask(ada, (holding) => holding.mint(bag(ada), "herb", 2), booking)),
    );
    const booked = answers.filter((answer) => answer.ok && !answer.repeated);
    expect(booked).toHaveLength(1);
    for (const answer of answers) expect({ ...answer, repeated: undefined }).toEqual(booked[0]);
    expect(booked[0]).toMatchObject({ stacks: [expect.objectContaining({ qty: 2 })] });
    expect(await verifyLedger(database.ds)).toEqual([]);
  });

  test("that is refused half way leaves no trace", async () => {
    const ada = await player();
    const before = await everything();
    const answer = await ask(ada, (holding) => {
      holding.mint(bag(ada), "herb", 5);
      holding.pay(null, ada.characterId, 10);
      return refuse("ACTION_REFUSED");
    });
    expect(answer).toMatchObject({ code: "ACTION_REFUSED" });
    expect(await everything()).toBe(before);
  });

  test("by a process that lost the character is fenced and leaves no trace", async () => {
    const ada = await player();
    const before = await everything();
    for (const stale of [
      { ...ada, epoch: ada.epoch - 1 },
      { ...ada, owner: "another" },
    ]) {
      const asked = ask(stale, (holding) => holding.mint(bag(ada), "herb", 1));
      await expect(asked).rejects.toMatchObject({ code: "CHARACTER_FENCED" });
    }
    expect(await everything()).toBe(before);
  });

  test("reaches no container that it did not name", async () => {
    const [ada, bob] = [await player(), await player()];
    const given = await ask(bob, (holding) => holding.mint(bag(bob), "sword", 1));
    const sword = given.ok ? given.stacks.find(({ container }) => container === bag(bob))!.id : "";
    const before = await everything();
    expect(await ask(ada, (holding) => holding.move(sword, bag(ada)))).toMatchObject({
      code: "ITEM_MISSING",
    });
    expect(await ask(ada, (holding) => holding.mint(bag(bob), "herb", 1))).toMatchObject({
      code: "NO_SPACE",
    });
    expect(await everything()).toBe(before);
  });

  test("wears a sword where a sword is worn, and nothing else", async () => {
    const ada = await player();
    await ask(ada, (holding) => holding.mint(bag(ada), "sword", 1));
    const wear = (slot?: number) =>
      ask(ada, (holding) => holding.move(sole(holding, bag(ada)), worn(ada), { slot }));
    expect(await wear(2)).toMatchObject({ code: "NO_SPACE" });
    expect(await wear()).toMatchObject({ ok: true });
    await ask(ada, (holding) => holding.mint(bag(ada), "herb", 1));
    expect(await wear(3)).toMatchObject({ code: "NO_SPACE" });
  });

  test("of one thing on the ground by many at once gives it to one", async () => {
    const players = await Promise.all(Array.from({ length: 6 }, player));
    const place = `ground:${randomUUID()}`;
    const dropped = await ask(players[0]!, (holding) => holding.mint(place, "sword", 1), {
      containers: [place],
    });
    const sword = dropped.ok ? dropped.stacks[0]!.id : "";
    const answers = await Promise.all(
      players.map((one) =>
        ask(one, (holding) => holding.move(sword, bag(one)), { containers: [place, bag(one)] }),
      ),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await verifyLedger(database.ds)).toEqual([]);
  });

  test("of trades both ways at once never locks up, and pays what was agreed", async () => {
    const [ada, bob] = [await player(), await player()];
    for (const one of [ada, bob]) await ask(one, (holding) => holding.pay(null, one.characterId, 100));
    const pay = (from: Booker, to: Booker) =>
      ask([from, to], (holding) => holding.pay(from.characterId, to.characterId, 10));
    const trades = Array.from({ length: 10 }, (_, n) => (n % 2 ? pay(ada, bob) : pay(bob, ada)));
    for (const answer of await Promise.all(trades)) expect(answer.ok).toBe(true);
    const [row] = await database.ds.query("SELECT coins FROM character WHERE id = $1", [ada.characterId]);
    expect(row.coins).toBe("100");
    expect(await verifyLedger(database.ds)).toEqual([]);
  });

  test.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    "of %d things is refused",
    async (qty) => {
      const ada = await player();
      const before = await everything();
      for (const change of [
        (holding: InventoryTransaction) => holding.mint(bag(ada), "herb", qty),
        (holding: InventoryTransaction) => holding.burn(bag(ada), "herb", qty),
        (holding: InventoryTransaction) => holding.pay(null, ada.characterId, qty),
      ]) {
        expect(await ask(ada, change)).toMatchObject({ code: "QUANTITY_INVALID" });
      }
      expect(await everything()).toBe(before);
    },
  );

  test("of any sequence keeps every sum, and a refused one changes nothing", async () => {
    const place = fc.constantFrom("bag", "worn", "ground", "nowhere");
    const item = fc.constantFrom("herb", "arrow", "sword", "unicorn", "__proto__");
    const qty = fc.oneof(fc.integer({ min: -2, max: 130 }), fc.constantFrom(0.5, Number.NaN, 2 ** 31));
    const slot = fc.option(fc.integer({ min: -1, max: 7 }), { nil: undefined });
    const step = fc.record({
      kind: fc.constantFrom("mint", "burn", "move", "pay"),
      place,
      item,
      qty,
      slot,
      pick: fc.nat(),
    });
    const [ada, bob] = [await player(), await player()];
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        for (const { kind, place, item, qty, slot, pick } of steps) {
          const names: Record<string, string> = {
            bag: bag(ada),
            worn: worn(ada),
            ground,
            nowhere: "bag:nobody",
          };
          const container = names[place]!;
          const before = await everything();
          const answer = await ask([ada, bob], (holding) => {
            if (kind === "mint") return holding.mint(container, item, qty);
            if (kind === "burn") return holding.burn(container, item, qty);
            if (kind === "pay") return holding.pay(pick % 3 ? ada.characterId : null, bob.characterId, qty);
            const ids = [...holding.stacks.keys()].sort();
            return holding.move(ids[pick % Math.max(1, ids.length)] ?? "none", container, {
              slot,
              qty: pick % 2 ? qty : undefined,
            });
          });
          if (!answer.ok) expect(await everything()).toBe(before);
          const over = await database.ds.query(
            "SELECT 1 FROM item WHERE (template = 'sword' AND qty > 1) OR qty > 100",
          );
          expect(over).toEqual([]);
        }
        expect(await verifyLedger(database.ds)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  test("that somebody wrote past the ledger is found and named", async () => {
    const { ds } = database;
    const ada = await player();
    await ask(ada, (holding) => holding.mint(bag(ada), "herb", 5));
    await ds.query("UPDATE item SET qty = 6 WHERE container = $1", [bag(ada)]);
    expect(await verifyLedger(ds)).toEqual([{ account: bag(ada), item: "herb", booked: 5, found: 6 }]);
    await ds.query("UPDATE item SET qty = 5 WHERE container = $1", [bag(ada)]);
    await ds.query("UPDATE character SET coins = 1 WHERE id = $1", [ada.characterId]);
    expect(await verifyLedger(ds)).toEqual([
      { account: `purse:${ada.characterId}`, item: null, booked: 0, found: 1 },
    ]);
    await ds.query("UPDATE character SET coins = 0 WHERE id = $1", [ada.characterId]);
  });
});
