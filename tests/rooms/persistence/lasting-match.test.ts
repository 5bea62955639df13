import { t } from "@colyseus/schema";
import {
  defineBots,
  defineLobby,
  definePhases,
  GameRoom,
  phaseMessage,
  type RoomPlayer,
} from "roomkeep/rooms";
import { CLOSE, defineGameState, own, type Refusal, refuse, Seat } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { accessTokenOf, callApi, signIn } from "../../../bots/sign-in.ts";
import { uniqueCode } from "../../../rooms/travel/room-code.ts";
import { readErrorCode } from "../../../shared/index.ts";
import { type Guest, joinGuest, passTime } from "../../helpers/guests.ts";

const HandSeat = Seat.extend({ hand: own(t.array("uint8")) }, "LastingHandSeat");
const HandState = defineGameState("LastingHandState", {
  seat: HandSeat,
  fields: { table: t.array("string") },
});
type HandState = InstanceType<typeof HandState>;

/** Each puts down a card in turn; the deck is the room's alone. */
class HandRoom extends GameRoom<HandState> {
  static override readonly listing = {
    label: "Hands",
    description: "",
    maxPlayers: 4,
    lasting: { days: 3 },
    spectators: { max: 2 },
  };
  override state = new HandState();
  deck: number[] = [];
  override readonly lobby = defineLobby({ settings: z.object({ cards: z.int().min(1).default(3) }) });
  override readonly phases = definePhases({
    lobby: { next: "play" },
    play: {
      enter: () => this.deal(),
      seconds: 600,
      who: "turn",
      messages: {
        put: phaseMessage(z.strictObject({ card: z.int() }), (player, { card }) => this.put(player, card)),
        end: phaseMessage(z.strictObject({}), () => this.finish(), "all"),
      },
      next: "over",
    },
    over: { rematch: true },
  });
  protected override onKeep() {
    return { deck: this.deck };
  }
  protected override onRestore({ deck }: { deck: number[] }) {
    this.deck = deck;
  }
  private finish(): void {
    this.phases.go("over");
  }
  private deal(): void {
    this.deck = [7, 8, 9];
    const seats = [...this.state.seats.values()];
    for (const [i, seat] of seats.entries()) {
      seat.hand.clear();
      for (let card = 0; card < this.lobby.settings.cards; card++) seat.hand.push(10 * (i + 1) + card);
    }
    this.phases.turn.order = seats.map(({ id }) => id);
    this.phases.turn.give(seats[0]?.id ?? "");
  }
  private put({ sessionId }: RoomPlayer, card: number): Refusal | undefined {
    const seat = this.state.seats.get(sessionId);
    const at = seat?.hand.indexOf(card) ?? -1;
    if (!seat || at < 0) return refuse("ACTION_REFUSED", "Not in your hand.");
    seat.hand.splice(at, 1);
    this.state.table.push(`${seat.name} ${card}`);
    const { order } = this.phases.turn;
    this.phases.turn.give(order[(order.indexOf(sessionId) + 1) % order.length] ?? "");
    return undefined;
  }
}

class WithBotsRoom extends HandRoom {
  static override readonly bots = defineBots<HandState>({ fillTo: 2, bot: () => undefined });
}

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ hands: HandRoom, bots: WithBotsRoom });
});
afterAll(() => world.close());

const join = (who: Parameters<typeof joinGuest>[2], game = "hands") => joinGuest<HandState>(world, game, who);
const seatOf = ({ room }: Guest<HandState>) => room.state.seats.get(room.sessionId);
const handOf = (guest: Guest<HandState>) => [...(seatOf(guest)?.hand ?? [])];
const query = <T>(sql: string, values: unknown[] = []) =>
  world.server.foundation.database.ds.query<T[]>(sql, values);

async function refusalOf(joining: Promise<unknown>): Promise<string | undefined> {
  const error = await joining.then(
    () => new Error("it was let in"),
    (cause: Error) => cause,
  );
  return readErrorCode(error.message).code ?? error.message;
}

async function begun(
  game = "hands",
): Promise<{ ann: Guest<HandState>; ben: Guest<HandState>; code: string }> {
  const ann = await join({ name: "Ann", create: true }, game);
  const code = ann.room.roomId;
  const ben = await join({ name: "Ben", code }, game);
  ann.send("start");
  await ann.until("the cards", () => handOf(ann).length === 3);
  await ben.until("the cards", () => handOf(ben).length === 3);
  return { ann, ben, code };
}

/** All leave for good, and the room is gone. */
async function leave(code: string, ...guests: Guest<HandState>[]): Promise<void> {
  await Promise.all(guests.map(({ room }) => room.leave(true)));
  await expect.poll(() => roomIsOpen(code)).toBe(false);
}

const roomIsOpen = async (code: string) => {
  try {
    return world.room<HandRoom>(code) !== undefined;
  } catch {
    return false;
  }
};

test("a match outlives its room: state, hands, the room's own fields, settings and time", async () => {
  const { ann, ben, code } = await begun();
  ann.send("put", { card: 11 });
  await ben.until("Ann's card", () => ben.room.state.table.length === 1);
  passTime(world.room<HandRoom>(code), 100);
  world.room<HandRoom>(code).deck = [9];
  await leave(code, ann, ben);

  const again = await join({ token: ben.token, code });
  expect(again.room.roomId).toBe(code);
  expect(again.id).not.toBe(ben.id);
  expect(seatOf(again)?.name).toBe("Ben");
  expect(handOf(again)).toEqual([20, 21, 22]);
  expect([...again.room.state.table]).toEqual(["Ann 11"]);
  expect(again.room.state.phase).toBe("play");
  expect(again.room.state.secondsLeft).toBeGreaterThan(480);
  expect(again.room.state.secondsLeft).toBeLessThanOrEqual(500);
  expect(again.room.state.turn).toBe(again.id);
  expect(world.room<HandRoom>(code).deck).toEqual([9]);
  const seats = [...again.room.state.seats.values()].map(({ name, away }) => [name, away]);
  expect(seats).toEqual([
    ["Ann", true],
    ["Ben", false],
  ]);
  again.send("put", { card: 20 });
  await again.until("the own card", () => again.room.state.table.length === 2);
  const annAgain = await join({ token: ann.token, code });
  expect(handOf(annAgain)).toEqual([10, 12]);
  expect(annAgain.room.state.turn).toBe(annAgain.id);
  expect(annAgain.room.state.leader).toBe(annAgain.id);
  await leave(code, again, annAgain);
});

test("a seat waits while others play on, and nobody else gets it", async () => {
  const { ann, ben, code } = await begun();
  await ben.room.leave(true);
  await ann.until("Ben away", () => ann.room.state.seats.get(ben.id)?.away === true);
  expect(await refusalOf(join({ name: "Carl", code }))).toBe("MATCH_CLOSED");
  expect(ann.room.state.seats.size).toBe(2);
  // Nobody is led into it by chance either.
  const other = await join({ name: "Dan" });
  expect(other.room.roomId).not.toBe(code);
  other.stop();
  const again = await join({ token: ben.token, code });
  expect(handOf(again)).toEqual([20, 21, 22]);
  await leave(code, ann, again);
  const epochs = () => query("SELECT epoch, version FROM lasting_match WHERE code = $1", [code]);
  const before = await epochs();
  expect(await refusalOf(join({ name: "Carl", code }))).toBe("MATCH_CLOSED");
  // No room was opened for it.
  expect(await epochs()).toEqual(before);
});

test("a stranger takes a bot's seat, and nobody's else", async () => {
  const ann = await join({ name: "Ann", create: true }, "bots");
  const code = ann.room.roomId;
  ann.send("start");
  await ann.until("a bot", () => [...ann.room.state.seats.values()].some(({ bot }) => bot));
  const ben = await join({ name: "Ben", code }, "bots");
  expect(handOf(ben)).toEqual([20, 21, 22]);
  expect(await refusalOf(join({ name: "Carl", code }, "bots"))).toBe("MATCH_CLOSED");
  await leave(code, ann, ben);
  const again = await join({ token: ben.token, code }, "bots");
  expect(handOf(again)).toEqual([20, 21, 22]);
  await leave(code, again);
});

test("a match that is over says so by its code, and is no longer listed", async () => {
  const { ann, ben, code } = await begun();
  expect((await matches(ann.token)).map((one) => one.code)).toEqual([code]);
  ann.send("end", {});
  await ben.until("the end", () => ben.room.state.phase === "over");
  await leave(code, ann, ben);
  expect(await refusalOf(join({ token: ann.token, code }))).toBe("MATCH_OVER");
  expect(await matches(ann.token)).toEqual([]);
});

test("a rematch under the same code is kept again, without those who left", async () => {
  const { ann, ben, code } = await begun();
  ann.send("end", {});
  await ben.until("the end", () => ben.room.state.phase === "over");
  await ben.room.leave(true);
  await ann.until("Ben gone", () => !ann.room.state.seats.has(ben.id));
  ann.send("rematch");
  await ann.until("a new match", () => ann.room.state.phase === "play");
  expect(ann.room.state.seats.size).toBe(1);
  await leave(code, ann);
  expect(await refusalOf(join({ token: ben.token, code }))).toBe("MATCH_CLOSED");
  const again = await join({ token: ann.token, code });
  expect(handOf(again)).toEqual([10, 11, 12]);
  await leave(code, again);
});

interface Listed {
  readonly code: string;
  readonly game: string;
  readonly phase: string;
  readonly changedAt: string;
  readonly players: readonly { name: string; hasTurn: boolean; isMe: boolean }[];
}

async function matches(token: string): Promise<readonly Listed[]> {
  const accessToken = await accessTokenOf(world.url, token);
  return (await callApi<{ matches: Listed[] }>(world.url, "GET", "/v1/matches", { accessToken })).matches;
}

test("my games: code, players, whose turn it is and the last change; nothing to others", async () => {
  const { ann, ben, code } = await begun();
  ann.send("put", { card: 10 });
  await ben.until("the turn", () => ben.room.state.turn === ben.id);
  const [first, ...others] = await matches(ben.token);
  expect(others).toEqual([]);
  expect(first).toMatchObject({
    code,
    game: "hands",
    phase: "play",
    players: [
      { name: "Ann", hasTurn: false, isMe: false },
      { name: "Ben", hasTurn: true, isMe: true },
    ],
  });
  expect(Date.parse(first?.changedAt ?? "")).toBeGreaterThan(Date.parse("2026-01-01"));
  const stranger = await signIn(world.url, { name: "Carl" });
  expect(await matches(stranger.token)).toEqual([]);
  expect((await fetch(new URL("/v1/matches", world.url))).status).toBe(401);
  await leave(code, ann, ben);
});

test("hands are sealed, and kept for as many days as the listing says", async () => {
  const { ann, ben, code } = await begun();
  await leave(code, ann, ben);
  const [row] = await query<{ days: number; owner: string | null }>(
    `SELECT round(extract(epoch FROM keep_until - changed_at) / 86400)::int AS days, owner
     FROM lasting_match WHERE code = $1`,
    [code],
  );
  expect(row).toEqual({ days: 3, owner: null });
  await query("UPDATE lasting_match SET keep_until = now() - interval '1 minute' WHERE code = $1", [code]);
  const { matches: store, database } = world.server.foundation;
  if (!("sweep" in store.retention)) throw new Error("no sweep");
  await store.retention.sweep(database.ds);
  expect(await refusalOf(join({ token: ann.token, code }))).toBe("ROOM_UNKNOWN");
});

test("a save that cannot be opened is left as it is", async () => {
  const { ann, ben, code } = await begun();
  await leave(code, ann, ben);
  await query("UPDATE lasting_match SET snapshot = 'x' WHERE code = $1", [code]);
  expect(await refusalOf(join({ token: ann.token, code }))).toBe("MATCH_SEALED");
  const [row] = await query<{ snapshot: Buffer; owner: string | null }>(
    "SELECT snapshot, owner FROM lasting_match WHERE code = $1",
    [code],
  );
  expect(row?.snapshot.toString()).toBe("x");
  expect(row?.owner).toBeNull();
});

test("nobody sees an act that is not saved: the match stands still, and goes on with it", async () => {
  const { ann, ben, code } = await begun();
  await query("ALTER TABLE lasting_match RENAME TO lasting_match_away");
  ann.send("put", { card: 10 });
  let refusal = await ann.refused("put", { card: 11 });
  // Until the save was tried it is Ben's turn for the room.
  while (refusal.code === "TURN_OTHER") refusal = await ann.refused("put", { card: 11 });
  expect(refusal.code).toBe("DATABASE_UNAVAILABLE");
  // It is tried again a second later, which is many patches.
  const tries = vi.spyOn(world.server.foundation.matches, "save");
  await expect.poll(() => tries.mock.calls.length).toBeGreaterThan(0);
  expect([...ann.room.state.table]).toEqual([]);
  expect(handOf(ann)).toEqual([10, 11, 12]);
  expect((await ben.refused("put", { card: 20 })).code).toBe("DATABASE_UNAVAILABLE");
  await query("ALTER TABLE lasting_match_away RENAME TO lasting_match");
  await ben.until("Ann's card", () => ben.room.state.table.length === 1);
  ben.send("put", { card: 20 });
  await ann.until("Ben's card", () => ann.room.state.table.length === 2);
  await leave(code, ann, ben);
});

test("a room that has lost its match closes unsaved", async () => {
  const { ann, ben, code } = await begun();
  await query("UPDATE lasting_match SET owner = 'another', epoch = epoch + 1 WHERE code = $1", [code]);
  const before = await query("SELECT snapshot FROM lasting_match WHERE code = $1", [code]);
  ann.send("put", { card: 10 });
  for (const guest of [ann, ben]) {
    guest.room.reconnection.enabled = false;
    await expect.poll(() => guest.closed).toEqual([CLOSE.FENCED]);
  }
  await expect.poll(() => roomIsOpen(code)).toBe(false);
  expect(await query("SELECT snapshot FROM lasting_match WHERE code = $1", [code])).toEqual(before);
});

test("who was kicked stays out, and the seat is gone", async () => {
  const { ann, ben, code } = await begun();
  ann.send("kick", { id: ben.id });
  await ann.until("no Ben", () => !ann.room.state.seats.has(ben.id));
  expect(await refusalOf(join({ token: ben.token, code }))).toBe("KICKED");
  await leave(code, ann);
  expect(await refusalOf(join({ token: ben.token, code }))).toBe("MATCH_CLOSED");
  expect((await matches(ben.token)).map((one) => one.code)).not.toContain(code);
});

test("no room gets the code of a match that may open again", async () => {
  const asked: string[] = [];
  const code = await uniqueCode("", 4, async (one) => asked.push(one) === 1);
  expect(asked).toHaveLength(2);
  expect(code).toBe(asked[1]);
});

test("a lasting match needs a lobby and a number of days that can be kept", async () => {
  class Timeless extends HandRoom {
    static override readonly listing = { ...HandRoom.listing, lasting: { days: 0 } };
  }
  class Bare extends GameRoom<HandState> {
    static override readonly listing = HandRoom.listing;
    override state = new HandState();
  }
  expect(() => new Timeless().check()).toThrow(/1 to 3650/u);
  expect(() => new Bare().check()).toThrow(/lobby/u);
});

test("an edit of the game keeps the match and its seats", async () => {
  // From the first edit on, rooms are noted for the next.
  const edit = () => world.server.reload({ hands: HandRoom, bots: WithBotsRoom });
  await edit();
  const { ann, ben, code } = await begun();
  ann.send("put", { card: 10 });
  await ben.until("the turn", () => ben.room.state.turn === ben.id);
  const backAgain = [ann, ben].map(
    ({ room }) => new Promise<void>((resolve) => room.onReconnect.once(() => resolve())),
  );
  await edit();
  await Promise.all(backAgain);
  ben.send("put", { card: 21 });
  await ann.until("Ben's card", () => ann.room.state.table.length === 2);
  await leave(code, ann, ben);
  const again = await join({ token: ben.token, code });
  expect([...again.room.state.table]).toEqual(["Ann 10", "Ben 21"]);
  expect(handOf(again)).toEqual([20, 22]);
  await leave(code, again);
});
