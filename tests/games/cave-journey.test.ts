import type { PartyView } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { caveLevel } from "../../games/meadow/cave-level.ts";
import type { CaveRoom } from "../../games/meadow/cave-room.ts";
import { meadowLevel } from "../../games/meadow/level.ts";
import type { MeadowRoom } from "../../games/meadow/room.ts";
import { games } from "../../server/main.ts";

let world: TestServer;
beforeAll(async () => {
  world = await bootServer(games);
});
afterAll(() => world.close());

const roomOf = (player: TestPlayer) => world.room<MeadowRoom | CaveRoom>(player.room.roomId);
const avatarOf = (player: TestPlayer) => roomOf(player).players.get(player.room.sessionId)!.avatar;
const partyOf = (player: TestPlayer) => player.received.get("party")?.at(-1) as PartyView | null | undefined;

async function team(lead: TestPlayer, other: TestPlayer): Promise<void> {
  const invited = other.message<{ party: string }>("party.invited");
  lead.send("party.invite", { to: other.room.sessionId });
  other.send("party.accept", { party: (await invited).party });
  for (const one of [lead, other]) await one.until("the party", () => partyOf(one)?.members.length === 2);
}

/** The leader steps into a portal of the level; resolves when both have arrived. */
async function goTogether(lead: TestPlayer, other: TestPlayer, level: typeof meadowLevel): Promise<string[]> {
  const [
    {
      at: [x, y, z],
    },
  ] = level.portals as unknown as [{ at: [number, number, number] }];
  const both = Promise.all([lead.journey(), other.journey()]);
  Object.assign(avatarOf(lead), { x, y, z });
  return both;
}

it("a party goes from the meadow into one cave, another party into another one, and back out again", async () => {
  const ann = await world.join("meadow", { name: "Ann" });
  const meadow = ann.room.roomId;
  const [bob, cid, dora] = (await Promise.all(
    ["Bob", "Cid", "Dora", "Eve"].map((name) => world.join("meadow", { name, code: meadow })),
  )) as [TestPlayer, TestPlayer, TestPlayer];
  await team(ann, bob);
  await team(cid, dora);
  avatarOf(bob).xp = 77;
  // Within a second the room has noted it with his character.
  await bob.patches(25);

  expect(await goTogether(ann, bob, meadowLevel)).toEqual(["cave", "cave"]);
  expect(await goTogether(cid, dora, meadowLevel)).toEqual(["cave", "cave"]);
  const [hers, theirs] = [ann.room.roomId, cid.room.roomId];
  expect(bob.room.roomId).toBe(hers);
  expect(dora.room.roomId).toBe(theirs);
  expect(theirs).not.toBe(hers);
  expect([...roomOf(ann).players.values()].map(({ avatar }) => avatar.name).sort()).toEqual(["Ann", "Bob"]);
  // Eve, who is of no party, keeps the meadow open.
  expect([...world.room(meadow).players.values()].map(({ avatar }) => avatar.name)).toEqual(["Eve"]);
  expect(avatarOf(bob).xp).toBe(77);
  await bob.until("Ann beside him", () => bob.room.state.actors.has(ann.room.sessionId));
  // Whoever is of no party of it finds no way in, though the code is right.
  await expect(world.join("cave", { name: "Mallory", code: hers })).rejects.toThrow(/INSTANCE_CLOSED/);

  expect(await goTogether(ann, bob, caveLevel)).toEqual(["meadow", "meadow"]);
  for (const one of [ann, bob]) {
    expect(one.room.roomId).toBe(meadow);
    const { x, z } = avatarOf(one);
    const [sx, , sz] = meadowLevel.spawns.find(({ name }) => name === "cave")!.at;
    expect(Math.hypot(x - sx, z - sz)).toBeLessThan(3);
  }
  expect(avatarOf(bob).xp).toBe(77);
  // They stand before the way in and are not drawn into it again; the others are where they were.
  await ann.patches(20);
  expect(ann.room.roomId).toBe(meadow);
  expect(cid.room.roomId).toBe(theirs);
});
