import { randomUUID } from "node:crypto";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf, callApi, keepTokens, type SignedIn } from "../../../bots/index.ts";
import { askDeletion, keepAccount, sweepDeletions } from "../../../server/accounts/privacy/deletion-grace.ts";
import { verifyLedger } from "../../../server/items/ledger.ts";
import { bookByOperator } from "../../../server/items/operator-bookings.ts";
import { games, plugins } from "../../../server/main.ts";
import { writeNote } from "../../../server/moderation/notes.ts";
import { giveSanction } from "../../../server/moderation/sanctions.ts";
import { CLOSE } from "../../../shared/index.ts";
import { ask, SeededMeadow } from "../../helpers/meadow.ts";

let world: TestServer;
const ds = () => world.server.foundation.database.ds;
beforeAll(async () => {
  world = await bootServer({ ...games, meadow: SeededMeadow }, { plugins });
});
afterAll(() => world.close());

type Pair = Parameters<typeof keepTokens>[0];
const password = "correct horse 7";
async function register(name: string) {
  const body = { name, password, email: `${name}@example.org`, character: { name, color: 1, shape: 2 } };
  const entered = await callApi<SignedIn & Pair & { account: { id: string } }>(
    world.url,
    "POST",
    "/v1/accounts",
    {
      body,
    },
  );
  keepTokens(entered);
  return entered;
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
const toDelete = async (player: Pick<TestPlayer, "token">) =>
  callApi<{ deleteAt: string | null }>(world.url, "POST", "/v1/account/delete", {
    accessToken: await accessTokenOf(world.url, player.token),
    body: { password },
  });
const signIn = (login: string) =>
  callApi<SignedIn & Pair & { deletionUndone?: true; account: { deleteAt: string | null } }>(
    world.url,
    "POST",
    "/v1/sign-in",
    {
      body: { login, password },
    },
  );

/** Every table and column that can hold a text or an id, with what is in it. */
async function findEverywhere(needles: readonly string[]): Promise<string[]> {
  const columns = await ds().query<{ table: string; column: string }[]>(
    `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type NOT IN ('bytea', 'boolean', 'integer', 'bigint', 'smallint',
       'double precision') ORDER BY 1, 2`,
  );
  const found: string[] = [];
  for (const { table, column } of columns) {
    const [row] = await ds().query<{ n: number }[]>(
      `SELECT count(*)::int AS n FROM "${table}" WHERE "${column}"::text ILIKE ANY($1)`,
      [needles.map((needle) => `%${needle}%`)],
    );
    if (row && row.n > 0) found.push(`${table}.${column}`);
  }
  return found;
}

it("takes everything of a person out of every table, and leaves the sums and the other people", async () => {
  const name = "Zanzibarta";
  const canary = await register(name);
  const accountId = canary.account.id;
  const zan = await world.join("meadow", { token: canary.token, create: true });
  const bob = await world.join("meadow", { name: "Bob", code: zan.room.roomId });
  const bobs = await ds().query<{ account_id: string }[]>("SELECT account_id FROM character WHERE id = $1", [
    bob.characterId,
  ]);
  const bobId = bobs[0]?.account_id ?? "";
  const room = world.room<SeededMeadow>(zan.room.roomId);
  room.give(zan.room.sessionId, "herb", 7);
  room.give(zan.room.sessionId, "coins", 40);
  const bag = () => [
    ...(zan.me() as unknown as { items: Map<string, { template: string }> }).items.entries(),
  ];
  await zan.until("herbs", () => bag().some(([, { template }]) => template === "herb"));
  // What others have of it: lines, reports, a mail, a drop, a booking of an operator.
  const heard = bob.message("chat");
  zan.send("chat", { text: `${name} was here` });
  await heard;
  const reported = bob.message("report.sent");
  bob.send("report", { who: zan.room.sessionId, reason: "spam", text: "too loud" });
  await reported;
  const own = zan.message("report.sent");
  zan.send("report", { who: bob.room.sessionId, reason: "other", text: "dull" });
  await own;
  const [herb] = bag().filter(([, { template }]) => template === "herb");
  await ask(zan, "item.drop", { id: herb?.[0], qty: 1 });
  const claim = room.players.get(zan.room.sessionId)?.claim;
  const bobsClaim = room.players.get(bob.room.sessionId)?.claim;
  if (!claim || !bobsClaim) throw new Error("no claims");
  const { items } = world.server.foundation.ports;
  await items.mail(claim, "gift", bob.characterId, { items: [], coins: 5 });
  await items.mail(bobsClaim, "thanks", zan.characterId, { items: [], coins: 2 });
  const none = { items: [], coins: 1 };
  await items.trade("swap", { claim: bobsClaim, offer: none }, { claim, offer: { items: [], coins: 3 } });
  await ds().transaction((db) =>
    bookByOperator(db, world.server.foundation.itemRules, {
      characterId: bob.characterId,
      request: randomUUID(),
      change: { coins: 1 },
      reason: "gift",
      by: accountId,
    }),
  );
  const by = { accountId };
  await giveSanction(ds(), { kind: "warn", target: { accountId: bobId }, reason: "x", by });
  await giveSanction(ds(), {
    kind: "mute",
    target: { accountId },
    minutes: 1,
    reason: "x",
    by: { name: "operator" },
  });
  await writeNote(ds(), bobId, "quiet", by);
  await writeNote(ds(), accountId, `is ${name}`, { name: "operator" });
  room.players.get(zan.room.sessionId);
  const needles = [name, accountId, zan.characterId];
  expect(await findEverywhere(needles)).toEqual(
    expect.arrayContaining([
      "account.name",
      "item.container",
      "ledger.booked_by",
      "report.chat",
      "request_result.result",
    ]),
  );
  const others = async () =>
    JSON.stringify([
      await ds().query("SELECT coins FROM character WHERE id = $1", [bob.characterId]),
      await ds().query("SELECT qty FROM item WHERE container LIKE 'ground:%' ORDER BY id"),
      await ds().query("SELECT COALESCE(sum(qty), 0)::int AS n, sum(coins)::int AS c FROM ledger"),
    ]);
  const before = await others();

  // The wish ends play at once, and a sign-in undoes it.
  const { deleteAt } = await toDelete(zan);
  const days = (Date.parse(deleteAt ?? "") - Date.now()) / 86_400_000;
  expect(Math.round(days)).toBe(7);
  await zan.until("the end", () => zan.closed.size > 0);
  expect([...zan.closed.values()]).toEqual([CLOSE.SIGNED_OUT]);
  const back = await signIn(name);
  expect(back).toMatchObject({ deletionUndone: true, account: { deleteAt: null } });
  keepTokens(back);
  expect(await sweepDeletions(ds())).toBe(0);
  await toDelete(back);
  expect(await sweepDeletions(ds())).toBe(0);
  // The clock is moved.
  await ds().query("UPDATE account_deletion SET delete_at = now() WHERE account_id = $1", [accountId]);
  await expect.poll(() => sweepDeletions(ds())).toBe(1);
  expect(await findEverywhere(needles)).toEqual([]);
  expect(await others()).toBe(before);
  expect(await verifyLedger(ds().manager)).toEqual([]);
  expect(await codeOf(signIn(name))).toBe("SIGN_IN_REFUSED");
  const [about] = await ds().query("SELECT reporter_id, reported_name, text, chat FROM report");
  expect(about).toMatchObject({ reporter_id: null, reported_name: "Bob", text: "dull" });
  expect(about.chat).toMatchObject([{ name: "", text: "" }]);
  await bob.leave();
});

it("of an operator keeps everybody from playing, not from signing in, and only an operator undoes it", async () => {
  const { account } = await register("Undone");
  const by = { name: "operator ann" };
  const want = () =>
    ds().transaction((db) =>
      askDeletion(db, account.id, { days: 3, byPlayer: false, by, reason: "asked by mail" }),
    );
  await want();
  const back = await signIn("Undone");
  expect(back.deletionUndone).toBeUndefined();
  expect(Date.parse(back.account.deleteAt ?? "")).toBeGreaterThan(Date.now());
  keepTokens(back);
  expect(await codeOf(world.join("plaza", { token: back.token }))).toBe("ACCOUNT_LEAVING");
  // The player's own wish makes it no less the operator's.
  await toDelete(back);
  const again = await signIn("Undone");
  expect(again.deletionUndone).toBeUndefined();
  await keepAccount(ds(), account.id);
  expect(await codeOf(keepAccount(ds(), account.id))).toBe("DELETION_NONE");
  keepTokens(again);
  const player = await world.join("plaza", { token: again.token });
  // Who is still in a room when the time is over goes at the next sweep.
  await want();
  await ds().query("UPDATE account_deletion SET delete_at = now() WHERE account_id = $1", [account.id]);
  expect(await sweepDeletions(ds())).toBe(0);
  await player.leave();
  await expect.poll(() => sweepDeletions(ds())).toBe(1);
  const missing = askDeletion(ds(), randomUUID(), { days: 3, byPlayer: true });
  expect(await codeOf(missing)).toBe("ACCOUNT_UNKNOWN");
});
