import { WorldRoom } from "roomkeep/rooms";
import { Carrier, type ServerMessages, WorldState } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf, callApi } from "../../../bots/index.ts";
import { friends } from "../../../plugins/friends/index.ts";
import { watch } from "../../rooms/viewers/watch.ts";

class Market extends WorldRoom<WorldState, Carrier> {
  static override readonly listing = {
    label: "Market",
    description: "",
    maxPlayers: 8,
    spectators: { max: 4, chat: true },
  };
  static override readonly items = { herb: { stack: 20, label: "Herb" } };
  override state = new WorldState();
  protected override createAvatar(): Carrier {
    return new Carrier();
  }
  protected override onOpen(): void {
    this.useItems<Carrier>({});
  }
}

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ market: Market }, { plugins: [friends] });
});
afterAll(() => world?.close());

/** Ann, Bob and Cid within reach of each other. */
async function three(): Promise<[TestPlayer, TestPlayer, TestPlayer]> {
  const ann = await world.join("market", { name: "Ann", create: true });
  const code = ann.room.roomId;
  const others = [
    await world.join("market", { name: "Bob", code }),
    await world.join("market", { name: "Cid", code }),
  ];
  const { players } = world.room<Market>(code);
  const at = players.get(ann.room.sessionId)?.avatar;
  for (const { room } of others)
    Object.assign(players.get(room.sessionId)?.avatar ?? {}, { x: (at?.x ?? 0) + 1, y: at?.y, z: at?.z });
  return [ann, others[0] as TestPlayer, others[1] as TestPlayer];
}
async function ask(token: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const accessToken = await accessTokenOf(world.url, token);
  return callApi(world.url, method, `/v1/friends${path}`, { accessToken, body });
}
async function accountOf(name: string): Promise<string> {
  const [row] = await world.server.foundation.database.ds.query(
    "SELECT account_id AS id FROM character WHERE name = $1 ORDER BY created_at DESC LIMIT 1",
    [name],
  );
  return row.id;
}
/** What somebody has sent until now has been dealt with, and what is due to them has come. */
async function settle(...players: TestPlayer[]): Promise<void> {
  for (const player of players) {
    const answer = player.message("room.seat");
    player.send("room.seat", {});
    await answer;
  }
}
const told = (player: TestPlayer, type: string) => player.received.get(type) ?? [];
const hidden = (player: TestPlayer) =>
  (told(player, "friends.hidden") as { sessions: string[] }[]).at(-1)?.sessions;
const leave = (...players: TestPlayer[]) => Promise.all(players.map((one) => one.leave()));

it("a page is told whom it hides: at the block, when they come back, and no more after the end of it", async () => {
  const [ann, bob, cid] = await three();
  const account = await accountOf("Bob");
  ann.send("friends.block", { who: bob.room.sessionId });
  await ann.until("whom it hides", () => hidden(ann)?.[0] === bob.room.sessionId);
  const { token, room } = bob;
  await bob.leave();
  const back = await world.join("market", { token, code: room.roomId });
  await ann.until("the new seat", () => hidden(ann)?.[0] === back.room.sessionId);
  const code = ann.room.roomId;
  await ann.leave();
  const again = await world.join("market", { token: ann.token, code });
  again.send("friends.hidden", {});
  await again.until("whom it hides", () => hidden(again)?.[0] === back.room.sessionId);
  await ask(ann.token, "DELETE", `/blocks/${account}`);
  await again.until("nobody", () => hidden(again)?.length === 0);
  // Who is blocked is told nothing, nor is anybody else.
  for (const one of [back, cid]) expect(told(one, "friends.hidden")).toEqual([]);
  cid.send("friends.hidden", {});
  await cid.until("the answer", () => hidden(cid)?.length === 0);
  await leave(again, back, cid);
});

it("a blocked player asks to trade as ever, and the other one does not hear of it", async () => {
  const [ann, bob, cid] = await three();
  ann.send("friends.block", { who: bob.room.sessionId });
  await ann.until("the block", () => hidden(ann)?.length === 1);
  bob.send("trade.ask", { to: ann.room.sessionId });
  await settle(bob, ann);
  expect([told(ann, "trade.asked"), told(bob, "refused")]).toEqual([[], []]);
  // It is no invitation, so that asking back opens nothing.
  ann.send("trade.ask", { to: bob.room.sessionId });
  expect(await bob.message("trade.asked")).toMatchObject({ name: "Ann" });
  const refused = bob.message("refused");
  bob.send("trade.answer", { from: ann.room.sessionId, yes: true });
  expect(await refused).toMatchObject({ type: "trade.answer", code: "TRADE_OVER" });
  expect(told(ann, "trade")).toEqual([]);

  cid.send("trade.ask", { to: ann.room.sessionId });
  await ann.message("trade.asked");
  ann.send("trade.answer", { from: cid.room.sessionId, yes: true });
  await cid.message("trade");
  const ended = cid.message<ServerMessages["trade.ended"]>("trade.ended");
  ann.send("friends.block", { who: cid.room.sessionId });
  expect(await ended).toMatchObject({ how: "cancelled", reason: "The trade is over." });
  await leave(ann, bob, cid);
});

it("a spectator does not read the lines of another one whom it has blocked", async () => {
  const ann = await world.join("market", { name: "Ann", create: true });
  const code = ann.room.roomId;
  const [wanda, will] = [
    await watch(world.url, { as: "spectator", code, name: "Wanda" }),
    await watch(world.url, { as: "spectator", code, name: "Will" }),
  ];
  const texts = ({ received }: typeof wanda) => received<{ text: string }>("chat").map(({ text }) => text);
  const say = async (who: typeof wanda, text: string) => {
    who.room.send("chat", { text });
    await who.until("the own line", () => texts(who).includes(text));
  };
  await say(will, "one");
  await wanda.until("the line", () => texts(wanda).includes("one"));
  const account = await accountOf("Will");
  await ask(wanda.token, "POST", "/blocks", { account });
  await say(will, "two");
  await say(wanda, "three");
  await will.until("the other way", () => texts(will).includes("three"));
  expect(texts(wanda)).toEqual(["one", "three"]);
  await ask(wanda.token, "DELETE", `/blocks/${account}`);
  await say(will, "four");
  await wanda.until("the line", () => texts(wanda).includes("four"));
  await Promise.all([wanda.room.leave(), will.room.leave()]);
  await ann.leave();
});
