import type { RoomkeepError } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf, callApi } from "../../../bots/index.ts";
import { games, plugins } from "../../../server/main.ts";
import { moderationRetention } from "../../../server/moderation/open-moderation.ts";
import {
  claimReport,
  countReports,
  decideReport,
  listReports,
  readReport,
  reopenReport,
} from "../../../server/moderation/reports.ts";
import { giveSanction } from "../../../server/moderation/sanctions.ts";
import { applyRetention } from "../../../server/storage/retention.ts";

let world: TestServer;
const db = () => world.server.foundation.database.ds;
beforeAll(async () => {
  world = await bootServer(games, { plugins });
});
afterAll(() => world.close());

const accountOf = async ({ characterId }: TestPlayer): Promise<string> => {
  const rows = await db().query<{ account_id: string }[]>("SELECT account_id FROM character WHERE id = $1", [
    characterId,
  ]);
  return rows[0]?.account_id ?? "";
};
const said = async (from: TestPlayer, by: TestPlayer, text: string) => {
  const heard = by.message<{ text: string }>("chat");
  from.send("chat", { text });
  expect((await heard).text).toBe(text);
};
async function report(player: TestPlayer, payload: object): Promise<string> {
  const before = player.received.get("refused")?.length ?? 0;
  const sent = player.received.get("report.sent")?.length ?? 0;
  player.send("report", payload);
  const told = () => (player.received.get("refused") ?? []) as { code: string }[];
  await player.until(
    "an answer",
    () => told().length > before || (player.received.get("report.sent")?.length ?? 0) > sent,
  );
  return told()[before]?.code ?? "sent";
}

it("has what the reporter could read, and the reported player learns of nothing", async () => {
  const ann = await world.join("plaza", { name: "Ann", create: true });
  const bob = await world.join("plaza", { name: "Bob", code: ann.room.roomId });
  const eve = await world.join("plaza", { name: "Eve", code: ann.room.roomId });
  await said(ann, eve, "good evening");
  await said(bob, eve, "you are all daft");
  const whispered = ann.message("whisper");
  bob.send("whisper", { to: ann.characterId, text: "you most of all" });
  await whispered;
  const secret = eve.message("whisper");
  bob.send("whisper", { to: eve.characterId, text: "not for Ann" });
  await secret;
  const own = bob.message("whisper");
  ann.send("whisper", { to: bob.characterId, text: "let me be" });
  await own;
  expect(
    await report(ann, { who: bob.room.sessionId, reason: "insult", text: "  again \u00e4nd again " }),
  ).toBe("sent");
  const [filed] = await listReports(db(), { limit: 10 });
  expect(filed).toMatchObject({
    game: "plaza",
    roomId: ann.room.roomId,
    reporterName: "Ann",
    reportedName: "Bob",
    reason: "insult",
    text: "again \u00e4nd again",
    state: "open",
    recording: null,
    reporterId: await accountOf(ann),
    reportedId: await accountOf(bob),
    reportedCharacter: bob.characterId,
  });
  expect(filed?.chat).toMatchObject([
    { name: "Ann", text: "good evening" },
    { name: "Bob", text: "you are all daft", character: bob.characterId },
    { name: "Bob", text: "you most of all", channel: "whisper" },
  ]);
  // What the reported one gets to see: no message, and an export without the other.
  await bob.patches(3);
  expect([...bob.received.keys()].filter((type) => /report|sanction/u.test(type))).toEqual([]);
  const accessToken = await accessTokenOf(world.url, bob.token);
  const exported = await callApi<{ more: { report: object[] } }>(world.url, "GET", "/v1/account/export", {
    accessToken,
  });
  expect(exported.more.report).toMatchObject([
    { reason: "insult", own_lines: [{ name: "Bob" }, { name: "Bob" }] },
  ]);
  for (const secretOf of [ann.characterId, await accountOf(ann), "Ann", "again"])
    expect(JSON.stringify(exported.more.report)).not.toContain(secretOf);
  // Who has left a moment ago is still known here.
  const left = bob.room.sessionId;
  await bob.leave();
  await ann.until("Bob to be gone", () => !ann.room.state.actors.has(left));
  expect(await report(ann, { who: left, reason: "spam" })).toBe("sent");
  await ann.leave();
  await eve.leave();
});

it("is refused about nobody, oneself, by a wrong reason, and too often", async () => {
  const ann = await world.join("plaza", { name: "Ann", create: true });
  const bob = await world.join("plaza", { name: "Bob", code: ann.room.roomId });
  expect(await report(ann, { who: "nobody", reason: "spam" })).toBe("PLAYER_UNKNOWN");
  expect(await report(ann, { who: ann.room.sessionId, reason: "spam" })).toBe("PLAYER_UNKNOWN");
  expect(await report(ann, { who: bob.room.sessionId, reason: "because" })).toBe("MESSAGE_INVALID");
  expect(await report(ann, { who: bob.room.sessionId, reason: "spam" })).toBe("RATE_LIMITED");
  const codes: string[] = [];
  // Each connection may begin anew; the account may not.
  let again = bob;
  for (let i = 0; i < 11; i++) {
    codes.push(await report(again, { who: ann.room.sessionId, reason: "other", text: `${i}` }));
    if (i % 3 !== 2) continue;
    await again.leave();
    again = await world.join("plaza", { token: bob.token, code: ann.room.roomId });
  }
  expect(codes).toEqual([...Array(10).fill("sent"), "RATE_LIMITED"]);
  await again.leave();
  await ann.leave();
});

it("is claimed by one moderator, decided with a sanction, reopened, and counted", async () => {
  const ann = await world.join("plaza", { name: "Ann", create: true });
  const bob = await world.join("plaza", { name: "Bob", code: ann.room.roomId });
  await report(ann, { who: bob.room.sessionId, reason: "cheating", text: "flies" });
  const reportedId = await accountOf(bob);
  const [first] = await listReports(db(), { reportedId, limit: 1 });
  const id = first?.id ?? "";
  const [one, two] = [{ name: "operator one" }, { name: "operator two" }];
  const code = (work: Promise<unknown>) => work.catch((error: RoomkeepError) => error.code);
  const before = await countReports(db());
  expect(await claimReport(db(), id, one)).toMatchObject({ state: "claimed", claimedBy: "operator one" });
  expect(await claimReport(db(), id, one)).toMatchObject({ state: "claimed" });
  expect(await countReports(db())).toEqual({ open: before.open - 1, claimed: before.claimed + 1 });
  expect(await code(claimReport(db(), id, two))).toBe("REPORT_TAKEN");
  const decision = { outcome: "sanctioned", decision: "saw it", sanctionId: undefined, by: two } as const;
  expect(await code(decideReport(db(), id, decision))).toBe("REPORT_TAKEN");
  const other = await giveSanction(db(), {
    kind: "ban",
    target: { accountId: await accountOf(ann) },
    reason: "",
    by: one,
  });
  expect(await code(decideReport(db(), id, { ...decision, by: one, sanctionId: other.id }))).toBe(
    "SANCTION_UNKNOWN",
  );
  const given = await giveSanction(db(), {
    kind: "ban",
    target: { accountId: reportedId },
    reason: "",
    by: one,
  });
  expect(await decideReport(db(), id, { ...decision, by: one, sanctionId: given.id })).toMatchObject({
    state: "decided",
    outcome: "sanctioned",
    decision: "saw it",
    sanctionId: given.id,
    claimedBy: "operator one",
  });
  expect(await code(claimReport(db(), id, one))).toBe("REPORT_TAKEN");
  expect(await reopenReport(db(), id)).toMatchObject({
    state: "open",
    claimedBy: "",
    reopened: 1,
    outcome: "sanctioned",
  });
  expect(await code(reopenReport(db(), id))).toBe("REPORT_TAKEN");
  expect(await code(readReport(db(), given.id))).toBe("REPORT_UNKNOWN");
  await db().query("UPDATE report SET at = now() - interval '200 days' WHERE id = $1", [id]);
  await applyRetention(db().manager, moderationRetention({ reportDays: 201 }));
  expect((await readReport(db(), id)).id).toBe(id);
  await applyRetention(db().manager, moderationRetention({ reportDays: 180 }));
  expect(await code(readReport(db(), id))).toBe("REPORT_UNKNOWN");
});
