import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { MatchSave } from "../../../rooms/internal.ts";
import {
  listAsideMatches,
  restoreMatch,
  setMatchAside,
} from "../../../server/persistence/match-quarantine.ts";
import { openMatches } from "../../../server/persistence/matches.ts";
import { createSnapshotCodec } from "../../../server/persistence/snapshot-codec.ts";
import type { Database } from "../../../server/storage/database.ts";
import { RoomkeepError } from "../../../shared/index.ts";
import { describeOnEachDatabase, testLog } from "../../helpers/databases.ts";

const KEY = "7".repeat(64);
const HAND = "the seven of waves";

/** The store of a process; leases are renewed when the test says so. */
const storeOf = ({ ds }: Database, incarnation: string, keys: readonly string[] = [KEY]) =>
  openMatches(ds, {
    incarnation,
    log: testLog,
    seal: createSnapshotCodec({ keys }),
    overDays: 7,
    wait: async () => {},
    now: clock(),
    timers: false,
  });

/** Each look at it is a second later, so that waiting takes no time. */
function clock(): () => number {
  let ms = 0;
  return () => (ms += 1_000);
}

const save = (content: string, more: Partial<MatchSave> = {}): MatchSave => ({
  content,
  phase: "play",
  over: false,
  days: 30,
  seats: [{ accountId: null, characterId: null, name: "Bot", hasTurn: true }],
  ...more,
});
const of = (code: string) => ({ code, game: "cards", hidden: false });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error) => (error instanceof RoomkeepError ? error.code : String(error)),
  );

describeOnEachDatabase("matches", (open) => {
  test("one process has a match: the other is refused, and after the lease the first is fenced", async () => {
    const database = await open();
    const [a, b] = [await storeOf(database, "a"), await storeOf(database, "b")];
    const lost: string[] = [];
    a.onFenced((code) => lost.push(code));
    const claim = await a.begin(of("AAAA"), save('{"n":1}'));
    const holder = (opened: string[]) => ({
      game: "cards",
      roomId: "AAAA",
      open: (content: string) => void opened.push(content),
    });
    // It is renewed while the other waits.
    const { ds } = database;
    const renewed = ds.query("UPDATE lasting_match SET lease_until = now() + interval '1 hour'");
    await renewed;
    expect(await codeOf(b.claim("AAAA", holder([])))).toBe("ROOM_OPEN");
    await ds.query("UPDATE lasting_match SET lease_until = now() - interval '1 second'");
    const opened: string[] = [];
    const other = await b.claim("AAAA", holder(opened));
    expect(opened).toEqual(['{"n":1}']);
    expect(other?.epoch).toBe(claim.epoch + 1);
    expect(await a.save(claim, save('{"n":2}'))).toBe("fenced");
    expect(lost).toEqual(["AAAA"]);
    expect(await a.release(claim, save('{"n":3}'))).toBe("fenced");
    if (!other) throw new Error("no claim");
    expect(await b.release(other, save('{"n":4}'))).toBe("saved");
    const last: string[] = [];
    await a.claim("AAAA", holder(last));
    expect(last).toEqual(['{"n":4}']);
    await a.close();
    await b.close();
  });

  test("what is over is told, kept for its days and swept; what is open is never swept", async () => {
    const database = await open();
    const store = await storeOf(database, randomUUID());
    const { ds } = database;
    const open_ = await store.begin(of("BBBB"), save("{}"));
    const over = await store.begin(of("CCCC"), save("{}"));
    await store.release(over, save("{}", { over: true }));
    const holder = { game: "cards", roomId: "CCCC", open: () => {} };
    expect(await codeOf(store.claim("CCCC", holder))).toBe("MATCH_OVER");
    expect(await store.claim("CCCC", { ...holder, game: "chess" })).toBeUndefined();
    expect(await store.claim("DDDD", holder)).toBeUndefined();
    expect(await codeOf(store.begin(of("CCCC"), save("{}")))).toBe("ROOM_OPEN");
    const days = await ds.query<{ code: string; days: number }[]>(
      `SELECT code, round(extract(epoch FROM keep_until - now()) / 86400)::int AS days FROM lasting_match
       ORDER BY code`,
    );
    expect(days).toEqual([
      { code: "BBBB", days: 30 },
      { code: "CCCC", days: 7 },
    ]);
    await ds.query("UPDATE lasting_match SET keep_until = now() - interval '1 day'");
    if (!("sweep" in store.retention)) throw new Error("no sweep");
    await store.retention.sweep(ds);
    expect([await store.isKept("BBBB"), await store.isKept("CCCC")]).toEqual([true, false]);
    await store.release(open_, undefined);
    await store.retention.sweep(ds);
    expect(await store.isKept("BBBB")).toBe(false);
    expect(await ds.query("SELECT * FROM lasting_match_seat")).toEqual([]);
    await store.close();
  });

  test("a match is set aside with its seats, and brought back; an open one and one that is over are not", async () => {
    const database = await open();
    const { ds } = database;
    const store = await storeOf(database, "a");
    const claim = await store.begin(of("FFFF"), save('{"n":1}'));
    expect(await codeOf(setMatchAside(ds.manager, "FFFF"))).toBe("ROOM_OPEN");
    await store.release(claim, undefined);
    const id = await setMatchAside(ds.manager, "FFFF");
    expect(await store.isKept("FFFF")).toBe(false);
    expect(await listAsideMatches(ds)).toMatchObject([{ id, code: "FFFF", game: "cards", version: 1 }]);
    // No room opens it, whatever code it is asked by, and no sweep deletes it.
    const opened: string[] = [];
    const holder = { game: "cards", roomId: "FFFF", open: (content: string) => void opened.push(content) };
    expect(await codeOf(store.claim(`FFFF.${id}`, holder))).toBe("MATCH_OVER");
    await ds.query("UPDATE lasting_match SET changed_at = now() - interval '40 days'");
    if ("sweep" in store.retention) await store.retention.sweep(ds);
    expect(await codeOf(setMatchAside(ds.manager, "FFFF"))).toBe("ROOM_UNKNOWN");
    // The code has another match by now, which is set aside in turn.
    await store.release(await store.begin(of("FFFF"), save('{"n":2}')), undefined);
    const { code, aside = "" } = await restoreMatch(ds.manager, id);
    expect([code, (await listAsideMatches(ds)).map((one) => one.id)]).toEqual(["FFFF", [aside]]);
    const again = await store.claim("FFFF", holder);
    expect(opened).toEqual(['{"n":1}']);
    expect(await codeOf(restoreMatch(ds.manager, aside))).toBe("ROOM_OPEN");
    if (again) await store.release(again, save('{"n":1}', { over: true }));
    expect(await codeOf(setMatchAside(ds.manager, "FFFF"))).toBe("ROOM_UNKNOWN");
    expect((await restoreMatch(ds.manager, aside)).code).toBe("FFFF");
    expect(await codeOf(restoreMatch(ds.manager, ""))).toBe("ROOM_UNKNOWN");
    const seats = await ds.query("SELECT code, name FROM lasting_match_seat");
    expect(seats).toEqual([{ code: "FFFF", name: "Bot" }]);
    await store.close();
  });

  test("hands are sealed: not readable in the database, and not opened without the key", async () => {
    const database = await open();
    const store = await storeOf(database, "a");
    const claim = await store.begin(of("EEEE"), save(JSON.stringify({ HAND })));
    await store.release(claim, undefined);
    const [row] = await database.ds.query<{ text: string }[]>(
      "SELECT encode(snapshot, 'escape') AS text FROM lasting_match",
    );
    expect(row?.text).not.toContain("seven");
    const stranger = await storeOf(database, "b", ["8".repeat(64)]);
    const holder = { game: "cards", roomId: "EEEE", open: () => {} };
    expect(await codeOf(stranger.claim("EEEE", holder))).toBe("MATCH_SEALED");
    const opened: string[] = [];
    await store.claim("EEEE", { ...holder, open: (content) => void opened.push(content) });
    expect(opened).toEqual([JSON.stringify({ HAND })]);
    await store.close();
    await stranger.close();
  });
});
