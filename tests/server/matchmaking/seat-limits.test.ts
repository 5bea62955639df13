import { matchMaker } from "@colyseus/core";
import { Client, type Room } from "colyseus.js";
import { WorldRoom } from "roomkeep/rooms";
import { type PartyView, WorldState } from "roomkeep/shared";
import { bootServer, joinAs, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { accessTokenOf, callApi, signIn } from "../../../bots/index.ts";
import { type Cluster, describeCluster } from "../../helpers/cluster.ts";
import { type Answer, callerFrom, refusalOf, sit } from "../../helpers/reserve.ts";
import { ways, type YardRoom } from "../../helpers/ways.ts";

class HallRoom extends WorldRoom {
  static override readonly listing = { label: "Hall", description: "", maxPlayers: 2 };
  override state = new WorldState();
}
/** A kept zone: one room in all the cluster. */
class GroveRoom extends HallRoom {
  override zone = "grove";
  override persistent = true;
}
class BarnRoom extends WorldRoom {
  static override readonly listing = { label: "Barn", description: "", maxPlayers: 100 };
  override state = new WorldState();
}

let addresses = 0;
/** Tests share the server, not the address. */
const newAddress = () => `10.0.0.${++addresses}`;
const guest = async (url: string, name = "Guest") => (await signIn(url, { name })).token;
const inHall = { game: "hall", create: {} };

describe("a server with tight limits", () => {
  let world: TestServer;
  const seated: Room[] = [];
  beforeAll(async () => {
    const env = {
      ROOMKEEP_TRUST_PROXY: "1",
      ROOMKEEP_ACCOUNT_TICKETS: "12",
      ROOMKEEP_ADDRESS_TICKETS: "24",
      ROOMKEEP_ADDRESS_SEATS: "3",
      ROOMKEEP_ROOMS_MAX: "6",
      ROOMKEEP_CODE_LETTERS: "7",
    };
    world = await bootServer({ hall: HallRoom, grove: GroveRoom, barn: BarnRoom }, { env });
  });
  afterEach(async () => {
    for (const room of seated.splice(0)) await room.leave();
    await Promise.all(matchMaker.disconnectAll());
    await expect.poll(() => world.server.foundation.rooms.isFull()).toBe(false);
    await expect.poll(roomCount).toBe(0);
  });
  afterAll(() => world.close());
  const roomCount = async () => (await matchMaker.query({})).length;
  const sitDown = async (...args: Parameters<typeof sit>) => {
    const room = await sit(...args);
    seated.push(room);
    return room;
  };

  it("gives an account so many tickets a minute, and says when to come back", async () => {
    const caller = callerFrom(world.url, newAddress());
    const [ann, bob] = [await guest(world.url), await guest(world.url)];
    for (let i = 0; i < 12; i++) expect((await caller.ticket(ann, { game: "hall" })).status).toBe(201);
    const refused = await caller.ticket(ann, { game: "hall" });
    expect(refused).toMatchObject({ status: 429, code: "RATE_LIMITED" });
    expect(Number(refused.retryAfter)).toBeGreaterThan(0);
    // From another network too; others go on.
    expect((await callerFrom(world.url, newAddress()).ticket(ann, { game: "hall" })).status).toBe(429);
    expect((await caller.ticket(bob, { game: "hall" })).status).toBe(201);
  });

  it("gives an address so many tickets a minute, whoever asks", async () => {
    const caller = callerFrom(world.url, newAddress());
    const tokens = await Promise.all(Array.from({ length: 25 }, () => guest(world.url)));
    const asked = await Promise.all(tokens.map((token) => caller.ticket(token, { game: "hall" })));
    expect(asked.map(({ status }) => status).filter((status) => status === 429)).toHaveLength(1);
    expect((await callerFrom(world.url, newAddress()).ticket(tokens[0]!, { game: "hall" })).status).toBe(201);
  });

  it("frees the seat that waits for a character when it asks anew, and fills no room by one guest", async () => {
    const caller = callerFrom(world.url, newAddress());
    const mallory = await guest(world.url, "Mallory");
    const first = await caller.reserve(mallory, { game: "grove" });
    const { roomId } = first.body as { roomId: string };
    for (let i = 0; i < 5; i++) {
      expect((await caller.reserve(mallory, { roomId })).status).toBe(200);
      expect((await caller.get(`/v1/rooms/${roomId}`)).body).toMatchObject({ players: 1, open: true });
    }
    const ann = await caller.reserve(await guest(world.url, "Ann"), { roomId });
    await sitDown(world.url, ann);
    expect(await refusalOf(sit(world.url, first))).toBe("SEAT_EXPIRED");
  });

  it("keeps one seat of two tickets that were asked for first and used at once", async () => {
    const caller = callerFrom(world.url, newAddress());
    const mallory = await guest(world.url, "Mallory");
    const host = await world.join("barn", { name: "Host" });
    const { roomId } = host.room;
    const tickets = await Promise.all(Array.from({ length: 8 }, () => caller.ticket(mallory, { roomId })));
    const seats = await Promise.all(
      tickets.map(({ body }) => caller.useTicket(body.ticket, "joinById", roomId)),
    );
    for (const seat of seats) expect(seat.status).toBe(200);
    // The host's, and one.
    expect((await caller.get(`/v1/rooms/${roomId}`)).body).toMatchObject({ players: 2 });
    await host.leave();
  });

  it("closes a room that nobody joined when its opener opens another", async () => {
    const caller = callerFrom(world.url, newAddress());
    const mallory = await guest(world.url, "Mallory");
    const codes: string[] = [];
    for (let i = 0; i < 5; i++) {
      const opened = await caller.reserve(mallory, { game: "hall", create: { private: true } });
      codes.push(String(opened.body.roomId));
    }
    const open = async () => (await matchMaker.query({})).map(({ roomId }) => roomId);
    await expect.poll(open).toEqual([codes.at(-1)]);
  });

  it("keeps few seats for an address; those that are taken do not count", async () => {
    const caller = callerFrom(world.url, newAddress());
    const host = await world.join("barn", { name: "Host" });
    const where = { roomId: host.room.roomId };
    const tokens = await Promise.all(Array.from({ length: 4 }, () => guest(world.url)));
    const seats = [];
    for (const token of tokens.slice(0, 3)) seats.push(await caller.reserve(token, where));
    const refused = await caller.reserve(tokens[3]!, where);
    expect(refused.code).toBe("SEATS_LIMITED");
    expect(refused.body.error).toMatch(/try again in \d+ s/);
    // Not who is elsewhere.
    const elsewhere = await callerFrom(world.url, newAddress()).reserve(await guest(world.url), where);
    expect(elsewhere.status).toBe(200);
    await sitDown(world.url, seats[0]!);
    await sitDown(world.url, await caller.reserve(tokens[3]!, where));
    await host.leave();
  });

  it("keeps few seats for an account, whichever of its characters ask from wherever", async () => {
    const token = await guest(world.url, "Many");
    const accessToken = await accessTokenOf(world.url, token);
    const { character } = await signIn(world.url, { token });
    const characters = [character.id];
    for (let i = 0; i < 4; i++) {
      const body = { name: `Other ${i}`, color: 0, shape: 0 };
      const made = await callApi<{ character: { id: string } }>(world.url, "POST", "/v1/characters", {
        body,
        accessToken,
      });
      characters.push(made.character.id);
    }
    const asked = [];
    for (const id of characters)
      asked.push(await callerFrom(world.url, newAddress()).reserve(token, { game: "barn" }, id));
    expect(asked.map(({ code }) => code)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      "SEATS_LIMITED",
    ]);
  });

  it("opens so many rooms and no more, until one closes", async () => {
    const seats = [];
    for (let i = 0; i < 6; i++)
      seats.push(await callerFrom(world.url, newAddress()).reserve(await guest(world.url), inHall));
    for (const seat of seats) await sitDown(world.url, seat);
    const late = await guest(world.url, "Late");
    expect((await callerFrom(world.url, newAddress()).reserve(late, inHall)).code).toBe("ROOMS_FULL");
    // What is open takes them.
    const { roomId } = seats[0]!.body as { roomId: string };
    const instead = await callerFrom(world.url, newAddress()).reserve(late, { roomId });
    await sitDown(world.url, instead);
    await seated.splice(1, 1)[0]!.leave();
    await expect.poll(() => world.server.foundation.rooms.isFull()).toBe(false);
    const last = await callerFrom(world.url, newAddress()).reserve(await guest(world.url), inHall);
    expect(last.status).toBe(200);
  });

  it("says of a full kept zone that it is full", async () => {
    const caller = callerFrom(world.url, newAddress());
    await sitDown(world.url, await caller.reserve(await guest(world.url), { game: "grove" }));
    // One seat is taken, one waits.
    await caller.reserve(await guest(world.url), { game: "grove" });
    const late = await guest(world.url, "Late");
    expect((await caller.reserve(late, { game: "grove" })).code).toBe("ROOM_FULL");
    expect((await caller.reserve(late, { game: "grove", create: {} })).code).toBe("ROOM_FULL");
  });

  it("lets nobody open a kept zone for themselves", async () => {
    const caller = callerFrom(world.url, newAddress());
    const opened = await caller.reserve(await guest(world.url), { game: "grove", create: { private: true } });
    const ann = await caller.reserve(await guest(world.url, "Ann"), { game: "grove" });
    expect(ann.body.roomId).toBe(opened.body.roomId);
  });

  it("lets an address try so many codes that lead nowhere, by whichever way", async () => {
    const caller = callerFrom(world.url, newAddress());
    const host = await world.join("barn", { name: "Host" });
    const known = `/v1/rooms/${host.room.roomId}`;
    for (let i = 0; i < 100; i++) {
      // Rooms that are there cost nothing.
      expect((await caller.get(known)).status).toBe(200);
      expect((await caller.get("/v1/rooms/NONE")).code).toBe("ROOM_UNKNOWN");
      expect((await caller.useTicket("none", "joinById", "NONE")).code).toBe("TICKET_INVALID");
      expect((await caller.useTicket("none", "reconnect", "NONE")).code).toBe("SEAT_EXPIRED");
    }
    expect((await caller.get("/v1/rooms/NONE")).code).toBe("RATE_LIMITED");
    expect((await caller.useTicket("none", "joinById", "NONE")).code).toBe("RATE_LIMITED");
    expect((await callerFrom(world.url, newAddress()).get(known)).status).toBe(200);
    await host.leave();
  });

  it("tells a private room from none only to those who are in it or have a ticket for it", async () => {
    const caller = callerFrom(world.url, newAddress());
    const host = await world.join("barn", { name: "Host", create: true, options: { private: true } });
    const code = host.room.roomId;
    expect(code).toMatch(/^[A-Z0-9]{7}$/);
    const answersTo = async (asked: string) => {
      const options = { reconnectionToken: "guessed" };
      const answers = [
        await caller.get(`/v1/rooms/${asked}`),
        await caller.useTicket("none", "joinById", asked),
        await caller.useTicket("none", "reconnect", asked, options),
      ];
      return JSON.stringify(answers).replaceAll(asked, "…");
    };
    expect(await answersTo(code)).toBe(await answersTo("AAAAAAA"));
    // Full it is no other than none either.
    await world.room<HallRoom>(code).lock();
    expect(await answersTo(code)).toBe(await answersTo("AAAAAAA"));
    await world.room<HallRoom>(code).unlock();
    const accessToken = await accessTokenOf(world.url, host.token);
    expect(await callApi(world.url, "GET", `/v1/rooms/${code}`, { accessToken })).toMatchObject({ code });
    await sitDown(world.url, await caller.reserve(await guest(world.url), { roomId: code }));
    await host.leave();
  });
});

describe("a server with its usual limits lets in", () => {
  let world: TestServer;
  const rooms: Room[] = [];
  beforeAll(async () => {
    world = await bootServer({ ...ways, hall: HallRoom, barn: BarnRoom });
  });
  afterAll(async () => {
    for (const room of rooms) {
      room.reconnection.enabled = false;
      room.connection.close();
    }
    await world.close();
  });
  const join = async (...args: Parameters<TestServer["join"]>) => {
    const player = await world.join(...args);
    rooms.push(player.room);
    return player;
  };

  it("a class of thirty behind one address, who come at once, and once more when they reload", async () => {
    const players = await Promise.all(
      Array.from({ length: 30 }, (_, at) => join("barn", { name: `Pupil ${at}` })),
    );
    expect(new Set(players.map(({ room }) => room.roomId)).size).toBe(1);
    const again = await Promise.all(players.map(({ token }) => join("barn", { token })));
    expect(world.room(again[0]!.room.roomId).players.size).toBe(30);
  });

  it("a page that reloads before its socket is open, each time, into the last seat of a room", async () => {
    const host = await join("hall", { name: "Host", create: true });
    const caller = callerFrom(world.url, newAddress());
    const token = await guest(world.url, "Ann");
    const where = { roomId: host.room.roomId };
    for (let i = 0; i < 5; i++) expect((await caller.reserve(token, where)).status).toBe(200);
    rooms.push(await sit(world.url, await caller.reserve(token, where)));
    expect(world.room(host.room.roomId).players.size).toBe(2);
  });

  it("a page that reloads into the room of its own that nobody is in yet", async () => {
    const caller = callerFrom(world.url, newAddress());
    const token = await guest(world.url, "Ann");
    const opened = await caller.reserve(token, { game: "hall", create: { private: true } });
    const back = await caller.reserve(token, { roomId: String(opened.body.roomId) });
    const ann = await sit(world.url, back);
    rooms.push(ann);
    expect(ann.roomId).toBe(opened.body.roomId);
  });

  it("nobody in the place of one who dropped: that seat is not one that waits", async () => {
    const host = await join("hall", { name: "Host", create: true });
    const room = world.room<HallRoom>(host.room.roomId);
    const away = host.room;
    away.reconnection.enabled = false;
    away.connection.close(4010);
    await expect.poll(() => room.players.get(away.sessionId)?.hold !== undefined).toBe(true);
    await room.freeSeat(away.sessionId);
    const back = await new Client(world.url).reconnect<WorldState>(away.reconnectionToken);
    rooms.push(back);
    expect(back.sessionId).toBe(away.sessionId);
  });
});

describe("where an address may have one seat that waits", () => {
  it("a party travels together all the same", async () => {
    const world = await bootServer(ways, { env: { ROOMKEEP_ADDRESS_SEATS: "1" } });
    try {
      const lead = await world.join("yard", { name: "Lead", create: true });
      const members = [lead];
      for (const name of ["Bob", "Cy"]) {
        const member = await world.join("yard", { name, code: lead.room.roomId });
        members.push(member);
        const invited = member.message<{ party: string }>("party.invited");
        lead.send("party.invite", { to: member.room.sessionId });
        member.send("party.accept", { party: (await invited).party });
        await lead.until("the member", () => partySize(lead) === members.length);
      }
      const yard = world.room<YardRoom>(lead.room.roomId);
      const journeys = members.map((member) => member.journey());
      Object.assign(yard.players.get(lead.room.sessionId)!.avatar, { x: 3, z: 0 });
      expect(await Promise.all(journeys)).toEqual(["cellar", "cellar", "cellar"]);
      expect(new Set(members.map(({ room }) => room.roomId)).size).toBe(1);
    } finally {
      await world.close();
    }
  });
  const partySize = (player: TestPlayer) =>
    (player.received.get("party")?.at(-1) as PartyView | null | undefined)?.members.length;
});

describeCluster("over two processes", (open) => {
  let cluster: Cluster;
  let urls: [string, string];
  const hosts: TestPlayer[] = [];
  beforeAll(async () => {
    cluster = await open();
    const env = {
      LOG_LEVEL: "silent",
      ROOMKEEP_TRUST_PROXY: "1",
      ROOMKEEP_ACCOUNT_TICKETS: "20",
      ROOMKEEP_ADDRESS_SEATS: "2",
    };
    const [one, two] = await Promise.all([cluster.start(env), cluster.start(env)]);
    urls = [one.url, two.url];
    // A room in each.
    for (let at = 0; at < 8 && new Set(hosts.map(portOf)).size < 2; at++)
      hosts.push(await joinAs(urls[at % 2]!, "plaza", { name: "Host", create: true }));
  });
  afterAll(async () => {
    for (const host of hosts) host.stop();
    await cluster.close();
  });
  const portOf = ({ room }: TestPlayer) =>
    new URL((room.connection.transport as unknown as { ws: { url: string } }).ws.url).port;
  const here = () => hosts[0]!.room.roomId;
  const there = () => hosts.find((host) => portOf(host) !== portOf(hosts[0]!))!.room.roomId;
  const seatsOf = async (roomId: string) =>
    (await callerFrom(urls[0], newAddress()).get(`/v1/rooms/${roomId}`)).body.players;

  it("a character has one seat that waits: a new one in the other process frees it at once", async () => {
    const token = await guest(urls[0], "Mallory");
    const callers = urls.map((url) => callerFrom(url, newAddress()));
    let seat: Answer | undefined;
    for (let i = 0; i < 4; i++) {
      seat = await callers[i % 2]!.reserve(token, { roomId: i % 2 === 0 ? here() : there() });
      expect(seat.status).toBe(200);
      expect([await seatsOf(here()), await seatsOf(there())]).toEqual(i % 2 === 0 ? [2, 1] : [1, 2]);
    }
    const room = await sit(urls[0], seat!);
    await room.leave();
    await expect.poll(() => seatsOf(there())).toBe(1);
  });

  it("and one of tickets that were asked for first and used at once", async () => {
    const token = await guest(urls[0], "Mallory");
    const callers = urls.map((url) => callerFrom(url, newAddress()));
    const rooms = [here(), there()];
    const tickets = await Promise.all(
      Array.from({ length: 8 }, (_, at) => callers[at % 2]!.ticket(token, { roomId: rooms[at % 2]! })),
    );
    await Promise.all(
      tickets.map(({ body }, at) => callers[at % 2]!.useTicket(body.ticket, "joinById", rooms[at % 2]!)),
    );
    // The two hosts, and one.
    expect(Number(await seatsOf(here())) + Number(await seatsOf(there()))).toBe(3);
  });

  it("an address has few seats that wait, whichever process it asks", async () => {
    const address = newAddress();
    const answers = [];
    for (let i = 0; i < 3; i++) {
      const url = urls[i % 2]!;
      answers.push(await callerFrom(url, address).reserve(await guest(url), { roomId: here() }));
    }
    expect(answers.map(({ code }) => code)).toEqual([undefined, undefined, "SEATS_LIMITED"]);
  });

  it("an account gets so many tickets, whichever process it asks", async () => {
    const token = await guest(urls[0], "Mallory");
    const asked = [];
    for (let i = 0; i < 21; i++)
      asked.push(await callerFrom(urls[i % 2]!, newAddress()).ticket(token, { game: "plaza" }));
    expect(asked.map(({ status }) => status)).toEqual([...Array(20).fill(201), 429]);
  });
});
