import { randomUUID } from "node:crypto";
import { type Carrier, countInBag } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { verifyLedger } from "../../../server/items/ledger.ts";
import { readMovements } from "../../../server/items/ledger-pages.ts";
import { bookByOperator, type OperatorChange } from "../../../server/items/operator-bookings.ts";
import { games, plugins } from "../../../server/main.ts";
import { ask, counted, SeededMeadow } from "../../helpers/meadow.ts";

let world: TestServer;
const ds = () => world.server.foundation.database.ds;
beforeAll(async () => {
  world = await bootServer({ ...games, meadow: SeededMeadow }, { plugins });
});
afterAll(() => world.close());

const book = (characterId: string, change: OperatorChange, request: string = randomUUID()) =>
  ds().transaction((db) =>
    bookByOperator(db, world.server.foundation.itemRules, {
      characterId,
      change,
      request,
      reason: "refund",
      by: undefined,
    }),
  );
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "booked",
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
const follow = (roomId: string, characterId: string) =>
  world.room<SeededMeadow>(roomId).itemsBooked(characterId);

it("gives and takes coins and items of a live character, whose room follows; the sums stay provable", async () => {
  const ann = await world.join("meadow", { name: "Ann", create: true });
  const { characterId, room } = ann;
  await ann.until(
    "the first items",
    () => counted(ann, "herb") >= 0 && (ann.me() as Carrier).coins !== undefined,
  );
  const before = (ann.me() as Carrier).coins;
  const request = randomUUID();
  const given = await book(characterId, { coins: 50 }, request);
  expect(given.coins[characterId]).toBe(before + 50);
  // A repetition books nothing, and another content under the same id is refused.
  expect(await book(characterId, { coins: 50 }, request)).toMatchObject({ repeated: true });
  expect(await codeOf(book(characterId, { coins: 51 }, request))).toBe("REQUEST_REUSED");
  expect(follow(room.roomId, characterId)).toBe(true);
  await ann.until("the coins", () => (ann.me() as Carrier).coins === before + 50);
  const herbs = counted(ann, "herb");
  await book(characterId, { template: "herb", qty: 3, into: "bag" });
  follow(room.roomId, characterId);
  await ann.until("the herbs", () => counted(ann, "herb") === herbs + 3);
  // What the player does next is booked on top of it.
  const stack = [...(ann.me() as Carrier).items.entries()].find(([, { template }]) => template === "herb");
  expect(await ask(ann, "item.drop", { id: stack?.[0], qty: 1 })).toMatchObject({ type: "item.drop" });
  await ann.until("one less", () => countInBag(ann.me() as Carrier, "herb") === herbs + 2);
  await book(characterId, { stack: stack?.[0] ?? "", qty: 2 });
  follow(room.roomId, characterId);
  await ann.until("two less", () => counted(ann, "herb") === herbs);
  await book(characterId, { coins: -20 });
  await book(characterId, { template: "herb", qty: 5, into: "mail" });
  expect(await verifyLedger(ds().manager)).toEqual([]);
  const movements = await readMovements(ds(), characterId, { limit: 3 });
  expect(movements).toMatchObject([
    {
      container: "mail",
      item: "herb",
      qty: 5,
      reason: "operator: refund",
      by: "operator",
      others: [{ account: "world", qty: -5 }],
    },
    { container: "purse", item: null, coins: -20 },
    { container: "bag", item: "herb", qty: -2 },
  ]);
  const next = await readMovements(ds(), characterId, { limit: 1, before: movements[2]?.seq });
  expect(next).toMatchObject([{ reason: "drop", by: "", qty: -1 }]);
  await ann.leave();
});

it("refuses what does not fit with nothing changed", async () => {
  const ann = await world.join("meadow", { name: "Ann", create: true });
  const { characterId } = ann;
  await ann.leave();
  const all = async () =>
    JSON.stringify([
      await ds().query("SELECT * FROM item ORDER BY id"),
      await ds().query("SELECT coins FROM character ORDER BY id"),
      await ds().query("SELECT * FROM ledger ORDER BY seq"),
      await ds().query("SELECT * FROM request_result ORDER BY request_id"),
    ]);
  const before = await all();
  const cases: [OperatorChange, string][] = [
    [{ coins: -1e9 }, "NOT_ENOUGH"],
    [{ coins: 0 }, "QUANTITY_INVALID"],
    [{ coins: 1.5 }, "QUANTITY_INVALID"],
    [{ coins: Number.NaN }, "QUANTITY_INVALID"],
    [{ coins: 2 ** 53 }, "QUANTITY_INVALID"],
    [{ template: "unicorn", qty: 1, into: "bag" }, "ITEM_UNKNOWN"],
    [{ template: "herb", qty: 0, into: "bag" }, "QUANTITY_INVALID"],
    [{ template: "herb", qty: 1e6, into: "bag" }, "NO_SPACE"],
    [{ stack: randomUUID(), qty: 1 }, "ITEM_MISSING"],
  ];
  for (const [change, code] of cases)
    expect(await codeOf(book(characterId, change)), JSON.stringify(change)).toBe(code);
  expect(await codeOf(book(randomUUID(), { coins: 1 }))).toBe("CHARACTER_MISSING");
  expect(await codeOf(book(characterId, { coins: 1 }, "has blank"))).toBe("MESSAGE_INVALID");
  expect(await all()).toBe(before);
});

it("another name is shown in the room at once, in chat too, and the recording has it", async () => {
  const ann = await world.join("meadow", { name: "Rude", create: true });
  const bob = await world.join("meadow", { name: "Bob", code: ann.room.roomId });
  const nameSeen = () =>
    (bob.room.state.actors.get(ann.room.sessionId) as { name?: string } | undefined)?.name;
  await bob.until("Ann", () => nameSeen() === "Rude");
  const room = world.room<SeededMeadow>(ann.room.roomId);
  expect(room.renameCharacter(ann.characterId, "Kind")).toBe(true);
  await bob.until("the new name", () => nameSeen() === "Kind");
  const line = bob.message<{ name: string }>("chat");
  ann.send("chat", { text: "hello" });
  expect((await line).name).toBe("Kind");
  expect(room.renameCharacter(ann.characterId, "Bob")).toBe(true);
  await bob.until("a tag", () => /^Bob #[0-9a-f]{4}$/u.test(nameSeen() ?? ""));
  expect(room.renameCharacter(randomUUID(), "Nobody")).toBe(false);
  await ann.leave();
  await bob.leave();
});
