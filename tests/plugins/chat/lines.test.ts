import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { beforeAll, expect, it } from "vitest";
import {
  changeLine,
  insertLine,
  lineOfRequest,
  type NewLine,
  readAfter,
  readPage,
  slowLeftS,
} from "../../../plugins/chat/rows/lines.ts";
import { chatTables } from "../../../plugins/chat/rows/migration.ts";
import { markRead, readStates } from "../../../plugins/chat/rows/readers.ts";
import { chatRetention, shortenChannels } from "../../../plugins/chat/rows/retention.ts";
import { createGuest } from "../../../server/accounts/guests.ts";
import { deleteAccount } from "../../../server/accounts/privacy/account-deletion.ts";
import { exportAccount } from "../../../server/accounts/privacy/account-export.ts";
import { applyRetention } from "../../../server/storage/retention.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";

describeOnEachDatabase("kept lines of channels", (open) => {
  let ds: DataSource;
  beforeAll(async () => {
    ({ ds } = await open());
    await chatTables.up(ds);
  });

  const people = async (count: number) =>
    Promise.all(Array.from({ length: count }, () => createGuest(ds, { name: "Ann", color: 0, shape: 0 })));
  const newChannel = () => ({ kind: "test", id: randomUUID() });
  type Person = Awaited<ReturnType<typeof createGuest>>;
  const lineOf = (
    channel: { kind: string; id: string },
    { accountId, characterId }: Person,
    more: Partial<NewLine> = {},
  ): NewLine => ({
    ...channel,
    accountId,
    characterId,
    name: "Ann",
    text: "hello",
    request: randomUUID(),
    keepS: 3_600,
    linesMax: 1_000,
    slowS: 0,
    partner: undefined,
    ...more,
  });
  const numbers = async (channel: { kind: string; id: string }) =>
    (await readPage(ds, channel, { limit: 200, hidden: [] })).lines.map(({ n }) => n);

  it("get the numbers of their channel without a gap, though many write at once", async () => {
    const channel = newChannel();
    const all = await people(6);
    const written = await Promise.all(
      Array.from({ length: 60 }, (_, n) => insertLine(ds, lineOf(channel, all[n % 6] as Person))),
    );
    const sorted = written.map((line) => line?.n).sort((a, b) => Number(a) - Number(b));
    expect(sorted).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
    expect(await numbers(channel)).toEqual(sorted);
  });

  it("are seen in the order of their numbers: who has read up to one misses none before it", async () => {
    const channel = newChannel();
    const [ann, bob] = (await people(2)) as [Person, Person];
    let isWriting = true;
    const seen: number[] = [];
    const reading = (async () => {
      for (let last = 0, again = true; again; ) {
        again = isWriting;
        for (const { rev } of await readAfter(ds, channel, last, 50)) {
          seen.push(rev);
          last = rev;
        }
      }
    })();
    for (let round = 0; round < 10; round++)
      await Promise.all([ann, bob, ann, bob].map((one) => insertLine(ds, lineOf(channel, one))));
    isWriting = false;
    await reading;
    for (const { rev } of await readAfter(ds, channel, seen.at(-1) ?? 0, 50)) seen.push(rev);
    expect(seen).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
  });

  it("are written once by a request, though it is sent twice at the same time", async () => {
    const channel = newChannel();
    const [ann] = (await people(1)) as [Person];
    const line = lineOf(channel, ann);
    const both = await Promise.all([insertLine(ds, line), insertLine(ds, line)]);
    expect(both.filter((one) => one !== undefined)).toHaveLength(1);
    expect(await insertLine(ds, line)).toBeUndefined();
    expect(await lineOfRequest(ds, ann.accountId, line.request)).toMatchObject({ ...channel, n: 1 });
    expect(await numbers(channel)).toEqual([1]);
    await insertLine(ds, lineOf(channel, ann));
    expect(await numbers(channel)).toEqual([1, 2]);
  });

  it("come one at a time in slow mode, though one account writes twice at once", async () => {
    const channel = newChannel();
    const [ann, bob] = (await people(2)) as [Person, Person];
    const slow = { slowS: 60 };
    const both = await Promise.all([
      insertLine(ds, lineOf(channel, ann, slow)),
      insertLine(ds, lineOf(channel, ann, slow)),
    ]);
    expect(both.filter((one) => one !== undefined)).toHaveLength(1);
    expect(await insertLine(ds, lineOf(channel, bob, slow))).toBeDefined();
    expect(await slowLeftS(ds, channel, ann.accountId, 60)).toBeGreaterThan(30);
    // An operator's seconds count before those of the kind.
    await ds.query("UPDATE chat_channel SET slow_s = 0 WHERE id = $1", [channel.id]);
    expect(await insertLine(ds, lineOf(channel, ann, slow))).toMatchObject({ n: 3 });
  });

  it("are read by pages, without those of hidden accounts", async () => {
    const channel = newChannel();
    const [ann, bob] = (await people(2)) as [Person, Person];
    for (const one of [ann, bob, ann, bob, ann]) await insertLine(ds, lineOf(channel, one));
    const page = await readPage(ds, channel, { limit: 2, hidden: [bob.accountId] });
    expect(page).toMatchObject({ lines: [{ n: 3 }, { n: 5 }], last: 5, more: true });
    const older = await readPage(ds, channel, { before: 3, limit: 2, hidden: [bob.accountId] });
    expect(older).toMatchObject({ lines: [{ n: 1 }], more: false });
    expect(await readPage(ds, newChannel(), { limit: 2, hidden: [] })).toEqual({
      lines: [],
      last: 0,
      more: false,
    });
  });

  it("are changed by their writer for some minutes, and by moderators; a change has a number of its own", async () => {
    const channel = newChannel();
    const [ann, bob] = (await people(2)) as [Person, Person];
    for (const one of [ann, bob]) await insertLine(ds, lineOf(channel, one));
    const own = ({ accountId }: Person) => ({ accountId, withinMinutes: 15 });
    const change = (n: number, text: string | undefined, by: Person | undefined) =>
      changeLine(ds, { ...channel, n, text, own: by && own(by) });
    expect(await change(1, "of another", bob)).toBeUndefined();
    expect(await change(9, "of nobody", bob)).toBeUndefined();
    expect(await change(1, "better", ann)).toBe(3);
    expect(await readAfter(ds, channel, 2, 10)).toMatchObject([
      { n: 1, rev: 3, text: "better", edited: true },
    ]);
    await ds.query("UPDATE chat_line SET at = now() - interval '16 minutes' WHERE id = $1", [channel.id]);
    expect(await change(1, "too late", ann)).toBeUndefined();
    expect(await change(2, undefined, undefined)).toBe(4);
    expect(await readAfter(ds, channel, 3, 10)).toMatchObject([{ n: 2, rev: 4, text: "", deleted: true }]);
    // What is deleted stays so.
    expect(await change(2, "back", undefined)).toBeUndefined();
    expect((await insertLine(ds, lineOf(channel, ann)))?.n).toBe(5);
  });

  it("are unread from the mark on, which goes forward alone and not past the last line", async () => {
    const channel = newChannel();
    const [ann, bob, eve] = (await people(3)) as [Person, Person, Person];
    for (const one of [bob, bob, ann, eve, bob]) await insertLine(ds, lineOf(channel, one));
    const stateOf = async (accountId: string, personal = true, hidden: string[] = []) =>
      (await readStates(ds, accountId, [{ ...channel, personal }], hidden)).get(
        `${channel.kind}/${channel.id}`,
      );
    // Who has written has read what was there: of Ann's own line two others follow.
    expect(await stateOf(ann.accountId)).toMatchObject({ last: 5, read: 2, unread: 2 });
    expect(await stateOf(ann.accountId, true, [eve.accountId])).toMatchObject({ unread: 1 });
    const [kim] = (await people(1)) as [Person];
    expect(await stateOf(kim.accountId)).toMatchObject({ read: 0, unread: 5 });
    expect(await stateOf(kim.accountId, false)).toMatchObject({ read: 5, unread: 0 });
    expect(await markRead(ds, kim.accountId, channel, 4)).toBe(true);
    expect(await markRead(ds, kim.accountId, channel, 2)).toBe(true);
    expect(await stateOf(kim.accountId)).toMatchObject({ read: 4, unread: 1 });
    expect(await markRead(ds, kim.accountId, channel, 6)).toBe(false);
    expect(await markRead(ds, kim.accountId, channel, Number.MAX_SAFE_INTEGER)).toBe(false);
    expect(await markRead(ds, kim.accountId, newChannel(), 0)).toBe(false);
    expect(await stateOf(kim.accountId)).toMatchObject({ read: 4 });
    await changeLine(ds, { ...channel, n: 5, text: undefined, own: undefined });
    expect(await stateOf(kim.accountId)).toMatchObject({ unread: 0 });
  });

  it("go by their age, and the oldest of a channel with too many", async () => {
    const [old, full] = [newChannel(), newChannel()];
    const [ann] = (await people(1)) as [Person];
    await insertLine(ds, lineOf(old, ann));
    await insertLine(ds, lineOf(old, ann));
    await ds.query("UPDATE chat_line SET expires_at = now() - interval '1 second' WHERE id = $1 AND n = 1", [
      old.id,
    ]);
    expect(await numbers(old)).toEqual([2]);
    for (let n = 0; n < 14; n++) await insertLine(ds, lineOf(full, ann, { linesMax: 10 }));
    await applyRetention(ds, chatRetention());
    expect(await numbers(full)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(await ds.query("SELECT n FROM chat_line WHERE id = $1", [old.id])).toHaveLength(1);
    // Numbers go on, and changes are no lines.
    for (let n = 0; n < 5; n++) await changeLine(ds, { ...full, n: 14, text: "x", own: undefined });
    await shortenChannels(ds);
    expect(await numbers(full)).toHaveLength(10);
    expect((await insertLine(ds, lineOf(full, ann, { linesMax: 10 })))?.n).toBe(20);
  });

  it("are in the export of who wrote them, and go with the account; a whisper goes with either", async () => {
    const channel = newChannel();
    const [ann, bob] = (await people(2)) as [Person, Person];
    const whisper = { kind: "whisper", id: [ann.accountId, bob.accountId].sort().join(".") };
    await insertLine(ds, lineOf(whisper, ann, { partner: bob.accountId, text: "psst" }));
    await insertLine(ds, lineOf(whisper, bob, { partner: ann.accountId, text: "what?" }));
    await insertLine(ds, lineOf(channel, bob));
    await insertLine(ds, lineOf(channel, ann, { text: "to all" }));
    const { more } = await exportAccount(ds, ann.accountId);
    expect(more.chat_line).toMatchObject([{ text: "psst" }, { text: "to all" }]);
    expect(more.chat_channel).toMatchObject([{ other_id: bob.accountId }]);
    expect(more.chat_reader).toHaveLength(2);
    expect(JSON.stringify(more)).not.toContain("what?");
    await deleteAccount(ds, ann.accountId);
    expect(await numbers(whisper)).toEqual([]);
    expect(await numbers(channel)).toEqual([1]);
    expect(await insertLine(ds, lineOf(whisper, bob, { partner: ann.accountId }))).toBeUndefined();
    expect(await insertLine(ds, lineOf(channel, ann))).toBeUndefined();
    expect(await ds.query("SELECT 1 FROM chat_channel WHERE id = $1", [whisper.id])).toEqual([]);
  });

  it("never stop the deletion of an account that is written to meanwhile", async () => {
    for (let round = 0; round < 6; round++) {
      const [ann, bob] = (await people(2)) as [Person, Person];
      const whisper = { kind: "whisper", id: [ann.accountId, bob.accountId].sort().join(".") };
      await insertLine(ds, lineOf(whisper, ann, { partner: bob.accountId }));
      await Promise.all([
        deleteAccount(ds, ann.accountId),
        ...Array.from({ length: 8 }, () => insertLine(ds, lineOf(whisper, bob, { partner: ann.accountId }))),
      ]);
      expect(await ds.query("SELECT 1 FROM chat_channel WHERE id = $1", [whisper.id])).toEqual([]);
    }
  });
});
