import { matchMaker } from "@colyseus/core";
import { Client } from "colyseus.js";
import { CLOSE } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ticketOf } from "../../../rooms/travel/departure.ts";
import type { Characters } from "../../../server/persistence/characters.ts";
import { rowOf } from "../../helpers/characters.ts";
import { type CellarRoom, ways, type YardRoom } from "../../helpers/ways.ts";

let world: TestServer;
/** Ids of all rooms that were ever opened. */
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
  await Promise.all(everyRoom().map((room) => room.disconnect()));
  opened.length = 0;
});
afterAll(() => world.close());

const east = { moveX: 127 };
/** A character's row, without what the process renews every few seconds. */
async function row(player: TestPlayer) {
  const { lease_until: _, ...rest } = await rowOf(world.server.foundation.database.ds, player.characterId);
  return rest as Record<string, unknown>;
}
const roomOf = (player: TestPlayer) => world.room<YardRoom>(player.room.roomId);
/** The server's record of a player. */
const recordOf = (player: TestPlayer) => roomOf(player).players.get(player.room.sessionId)!;

async function join(name: string, who: object = {}): Promise<TestPlayer> {
  const player = await world.join("yard", { name, ...who });
  playing.push(player);
  Object.assign(recordOf(player).avatar, { x: 0, z: 0 });
  return player;
}

/** Puts somebody into a portal, as if they had walked there. */
function stepInto(player: TestPlayer, at: { x: number; z: number }): void {
  Object.assign(recordOf(player).avatar, at);
}
const toCellar = { x: 3, z: 0 };

describe("a way to another room", () => {
  it("takes the same character, with its state, to the portal's spawn", async () => {
    const ann = await join("Ann", { color: 4, shape: 2 });
    Object.assign(recordOf(ann).stats, { health: 7, flags: ["met-the-smith"] });
    const left = { id: ann.room.roomId, session: ann.room.sessionId };
    const journey = ann.journey();
    void ann.walk(east, 60).catch(() => {}); // the room changes under the walk
    expect(await journey).toBe("cellar");
    expect(ann.room.name).toBe("cellar");
    expect(ann.me()).toMatchObject({ name: "Ann", color: 4, shape: 2 });
    expect(recordOf(ann).stats).toEqual({ health: 7, flags: ["met-the-smith"] });
    expect(Math.hypot(ann.me().x - 5, ann.me().z - 5)).toBeLessThan(0.5);
    await ann.until("the old seat to be closed", () => ann.closed.has(left.id));
    expect(ann.closed.get(left.id)).toBe(CLOSE.TRAVELLED);
    await ann.walk(east, 5);
    expect(ann.me().x).toBeGreaterThan(5.5);
  });

  it("holds the character exactly once at every moment", async () => {
    const keeper = await world.join("cellar", { name: "Keeper" });
    const ann = await join("Ann", { follow: false });
    const before = await row(ann);
    let watching = true;
    const most = { copies: 0, avatars: 0 };
    const watch = () => {
      const copies = copiesOf(ann);
      most.copies = Math.max(most.copies, copies.length);
      most.avatars = Math.max(most.avatars, copies.filter(({ shown }) => shown).length);
      if (watching) setImmediate(watch);
    };
    watch();
    stepInto(ann, toCellar);
    const seat = await seatOf(ann);
    const between = await row(ann);
    expect(between).toMatchObject({ owner: null, room_id: keeper.room.roomId, version: 1, epoch: 2 });
    expect(between.transfer_nonce).toBe(ticketOf(recordOf(ann).departure));
    expect(JSON.stringify([...ann.received.values()])).not.toContain(between.transfer_nonce);
    const arrived = await new Client(world.url).consumeSeatReservation(seat as never);
    const after = await row(ann);
    expect(after).toMatchObject({ owner: before.owner, room_id: keeper.room.roomId, epoch: 3 });
    expect(after.transfer_nonce).toBeNull();
    watching = false;
    expect(most).toEqual({ copies: 1, avatars: 1 });
    expect(copiesOf(ann).map(({ room }) => room)).toEqual(["cellar"]);
    await arrived.leave();
    await keeper.leave();
  });

  it("leads from an instance back to the portal that one came by", async () => {
    const ann = await join("Ann");
    const yardId = ann.room.roomId;
    const keeper = await join("Keeper", { code: yardId });
    stepInto(ann, { x: 0.4, z: 4.3 });
    expect(await ann.journey()).toBe("den");
    Object.assign(recordOf(ann).avatar, { x: 3, z: 0 });
    expect(await ann.journey()).toBe("yard");
    expect(ann.room.roomId).toBe(yardId);
    expect(ann.me()).toMatchObject({ x: expect.closeTo(0.4), z: expect.closeTo(4.3) });
    // Standing in the portal takes nobody who has not stepped out of it.
    await ann.patches(10);
    expect(ann.journeys).toEqual(["den", "yard"]);
    expect(keeper.room.roomId).toBe(yardId);
  });

  it("leads to the spawn that the portal names", async () => {
    const ann = await join("Ann");
    stepInto(ann, toCellar);
    await ann.journey();
    Object.assign(recordOf(ann).avatar, { x: 5, z: 9 });
    expect(await ann.journey()).toBe("yard");
    expect(Math.hypot(ann.me().x + 6, ann.me().z + 6)).toBeLessThan(0.5);
  });

  it("opens one room for two who go at the same moment", async () => {
    const ann = await join("Ann");
    const bob = await join("Bob", { code: ann.room.roomId });
    const both = Promise.all([ann.journey(), bob.journey()]);
    stepInto(ann, toCellar);
    stepInto(bob, toCellar);
    expect(await both).toEqual(["cellar", "cellar"]);
    expect(ann.room.roomId).toBe(bob.room.roomId);
  });
});

describe("a traveller", () => {
  it("stands still and can do nothing until the journey has ended", async () => {
    const ann = await join("Ann", { follow: false });
    stepInto(ann, toCellar);
    await seatOf(ann);
    const stood = { x: ann.me().x, z: ann.me().z };
    ann.send("wave");
    await ann.walk({ moveX: -127 }, 6);
    expect({ x: ann.me().x, z: ann.me().z }).toEqual(stood);
    expect(ann.received.get("refused")).toContainEqual(expect.objectContaining({ code: "TRAVELLING" }));
    await ann.journey();
  });

  it("who loses the connection on the way is told where to go when it is back", async () => {
    const ann = await join("Ann");
    stepInto(ann, toCellar);
    await ann.until("the avatar to be frozen", () => ann.received.has("travel"));
    ann.room.connection.close(4010);
    expect(await ann.journey()).toBe("cellar");
    expect(copiesOf(ann).map(({ room }) => room)).toEqual(["cellar"]);
  });
});

describe("a journey that fails", () => {
  /** Back in the yard, owned by it, where they stood, and able to go on. */
  async function expectBack(ann: TestPlayer, at: { x: number; z: number }, code: string): Promise<void> {
    expect(ann.room.name).toBe("yard");
    expect(ann.received.get("travel")!.at(-1)).toMatchObject({ phase: "stayed", code });
    expect(await row(ann)).toMatchObject({ room_id: ann.room.roomId, transfer_nonce: null });
    expect((await row(ann)).owner).not.toBeNull();
    expect(copiesOf(ann).map(({ room }) => room)).toEqual(["yard"]);
    expect(ann.me()).toMatchObject({ x: expect.closeTo(at.x, 1), z: expect.closeTo(at.z, 1) });
    const { x } = ann.me();
    await ann.walk({ moveX: -127 }, 6);
    expect(ann.me().x).toBeLessThan(x - 0.3);
    const { characters } = world.server.foundation;
    const { claim } = recordOf(ann);
    expect(await characters.save(claim, claim.sheet.state)).toBe("saved");
  }

  it.each([
    ["to nowhere", { x: -3, z: 0 }, "PORTAL_UNKNOWN"],
    ["to a place that throws when it is opened", { x: 0, z: -4 }, "TRAVEL_UNAVAILABLE"],
  ])("%s leaves one where one stood", async (_, at, code) => {
    const ann = await join("Ann");
    stepInto(ann, at);
    expect(await ann.journey()).toBe(code);
    await expectBack(ann, at, code);
  });

  it("to a full place leaves one where one stood", async () => {
    const keeper = await world.join("cellar", { name: "Keeper" });
    world.room(keeper.room.roomId).maxClients = 1;
    const ann = await join("Ann");
    stepInto(ann, toCellar);
    expect(await ann.journey()).toBe("ROOM_FULL");
    await expectBack(ann, toCellar, "ROOM_FULL");
    await keeper.leave();
  });

  it("because the place fills up under way brings one back", async () => {
    const keeper = await world.join("cellar", { name: "Keeper" });
    const cellar = world.room(keeper.room.roomId);
    const ann = await join("Ann");
    const { characters } = world.server.foundation;
    const stop = afterHandOver(characters, () => {
      cellar.maxClients = 1;
    });
    stepInto(ann, toCellar);
    expect(await ann.journey()).toBe("ROOM_FULL");
    stop();
    await expectBack(ann, toCellar, "ROOM_FULL");
    await keeper.leave();
  });

  it("because the place closes under way brings one back", async () => {
    const keeper = await world.join("cellar", { name: "Keeper" });
    const cellar = world.room(keeper.room.roomId);
    const ann = await join("Ann");
    const stop = afterHandOver(world.server.foundation.characters, () => cellar.disconnect());
    stepInto(ann, toCellar);
    expect(await ann.journey()).toBe("ROOM_FULL");
    stop();
    await expectBack(ann, toCellar, "ROOM_FULL");
  });

  it("because the place lets nobody in brings one back", async () => {
    const keeper = await world.join("cellar", { name: "Keeper" });
    const cellar = world.room<CellarRoom & { onEnter?: () => void }>(keeper.room.roomId);
    cellar.onEnter = () => {
      throw new Error("no entry today");
    };
    const ann = await join("Ann");
    stepInto(ann, toCellar);
    expect(await ann.journey()).toBe("TRAVEL_REFUSED");
    await expectBack(ann, toCellar, "TRAVEL_REFUSED");
    await keeper.leave();
  });

  it("because the client does not follow brings one back in time", async () => {
    const ann = await join("Ann", { follow: false });
    stepInto(ann, toCellar);
    const seat = await seatOf(ann);
    expect(await ann.journey()).toBe("TRAVEL_LATE");
    await expectBack(ann, toCellar, "TRAVEL_LATE");
    // Whoever comes later is refused, and the character stays where it is.
    await expect(new Client(world.url).consumeSeatReservation(seat as never)).rejects.toThrow(
      /TRANSFER_INVALID|seat reservation/u,
    );
    expect(copiesOf(ann).map(({ room }) => room)).toEqual(["yard"]);
  });

  it("because the client cannot get there brings one back at once", async () => {
    const ann = await join("Ann", { follow: false });
    roomOf(ann).travelWaitMs = 8_000;
    stepInto(ann, toCellar);
    await seatOf(ann);
    ann.send("travel.back");
    expect(await ann.journey(2_000)).toBe("TRAVEL_LATE");
    await expectBack(ann, toCellar, "TRAVEL_LATE");
  });

  it("while the connection is gone keeps the seat in the room that one left", async () => {
    const ann = await join("Ann", { follow: false });
    stepInto(ann, toCellar);
    await seatOf(ann);
    const [record, token] = [recordOf(ann), ann.room.reconnectionToken];
    const keeper = await join("Keeper", { code: ann.room.roomId });
    ann.stop();
    await keeper.until("the seat to be kept", () => record.avatar.away);
    await keeper.until("the character to be back", () => record.departure === undefined);
    expect(await row(ann)).toMatchObject({ room_id: keeper.room.roomId, transfer_nonce: null });
    const again = await new Client(world.url).reconnect(token);
    expect(again.sessionId).toBe(record.sessionId);
    expect(record.avatar).toMatchObject({ x: 3, away: false });
    await again.leave();
  });

  it("after the player has left frees the character", async () => {
    const ann = await join("Ann", { follow: false });
    stepInto(ann, toCellar);
    await seatOf(ann);
    await ann.leave();
    const again = await world.join("yard", { token: ann.token });
    expect(again.me().x).toBeCloseTo(3);
    await again.leave();
  });
});

describe("the ticket of a journey", () => {
  /** Somebody on the way, the room that they are expected in, and a way to try a ticket. */
  /** @param waitMs how long the old room waits: whoever tries the ticket has time for it */
  async function onTheWay(waitMs = 8_000) {
    const keeper = await world.join("cellar", { name: "Keeper" });
    playing.push(keeper);
    const ann = await join("Ann", { follow: false });
    roomOf(ann).travelWaitMs = waitMs;
    stepInto(ann, toCellar);
    const seat = await seatOf(ann);
    const { departure, claim } = recordOf(ann);
    const journey = {
      ticket: ticketOf(departure)!,
      from: {
        game: "yard",
        roomId: ann.room.roomId,
        sessionId: ann.room.sessionId,
        place: { x: 0, y: 0, z: 0, yaw: 0 },
      },
    };
    const show = async (roomId: string, characterId: string) => {
      const room = (await matchMaker.driver.findOne({ roomId }))!;
      const auth = { accountId: claim.sheet.accountId, characterId, journey };
      const reserved = await matchMaker.reserveSeatFor(room, {}, auth);
      return new Client(world.url).consumeSeatReservation(reserved as never);
    };
    return { keeper, ann, seat, show };
  }

  it("is good for its character only", async () => {
    const { keeper, ann, show } = await onTheWay();
    const bob = await join("Bob", { code: ann.room.roomId });
    const before = await row(bob);
    await expect(show(keeper.room.roomId, bob.characterId)).rejects.toThrow(/^TRANSFER_INVALID/u);
    expect(await row(bob)).toEqual(before);
    expect(copiesOf(bob).map(({ room }) => room)).toEqual(["yard"]);
  });

  it("is good for its room only", async () => {
    const { ann, show } = await onTheWay();
    const other = await world.join("cellar", { name: "Other", create: true });
    playing.push(other);
    await expect(show(other.room.roomId, ann.characterId)).rejects.toThrow(/^TRANSFER_INVALID/u);
    expect(copiesOf(ann).map(({ room }) => room)).toEqual(["yard"]);
  });

  it("is good once", async () => {
    const { keeper, ann, seat, show } = await onTheWay();
    const arrived = await new Client(world.url).consumeSeatReservation(seat as never);
    const before = await row(ann);
    await expect(show(keeper.room.roomId, ann.characterId)).rejects.toThrow(/^TRANSFER_INVALID/u);
    expect(await row(ann)).toEqual(before);
    expect(copiesOf(ann).map(({ room }) => room)).toEqual(["cellar"]);
    await arrived.leave();
  });

  it("is what the old room asks for before it believes that somebody has arrived", async () => {
    const { ann } = await onTheWay(1_500);
    const { sessionId } = recordOf(ann);
    await matchMaker.remoteRoomCall(ann.room.roomId, "journeyEnded", [
      sessionId,
      "another",
      { how: "arrived" },
    ]);
    expect(copiesOf(ann).map(({ room }) => room)).toEqual(["yard"]);
    expect(await ann.journey()).toBe("TRAVEL_LATE");
  });

  it("cannot be brought by a client", async () => {
    const { keeper, ann } = await onTheWay();
    const mallory = await join("Mallory");
    await mallory.leave();
    const ticket = ticketOf(recordOf(ann).departure);
    const journey = { ticket, from: { game: "yard", roomId: "x", sessionId: "y" } };
    const again = await world.join("cellar", {
      token: mallory.token,
      code: keeper.room.roomId,
      options: { journey, auth: { characterId: ann.characterId, journey } },
    });
    expect(recordOf(again).claim.sheet.id).toBe(mallory.characterId);
    expect((await row(ann)).transfer_nonce).toBe(ticket);
    await again.leave();
  });
});

/** Every room that has a record of a player's character, and whether it shows an avatar of it. */
function copiesOf({ characterId }: TestPlayer): { room: string; shown: boolean }[] {
  return everyRoom().flatMap((room) =>
    [...room.players.values()]
      .filter(({ claim }) => claim.sheet.id === characterId)
      .map(({ sessionId }) => ({ room: room.roomName, shown: room.state.actors.has(sessionId) })),
  );
}

function everyRoom(): YardRoom[] {
  return opened.map((id) => matchMaker.getLocalRoomById(id) as never as YardRoom).filter(Boolean);
}

/** The seat that somebody is sent to, who does not go there. */
async function seatOf(player: TestPlayer): Promise<unknown> {
  type Travel = { phase: string; seat?: unknown };
  const last = () => player.received.get("travel")?.at(-1) as Travel | undefined;
  await player.until("a seat", () => last()?.phase === "go");
  return last()?.seat;
}

/** Does something between the hand-over and the seat. */
function afterHandOver(characters: Characters, then: () => undefined | Promise<unknown>): () => void {
  const { transfer } = characters;
  characters.transfer = async (...parameters) => {
    const ticket = await transfer(...parameters);
    await then();
    return ticket;
  };
  return () => {
    characters.transfer = transfer;
  };
}
