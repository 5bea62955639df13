import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { QuizRoom } from "../../games/quiz/room.ts";
import type { QuizSeat, QuizState } from "../../games/quiz/state.ts";
import { measureRoundTrip, roundTripMs } from "../../rooms/transport/round-trips.ts";
import { seeded } from "../../shared/random.ts";
import { type CuttableProxy, openProxy } from "../helpers/cuttable-proxy.ts";
import { dropGuest, type Guest, joinGuest, passTime } from "../helpers/guests.ts";

const folder = mkdtempSync(join(tmpdir(), "roomkeep-quiz-"));
const fileOf = (name: string, buzz: boolean, count: number) => {
  const questions = Array.from({ length: count }, (_, i) => ({
    category: "Test",
    text: `Which is ${i}?`,
    right: `Rightful-${i}`,
    wrong: [`Wrong-${i}-a`, `Wrong-${i}-b`, `Wrong-${i}-c`],
    buzz,
  }));
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify({ questions }));
  return file;
};

class ChoiceQuiz extends QuizRoom {
  override questionsFile = fileOf("choice", false, 3);
}
class BuzzQuiz extends QuizRoom {
  override questionsFile = fileOf("buzz", true, 30);
  override buzzAgainS = 60;
}
class WrongQuiz extends QuizRoom {
  override questionsFile = join(folder, "none.json");
}

let world: TestServer;
let near: CuttableProxy;
let far: CuttableProxy;
beforeAll(async () => {
  world = await bootServer({ choice: ChoiceQuiz, buzz: BuzzQuiz });
  const { port } = new URL(world.url);
  near = await openProxy(Number(port), 10);
  far = await openProxy(Number(port), 100);
});
afterAll(async () => {
  await near?.close();
  await far?.close();
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

type Player = Guest<QuizState>;
const behind = ({ port }: CuttableProxy) => ({ ...world, url: `http://127.0.0.1:${port}` });
const roomOf = ({ room }: Player) => world.room<QuizRoom>(room.roomId);
const seatOf = ({ room, id }: Player) => room.state.seats.get(id) as QuizSeat;
const phase = (player: Player, name: string) =>
  player.until(`the phase ${name}`, () => player.room.state.phase === name);
const rightOf = (player: Player) => (roomOf(player) as unknown as { right: number }).right;

async function begin(game: string, who = [world, world]): Promise<[Player, Player]> {
  const ann = await joinGuest<QuizState>(who[0] as TestServer, game, { name: "Ann", create: true });
  const bob = await joinGuest<QuizState>(who[1] as TestServer, game, { name: "Bob", code: ann.room.roomId });
  ann.send("start");
  for (const player of [ann, bob]) await phase(player, "ready");
  return [ann, bob];
}

/** The time to get ready passes at once. */
async function asked(ann: Player, bob: Player, name = "question") {
  passTime(roomOf(ann), 4);
  for (const player of [ann, bob]) await phase(player, name);
}

test("three questions to the scores and a rematch: points by time, a row of right answers, nothing after the time", async () => {
  const [ann, bob] = await begin("choice");
  for (let number = 1; number <= 3; number++) {
    await asked(ann, bob);
    const right = rightOf(ann);
    expect(ann.room.state).toMatchObject({ number, of: 3, right: -1 });
    ann.send("answer", { choice: right });
    await ann.until("the own answer", () => seatOf(ann).choice === right);
    expect(seatOf(ann).points).toBe(ann.room.state.seats.get(ann.id)?.points);
    expect(await ann.refused("answer", { choice: 0 })).toMatchObject({ code: "ACTION_REFUSED" });
    // Bob takes his time.
    roomOf(ann)["askedMs" as never] = (performance.now() - 7_500) as never;
    bob.send("answer", { choice: number === 2 ? (right + 1) % 4 : right });
    for (const player of [ann, bob]) await phase(player, "reveal");
    expect(ann.room.state.right).toBe(right);
    expect(await bob.refused("answer", { choice: right })).toMatchObject({ code: "PHASE_WRONG" });
    passTime(roomOf(ann), 6);
  }
  for (const player of [ann, bob]) await phase(player, "scores");
  expect(seatOf(ann).streak).toBe(3);
  expect(seatOf(bob).streak).toBe(1);
  // Three answers at once with their rows; two that took half the time.
  expect(seatOf(ann).points).toBeGreaterThan(3_200);
  expect(seatOf(ann).points).toBeLessThanOrEqual(3_300);
  expect(seatOf(bob).points).toBeGreaterThan(1_400);
  expect(seatOf(bob).points).toBeLessThanOrEqual(1_500);
  expect(await bob.refused("rematch", {})).toMatchObject({ code: "NOT_LEADER" });
  ann.send("rematch", {});
  for (const player of [ann, bob]) await phase(player, "ready");
  expect(seatOf(ann)).toMatchObject({ points: 0, streak: 0 });
  ann.stop();
  bob.stop();
});

test("the right answer is told to nobody before the reveal, and an own choice to nobody else", async () => {
  const [ann, bob] = await begin("choice");
  await asked(ann, bob);
  const right = rightOf(ann);
  const from = bob.frames.length;
  ann.send("answer", { choice: right });
  await bob.until("that Ann has answered", () => bob.room.state.seats.get(ann.id)?.answered === true);
  const frames = bob.frames.slice(from).join("");
  // One flag of one seat, and perhaps the clock: not the choice, not its points.
  expect(frames.length).toBeLessThan(40);
  expect(bob.room.state.seats.get(ann.id)).toMatchObject({ gained: 0, points: 0 });
  expect((bob.room.state.seats.get(ann.id) as QuizSeat).choice).toBeUndefined();
  expect(bob.room.state.right).toBe(-1);
  passTime(roomOf(ann), 60);
  await phase(bob, "reveal");
  expect(bob.room.state.right).toBe(right);
  expect(bob.room.state.seats.get(ann.id)?.gained).toBeGreaterThan(0);
  ann.stop();
  bob.stop();
});

test("who comes late plays from the next question on", async () => {
  const [ann, bob] = await begin("choice");
  await asked(ann, bob);
  const cleo = await joinGuest<QuizState>(world, "choice", { name: "Cleo", code: ann.room.roomId });
  expect(await cleo.refused("answer", { choice: 0 })).toMatchObject({ code: "ACTION_REFUSED" });
  for (const player of [ann, bob]) player.send("answer", { choice: 0 });
  await phase(cleo, "reveal");
  passTime(roomOf(ann), 6);
  await phase(cleo, "ready");
  expect(seatOf(cleo).answered).toBe(false);
  for (const player of [ann, bob, cleo]) player.stop();
});

test("nobody is waited for who has lost the connection", async () => {
  const [ann, bob] = await begin("choice");
  await asked(ann, bob);
  ann.send("answer", { choice: 0 });
  await bob.until("that Ann has answered", () => bob.room.state.seats.get(ann.id)?.answered === true);
  dropGuest(bob, { returns: false });
  await phase(ann, "reveal");
  ann.stop();
});

test("a wrong buzz costs points and leaves the question to the others", async () => {
  const [ann, bob] = await begin("buzz");
  await asked(ann, bob, "buzz");
  expect([...ann.room.state.choices]).toEqual([]);
  ann.send("buzz", {});
  await phase(bob, "respond");
  expect(bob.room.state.turn).toBe(ann.id);
  const right = rightOf(ann);
  expect(await bob.refused("answer", { choice: right })).toMatchObject({ code: "TURN_OTHER" });
  expect(await bob.refused("buzz", {})).toMatchObject({ code: "PHASE_WRONG" });
  ann.send("answer", { choice: (right + 1) % 4 });
  await phase(ann, "buzz");
  expect(await ann.refused("buzz", {})).toMatchObject({ code: "ACTION_REFUSED" });
  bob.send("buzz", {});
  await phase(bob, "respond");
  bob.send("answer", { choice: right });
  await phase(bob, "reveal");
  expect(seatOf(bob).points).toBeGreaterThan(0);
  expect(bob.room.state.seats.get(ann.id)?.points).toBe(0);
  ann.stop();
  bob.stop();
});

test.each([
  ["all look at one screen: the earlier press wins", true],
  ["each has the own page: the quicker reaction wins", false],
])("players 20 and 200 ms away, %s", async (_what, hasScreen) => {
  const [ann, bob] = await begin("buzz", [behind(near) as never, behind(far) as never]);
  const room = roomOf(ann);
  Object.assign(room, { hasScreen: () => hasScreen });
  const random = seeded(7);
  const verdicts: { apartMs: number; isRight: boolean }[] = [];
  const turns = monitorEventLoopDelay({ resolution: 5 });
  turns.enable();
  await measured(room);
  // Until enough was seen: where the machine stood still, pages and server alike, a round says nothing.
  for (let round = 0; round < 24 || !(isEnough(verdicts) || round === 120); round++) {
    passTime(room, 4);
    turns.reset();
    const pressedAt = new Map<string, number>();
    const seenAt = new Map<string, number>();
    const presses = [ann, bob].map(async (player) => {
      await phase(player, "buzz");
      seenAt.set(player.id, performance.now());
      // Bob is 100 ms away, and sees his page later by as much.
      const laterMs = hasScreen && player === ann ? 90 : 0;
      await pause(laterMs + 20 + 260 * random());
      pressedAt.set(player.id, performance.now());
      player.send("buzz", {});
    });
    await Promise.all(presses);
    await phase(ann, "respond");
    const timeOf = ({ id }: Player) => (pressedAt.get(id) ?? 0) - (hasScreen ? 0 : (seenAt.get(id) ?? 0));
    const apartMs = timeOf(ann) - timeOf(bob);
    const isAnn = ann.room.state.turn === ann.id;
    // What is nearer together than a turn of the machine says nothing either.
    if (Math.abs(apartMs) >= 50 && turns.max / 1e6 < 30)
      verdicts.push({ apartMs, isRight: isAnn === apartMs < 0 });
    const winner = isAnn ? ann : bob;
    await phase(winner, "respond");
    winner.send("answer", { choice: rightOf(ann) });
    for (const player of [ann, bob]) await phase(player, "reveal");
    const next = room.state.number < room.state.of ? "ready" : "scores";
    passTime(room, 6);
    for (const player of [ann, bob]) await phase(player, next);
    if (next === "scores") {
      ann.send("rematch", {});
      for (const player of [ann, bob]) await phase(player, "ready");
    }
  }
  expect(verdicts.filter(({ isRight }) => !isRight)).toEqual([]);
  expect(isEnough(verdicts), JSON.stringify(verdicts)).toBe(true);
  turns.disable();
  ann.stop();
  bob.stop();
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Bob has won some although his press arrived later, among more. */
function isEnough(verdicts: readonly { apartMs: number }[]): boolean {
  return verdicts.length > 8 && verdicts.some(({ apartMs }) => apartMs > 0 && apartMs < 90);
}

/** Waits until every player's line is measured. Questions measure it anew. */
async function measured(room: QuizRoom) {
  for (let i = 0; i < 7; i++) {
    for (const { client } of room.players.values()) measureRoundTrip(client);
    await pause(230);
  }
  for (const { client } of room.players.values()) expect(roundTripMs(client)).toBeGreaterThan(15);
}

test("a line is measured by pings that the client's socket answers; other pongs are not heard", async () => {
  const bob = await joinGuest<QuizState>(behind(far) as never, "choice", { name: "Bob", create: true });
  const [player] = roomOf(bob).players.values();
  if (!player) throw new Error("nobody is in");
  const { ws } = (bob.room.connection as unknown as { transport: { ws: { pong?(data: Buffer): void } } })
    .transport;
  ws.pong?.(Buffer.from([1, 2, 3, 4]));
  while (roundTripMs(player.client) === undefined) {
    measureRoundTrip(player.client);
    await pause(50);
  }
  expect(roundTripMs(player.client)).toBeGreaterThanOrEqual(199);
  bob.stop();
});

test("a file of questions with a mistake stops the start, by name", async () => {
  await expect(bootServer({ quiz: WrongQuiz })).rejects.toMatchObject({ code: "GAME_INVALID" });
});
