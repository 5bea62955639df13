import { t } from "@colyseus/schema";
import { defineBots, defineLobby, definePhases, GameRoom, phaseMessage } from "roomkeep/rooms";
import { defineGameState, own, Seat, settingsOf } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { swapSchemaClasses } from "../../../server/dev/schema-hot-swap.ts";
import { type Guest, joinGuest, passTime } from "../../helpers/guests.ts";

const settings = z.object({ rounds: z.int().min(1).max(9).default(3) });

/** The game as a load of its source makes it: each class anew. */
function gameOf(says: string) {
  const HotSeat = Seat.extend({ said: t.string().default(""), word: own(t.string().default("")) }, "HotSeat");
  const HotState = defineGameState("HotSeatsState", {
    seat: HotSeat,
    fields: { turns: t.uint8().default(0) },
  });
  type Hot = InstanceType<typeof HotState>;
  class HotRoom extends GameRoom<Hot> {
    static override readonly listing = { label: "Hot", description: "", maxPlayers: 4 };
    static override readonly bots = defineBots<Hot>({
      fillTo: 3,
      thinkS: [1, 1],
      bot: () => ({ type: "say", message: {} }),
    });
    override state = new HotState();
    override readonly lobby = defineLobby({ settings });
    override readonly phases = definePhases({
      lobby: { next: "say" },
      say: {
        seconds: 60,
        who: "turn",
        messages: { say: phaseMessage(z.strictObject({}), ({ sessionId }) => this.say(sessionId)) },
        enter: ({ turn }) => {
          for (const seat of this.state.seats.values()) seat.word = `secret-of-${seat.name}`;
          turn.order = [...this.state.seats.keys()].reverse();
          turn.next();
        },
        next: "lobby",
      },
    });
    private say(id: string) {
      const seat = this.state.seats.get(id);
      if (seat) seat.said = says;
      this.state.turns++;
      this.phases.turn.next();
    }
  }
  return { hot: HotRoom };
}
type Hot = InstanceType<ReturnType<typeof gameOf>["hot"]>;

const load = (says: string) => swapSchemaClasses(async () => gameOf(says));
let world: TestServer;
beforeAll(async () => {
  world = await bootServer({});
  await world.server.reload(await load("first"));
});
afterAll(() => world.close());
beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

async function reload(says: string, ...guests: Guest<Hot["state"]>[]): Promise<void> {
  const back = Promise.all(
    guests.map(({ room }) => new Promise<void>((done) => room.onReconnect(() => done()))),
  );
  await world.server.reload(await load(says));
  await back;
}

test("phase, time, turn, order, settings, kicks, bots and secrets outlive an edit", async () => {
  const ann = await joinGuest<Hot["state"]>(world, "hot", { name: "Ann", create: true });
  const code = ann.room.roomId;
  const bob = await joinGuest<Hot["state"]>(world, "hot", { name: "Bob", code });
  const eve = await joinGuest<Hot["state"]>(world, "hot", { name: "Eve", code });
  const room = () => world.room<Hot>(code);
  const first = room();
  ann.send("settings", { rounds: 7 });
  eve.room.reconnection.enabled = false;
  ann.send("kick", { id: eve.id });
  await bob.until("Eve to be out", () => !bob.room.state.seats.has(eve.id));
  ann.send("start");
  await ann.until("the bot's turn", () => ann.room.state.turn === "bot-1");
  passTime(first, 0.5);
  first.phases.turn.give(bob.id);
  passTime(first, 20);
  await bob.until("the own turn", () => bob.room.state.turn === bob.id && bob.room.state.secondsLeft === 40);

  await reload("second", ann, bob);
  expect(room()).not.toBe(first);
  expect(room().state).toMatchObject({ phase: "say", turn: bob.id, leader: ann.id });
  expect(room().state.secondsLeft).toBeGreaterThan(30);
  expect(room().state.secondsLeft).toBeLessThanOrEqual(40);
  expect(settingsOf(bob.room.state, settings)).toEqual({ rounds: 7 });
  expect(room().phases.turn.order).toEqual(["bot-1", bob.id, ann.id]);
  await bob.until("the own secret", () => bob.room.state.seats.get(bob.id)?.word === "secret-of-Bob");
  expect(bob.room.state.seats.get(ann.id)?.word || "").toBe("");
  expect(await ann.refused("say", {})).toMatchObject({ code: "TURN_OTHER" });
  const refused = await joinGuest(world, "hot", { token: eve.token, code }).catch(
    (error: Error) => error.message,
  );
  expect(refused).toContain("KICKED");

  bob.send("say", {});
  await ann.until("the own turn", () => ann.room.state.turn === ann.id);
  expect(ann.room.state.seats.get(bob.id)?.said).toBe("second");
  ann.send("say", {});
  await ann.until("the bot's turn", () => ann.room.state.turn === "bot-1");
  passTime(room(), 1.1);
  await ann.until("the bot's word", () => ann.room.state.seats.get("bot-1")?.said === "second");
  passTime(room(), 61);
  await ann.until("the lobby", () => ann.room.state.phase === "lobby");
  // The room that was replaced has no timers that still move anything.
  passTime(first, 600);
  expect(room().state.phase).toBe("lobby");
});
