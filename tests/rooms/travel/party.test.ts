import { matchMaker } from "@colyseus/core";
import { CLOSE, type PartyView } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ways, type YardRoom } from "../../helpers/ways.ts";

let world: TestServer;
const opened: string[] = [];
const playing: TestPlayer[] = [];
beforeAll(async () => {
  world = await bootServer(ways);
  for (const game of Object.keys(ways)) {
    matchMaker.getHandler(game).on("create", (room) => opened.push(room.roomId));
  }
});
afterEach(async () => {
  for (const player of playing.splice(0)) player.stop();
  const rooms = opened.splice(0).map((id) => matchMaker.getLocalRoomById(id));
  await Promise.all(rooms.map((room) => room?.disconnect()));
});
afterAll(() => world.close());

const roomOf = (player: TestPlayer) => world.room<YardRoom>(player.room.roomId);
const recordOf = (player: TestPlayer) => roomOf(player).players.get(player.room.sessionId)!;
const partyOf = (player: TestPlayer) => player.received.get("party")?.at(-1) as PartyView | null | undefined;
const names = (player: TestPlayer) => partyOf(player)?.members.map(({ name }) => name);
const toDen = { x: 0, z: 4 };
const toCellar = { x: 3, z: 0 };
const stepInto = (player: TestPlayer, at: object) => void Object.assign(recordOf(player).avatar, at);

async function join(name: string, who: object = {}, game = "yard"): Promise<TestPlayer> {
  const player = await world.join(game, { name, ...who });
  playing.push(player);
  Object.assign(recordOf(player).avatar, { x: 0, z: 0 });
  return player;
}

/** People in one yard, each a newcomer. */
async function people(...who: string[]): Promise<TestPlayer[]> {
  const [first, ...rest] = who;
  const lead = await join(first!, { create: true });
  return [lead, ...(await Promise.all(rest.map((name) => join(name, { code: lead.room.roomId }))))];
}

/** The first invites the others, and they accept. */
async function team(...members: TestPlayer[]): Promise<void> {
  const [lead, ...rest] = members as [TestPlayer, ...TestPlayer[]];
  for (const other of rest) {
    const invited = other.message<{ party: string }>("party.invited");
    lead.send("party.invite", { to: other.room.sessionId });
    other.send("party.accept", { party: (await invited).party });
  }
  for (const one of members) {
    await one.until("the whole party", () => partyOf(one)?.members.length === members.length);
  }
}

/** What somebody is refused for a message. */
async function refusal(player: TestPlayer, type: string, payload: object): Promise<string> {
  const refused = player.message<{ type: string; code: string }>("refused");
  player.send(type, payload);
  return (await refused).code;
}

describe("a party", () => {
  it("forms by invitation, and only its members are told", async () => {
    const [ann, bob, eve] = (await people("Ann", "Bob", "Eve")) as [TestPlayer, TestPlayer, TestPlayer];
    await team(ann, bob);
    expect(partyOf(bob)).toMatchObject({ lead: ann.characterId, you: bob.characterId });
    expect(partyOf(bob)!.members).toEqual([
      expect.objectContaining({ name: "Ann", place: "Yard", sessionId: ann.room.sessionId }),
      expect.objectContaining({ name: "Bob", place: "Yard", roomId: bob.room.roomId }),
    ]);
    expect([...eve.received.keys()].filter((type) => type.startsWith("party"))).toEqual([]);
    expect(await refusal(eve, "party.accept", { party: partyOf(ann)!.id })).toBe("PARTY_UNINVITED");
  });

  it("refuses by a code what cannot be", async () => {
    const [ann, bob, eve] = (await people("Ann", "Bob", "Eve")) as [TestPlayer, TestPlayer, TestPlayer];
    expect(await refusal(ann, "party.leave", {})).toBe("PARTY_NONE");
    expect(await refusal(ann, "party.invite", { to: "Nobody" })).toBe("PLAYER_UNKNOWN");
    expect(await refusal(ann, "party.invite", { to: "Ann" })).toBe("PLAYER_UNKNOWN");
    await team(ann, bob);
    expect(await refusal(eve, "party.invite", { to: "Bob" })).toBe("PARTY_MEMBER");
    expect(await refusal(bob, "party.kick", { member: ann.characterId })).toBe("PARTY_LEADER_ONLY");
    expect(await refusal(bob, "party.lead", { member: bob.characterId })).toBe("PARTY_LEADER_ONLY");
    expect(await refusal(ann, "party.kick", { member: eve.characterId })).toBe("PARTY_STRANGER");
    const invited = eve.message<{ party: string }>("party.invited");
    ann.send("party.invite", { to: "Eve" });
    const { party } = await invited;
    eve.send("party.decline", { party });
    expect(await refusal(eve, "party.accept", { party })).toBe("PARTY_UNINVITED");
    expect(names(ann)).toEqual(["Ann", "Bob"]);
  });

  it("has a leader who hands the lead over and sends members away; one alone is no party", async () => {
    const [ann, bob, eve] = (await people("Ann", "Bob", "Eve")) as [TestPlayer, TestPlayer, TestPlayer];
    await team(ann, bob, eve);
    ann.send("party.lead", { member: bob.characterId });
    await eve.until("Bob to lead", () => partyOf(eve)?.lead === bob.characterId);
    bob.send("party.kick", { member: eve.characterId });
    await eve.until("Eve to be out", () => partyOf(eve) === null);
    bob.send("party.leave");
    await bob.until("Bob to be out", () => partyOf(bob) === null);
    await ann.until("the party to end", () => partyOf(ann) === null);
  });

  it("has eight places", async () => {
    const all = await people("A", "B", "C", "D", "E", "F", "G", "H", "I");
    const [ann, late] = [all[0]!, all[8]!];
    await team(...all.slice(0, 7));
    const invited = [all[7]!, late].map((one) => one.message<{ party: string }>("party.invited"));
    ann.send("party.invite", { to: "H" });
    ann.send("party.invite", { to: "I" });
    const [{ party }] = (await Promise.all(invited)) as [{ party: string }];
    all[7]!.send("party.accept", { party });
    await ann.until("eight", () => partyOf(ann)?.members.length === 8);
    expect(await refusal(late, "party.accept", { party })).toBe("PARTY_FULL");
  });

  it("keeps the place of a member who is gone for a while", async () => {
    const [ann, bob] = (await people("Ann", "Bob")) as [TestPlayer, TestPlayer];
    await team(ann, bob);
    await bob.leave();
    await ann.until("Bob to be away", () => partyOf(ann)?.members[1]?.place === "");
    const again = await join("Bob", { token: bob.token, code: ann.room.roomId });
    await ann.until("Bob to be back", () => partyOf(ann)?.members[1]?.place === "Yard");
    await again.until("the party's list", () => names(again)?.join() === "Ann,Bob");
  });
});

describe("a party at a portal", () => {
  it("goes together and shares an instance; another party gets another", async () => {
    const all = await people("Ann", "Bob", "Cid", "Dora", "Eve", "Finn");
    const [ann, bob, cid, dora, eve, finn] = all as [
      TestPlayer,
      TestPlayer,
      TestPlayer,
      TestPlayer,
      TestPlayer,
      TestPlayer,
    ];
    await team(ann, bob, cid, dora);
    await team(eve, finn);
    const journeys = Promise.all(all.map((one) => one.journey()));
    stepInto(ann, toDen);
    stepInto(eve, toDen);
    expect(await journeys).toEqual(Array(6).fill("den"));
    expect(new Set([ann, bob, cid, dora].map(({ room }) => room.roomId)).size).toBe(1);
    expect(finn.room.roomId).toBe(eve.room.roomId);
    expect(eve.room.roomId).not.toBe(ann.room.roomId);
    await ann.until("all to be seen in the den", () =>
      partyOf(ann)!.members.every((one) => one.place === "Den"),
    );
    // Somebody who follows later finds the others.
    const late = dora.journey();
    stepInto(dora, { x: 3, z: 0 });
    expect(await late).toBe("yard");
    expect(await refusal(dora, "travel.back", {})).toBe("ACTION_REFUSED");
    stepInto(dora, { x: 0, z: 0 });
    await dora.patches(2);
    stepInto(dora, toDen);
    expect(await dora.journey()).toBe("den");
    expect(dora.room.roomId).toBe(ann.room.roomId);
  });

  it("lets only the party into its instance, and whoever goes alone into an own one", async () => {
    const [ann, bob, eve] = (await people("Ann", "Bob", "Eve")) as [TestPlayer, TestPlayer, TestPlayer];
    await team(ann, bob);
    const journeys = Promise.all([ann.journey(), bob.journey(), eve.journey()]);
    stepInto(ann, toDen);
    stepInto(eve, toDen);
    expect(await journeys).toEqual(["den", "den", "den"]);
    expect(eve.room.roomId).not.toBe(ann.room.roomId);
    await eve.leave();
    const den = ann.room.roomId;
    await expect(join("Eve", { token: eve.token, code: den }, "den")).rejects.toThrow(/^INSTANCE_CLOSED/u);
    await bob.leave();
    const again = await join("Bob", { token: bob.token, code: den }, "den");
    expect(again.room.roomId).toBe(den);
  });

  it("tells the leader who was not taken along, and why", async () => {
    const [ann, bob, cid, dora] = (await people("Ann", "Bob", "Cid", "Dora")) as [
      TestPlayer,
      TestPlayer,
      TestPlayer,
      TestPlayer,
    ];
    await team(ann, bob, cid, dora);
    const elsewhere = bob.journey();
    stepInto(bob, toCellar);
    expect(await elsewhere).toBe("cellar");
    await ann.until("Bob to be in the cellar", () => partyOf(ann)?.members[1]?.place === "Cellar");
    const away = recordOf(cid);
    cid.stop();
    await ann.until("Cid to be away", () => away.hold !== undefined);
    const behind = ann.message<{ members: unknown[] }>("party.behind");
    const journeys = Promise.all([ann.journey(), dora.journey()]);
    stepInto(ann, toDen);
    expect((await behind).members).toEqual([
      expect.objectContaining({ name: "Bob", code: "PARTY_ELSEWHERE" }),
      expect.objectContaining({ name: "Cid", code: "PARTY_AWAY" }),
    ]);
    expect(await journeys).toEqual(["den", "den"]);
  });

  it("brings back those for whom there is no seat", async () => {
    const keeper = await join("Keeper", {}, "cellar");
    world.room(keeper.room.roomId).maxClients = 3;
    const all = await people("Ann", "Bob", "Cid");
    await team(...all);
    const journeys = Promise.all(all.map((one) => one.journey()));
    stepInto(all[0]!, toCellar);
    expect((await journeys).sort()).toEqual(["ROOM_FULL", "cellar", "cellar"]);
    const left = all.find(({ room }) => room.name === "yard")!;
    await left.walk({ moveX: 127 }, 5);
    expect(left.me().x).toBeGreaterThan(0.3);
    expect([...left.closed.values()]).not.toContain(CLOSE.TRAVELLED);
  });

  it("is not led through by a member", async () => {
    const [ann, bob] = (await people("Ann", "Bob")) as [TestPlayer, TestPlayer];
    await team(ann, bob);
    stepInto(bob, toDen);
    expect(await bob.journey()).toBe("den");
    expect(ann.room.name).toBe("yard");
    stepInto(ann, toDen);
    expect(await ann.journey()).toBe("den");
    expect(ann.room.roomId).toBe(bob.room.roomId);
  });
});
