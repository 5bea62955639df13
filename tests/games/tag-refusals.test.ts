import { readErrorCode } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf } from "../../bots/index.ts";
import { hashOf, LongTagRoom, party, ticks, untilPhase } from "../helpers/tag.ts";

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ long: LongTagRoom });
});
afterAll(() => world.close());

/** Sends what is refused, and compares all that the room shares before and after. */
async function refused(player: TestPlayer, type: string, payload: unknown) {
  const room = world.room<LongTagRoom>(player.room.roomId);
  const before = hashOf(room);
  const answer = player.message<{ code: string; reason: string }>("refused");
  player.room.send(type, payload);
  const refusal = await answer;
  expect(hashOf(room)).toBe(before);
  expect(refusal.reason.length).toBeGreaterThan(5);
  return refusal.code;
}

it("refuses in the lobby what the rules do not allow, and changes nothing", async () => {
  const [ann, bo] = (await party(world, "long", 2)) as [TestPlayer, TestPlayer];
  expect(await refused(bo, "start", {})).toBe("NOT_LEADER");
  expect(await refused(bo, "lead", { to: bo.room.sessionId })).toBe("NOT_LEADER");
  expect(await refused(ann, "lead", { to: "nobody" })).toBe("PLAYER_UNKNOWN");
  expect(await refused(ann, "rematch", {})).toBe("PHASE_WRONG");
  expect(await refused(ann, "settings", { roundS: 5 })).toBe("SETTINGS_INVALID");
  expect(await refused(bo, "settings", { roundS: 60 })).toBe("NOT_LEADER");
  expect(await refused(bo, "kick", { id: ann.room.sessionId })).toBe("NOT_LEADER");
  expect(await refused(ann, "ready", { ready: "yes" })).toBe("MESSAGE_INVALID");
  expect(await refused(ann, "start", { now: true })).toBe("MESSAGE_INVALID");
  expect(await refused(bo, "tag", { whom: ann.room.sessionId })).toBe("MESSAGE_UNKNOWN");
});

it("does not start a round for one", async () => {
  const [ann] = (await party(world, "long", 1)) as [TestPlayer];
  expect(await refused(ann, "start", {})).toBe("ACTION_REFUSED");
  ann.room.send("ready", { ready: true });
  await ticks(ann.room.roomId, 10);
  expect(world.room<LongTagRoom>(ann.room.roomId).state.phase).toBe("lobby");
});

it("refuses in the countdown to be ready, to start and to have a rematch", async () => {
  const [ann, bo] = (await party(world, "long", 2)) as [TestPlayer, TestPlayer];
  world.room<LongTagRoom>(ann.room.roomId).countdownS = 30;
  ann.room.send("start", {});
  await untilPhase(ann, "countdown");
  expect(await refused(bo, "ready", { ready: true })).toBe("PHASE_WRONG");
  expect(await refused(ann, "start", {})).toBe("PHASE_WRONG");
  expect(await refused(ann, "rematch", {})).toBe("PHASE_WRONG");
  expect(await refused(ann, "settings", { roundS: 60 })).toBe("PHASE_WRONG");
});

it("refuses the seventeenth by name, and a code that no room has", async () => {
  const players = await party(world, "long", 16);
  const code = players[0]!.room.roomId;
  const refusalOf = (join: Promise<unknown>) =>
    join.then(
      () => "joined",
      (error) => readErrorCode(String((error as Error).message)).code,
    );
  expect(await refusalOf(world.join("long", { name: "Late", code }))).toBe("ROOM_FULL");
  expect(world.room<LongTagRoom>(code).players.size).toBe(16);
  expect(await refusalOf(world.join("long", { name: "Lost", code: "AAAA" }))).toBe("ROOM_UNKNOWN");
});

it("is not in the list of open rooms and is never found without its code", async () => {
  const [ann] = (await party(world, "long", 1)) as [TestPlayer];
  const { rooms } = (await (await fetch(`${world.url}/v1/rooms`)).json()) as { rooms: { code: string }[] };
  expect(rooms).toEqual([]);
  const stranger = await world.join("long", { name: "Stranger" });
  expect(stranger.room.roomId).not.toBe(ann.room.roomId);
  const find = async (token?: string) => {
    const headers: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${await accessTokenOf(world.url, token)}` };
    return (await fetch(`${world.url}/v1/rooms/${ann.room.roomId.toLowerCase()}`, { headers })).json();
  };
  expect(await find()).toMatchObject({ code: "ROOM_UNKNOWN" });
  expect(await find(stranger.token)).toMatchObject({ code: "ROOM_UNKNOWN" });
  expect(await find(ann.token)).toMatchObject({ code: ann.room.roomId, game: "long", players: 1 });
});
