import type { Room } from "colyseus.js";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { enterRoom, signIn } from "../../../bots/index.ts";
import { cardsDuel, rateDuel } from "../../../games/cards/duel.ts";
import { CardsRoom } from "../../../games/cards/room.ts";
import { dealtTo, fits, pointsOf, RANKS } from "../../../games/cards/rules.ts";
import type { CardsState } from "../../../games/cards/state.ts";
import { matchmaking } from "../../../plugins/matchmaking/index.ts";
import { readErrorCode } from "../../../shared/index.ts";
import { dropGuest, joinGuest, passTime } from "../../helpers/guests.ts";
import { handOf, lay, move, type Player, seatOf, twoAtTable } from "./table.ts";

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ cards: CardsRoom }, { plugins: [matchmaking.with({ queues: [cardsDuel] })] });
});
afterAll(() => world.close());

/** A card by suit and rank. */
const card = (suit: number, rank: number) => suit * RANKS + rank - 1;
const turnOf = (player: Player) => player.until("the own turn", () => player.room.state.turn === player.id);

test("same suit, same number, and eights fit; after an eight the suit alone", () => {
  const open = { top: card(1, 5), suit: 1 };
  expect(fits(card(1, 9), open)).toBe(true);
  expect(fits(card(3, 5), open)).toBe(true);
  expect(fits(card(3, 8), open)).toBe(true);
  expect(fits(card(3, 6), open)).toBe(false);
  const wished = { top: card(0, 8), suit: 2 };
  expect(fits(card(2, 1), wished)).toBe(true);
  expect(fits(card(0, 1), wished)).toBe(false);
  expect(fits(card(1, 8), wished)).toBe(true);
  expect([pointsOf(card(0, 8)), pointsOf(card(0, 2)), pointsOf(card(0, 7))]).toEqual([25, 15, 7]);
  expect([dealtTo(2, 6), dealtTo(6, 8)]).toEqual([6, 6]);
});

test("cards go round: an eight names the suit, a two gives two, an eleven skips", async () => {
  const { ann, ben, room } = await twoAtTable(world);
  expect(handOf(ann)).toHaveLength(6);
  await lay(room, {
    top: card(0, 5),
    hands: [
      [ann, [card(0, 11), card(1, 8), card(3, 2), card(3, 3), card(3, 4)]],
      [ben, [card(3, 7), card(0, 9)]],
    ],
  });
  ann.send("play", { card: card(0, 11) });
  await ben.until("the eleven", () => ben.room.state.top === card(0, 11));
  expect(ben.room.state.turn).toBe(ann.id);
  expect((await ann.refused("play", { card: card(1, 8) })).code).toBe("ACTION_REFUSED");
  ann.send("play", { card: card(1, 8), suit: 3 });
  await turnOf(ben);
  expect((await ben.refused("play", { card: card(0, 9) })).reason).toContain("does not fit");
  ben.send("play", { card: card(3, 7) });
  await turnOf(ann);
  ann.send("play", { card: card(3, 2) });
  await ben.until("two cards", () => handOf(ben).length === 3);
  expect(ann.room.state.turn).toBe(ann.id);
  ann.stop();
  ben.stop();
});

test("a round is counted, the match goes on up to the limit, and a rematch begins anew", async () => {
  const { ann, ben, room } = await twoAtTable(world, { limit: 20 });
  await lay(room, {
    top: card(0, 5),
    hands: [
      [ann, [card(0, 6)]],
      [ben, [card(1, 8), card(2, 7)]],
    ],
  });
  ann.send("play", { card: card(0, 6) });
  await ben.until("the points", () => ben.room.state.phase === "count");
  expect(ben.room.state.seats.get(ben.id)?.points).toBe(32);
  expect(ben.room.state.winner).toBe(ann.id);
  passTime(room, 9);
  await ann.until("the end", () => ann.room.state.phase === "over");
  ann.send("rematch", {});
  await ben.until("a new match", () => ben.room.state.phase === "play" && ben.room.state.round === 1);
  expect(seatOf(ben)?.points).toBe(0);
  ann.stop();
  ben.stop();
});

test("out of turn, a card of another, a seat of another, a message that does not fit: refused by name", async () => {
  const { ann, ben, room } = await twoAtTable(world, { turnS: 30 });
  const before = JSON.stringify(room.state.toJSON());
  expect((await ben.refused("draw", {})).code).toBe("TURN_OTHER");
  const [bens = 0] = handOf(ben);
  expect((await ann.refused("play", { card: bens, suit: 0 })).reason).toContain("not in your hand");
  expect((await ann.refused("play", { card: 4_000 })).code).toBe("MESSAGE_INVALID");
  expect((await ann.refused("play", { card: handOf(ann)[0], seat: ben.id })).code).toBe("MESSAGE_INVALID");
  expect((await ann.refused("agree", { yes: true })).code).toBe("PHASE_WRONG");
  expect((await ann.refused("pass", {})).code).toBe("ACTION_REFUSED");
  expect((await ben.refused("settings", { cards: 3 })).code).toBe("NOT_LEADER");
  expect((await ann.refused("settings", { cards: 3 })).code).toBe("PHASE_WRONG");
  expect(JSON.stringify(room.state.toJSON())).toBe(before);
  ann.stop();
  ben.stop();
});

test("an answer after the time: the turn has gone on, with a card", async () => {
  const { ann, ben, room } = await twoAtTable(world, { turnS: 30 });
  const [first = 0] = handOf(ann);
  room.clock.currentTime -= 31_000;
  expect((await ann.refused("play", { card: first, suit: 0 })).code).toBe("TURN_OTHER");
  await turnOf(ben);
  expect(handOf(ann)).toHaveLength(7);
  ann.stop();
  ben.stop();
});

test("the last move is taken back if the others agree", async () => {
  const { ann, ben, room } = await twoAtTable(world);
  await lay(room, {
    top: card(0, 5),
    hands: [
      [ann, [card(0, 6), card(0, 2)]],
      [ben, [card(1, 1), card(2, 7)]],
    ],
  });
  ann.send("play", { card: card(0, 2) });
  await ben.until("two more cards", () => handOf(ben).length === 4);
  expect((await ben.refused("undo", {})).code).toBe("TURN_OTHER");
  ann.send("undo", {});
  await ben.until("the question", () => ben.room.state.phase === "undo");
  expect((await ann.refused("agree", { yes: true })).code).toBe("ACTION_REFUSED");
  ben.send("agree", { yes: true });
  await ann.until("the cards back", () => handOf(ann).length === 2 && ann.room.state.phase === "play");
  expect(handOf(ann)).toEqual([card(0, 6), card(0, 2)]);
  await ben.until("the own cards back", () => handOf(ben).length === 2);
  expect(ann.room.state.top).toBe(card(0, 5));
  expect(ann.room.state.turn).toBe(ann.id);
  // Without consent it stays, and is not asked for twice.
  ann.send("draw", {});
  await ann.until("a card", () => handOf(ann).length === 3);
  ann.send("undo", {});
  await ben.until("the question", () => ben.room.state.phase === "undo");
  ben.send("agree", { yes: false });
  await ann.until("no", () => ann.room.state.phase === "play");
  expect(handOf(ann)).toHaveLength(3);
  expect((await ann.refused("undo", {})).code).toBe("ACTION_REFUSED");
  ann.stop();
  ben.stop();
});

test("nobody's silence is consent: the time for it runs out", async () => {
  const { ann, ben, room } = await twoAtTable(world, { undoS: 10 });
  ann.send("draw", {});
  await ann.until("a card", () => handOf(ann).length === 7);
  ann.send("undo", {});
  await ben.until("the question", () => ben.room.state.phase === "undo");
  room.clock.currentTime -= 11_000;
  expect((await ben.refused("agree", { yes: true })).code).toBe("PHASE_WRONG");
  await ann.until("play", () => ann.room.state.phase === "play");
  expect(handOf(ann)).toHaveLength(7);
  ann.stop();
  ben.stop();
});

test("who is away is waited for, or skipped, as the room is set", async () => {
  const { ann, ben, code } = await twoAtTable(world, { absent: "skip" });
  await ben.room.leave(true);
  await ann.until("Ben away", () => ann.room.state.seats.get(ben.id)?.away === true);
  ann.send("draw", {});
  await ann.until("a card", () => ann.room.state.drawn);
  ann.send("pass", {});
  await ann.until("the pass", () => ann.room.state.last.endsWith("passed"));
  expect(ann.room.state.turn).toBe(ann.id);
  const again = await joinGuest<CardsState>(world, "cards", { token: ben.token, code });
  dropGuest(ann, { returns: false });
  await turnOf(again);
  again.stop();

  const other = await twoAtTable(world, { absent: "wait" });
  await other.ann.room.leave(true);
  await other.ben.until("Ann away", () => other.ben.room.state.seats.get(other.ann.id)?.away === true);
  expect(other.ben.room.state.turn).toBe(other.ann.id);
  const back = await joinGuest<CardsState>(world, "cards", { token: other.ann.token, code: other.code });
  await turnOf(back);
  back.stop();
  other.ben.stop();
});

test("a bot plays a whole match with a person", async () => {
  const ann = await joinGuest<CardsState>(world, "cards", { name: "Ann", create: true });
  const room = world.room<CardsRoom>(ann.room.roomId);
  ann.send("settings", { limit: 20 });
  ann.send("start");
  await ann.until("the deal", () => ann.room.state.phase === "play");
  const over = () => ann.room.state.phase === "over";
  for (let moves = 0; moves < 400 && !over(); moves++) {
    const { state } = ann.room;
    if (state.phase === "play" && state.turn === ann.id) await move([ann]);
    else {
      const before = JSON.stringify([state.phase, state.turn, state.last, state.round, state.drawn]);
      passTime(room, 9);
      await ann.until("a change", () => {
        const now = ann.room.state;
        return JSON.stringify([now.phase, now.turn, now.last, now.round, now.drawn]) !== before;
      });
    }
  }
  expect(over()).toBe(true);
  expect([...ann.room.state.seats.values()].some(({ bot }) => bot)).toBe(true);
  ann.stop();
});

test("no frame of an opponent or a spectator holds a hidden hand", async () => {
  const { ann, ben, code, room } = await twoAtTable(world);
  const { token } = await signIn(world.url, { name: "Eve" });
  const eve = (await enterRoom(world.url, "cards", token, {
    code,
    options: { as: "spectator" },
  })) as unknown as Room<unknown, CardsState>;
  const frames: string[] = [];
  const socket = (eve.connection as unknown as { transport: { ws: EventTarget } }).transport.ws;
  socket.addEventListener("message", (event) =>
    frames.push(Buffer.from((event as unknown as { data: ArrayBuffer }).data).toString("latin1")),
  );
  // A run of cards that means nothing else: it is in the own frames, and in no other's.
  const secret = [40, 33, 26, 19, 12, 47];
  const needle = String.fromCharCode(...secret);
  await lay(room, {
    top: card(0, 5),
    hands: [
      [ann, secret],
      [ben, [card(1, 1), card(2, 7)]],
    ],
  });
  const late = await joinAgain(ben);
  const inOrder = (all: readonly string[]) => all.some((frame) => holdsRun(frame, needle));
  expect(inOrder(ann.frames)).toBe(true);
  expect(inOrder(ben.frames)).toBe(false);
  expect(inOrder(late.frames)).toBe(false);
  expect(frames.length).toBeGreaterThan(0);
  expect(inOrder(frames)).toBe(false);
  expect(handOf(late)).toHaveLength(2);
  expect([...(eve.state.seats.get(ann.id)?.hand ?? [])]).toEqual([]);
  expect([...(late.room.state.seats.get(ann.id)?.hand ?? [])]).toEqual([]);
  for (const one of [ann, late]) one.stop();
  await eve.leave();
});

/** The same player, with a new full state. */
async function joinAgain(player: Player): Promise<Player> {
  await player.room.leave(true);
  return joinGuest<CardsState>(world, "cards", { token: player.token, code: player.room.roomId });
}

/** Whether the bytes come in this order, each within a few of the one before: fields have numbers between. */
function holdsRun(frame: string, needle: string): boolean {
  for (let start = frame.indexOf(needle.charAt(0)); start >= 0; ) {
    let at = start;
    const isRun = [...needle].every((byte, i) => {
      const next = i === 0 ? at : frame.indexOf(byte, at + 1);
      const isNear = next >= 0 && next - at <= 6;
      at = next;
      return isNear;
    });
    if (isRun) return true;
    start = frame.indexOf(needle.charAt(0), start + 1);
  }
  return false;
}

test("a match goes on after all have left: hands, turn, and a move that may still be taken back", async () => {
  const { ann, ben, code } = await twoAtTable(world, { absent: "wait" });
  ann.send("draw", {});
  await ann.until("a card", () => handOf(ann).length === 7);
  const hands = [handOf(ann), handOf(ben)];
  await Promise.all([ann.room.leave(true), ben.room.leave(true)]);
  await expect.poll(() => isOpen(code)).toBe(false);
  const stranger = joinGuest(world, "cards", { name: "Carl", code });
  expect(await stranger.catch((error: Error) => readErrorCode(error.message).code)).toBe("MATCH_CLOSED");
  const again = {
    ben: await joinGuest<CardsState>(world, "cards", { token: ben.token, code }),
    ann: await joinGuest<CardsState>(world, "cards", { token: ann.token, code }),
  };
  expect([handOf(again.ann), handOf(again.ben)]).toEqual(hands);
  expect(again.ann.room.state.turn).toBe(again.ann.id);
  again.ann.send("undo", {});
  await again.ben.until("the question", () => again.ben.room.state.phase === "undo");
  again.ben.send("agree", { yes: true });
  await again.ann.until("the card back", () => handOf(again.ann).length === 6);
  again.ann.stop();
  again.ben.stop();
});

function isOpen(code: string): boolean {
  try {
    return world.room<CardsRoom>(code) !== undefined;
  } catch {
    return false;
  }
}

test("two who found each other by the queue are rated by the first match, and no other game is", async () => {
  const matches = world.server.foundation.plugins.api(matchmaking);
  const [ann, ben] = [await signIn(world.url, { name: "Ann" }), await signIn(world.url, { name: "Ben" })];
  const accounts = [await accountOf(ann.character.id), await accountOf(ben.character.id)] as const;
  for (const account of accounts) await matches.join(account, { queue: cardsDuel.name });
  const ticket = () => matches.ticket(accounts[0]);
  await expect.poll(async () => (await ticket()).state).toBe("ready");
  const { match } = await ticket();
  for (const account of accounts) await matches.answer(account, match ?? "", true);
  await expect.poll(async () => (await ticket()).state).toBe("open");
  const { code = "" } = await ticket();
  const table = { token: ann.token, code: code ?? "" };
  const first = await joinGuest<CardsState>(world, "cards", table);
  const second = await joinGuest<CardsState>(world, "cards", { ...table, token: ben.token });
  const room = world.room<CardsRoom>(first.room.roomId);
  first.send("settings", { limit: 20 });
  const win = async (how: string) => {
    first.send(how, {});
    await second.until("a new match", () => second.room.state.phase === "play");
    await lay(room, {
      top: card(0, 5),
      hands: [
        [first, [card(0, 6)]],
        [second, [card(1, 8)]],
      ],
    });
    first.send("play", { card: card(0, 6) });
    await second.until("the points", () => second.room.state.phase === "count");
    passTime(room, 9);
    await second.until("the end", () => second.room.state.phase === "over");
  };
  await win("start");
  const rating = (of: 0 | 1) => matches.ratingOf(accounts[of], cardsDuel.name);
  await expect.poll(async () => (await rating(0)).games).toBe(1);
  expect((await rating(0)).mu).toBeGreaterThan((await rating(1)).mu);
  await win("rematch");
  first.stop();
  second.stop();
  // A room of a code has no match: see all other tests of this file.
  expect(await rating(0)).toMatchObject({ games: 1 });
});

async function accountOf(characterId: string): Promise<string> {
  const [row] = await world.server.foundation.database.ds.query(
    "SELECT account_id AS id FROM character WHERE id = $1",
    [characterId],
  );
  return row.id;
}

test("a match of the queue is not rated where a bot has won, nor twice", async () => {
  const given: unknown[] = [];
  const rate = (winner: string | undefined, isRated = false) =>
    rateDuel(
      {
        matchOf: async () => ({
          id: "m",
          queue: cardsDuel.name,
          region: null,
          properties: {},
          isRated,
          teams: ["ann", "ben"].map((account) => [{ account, role: null, left: false }]),
        }),
        result: async (_, sides) => {
          given.push(sides);
          return { repeated: false, ratings: new Map() };
        },
      },
      "ROOM",
      winner,
    );
  await rate(undefined);
  await rate("somebody else");
  await rate("ben", true);
  expect(given).toEqual([]);
  await rate("ben");
  expect(given).toEqual([
    [
      { accounts: ["ann"], rank: 2 },
      { accounts: ["ben"], rank: 1 },
    ],
  ]);
});
