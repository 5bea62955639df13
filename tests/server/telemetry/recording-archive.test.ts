import { gunzipSync } from "node:zlib";
import { matchMaker } from "@colyseus/core";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rerun } from "../../../rooms/replay.ts";
import { deleteAccount } from "../../../server/accounts/privacy/account-deletion.ts";
import { applyRetention } from "../../../server/storage/retention.ts";
import { keptOf, listKept, readKept } from "../../../server/telemetry/recording-rows.ts";
import { type DeskOperator, deskOperator } from "../../helpers/desk/operators.ts";
import { YardRoom } from "../../rooms/desk/yard-room.ts";

let world: TestServer;
let olga: DeskOperator;
beforeAll(async () => {
  world = await bootServer({ yard: YardRoom });
  olga = await deskOperator(world.server.foundation.database.ds, world.url, "olga-op", "operator");
});
afterAll(() => world.close());

const ds = () => world.server.foundation.database.ds;
const kept = () => world.server.foundation.kept;
const accountOf = async (character: string): Promise<string> => {
  const [row] = await ds().query<{ id: string }[]>("SELECT account_id AS id FROM character WHERE id = $1", [
    character,
  ]);
  return row?.id ?? "";
};

describe("the last seconds of a room that are kept", () => {
  test("are in the database with a reason, and run again exactly, from there", async () => {
    const ann = await world.join("yard", { name: "Ann", create: true });
    const bob = await world.join("yard", { name: "Bob", code: ann.room.roomId });
    await Promise.all([ann.walk({ moveX: 127 }, 20), bob.walk({ moveZ: -127, jump: true }, 20)]);
    const room = world.room<YardRoom>(ann.room.roomId);
    const id = await kept().keepFor(
      { roomId: room.roomId },
      { reason: "insults", by: "report", about: "report:7" },
    );
    const [row, ...more] = await listKept(ds(), { about: "report:7", limit: 10 });
    expect(more).toEqual([]);
    expect(row).toMatchObject({ id, roomId: room.roomId, game: "yard", reason: "insults", by: "report" });
    const { gzip } = await readKept(ds(), String(id));
    expect(row?.bytes).toBe(gzip.length);
    const text = gunzipSync(gzip).toString();
    const again = await rerun(YardRoom, text.split("\n"));
    expect(again).toMatchObject({ compared: 1, mismatches: [], warnings: [], tick: row?.toTick });
    expect(again.ticks).toBeGreaterThan(20);
    // By the accounts of those who were in it.
    const [annId, bobId] = [await accountOf(ann.characterId), await accountOf(bob.characterId)];
    expect((await keptOf(ds(), annId)).map((one) => one.id)).toEqual([id]);
    expect(
      await listKept(ds(), { account: bobId, game: "yard", roomId: room.roomId, limit: 1 }),
    ).toHaveLength(1);
    expect(await listKept(ds(), { account: annId, before: row?.at, limit: 1 })).toEqual([]);
    // They go with an account.
    await bob.leave();
    await expect.poll(() => room.players.size).toBe(1);
    await deleteAccount(ds(), bobId);
    expect(await keptOf(ds(), annId)).toEqual([]);
    await expect(readKept(ds(), String(id))).rejects.toMatchObject({ code: "RECORDING_UNKNOWN" });
  });

  test("go when their days are over", async () => {
    const ann = await world.join("yard", { name: "Ann", create: true });
    await ann.patches(5);
    const why = { reason: "old", by: "olga" };
    const old = await kept().keepFor({ roomId: ann.room.roomId }, why);
    const young = await kept().keepFor({ roomId: ann.room.roomId }, why);
    await ds().query("UPDATE kept_recording SET at = at - interval '91 days' WHERE id = $1", [old]);
    await applyRetention(ds(), [kept().retention]);
    const left = (await listKept(ds(), { roomId: ann.room.roomId, limit: 10 })).map(({ id }) => id);
    expect(left).toEqual([young]);
  });

  test("are none where the room is gone or keeps nothing, and nobody is held up by that", async () => {
    expect(await kept().keepFor({ roomId: "NONE" }, { reason: "r", by: "b" })).toBeUndefined();
    const ann = await world.join("yard", { name: "Ann", create: true });
    expect(await kept().keepFor({ roomId: ann.room.roomId }, { reason: "", by: "b" })).toBeUndefined();
  });

  test("are told in the metrics", async () => {
    const ann = await world.join("yard", { name: "Ann", create: true });
    await ann.patches(5);
    const text = await (await fetch(`${world.url}/metrics`)).text();
    // Behind the sign-in of admins; the registry itself is looked at elsewhere.
    expect(text).not.toContain("roomkeep_replay_bytes");
    const state = await matchMaker.remoteRoomCall(ann.room.roomId, "desk" as never, [{ ask: "overview" }]);
    expect(state).toMatchObject({ world: { replay: { bytes: expect.any(Number), maxBytes: 7_500_000 } } });
  });
});

describe("an operator at the desk", () => {
  test("finds a room, looks at it, scrubs it back, keeps it, and opens what was kept", async () => {
    const ann = await world.join("yard", { name: "Ann", create: true });
    const { roomId } = ann.room;
    const get = async (path: string, query: Record<string, string | number> = {}) => {
      const texts = Object.entries(query).map(([name, value]) => [name, String(value)]);
      const { status, body } = await olga.ask(`/v1/admin/${path}?${new URLSearchParams(texts)}`);
      return { status, ...body };
    };
    const post = async (path: string, body: object) => (await olga.ask(`/v1/admin/${path}`, body)).body;
    await ann.walk({ moveX: 127 }, 30);
    expect(await get("rooms/list", { find: roomId.toLowerCase(), game: "yard" })).toMatchObject({
      all: 1,
      rooms: [{ roomId, label: "Yard", players: 1, maxPlayers: 8, locked: false, watching: 0 }],
    });
    expect(await get("rooms/list", { find: "nothing like it" })).toMatchObject({ all: 0, rooms: [] });
    expect(await get("rooms/show", { roomId })).toMatchObject({ game: "yard", players: 1 });
    expect(await get("rooms/players", { roomId })).toMatchObject({ people: [{ name: "Ann" }] });
    expect(JSON.stringify(await get("rooms/players", { roomId }))).not.toContain("127.0.0.1");
    expect(await get("rooms/addresses", { roomId })).toMatchObject({ people: [{ address: "127.0.0.1" }] });
    expect(JSON.stringify(await get("rooms/state", { roomId }))).not.toContain("ace of spades");
    expect(JSON.stringify(await get("rooms/secrets", { roomId }))).toContain("ace of spades");
    expect(await get("rooms/state", { roomId, path: "/none" })).toMatchObject({ code: "STATE_PATH_UNKNOWN" });
    expect(await get("rooms/ticks", { roomId })).toMatchObject({ world: { tickHz: 20 } });
    const { level } = await get("rooms/picture", { roomId });
    expect(await get("rooms/picture", { roomId, level: level.version })).toMatchObject({
      status: 200,
      level: null,
    });

    const scrub = await get("recordings/scrub", { roomId });
    expect(scrub).toMatchObject({ status: 200, tickHz: 20, level: { name: "yard" } });
    const { fromTick, toTick } = scrub;
    const frames = await get("recordings/frames", { roomId, scrub: scrub.scrub, fromTick, toTick });
    expect(frames).toMatchObject({ done: true, exact: true, who: { [ann.room.sessionId]: { name: "Ann" } } });
    const path = await get("recordings/path", { roomId, scrub: scrub.scrub, player: ann.room.sessionId });
    expect(path.points.at(-1)[1]).toBeGreaterThan(path.points[0][1]);

    const { id } = await post("recordings/keep", { roomId, reason: "looks odd" });
    expect(await get("recordings/list", { roomId })).toMatchObject({
      recordings: [{ id, reason: "looks odd", by: "olga-op", about: "" }],
    });
    const opened = await get("recordings/open", { recording: id });
    expect(opened).toMatchObject({ status: 200, warnings: [], level: { version: level.version } });
    const then = await get("recordings/recorded-frames", { recording: id, fromTick, toTick });
    expect(then.frames).toEqual(frames.frames);
    expect(await get("recordings/verify", { recording: id })).toMatchObject({ exact: true, warnings: [] });
    expect(
      await get("recordings/recorded-path", { recording: id, player: ann.room.sessionId }),
    ).toMatchObject({ status: 200 });
    const { gzip } = await get("recordings/get", { recording: id });
    const again = await rerun(YardRoom, gunzipSync(Buffer.from(gzip, "base64")).toString().split("\n"));
    expect(again).toMatchObject({ mismatches: [] });
    expect(await get("recordings/open", { recording: "none" })).toMatchObject({ code: "RECORDING_UNKNOWN" });

    expect(await post("rooms/command", { roomId, line: "/tick" })).toMatchObject({
      answer: expect.stringContaining("tick "),
    });
    expect(await post("rooms/announce", { roomId, text: "Hello." })).toEqual({ told: 1 });
    expect(await post("rooms/lock", { roomId })).toEqual({ locked: true });
    expect(await post("rooms/unlock", { roomId })).toEqual({ locked: false });
    expect(await post("rooms/move", { roomId })).toMatchObject({ code: "ROOM_STAYS" });
    const player = ann.room.sessionId;
    expect(await post("rooms/kick", { roomId, player, reason: "enough" })).toMatchObject({ name: "Ann" });
    await expect.poll(() => get("rooms/show", { roomId })).toMatchObject({ code: "ROOM_UNKNOWN" });
    expect(await post("rooms/close", { roomId, reason: "over" })).toMatchObject({ code: "ROOM_UNKNOWN" });

    const noted = await ds().query<{ line: string; outcome: string; concerns: string | null }[]>(
      "SELECT line, outcome FROM audit_entry WHERE caller = $1 ORDER BY at",
      [olga.accountId],
    );
    expect(noted.map(({ line, outcome }) => `${line.split(" ").slice(0, 4).join(" ")} ${outcome}`)).toEqual([
      "roomkeep admin rooms addresses done",
      "roomkeep admin rooms secrets done",
      "roomkeep admin recordings keep done",
      "roomkeep admin recordings get done",
      "roomkeep admin rooms command done",
      "roomkeep admin rooms announce done",
      "roomkeep admin rooms lock done",
      "roomkeep admin rooms unlock done",
      "roomkeep admin rooms move ROOM_STAYS",
      "roomkeep admin rooms kick done",
      "roomkeep admin rooms close ROOM_UNKNOWN",
    ]);
  });
});
