import { randomUUID } from "node:crypto";
import { WorldRoom } from "roomkeep/rooms";
import type { AnyPlugin } from "roomkeep/server";
import { WorldState } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf, callApi } from "../../../bots/index.ts";
import { type ChannelInList, chat } from "../../../plugins/chat/index.ts";
import type { LinesNews, ShownLine } from "../../../plugins/chat/live/line-list.ts";
import { groups } from "../../../plugins/groups/index.ts";

class Hall extends WorldRoom {
  override state = new WorldState();
}

let world: TestServer;
let [ann, bob, cid]: TestPlayer[] = [];
let id: string;
beforeAll(async () => {
  const plugins = [groups, chat] as unknown as AnyPlugin[];
  world = await bootServer({ hall: Hall }, { plugins });
  [ann, bob, cid] = await Promise.all(["Ann", "Bob", "Cid"].map((name) => world.join("hall", { name })));
  ({ id } = await ask<{ id: string }>(ann!, "POST", "/v1/groups", {
    name: "Night owls",
    tag: "OWL",
    text: "",
    access: "open",
  }));
  await ask(bob!, "POST", `/v1/groups/${id}/requests`);
  await follow(bob!);
});
afterAll(() => world.close());

async function ask<T>(player: TestPlayer, method: string, path: string, body?: unknown): Promise<T> {
  const accessToken = await accessTokenOf(world.url, player.token);
  return callApi<T>(world.url, method, path, { accessToken, body });
}
async function follow(player: TestPlayer): Promise<void> {
  const first = player.message("chat.lines");
  player.send("chat.follow", { kind: "group", id });
  await first;
}
const say = (player: TestPlayer, text: string) =>
  ask(player, "POST", `/v1/chat/group/${id}/lines`, { text, request: randomUUID() });
const textsTold = (player: TestPlayer) =>
  ((player.received.get("chat.lines") ?? []) as LinesNews[])
    .filter(({ kind }) => kind === "group")
    .flatMap(({ lines }) => lines.map(({ text }) => text));

it("each group has a channel of its members, which others do not know of", async () => {
  const { channels } = await ask<{ channels: ChannelInList[] }>(bob!, "GET", "/v1/chat");
  expect(channels).toContainEqual(expect.objectContaining({ kind: "group", id, title: "Night owls" }));
  await say(ann!, "at nine");
  await expect.poll(() => textsTold(bob!)).toEqual(["at nine"]);
  const { lines } = await ask<{ lines: ShownLine[] }>(bob!, "GET", `/v1/chat/group/${id}/lines`);
  expect(lines).toMatchObject([{ text: "at nine", name: "Ann" }]);
  await expect(say(cid!, "let me in")).rejects.toMatchObject({ code: "CHAT_CHANNEL_UNKNOWN" });
  await expect(ask(cid!, "GET", "/v1/chat/group/none/lines")).rejects.toMatchObject({
    code: "CHAT_CHANNEL_UNKNOWN",
  });
});

it("a member who is removed reads no further line, and one who has come reads those before", async () => {
  const accountOf = ({ room }: TestPlayer) =>
    world.room(room.roomId).players.get(room.sessionId)!.claim.sheet.accountId;
  await ask(cid!, "POST", `/v1/groups/${id}/requests`);
  const { lines } = await ask<{ lines: ShownLine[] }>(cid!, "GET", `/v1/chat/group/${id}/lines`);
  expect(lines.map(({ text }) => text)).toEqual(["at nine"]);
  await follow(cid!);
  const before = textsTold(bob!);
  await ask(ann!, "DELETE", `/v1/groups/${id}/members/${accountOf(bob!)}`);
  await say(ann!, "without Bob");
  await expect.poll(() => textsTold(cid!)).toContain("without Bob");
  await expect(ask(bob!, "GET", `/v1/chat/group/${id}/lines`)).rejects.toMatchObject({
    code: "CHAT_CHANNEL_UNKNOWN",
  });
  expect(textsTold(bob!)).toEqual(before);
});
