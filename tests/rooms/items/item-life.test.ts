import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { Booked, ItemPort, Stack } from "../../../rooms/ports/items.ts";
import type { Claim } from "../../../rooms/ports/ports.ts";
import { container, slotsOf } from "../../../server/items/containers.ts";
import { openItems } from "../../../server/items/items.ts";
import { verifyLedger } from "../../../server/items/ledger.ts";
import type { Characters } from "../../../server/persistence/characters.ts";
import type { Database } from "../../../server/storage/database.ts";
import type { Refusal } from "../../../shared/errors.ts";
import { newGuest, openIncarnation } from "../../helpers/characters.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";

const rules = {
  templates: { herb: { stack: 20 }, sword: { stack: 1, wornAt: 3 }, helm: { stack: 1, wornAt: 0 } },
  slotsOf: (name: string) => (name.startsWith("bag:") ? 6 : slotsOf(name)),
};
const prices = { herb: { buy: 3, sell: 1 }, sword: { buy: 50 } };

describeOnEachDatabase("what a character owns", (open) => {
  let database: Database;
  let characters: Characters;
  let items: ItemPort;
  beforeAll(async () => {
    database = await open();
    characters = await openIncarnation(database.ds, { incarnation: "life" });
    items = openItems(database.ds, rules, "life");
  });

  const player = async (roomId = "meadow-1") => {
    const { characterId } = await newGuest(database.ds);
    return characters.claim(characterId, { roomId });
  };
  const next = () => randomUUID();
  const brief = (stacks: readonly Stack[]) =>
    stacks
      .map(({ template, container, slot, qty }) => `${qty} ${template} ${container.split(":")[0]}/${slot}`)
      .sort();
  const stacks = (answer: Booked | Refusal) => {
    if (!answer.ok) throw new Error(answer.reason);
    return answer.stacks;
  };
  const find = async (claim: Claim, template: string) =>
    (await items.read(claim)).find((stack) => stack.template === template)!;
  /** Everything that a booking may touch, to compare before and after. */
  const everything = async () =>
    JSON.stringify(
      await Promise.all(
        [
          "SELECT * FROM item ORDER BY id",
          "SELECT id, coins, epoch, version, state FROM character ORDER BY id",
          "SELECT * FROM ledger ORDER BY seq",
          "SELECT * FROM request_result ORDER BY request_id",
          "SELECT * FROM death_lock ORDER BY character",
          "SELECT * FROM kill_count ORDER BY character, kind",
        ].map((sql) => database.ds.query(sql)),
      ),
    );

  test("changes places when it is moved onto something unlike, and only where both may be", async () => {
    const ada = await player();
    await items.grant(ada, next(), "sword", 2, "loot");
    await items.grant(ada, next(), "herb", 5, "loot");
    const herb = await find(ada, "herb");
    const moved = await items.move(ada, next(), { id: herb.id, to: "bag", slot: 0 });
    expect(brief(stacks(moved))).toEqual(["1 sword bag/1", "1 sword bag/2", "5 herb bag/0"]);
    const sword = await find(ada, "sword");
    await items.move(ada, next(), { id: sword.id, to: "equipment" });
    const onSword = { id: herb.id, to: "equipment", slot: 3 } as const;
    expect(await items.move(ada, next(), onSword)).toMatchObject({ code: "NO_SPACE" });
    const worn = { id: sword.id, to: "bag", slot: 0 } as const;
    expect(await items.move(ada, next(), worn)).toMatchObject({ code: "NO_SPACE" });
    const half = { id: herb.id, to: "bag", slot: 2, qty: 2 } as const;
    expect(await items.move(ada, next(), half)).toMatchObject({ code: "NO_SPACE" });
  });

  test("is added to what is like it, and never changes places with it", async () => {
    const ada = await player();
    await items.grant(ada, next(), "herb", 8, "loot");
    const { id } = await find(ada, "herb");
    const split = await items.move(ada, next(), { id, to: "bag", slot: 4, qty: 3 });
    const part = stacks(split).find(({ slot }) => slot === 4)!;
    const back = await items.move(ada, next(), { id: part.id, to: "bag", slot: 0 });
    expect(brief(stacks(back))).toEqual(["8 herb bag/0"]);
  });

  test("that is worn is neither sold nor mailed, and nobody mails to themselves", async () => {
    const ada = await player();
    const { characterId: to } = await newGuest(database.ds);
    await items.grant(ada, next(), "sword", 2, "loot");
    const worn = await find(ada, "sword");
    await items.move(ada, next(), { id: worn.id, to: "equipment" });
    const before = await everything();
    const sold = await items.sell(ada, next(), { sword: { sell: 9 } }, { id: worn.id, qty: 1 });
    expect(sold).toMatchObject({ code: "ITEM_MISSING" });
    const sword = { items: [{ id: worn.id, qty: 1 }], coins: 0 };
    expect(await items.mail(ada, next(), to, sword)).toMatchObject({ code: "ITEM_MISSING" });
    const free = { items: [{ id: (await find(ada, "sword")).id, qty: 1 }], coins: 0 };
    expect(await items.mail(ada, next(), ada.sheet.id, free)).toMatchObject({ code: "ACTION_REFUSED" });
    expect(await everything()).toBe(before);
  });

  test("is bought and sold at the shop's prices, and not for more than there is", async () => {
    const ada = await player();
    await items.grantCoins(ada, next(), 10, "gift");
    const bought = await items.buy(ada, next(), prices, { template: "herb", qty: 3 });
    expect(bought).toMatchObject({ ok: true, coins: { [ada.sheet.id]: 1 } });
    expect(await items.buy(ada, next(), prices, { template: "herb", qty: 1 })).toMatchObject({
      code: "NOT_ENOUGH",
    });
    expect(await items.buy(ada, next(), prices, { template: "helm", qty: 1 })).toMatchObject({
      code: "ACTION_REFUSED",
    });
    expect(
      await items.buy(ada, next(), { herb: { buy: 2 ** 52 } }, { template: "herb", qty: 9 }),
    ).toMatchObject({
      code: "QUANTITY_INVALID",
    });
    const { id } = await find(ada, "herb");
    const sold = await items.sell(ada, next(), prices, { id, qty: 2 });
    expect(sold).toMatchObject({ ok: true, coins: { [ada.sheet.id]: 3 } });
    expect(await items.sell(ada, next(), prices, { id, qty: 2 })).toMatchObject({ code: "NOT_ENOUGH" });
    expect(await verifyLedger(database.ds)).toEqual([]);
  });

  test("lies in the bank until it is fetched", async () => {
    const ada = await player();
    await items.grant(ada, next(), "herb", 8, "loot");
    const { id } = await find(ada, "herb");
    await items.move(ada, next(), { id, to: "bank", qty: 5 });
    expect(brief(await items.readIn(container.bank(ada.sheet.id)))).toEqual(["5 herb bank/0"]);
    expect(brief(await items.read(ada))).toEqual(["3 herb bag/0"]);
    const [kept] = await items.readIn(container.bank(ada.sheet.id));
    expect(brief(stacks(await items.move(ada, next(), { id: kept!.id, to: "bag" })))).toContain(
      "8 herb bag/0",
    );
  });

  test("is mailed to somebody who is away, who takes it out once", async () => {
    const ada = await player();
    await items.grantCoins(ada, next(), 10, "gift");
    await items.grant(ada, next(), "herb", 8, "loot");
    const { characterId: to } = await newGuest(database.ds);
    const { id } = await find(ada, "herb");
    const letter = next();
    const send = () => items.mail(ada, letter, to, { items: [{ id, qty: 6 }], coins: 4 });
    const sent = await send();
    expect(sent).toMatchObject({ ok: true, coins: { [ada.sheet.id]: 6 } });
    expect(await send()).toEqual({ ...sent, repeated: true });
    expect(await items.mail(ada, next(), randomUUID(), { items: [], coins: 1 })).toMatchObject({
      code: "CHARACTER_MISSING",
    });
    expect(await items.mail(ada, next(), "nobody", { items: [], coins: 1 })).toMatchObject({
      code: "CHARACTER_MISSING",
    });
    const bob = await characters.claim(to, { roomId: "meadow-2" });
    expect(bob.sheet.coins).toBe(4);
    const [mail] = await items.readMail(bob);
    expect(await items.takeMail(ada, next(), mail!.id)).toMatchObject({ code: "ITEM_MISSING" });
    expect(brief(stacks(await items.takeMail(bob, next(), mail!.id)))).toEqual(["6 herb bag/0"]);
    expect(await items.takeMail(bob, next(), mail!.id)).toMatchObject({ code: "ITEM_MISSING" });
    expect(await verifyLedger(database.ds)).toEqual([]);
  });

  test("falls in one pile at a death, however often death is told", async () => {
    const ada = await player();
    await items.grant(ada, next(), "sword", 2, "loot");
    await items.move(ada, next(), { id: (await find(ada, "sword")).id, to: "equipment" });
    const deaths = await Promise.all(Array.from({ length: 6 }, () => items.die(ada, next(), "meadow")));
    expect(deaths.filter(({ ok }) => ok)).toHaveLength(1);
    // Die and quit: the next room finds the death and the same pile.
    expect(await characters.release(ada, ada.sheet.state)).toBe("saved");
    const again = await characters.claim(ada.sheet.id, { roomId: "meadow-2" });
    const death = await items.death(again);
    expect(await items.die(again, next(), "meadow")).toMatchObject({ code: "CHARACTER_DEAD" });
    expect(await items.grant(again, next(), "herb", 1, "loot")).toMatchObject({ code: "CHARACTER_DEAD" });
    expect(await items.loot(again, next(), death!.pile)).toMatchObject({ code: "CHARACTER_DEAD" });
    expect(await items.read(again)).toEqual([]);
    expect(await items.readIn(death!.pile)).toHaveLength(2);
    expect(await items.revive(again, next())).toMatchObject({ ok: true });
    expect(await items.revive(again, next())).toMatchObject({ code: "ACTION_REFUSED" });
    expect(await items.death(again)).toBeNull();
    // The room that opens next finds the pile by its zone.
    const [{ name }] = (await database.ds.query("SELECT name FROM character WHERE id = $1", [
      ada.sheet.id,
    ])) as [{ name: string }];
    const lying = await items.piles("meadow");
    expect(lying).toContainEqual({ container: death!.pile, owner: ada.sheet.id, name });
    expect(await items.piles("mead")).toEqual([]);
    // One corpse looted twice.
    const bob = await player();
    const loots = await Promise.all([again, bob].map((one) => items.loot(one, next(), death!.pile)));
    expect(loots.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await verifyLedger(database.ds)).toEqual([]);
  });

  test("of another cannot be looted by naming its bag as a pile", async () => {
    const [ada, bob] = [await player(), await player()];
    await items.grant(bob, next(), "sword", 1, "loot");
    expect(await items.loot(ada, next(), container.bag(bob.sheet.id))).toMatchObject({
      code: "ITEM_MISSING",
    });
  });

  test("is dropped by a kill that is counted once for each request", async () => {
    const ada = await player();
    const kill = next();
    const what = { kind: "wolf", zone: next(), drops: [{ template: "herb", qty: 2 }] };
    const first = await items.kill(ada, kill, what);
    expect(await items.kill(ada, kill, what)).toEqual({ ...first, repeated: true });
    await items.kill(ada, next(), what);
    expect(await items.kills(ada)).toEqual({ wolf: 2 });
    expect(brief(await items.readIn(container.ground(what.zone)))).toEqual([
      "2 herb ground/0",
      "2 herb ground/1",
    ]);
    const odd = { ...what, drops: [{ template: "unicorn", qty: 1 }] };
    expect(await items.kill(ada, next(), odd)).toMatchObject({ code: "ITEM_UNKNOWN" });
    expect(await items.kills(ada)).toEqual({ wolf: 2 });
  });

  test("that has lain long enough is cleared from the ground, and what was taken meanwhile stays taken", async () => {
    const ada = await player();
    const zone = next();
    await items.grant(ada, next(), "herb", 9, "loot");
    for (let i = 0; i < 3; i++) {
      await items.drop(ada, next(), zone, { id: (await find(ada, "herb")).id, qty: 2 });
    }
    const lying = await items.readIn(container.ground(zone));
    expect(brief(lying)).toEqual(["2 herb ground/0", "2 herb ground/1", "2 herb ground/2"]);
    const [first, second] = lying as [Stack, Stack];
    await items.pickUp(ada, next(), zone, first.id);
    const mine = await items.look(ada);
    const clear = next();
    const ids = [first.id, second.id, mine.stacks[0]!.id];
    const cleared = await items.clear(ada, clear, zone, ids);
    expect(brief(await items.readIn(container.ground(zone)))).toEqual(["2 herb ground/2"]);
    expect(await items.look(ada)).toEqual(mine);
    expect(await items.clear(ada, clear, zone, ids)).toEqual({ ...cleared, repeated: true });
    expect(await verifyLedger(database.ds)).toEqual([]);
  });

  test("is used by its kind from several stacks, never from what is worn", async () => {
    const ada = await player();
    await items.grant(ada, next(), "herb", 25, "loot");
    expect(await items.use(ada, next(), { template: "herb", qty: 26 })).toMatchObject({ code: "NOT_ENOUGH" });
    expect(brief(stacks(await items.use(ada, next(), { template: "herb", qty: 6 })))).toEqual([
      "19 herb bag/0",
    ]);
    await items.grant(ada, next(), "sword", 1, "loot");
    await items.move(ada, next(), { id: (await find(ada, "sword")).id, to: "equipment" });
    expect(await items.use(ada, next(), { template: "sword", qty: 1 })).toMatchObject({ code: "NOT_ENOUGH" });
  });

  test("is not told to others: an answer shows the own bag and what changed", async () => {
    const [ada, bob] = [await player(), await player()];
    for (const one of [ada, bob]) await items.grant(one, next(), "herb", 5, "loot");
    const zone = next();
    await items.drop(bob, next(), zone, { id: (await find(bob, "herb")).id });
    const answer = await items.drop(ada, next(), zone, { id: (await find(ada, "herb")).id, qty: 1 });
    expect(brief(stacks(answer))).toEqual(["1 herb ground/1", "4 herb bag/0"]);
  });

  // I1, I2 and I5, over everything a room can ask.
  test("after any sequence of requests sums to what was made, each request once, a refused one without a trace", async () => {
    const step = fc.record({
      kind: fc.constantFrom(
        "grant",
        "coins",
        "use",
        "move",
        "drop",
        "pickUp",
        "trade",
        "buy",
        "sell",
        "mail",
        "take",
        "die",
        "revive",
        "loot",
        "kill",
        "clear",
      ),
      who: fc.nat(1),
      pick: fc.nat(),
      qty: fc.oneof(
        { weight: 4, arbitrary: fc.integer({ min: 1, max: 9 }) },
        { weight: 1, arbitrary: fc.constantFrom(-1, 0, 0.5, 2 ** 53, Number.NaN) },
      ),
      slot: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
      twice: fc.boolean(),
    });
    const both = [await player(), await player()] as const;
    const zone = next();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        for (const { kind, who, pick, qty, slot, twice } of steps) {
          const [me, other] = who ? both : ([both[1], both[0]] as const);
          const of = async (list: Promise<Stack[]>) => {
            const all = await list;
            return all[pick % Math.max(1, all.length)]?.id ?? "none";
          };
          const template = ["herb", "sword", "helm", "unicorn"][pick % 4]!;
          const mine = await of(items.read(me));
          const pile = (await items.death(other))?.pile ?? container.pile(zone, other.sheet.id, "none");
          const [lying, mail] = [
            await of(items.readIn(container.ground(zone))),
            await of(items.readMail(me)),
          ];
          const asks: Record<typeof kind, (id: string) => Promise<Booked | Refusal>> = {
            grant: (id) => items.grant(me, id, template, qty, "loot"),
            coins: (id) => items.grantCoins(me, id, qty, "gift"),
            use: (id) => items.use(me, id, { id: mine, qty }),
            move: (id) =>
              items.move(me, id, {
                id: mine,
                to: (["bag", "equipment", "bank"] as const)[pick % 3]!,
                slot,
                qty: pick % 2 ? qty : undefined,
              }),
            drop: (id) => items.drop(me, id, zone, { id: mine }),
            pickUp: (id) => items.pickUp(me, id, zone, lying),
            trade: (id) =>
              items.trade(
                id,
                { claim: me, offer: { items: [{ id: mine, qty }], coins: 0 } },
                { claim: other, offer: { items: [], coins: pick % 5 } },
              ),
            buy: (id) => items.buy(me, id, prices, { template, qty }),
            sell: (id) => items.sell(me, id, prices, { id: mine, qty }),
            mail: (id) => items.mail(me, id, other.sheet.id, { items: [{ id: mine, qty }], coins: pick % 3 }),
            take: (id) => items.takeMail(me, id, mail),
            die: (id) => items.die(me, id, zone),
            revive: (id) => items.revive(me, id),
            loot: (id) => items.loot(me, id, pile),
            clear: (id) => items.clear(me, id, zone, [lying]),
            kill: (id) => items.kill(me, id, { kind: "wolf", zone, drops: [{ template, qty }] }),
          };
          const id = next();
          const before = await everything();
          const answer = await asks[kind](id);
          if (!answer.ok) expect(await everything()).toBe(before);
          else if (twice) {
            const after = await everything();
            expect(await asks[kind](id)).toEqual({ ...answer, repeated: true });
            expect(await everything()).toBe(after);
          }
        }
        expect(await verifyLedger(database.ds)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});
