import { t } from "@colyseus/schema";
import { defineBots, definePhases, GameRoom, phaseMessage } from "roomkeep/rooms";
import { defineGameState, own, Seat } from "roomkeep/shared";
import { bootServer, runBots, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { CardSeat, HighCardRoom, type HighCardState } from "../../../docs/examples/high-card.ts";
import { type Guest, joinGuest, passTime } from "../../helpers/guests.ts";

const WordSeat = Seat.extend(
  { said: t.string().default(""), word: own(t.string().default("")) },
  "BotWordSeat",
);
const WordState = defineGameState("BotWordState", {
  seat: WordSeat,
  fields: { turns: t.uint16().default(0) },
});
type WordState = InstanceType<typeof WordState>;

/** What the bots of the tests were shown, as JSON. */
const seen: { me: string; json: string; own: string }[] = [];

/** By turns each says a word; a bot says its secret, or too much, or what nobody knows. */
class WordRoom extends GameRoom<WordState> {
  static override readonly listing = { label: "Words", description: "", maxPlayers: 6 };
  static manner: "good" | "greedy" | "strange" | "throws" = "good";
  static override readonly bots = defineBots<WordState>({
    fillTo: 3,
    thinkS: [1, 1],
    names: ["Robo", "Chip"],
    bot({ me, state }) {
      const word = state.seats.get(me)?.word ?? "";
      seen.push({ me, json: JSON.stringify(state.toJSON()), own: word });
      if (WordRoom.manner === "throws") throw new Error("a bot has a bad day");
      if (WordRoom.manner === "strange") return { type: "fly", message: {} };
      if (WordRoom.manner === "greedy") return { type: "say", message: { text: "x".repeat(99) } };
      return { type: "say", message: { text: word } };
    },
  });
  override state = new WordState();
  override readonly phases = definePhases({
    lobby: { next: "say" },
    say: {
      who: "turn",
      messages: {
        say: phaseMessage(z.strictObject({ text: z.string().max(20) }), ({ sessionId }, { text }) =>
          this.say(sessionId, text),
        ),
      },
      enter: ({ turn }) => {
        for (const seat of this.state.seats.values()) seat.word ||= `secret-of-${seat.name}`;
        turn.next();
      },
    },
    scores: { next: "lobby", rematch: true },
  });
  moved: string[] = [];
  protected override onSeatMoved(from: string, to: string): void {
    this.moved.push(`${from} ${to}`);
  }
  private say(id: string, text: string) {
    const seat = this.state.seats.get(id);
    if (seat) seat.said = text;
    this.state.turns++;
    this.phases.turn.next();
  }
}

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ words: WordRoom, cards: HighCardRoom });
});
afterAll(() => world.close());

const roomOf = ({ room }: Guest<WordState>) => world.room<WordRoom>(room.roomId);
const join = (who: Parameters<typeof joinGuest>[2] = {}) => joinGuest<WordState>(world, "words", who);

/** Ann alone, and two bots; it is her turn. */
async function withBots(manner: typeof WordRoom.manner = "good") {
  WordRoom.manner = manner;
  const ann = await join({ name: "Ann", create: true });
  ann.send("start");
  await ann.until("the bots", () => ann.room.state.seats.size === 3 && ann.room.state.turn === ann.id);
  return ann;
}
const bots = ({ room }: Guest<WordState>) => [...room.state.seats.values()].filter(({ bot }) => bot);

test("bots fill the seats when a game begins, are marked, play by turns, and leave after it", async () => {
  const ann = await withBots();
  const room = roomOf(ann);
  expect(bots(ann).map(({ name, bot }) => ({ name, bot }))).toEqual([
    { name: "Robo", bot: true },
    { name: "Chip", bot: true },
  ]);
  ann.send("say", { text: "hello" });
  await ann.until("Robo's turn", () => ann.room.state.turn === bots(ann)[0]?.id);
  passTime(room, 0.9);
  expect(room.state.turns).toBe(1);
  passTime(room, 0.2);
  await ann.until("Robo's word", () => bots(ann)[0]?.said === "secret-of-Robo");
  passTime(room, 1.1);
  await ann.until(
    "Chip's word, and Ann's turn",
    () => bots(ann)[1]?.said === "secret-of-Chip" && ann.room.state.turn === ann.id,
  );
  room.phases.go("lobby");
  await ann.until("the bots to leave", () => ann.room.state.seats.size === 1);
});

test("a bot sees what a player in its seat would: its own secret, and no other's", async () => {
  const ann = await withBots();
  seen.length = 0;
  ann.send("say", { text: "hello" });
  await ann.until("Robo's turn", () => ann.room.state.turn === bots(ann)[0]?.id);
  passTime(roomOf(ann), 1.1);
  await ann.until("Robo's word", () => ann.room.state.turns === 2);
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({ me: bots(ann)[0]?.id, own: "secret-of-Robo" });
  expect(seen[0]?.json).toContain("secret-of-Robo");
  expect(seen[0]?.json).not.toMatch(/secret-of-(Ann|Chip)/);
});

test.each(["greedy", "strange", "throws"] as const)(
  "what a bot does wrong changes nothing, and the room stays: %s",
  async (manner) => {
    const ann = await withBots(manner);
    ann.send("say", { text: "hello" });
    await ann.until("Robo's turn", () => ann.room.state.turn === bots(ann)[0]?.id);
    for (let i = 0; i < 5; i++) passTime(roomOf(ann), 1.1);
    expect(roomOf(ann).state.turns).toBe(1);
    expect(await ann.refused("say", { text: "again" })).toMatchObject({ code: "TURN_OTHER" });
    expect(roomOf(ann).faults.get("bot") ?? 0).toBe(manner === "greedy" ? 0 : 1);
  },
);

test("a bot goes on for who leaves for good, and steps aside for who comes", async () => {
  const ann = await withBots();
  const room = roomOf(ann);
  const bob = await join({ name: "Bob", code: ann.room.roomId });
  await ann.until(
    "Bob in a bot's seat",
    () => ann.room.state.seats.size === 3 && ann.room.state.seats.has(bob.id),
  );
  expect(room.moved).toEqual([`bot-1 ${bob.id}`]);
  expect(bob.room.state.seats.get(bob.id)).toMatchObject({ name: "Bob", bot: false, word: "secret-of-Robo" });
  expect(room.phases.turn.order).toEqual([ann.id, bob.id, "bot-2"]);

  await bob.room.leave();
  await ann.until("a bot for Bob", () => ann.room.state.seats.get(bob.id)?.bot === true);
  ann.send("say", { text: "hello" });
  await ann.until("the turn of Bob's bot", () => ann.room.state.turn === bob.id);
  passTime(room, 1.1);
  await ann.until("its word", () => ann.room.state.seats.get(bob.id)?.said === "secret-of-Robo");

  // Who comes back gets the own seat, not the first of a bot.
  const cleo = await join({ name: "Cleo", code: ann.room.roomId });
  const again = await join({ token: bob.token, code: ann.room.roomId });
  expect(again.room.state.seats.get(again.id)?.word).toMatch(/^secret-of-(Robo|Chip)$/);
  expect(room.moved.at(-1)).not.toContain(cleo.id);
  expect(room.state.seats.size).toBe(3);
});

test("nobody's bots play: a room whose people are all away rests", async () => {
  const ann = await withBots();
  ann.send("say", { text: "hello" });
  await ann.until("Robo's turn", () => ann.room.state.turn === bots(ann)[0]?.id);
  const room = roomOf(ann);
  ann.stop();
  await expect.poll(() => room.state.seats.get(ann.id)?.away).toBe(true);
  for (let i = 0; i < 9; i++) passTime(room, 1.1);
  // The one that was thinking has had its turn.
  expect(room.state.turns).toBe(2);
});

test("the example of the docs is played to its scores by one player and a bot, and its hands are secret", async () => {
  const ann = await joinGuest<HighCardState>(world, "cards", { name: "Ann", create: true });
  const room = world.room<HighCardRoom>(ann.room.roomId);
  ann.send("start");
  await ann.until("the deal", () => ann.room.state.phase === "deal");
  passTime(room, 1.1);
  const mine = () => ann.room.state.seats.get(ann.id)?.hand ?? [];
  for (let trick = 0; trick < 3; trick++) {
    await ann.until("a trick", () => ann.room.state.phase === "play" && mine().length === 3 - trick);
    ann.send("play", { card: mine()[0] });
    await ann.until("the card", () => mine().length === 2 - trick);
    passTime(room, 2.1);
  }
  await ann.until("the scores", () => ann.room.state.phase === "scores");
  const seats = [...ann.room.state.seats.values()];
  expect(seats.reduce((sum, { points }) => sum + points, 0)).toBe(3);
  expect(new CardSeat().bot).toBe(false);
});

test("bots from outside play by the same function, as `roomkeep bots` has them do", async () => {
  const stop = new AbortController();
  const { bot: play } = HighCardRoom.bots;
  const ann = await joinGuest<HighCardState>(world, "cards", { name: "Ann", create: true });
  const ended = runBots({
    url: world.url,
    room: "cards",
    code: ann.room.roomId,
    count: 2,
    play,
    signal: stop.signal,
  });
  await ann.until("both", () => ann.room.state.seats.size === 3);
  ann.send("ready", { ready: true });
  await ann.until("the game", () => ann.room.state.phase === "play");
  const left = () =>
    [...world.room<HighCardRoom>(ann.room.roomId).state.seats.values()].filter(
      ({ hand }) => hand.length === 2,
    );
  await expect.poll(() => left().length).toBe(2);
  stop.abort();
  expect(await ended).toMatchObject({ joined: 2, failed: 0 });
});
