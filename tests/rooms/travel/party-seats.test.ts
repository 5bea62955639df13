import { once } from "node:events";
import { matchMaker } from "@colyseus/core";
import type { PartyView } from "roomkeep/shared";
import { bootServer, joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { describeCluster } from "../../helpers/cluster.ts";
import type { ServerProcess } from "../../helpers/server-process.ts";
import { bays } from "./bays.ts";

const BAY_SERVER = ["tests/rooms/travel/bay-server.ts"];
const playing: TestPlayer[] = [];
afterEach(async () => {
  await Promise.all(playing.splice(0).map((player) => player.leave()));
});
async function join(url: string, game: string, who: Parameters<typeof joinAs>[2]): Promise<TestPlayer> {
  const player = await joinAs(url, game, who);
  playing.push(player);
  return player;
}

const partyOf = ({ received }: TestPlayer) => received.get("party")?.at(-1) as PartyView | null | undefined;
/** The first invites the others, and they accept. */
async function team(...members: TestPlayer[]): Promise<void> {
  const [lead, ...rest] = members as [TestPlayer, ...TestPlayer[]];
  for (const other of rest) {
    const invited = other.message<{ party: string }>("party.invited");
    lead.send("party.invite", { to: other.room.sessionId });
    other.send("party.accept", { party: (await invited).party });
  }
  for (const one of members)
    await one.until("the whole party", () => partyOf(one)?.members.length === members.length);
}
/** A party at the gate of a server. */
async function partyAt(url: string, count: number): Promise<TestPlayer[]> {
  const lead = await join(url, "gate", { name: "Lead", create: true });
  const others: TestPlayer[] = [];
  for (let n = 1; n < count; n++)
    others.push(await join(url, "gate", { name: `Mate ${n}`, code: lead.room.roomId }));
  if (count > 1) await team(lead, ...others);
  return [lead, ...others];
}
/** The leader walks into the portal; all are told where they are then. */
async function go(party: readonly TestPlayer[]): Promise<string[]> {
  const arrived = Promise.all(party.map((player) => player.journey()));
  await party[0]?.walk({ moveX: 127 }, 30);
  expect(await arrived).toEqual(party.map(() => "bay"));
  return [...new Set(party.map(({ room }) => room.roomId))];
}
/** A bay with so many in it. */
async function bayOf(url: string, count: number): Promise<string> {
  const first = await join(url, "bay", { name: "First", create: true });
  for (let n = 1; n < count; n++) await join(url, "bay", { name: `Guest ${n}`, code: first.room.roomId });
  return first.room.roomId;
}

describe("a party that looks for seats", () => {
  let url: string;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const world = await bootServer(bays);
    [url, close] = [world.url, () => world.close()];
  });
  afterAll(() => close());

  it("gets them in the fullest room that takes all of it, and one alone the last seat", async () => {
    const [three, one] = [await bayOf(url, 3), await bayOf(url, 1)];
    expect(await go(await partyAt(url, 3))).toEqual([one]);
    expect(await go(await partyAt(url, 1))).toEqual([three]);
  });

  it("gets a room of its own rather than that it is parted, and none that is locked", async () => {
    const [three, one] = [await bayOf(url, 3), await bayOf(url, 1)];
    await matchMaker.remoteRoomCall(one, "lock");
    const [own, ...more] = await go(await partyAt(url, 2));
    expect(more).toEqual([]);
    expect([three, one]).not.toContain(own);
  });

  it("changes over together by choice, or not at all", async () => {
    const party = await partyAt(url, 2);
    const [lead] = party as [TestPlayer, TestPlayer];
    await go(party);
    const here = lead.room.roomId;
    const [three, two] = [await bayOf(url, 3), await bayOf(url, 2)];
    const refusal = async (code: string) => {
      const refused = lead.message<{ code: string }>("refused");
      lead.send("travel.sibling", { code });
      return (await refused).code;
    };
    expect(await refusal(three)).toBe("ROOM_FULL");
    expect(await refusal(here)).toBe("ROOM_UNKNOWN");
    const arrived = Promise.all(party.map((player) => player.journey()));
    lead.send("travel.sibling", { code: two });
    await arrived;
    expect(party.map(({ room }) => room.roomId)).toEqual([two, two]);
    await matchMaker.remoteRoomCall(three, "lock");
    expect(await refusal(three)).toBe("ROOM_UNKNOWN");
  });
});

/** How many processes take no rooms, as one of them knows. */
async function fullBy({ child }: ServerProcess): Promise<number> {
  const answer = once(child, "message") as Promise<[{ full: number }]>;
  child.send({ ask: "full" });
  return (await answer)[0].full;
}

describeCluster("a party that looks for seats in two processes", (open) => {
  const portOf = ({ room }: TestPlayer) =>
    new URL((room.connection.transport as unknown as { ws: { url: string } }).ws.url).port;

  it("gets them all in one room, though it is another process's", async () => {
    const cluster = await open();
    const one = await cluster.start({ ROOMKEEP_ROOMS_MAX: "2" }, BAY_SERVER);
    const party = await partyAt(one.url, 3);
    const three = await bayOf(one.url, 3);
    const two = await cluster.start({}, BAY_SERVER);
    // It takes no more rooms, as the other one knows: the next one opens there.
    await expect.poll(() => fullBy(two)).toBe(1);
    const roomy = await bayOf(two.url, 1);
    const here = portOf(party[0] as TestPlayer);
    expect(await go(party)).toEqual([roomy]);
    expect(three).not.toBe(roomy);
    expect(new Set(party.map(portOf)).size).toBe(1);
    expect(portOf(party[0] as TestPlayer)).not.toBe(here);
    for (const player of playing.splice(0)) player.stop();
    await cluster.close();
  });
});
