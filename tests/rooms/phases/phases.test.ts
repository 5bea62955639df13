import { t } from "@colyseus/schema";
import { definePhases, GameRoom, phaseMessage, type RoomPlayer } from "roomkeep/rooms";
import { defineGameState, refuse, Seat } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { dropGuest, type Guest, joinGuest, passTime } from "../../helpers/guests.ts";

const QuizSeat = Seat.extend({ points: t.uint16().default(0) }, "PhaseQuizSeat");
const QuizState = defineGameState("PhaseQuizState", {
  seat: QuizSeat,
  fields: { answers: t.array("string"), log: t.array("string"), solved: t.boolean().default(false) },
});
type QuizState = InstanceType<typeof QuizState>;

const text = z.strictObject({ text: z.string().max(20) });

/** One is asked, the others guess; what happens is written down in the state. */
class QuizRoom extends GameRoom<QuizState> {
  static override readonly listing = { label: "Quiz", description: "", maxPlayers: 8 };
  override state = new QuizState();
  dropped: "wait" | "skip" | "end" = "wait";
  override readonly phases = definePhases({
    lobby: { next: "ask" },
    ask: {
      seconds: 30,
      who: "turn",
      messages: {
        ask: phaseMessage(text, (_, { text }) => void this.state.answers.push(`ask ${text}`)),
        done: phaseMessage(z.strictObject({}), () => this.goOn()),
        hurry: phaseMessage(z.strictObject({}), () => this.goOn(), "leader"),
      },
      enter: ({ turn }) => void turn.next(),
      exit: () => void this.state.log.push("exit ask"),
      turnDropped: "skip",
      next: "guess",
      playersMin: 2,
      below: "lobby",
    },
    guess: {
      seconds: () => 10,
      messages: {
        guess: phaseMessage(text, (player, { text }) => this.guess(player, text)),
        stop: phaseMessage(z.strictObject({}), () => this.stop()),
      },
      enter: () => void this.state.log.push("enter guess"),
      until: () => this.state.solved,
      next: "scores",
      playersMin: 2,
      below: "pause",
    },
    scores: { next: "lobby", rematch: true },
  });

  private goOn() {
    this.phases.go("guess");
  }
  private stop() {
    this.phases.pause();
  }
  private guess({ sessionId }: RoomPlayer, word: string) {
    if (word === "no") return refuse("ACTION_REFUSED", "Not that.");
    this.state.answers.push(`${this.state.seats.get(sessionId)?.name} ${word}`);
    if (word === "lighthouse") this.state.solved = true;
  }
}

/** Everything goes on by time, and comes to its end by it. */
class TimedRoom extends GameRoom<QuizState> {
  static override readonly listing = { label: "Timed", description: "", maxPlayers: 8 };
  override state = new QuizState();
  override readonly phases = definePhases({
    day: { seconds: 90_000, next: "night" },
    night: { seconds: 3, next: "day", enter: (phases) => phases.go("day") },
  });
}

class CircleRoom extends GameRoom<QuizState> {
  override state = new QuizState();
  override readonly phases = definePhases({
    a: { enter: (phases) => phases.go("b"), next: "b" },
    b: { enter: (phases) => phases.go("a"), next: "a" },
  });
}
class EndlessRoom extends GameRoom<QuizState> {
  override state = new QuizState();
  override readonly phases = definePhases({ a: { seconds: 3 } });
}
class TwoShapesRoom extends GameRoom<QuizState> {
  override state = new QuizState();
  override readonly phases = definePhases({
    a: { messages: { say: phaseMessage(text, () => {}) } },
    b: { messages: { say: phaseMessage(z.strictObject({ number: z.int() }), () => {}) } },
  });
}

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({
    quiz: QuizRoom,
    timed: TimedRoom,
    circle: CircleRoom,
    endless: EndlessRoom,
    shapes: TwoShapesRoom,
  });
});
afterAll(() => world.close());

const roomOf = ({ room }: Guest<QuizState>) => world.room<QuizRoom>(room.roomId);
const join = (game: string, who: Parameters<typeof joinGuest>[2]) => joinGuest<QuizState>(world, game, who);
const phase = (guest: Guest<QuizState>, name: string) =>
  guest.until(`the phase ${name}`, () => guest.room.state.phase === name);

/** Three players in the phase "ask", where it is the first one's turn. */
async function asking(): Promise<[Guest<QuizState>, Guest<QuizState>, Guest<QuizState>]> {
  const ann = await join("quiz", { name: "Ann", color: 3, create: true });
  const code = ann.room.roomId;
  const bob = await join("quiz", { name: "Bob", code });
  const cleo = await join("quiz", { name: "Ann", code });
  ann.send("start");
  for (const one of [ann, bob, cleo]) await phase(one, "ask");
  return [ann, bob, cleo];
}

test("seats are taken, shown with name, tag and colour, marked away, and given up", async () => {
  const [ann, bob, cleo] = await asking();
  const seen = () =>
    [...bob.room.state.seats.values()].map(({ name, color, away }) => ({ name, color, away }));
  const tag = world.room(ann.room.roomId).players.get(cleo.id)?.name ?? "";
  expect(tag).toMatch(/^Ann #/);
  expect(seen()).toEqual([
    { name: "Ann", color: 3, away: false },
    { name: "Bob", color: 0, away: false },
    { name: tag, color: 0, away: false },
  ]);
  dropGuest(cleo, { returns: false });
  await bob.until("the mark", () => bob.room.state.seats.get(cleo.id)?.away === true);
  dropGuest(ann);
  await bob.until("Ann to drop", () => bob.room.state.seats.get(ann.id)?.away === true);
  await bob.until("Ann to be back", () => bob.room.state.seats.get(ann.id)?.away === false);
  bob.stop();
  await ann.until("Bob's seat to be marked", () => ann.room.state.seats.get(bob.id)?.away === true);
  const kept = world.room(ann.room.roomId).players.get(bob.id)?.hold;
  kept?.reject(new Error("given up"));
  await ann.until("Bob's seat to be empty", () => !ann.room.state.seats.has(bob.id));
});

test("a phase says who may act, takes its own messages alone, and refuses each other one by name", async () => {
  const [ann, bob] = await asking();
  expect(await bob.refused("ask", { text: "me?" })).toMatchObject({ code: "TURN_OTHER" });
  expect(await ann.refused("guess", { text: "early" })).toMatchObject({ code: "PHASE_WRONG" });
  expect(await ann.refused("ask", { text: 7 })).toMatchObject({ code: "MESSAGE_INVALID" });
  expect(await ann.refused("ask", { text: "x", seat: bob.id })).toMatchObject({ code: "MESSAGE_INVALID" });
  expect(await bob.refused("name", { name: "Eve" })).toMatchObject({ code: "MESSAGE_UNKNOWN" });
  expect(await bob.refused("hurry", {})).toMatchObject({ code: "NOT_LEADER" });
  ann.send("ask", { text: "what?" });
  await bob.until("the question", () => bob.room.state.answers.includes("ask what?"));
  ann.send("done", {});
  await phase(bob, "guess");
  expect([...bob.room.state.log]).toEqual(["exit ask", "enter guess"]);
  expect(await bob.refused("guess", { text: "no" })).toMatchObject({ code: "ACTION_REFUSED" });
  expect(bob.room.state.phase).toBe("guess");
  bob.send("guess", { text: "lighthouse" });
  await phase(ann, "scores");
  expect([...ann.room.state.answers]).toEqual(["ask what?", "Bob lighthouse"]);
});

test("time ends a phase, is shown in whole seconds, and an answer after it is of the wrong phase", async () => {
  const [ann, bob] = await asking();
  expect(bob.room.state.secondsLeft).toBe(30);
  passTime(roomOf(ann), 12.5);
  await bob.until("the time to be shown", () => bob.room.state.secondsLeft === 18);
  ann.send("done", {});
  await phase(bob, "guess");
  const room = roomOf(ann);
  // The time is over, and no timer has noticed yet.
  room.clock.currentTime -= 10_000;
  expect(await bob.refused("guess", { text: "late" })).toMatchObject({ code: "PHASE_WRONG" });
  await phase(bob, "scores");
  expect([...bob.room.state.answers]).toEqual([]);
});

test("a paused game stops its time and refuses acts, and goes on with what was left", async () => {
  const [ann, bob] = await asking();
  const room = roomOf(ann);
  ann.send("done", {});
  await phase(bob, "guess");
  passTime(room, 4);
  room.phases.pause();
  await bob.until("the pause", () => bob.room.state.paused);
  expect(await bob.refused("guess", { text: "now" })).toMatchObject({ code: "GAME_PAUSED" });
  passTime(room, 3_600);
  expect(room.state.phase).toBe("guess");
  room.phases.resume();
  await bob.until("the end of the pause", () => !bob.room.state.paused);
  expect(room.state.secondsLeft).toBe(6);
  passTime(room, 5.5);
  expect(room.state).toMatchObject({ phase: "guess", secondsLeft: 1 });
  passTime(room, 0.6);
  await phase(bob, "scores");
});

test("a turn that begins in a pause waits, and has its whole time afterwards", async () => {
  const [ann, bob] = await asking();
  const room = roomOf(ann);
  passTime(room, 20);
  room.phases.pause();
  room.phases.turn.next();
  expect(room.state.turn).toBe(bob.id);
  passTime(room, 3_600);
  expect(room.state).toMatchObject({ phase: "ask", turn: bob.id });
  room.phases.resume();
  passTime(room, 29.5);
  expect(room.state.phase).toBe("ask");
  passTime(room, 0.6);
  expect(room.state.phase).toBe("guess");
});

test("the turn of who drops is passed on where the phase says so, and of who leaves always", async () => {
  const [ann, bob, cleo] = await asking();
  expect(bob.room.state.turn).toBe(ann.id);
  passTime(roomOf(ann), 20);
  dropGuest(ann);
  await bob.until("Bob's turn", () => bob.room.state.turn === bob.id);
  expect(bob.room.state.secondsLeft).toBe(30);
  await bob.room.leave();
  await cleo.until("Cleo's turn", () => cleo.room.state.turn === cleo.id);
});

test("below its fewest players a game waits, or goes where it says", async () => {
  const [ann, bob, cleo] = await asking();
  await cleo.room.leave();
  ann.send("done", {});
  await phase(bob, "guess");
  dropGuest(bob);
  await ann.until("the pause", () => ann.room.state.paused);
  await ann.until("the end of the pause", () => !ann.room.state.paused);
  roomOf(ann).phases.go("ask");
  await bob.room.leave();
  await phase(ann, "lobby");
});

test("fifty acts in a moment are bounded by the rate of their type, and the room stays", async () => {
  const [ann, bob] = await asking();
  for (let i = 0; i < 50; i++) ann.send("ask", { text: `${i}` });
  await ann.until("a refusal", () => ann.messages("refused").length > 0);
  expect(ann.messages<{ code: string }>("refused")[0]?.code).toBe("RATE_LIMITED");
  expect(await bob.refused("ask", { text: "?" })).toMatchObject({ code: "TURN_OTHER" });
  expect(bob.room.state.answers.length).toBeLessThanOrEqual(25);
});

test("turns go round, skip who is away, and keep to the order that a game gives", async () => {
  const [ann, bob, cleo] = await asking();
  const { turn } = roomOf(ann).phases;
  expect([turn.next(), turn.next(), turn.next()]).toEqual([bob.id, cleo.id, ann.id]);
  turn.order = [cleo.id, ann.id];
  expect([turn.next(), turn.next()]).toEqual([cleo.id, ann.id]);
  dropGuest(cleo, { returns: false });
  await ann.until("Cleo to be away", () => ann.room.state.seats.get(cleo.id)?.away === true);
  expect(turn.next()).toBe(ann.id);
});

test("a turn of a day is shown by the minute, and a hook may go on at once", async () => {
  const ann = await join("timed", { name: "Ann", create: true });
  expect(ann.room.state).toMatchObject({ phase: "day", secondsLeft: 90_000 });
  const room = roomOf(ann);
  passTime(room, 90_000.1);
  expect(room.state).toMatchObject({ phase: "day", secondsLeft: 90_000 });
});

test.each([
  ["circle", "circle"],
  ["endless", "next"],
  ["shapes", "schema"],
])("a room with a mistake in its phases does not open, and says which: %s", async (game, word) => {
  await expect(join(game, { create: true })).rejects.toThrow(new RegExp(`GAME_INVALID.*${word}`));
});

test("a misspelt name of a phase does not compile", () => {
  const phases = definePhases({ lobby: { next: "draw" }, draw: {} });
  // @ts-expect-error there is no such phase
  expect(() => phases.go("darw")).toThrow(expect.objectContaining({ code: "ROOM_NOT_OPEN" }));
  // @ts-expect-error there is no such phase
  definePhases({ lobby: { enter: (them) => them.go("darw") }, draw: {} });
  // @ts-expect-error there is no such phase
  definePhases({ lobby: { next: "darw" }, draw: {} });
  // @ts-expect-error there is no such phase
  definePhases({ lobby: { next: () => "darw" }, draw: {} });
});
