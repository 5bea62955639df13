import { t } from "@colyseus/schema";
import { Client } from "colyseus.js";
import { defineLobby, openRecorder, rerun, WorldRoom } from "roomkeep/rooms";
import { Avatar, CLOSE, readErrorCode, refuse, WorldState } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { ticks } from "../../helpers/tag.ts";
import { refusalOf, watch } from "../viewers/watch.ts";

const Racer = Avatar.extend({ ready: t.boolean().default(false) }, "LobbyRacer");
const State = WorldState.extend(
  {
    leader: t.string().default(""),
    settings: t.string().default("{}"),
    races: t.uint8().default(0),
  },
  "LobbyRaceState",
);
type State = InstanceType<typeof State>;
type Racer = InstanceType<typeof Racer>;

class RaceRoom extends WorldRoom<State, Racer> {
  static override readonly listing = {
    label: "Race",
    description: "",
    maxPlayers: 4,
    spectators: { max: 4 },
  };
  override state = new State();
  override tickHz = 40;
  isRacing = false;
  override readonly lobby = defineLobby({
    settings: z.object({ laps: z.int().min(1).max(9).default(3) }),
    playersMin: 2,
    lead: { awayS: 0.5, patienceS: 0.5 },
  });
  protected override createAvatar(): Racer {
    return new Racer();
  }
  protected override gathers(): boolean {
    return !this.isRacing;
  }
  protected override onStart(how: "start" | "rematch") {
    if (how === "rematch" && this.state.races === 0) return refuse("PHASE_WRONG", "There was no race yet.");
    this.isRacing = true;
    this.state.races++;
    return undefined;
  }
}
/** Players are asked soon whether they are there. */
class SleepyRoom extends RaceRoom {
  override readonly lobby = defineLobby({ playersMin: 2, idleS: 0.4, warnS: 0.6 }) as never;
}
class HeadlessRoom extends WorldRoom {
  override state = new WorldState();
  override readonly lobby = defineLobby({});
}

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ race: RaceRoom, sleepy: SleepyRoom });
});
afterAll(() => world.close());

const roomOf = ({ room }: TestPlayer) => world.room<RaceRoom>(room.roomId);
const stateOf = ({ room }: TestPlayer) => room.state as State;
const idOf = ({ room }: TestPlayer) => room.sessionId;
const racerOf = (seer: TestPlayer, of: TestPlayer) => stateOf(seer).actors.get(idOf(of)) as Racer | undefined;

async function two(game = "race"): Promise<{ ann: TestPlayer; bob: TestPlayer; code: string }> {
  const ann = await world.join(game, { name: "Ann", create: true });
  const code = ann.room.roomId;
  const bob = await world.join(game, { name: "Bob", code });
  await ann.until("Bob", () => racerOf(ann, bob) !== undefined);
  return { ann, bob, code };
}

async function refused({ room, message }: Pick<TestPlayer, "room" | "message">, type: string, payload = {}) {
  const answer = message<{ code: string }>("refused");
  room.send(type, payload);
  return (await answer).code;
}

function drop({ room }: TestPlayer): void {
  room.reconnection.enabled = false;
  room.connection.close(4010);
}

test("the first leads, sets and starts; all who are ready start without a word; a rematch follows", async () => {
  const { ann, bob } = await two();
  expect(stateOf(bob).leader).toBe(idOf(ann));
  expect(await refused(bob, "start")).toBe("NOT_LEADER");
  expect(await refused(bob, "settings", { laps: 5 })).toBe("NOT_LEADER");
  expect(await refused(ann, "settings", { laps: 99 })).toBe("SETTINGS_INVALID");
  expect(await refused(ann, "rematch")).toBe("PHASE_WRONG");
  ann.room.send("settings", { laps: 5 });
  await bob.until("the settings", () => stateOf(bob).settings.includes("5"));
  expect(roomOf(ann).lobby.settings.laps).toBe(5);
  for (const one of [ann, bob]) one.room.send("ready", { ready: true });
  await bob.until("the race", () => stateOf(bob).races === 1);
  expect(racerOf(bob, bob)?.ready).toBe(false);
  expect(await refused(ann, "start")).toBe("PHASE_WRONG");
  expect(await refused(bob, "ready", { ready: true })).toBe("PHASE_WRONG");
  expect(await refused(ann, "settings", { laps: 1 })).toBe("PHASE_WRONG");
  roomOf(ann).isRacing = false;
  ann.room.send("rematch", {});
  await bob.until("the next race", () => stateOf(bob).races === 2);
  expect(roomOf(ann).lobby.settings.laps).toBe(5);
});

test("the lead passes on from who leaves, who is away for a while, and who lets all others wait", async () => {
  const { ann, bob, code } = await two();
  const cy = await world.join("race", { name: "Cy", code });
  drop(ann);
  await bob.until("Bob to lead", () => stateOf(bob).leader === idOf(bob));
  cy.room.send("ready", { ready: true });
  await cy.until("Cy to lead", () => stateOf(cy).leader === idOf(cy));
  await cy.leave();
  await bob.until("Bob to lead again", () => stateOf(bob).leader === idOf(bob));
});

test("a leader who is back in time leads on", async () => {
  const { ann, bob } = await two();
  const room = roomOf(ann);
  const from = room.simulation.tick;
  ann.room.connection.close(4010);
  await bob.until("Ann to be away", () => racerOf(bob, ann)?.away === true);
  await bob.until("Ann to be back", () => racerOf(bob, ann)?.away === false);
  await ticks(room.roomId, Math.max(1, from + 60 - room.simulation.tick));
  expect(room.state.leader).toBe(idOf(ann));
});

test("who is kicked stays out of the room: as a player, by the token, and as who watches", async () => {
  const { ann, bob, code } = await two();
  const watcher = await watch(world.url, { as: "spectator", code, token: bob.token });
  const { reconnectionToken } = bob.room;
  expect(await refused(bob, "kick", { id: idOf(ann) })).toBe("NOT_LEADER");
  const closed = new Promise<number>((done) => bob.room.onLeave(done));
  ann.room.send("kick", { id: idOf(bob) });
  expect(await closed).toBe(CLOSE.KICKED);
  // The account watched as well.
  expect(await watcher.closed).toBe(CLOSE.KICKED);
  await ann.until("Bob to be gone", () => racerOf(ann, bob) === undefined);
  const again = world.join("race", { token: bob.token, code });
  expect(await again.catch((error: Error) => readErrorCode(error.message).code)).toBe("KICKED");
  expect(await refusalOf(watch(world.url, { as: "spectator", code, token: bob.token }))).toBe("KICKED");
  const back = await new Client(world.url)
    .reconnect(reconnectionToken)
    .catch((error: Error) => error.message);
  expect(back).toContain("KICKED");
});

test("the leader kicks who only watches; not oneself, who watches too", async () => {
  const { ann, code } = await two();
  const wanda = await watch(world.url, { as: "spectator", code });
  const own = await watch(world.url, { as: "spectator", code, token: ann.token });
  expect(await refused(ann, "kick", { id: own.room.sessionId })).toBe("ACTION_REFUSED");
  ann.room.send("kick", { id: wanda.room.sessionId });
  expect(await wanda.closed).toBe(CLOSE.KICKED);
  expect(await refusalOf(watch(world.url, { as: "spectator", code, token: wanda.token }))).toBe("KICKED");
  await own.room.leave();
});

test("who does nothing is warned and steps out; who walks or speaks stays", async () => {
  const { ann, bob } = await two("sleepy");
  const notices: string[] = [];
  bob.room.onMessage("notice", ({ code }: { code: string }) => notices.push(code));
  const closed = new Promise<number>((done) => bob.room.onLeave(done));
  bob.room.reconnection.enabled = false;
  const input = ann.room.input() as ReturnType<typeof ann.room.input> & { data: { moveX: number } };
  const walk = setInterval(() => {
    input.data.moveX = input.data.moveX > 0 ? -60 : 60;
    input.send();
  }, 60);
  expect(await closed).toBe(CLOSE.IDLE);
  clearInterval(walk);
  expect(notices).toEqual(["IDLE"]);
  expect(roomOf(ann).players.has(idOf(ann))).toBe(true);
  expect(roomOf(ann).players.size).toBe(1);
});

test("a recording of it is run again, with each change of the lead at its tick", async () => {
  const ann = await world.join("race", { name: "Ann", create: true });
  const room = roomOf(ann);
  const lines: string[] = [];
  room.record(
    openRecorder({ write: (line) => void lines.push(line), hashEveryTicks: 1, markEveryTicks: 10 }),
  );
  const bob = await world.join("race", { name: "Bob", code: room.roomId });
  bob.room.send("ready", { ready: true });
  await bob.until("Bob to lead", () => stateOf(bob).leader === idOf(bob));
  await ticks(room.roomId, 5);
  const again = await rerun(RaceRoom, lines);
  expect(again.compared).toBeGreaterThan(20);
  expect(again.mismatches).toEqual([]);
  // From a mark in the middle of the wait too.
  for (let from = again.tick - again.ticks; from < again.tick; from += 5)
    expect(await rerun(RaceRoom, lines, { from })).toMatchObject({ mismatches: [], hash: again.hash });
});

test("a lobby needs a state with a leader", async () => {
  await expect(bootServer({ headless: HeadlessRoom }).then((server) => server.close())).rejects.toThrow(
    /GAME_INVALID|leader/u,
  );
});
