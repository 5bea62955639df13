import { matchMaker } from "@colyseus/core";
import { StateView, t } from "@colyseus/schema";
import { GameRoom, type RoomPlayer, WorldRoom } from "roomkeep/rooms";
import { Avatar, defineEvent, GameState, own, Seat, showOwn, WorldState } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { enterRoom, signIn } from "../../../bots/index.ts";
import { HELD } from "../../../rooms/internal.ts";
import { type Watcher, watch } from "./watch.ts";

const DELAY_S = 1;
const spectators = { max: 5, delayS: DELAY_S };

/** When it was written, in a form that is found in raw bytes whatever stands around it. */
const stampNow = () => `@${Math.floor(performance.now() * 1000)}@`;

const SecretSeat = Seat.extend({ word: own(t.string().default("")) }, "SecretSeat");
const PartyState = GameState.extend({ stamp: t.string().default("") }, "StampedParty");
type PartyState = InstanceType<typeof PartyState>;

class PartyRoom extends GameRoom<PartyState> {
  static override readonly listing = {
    label: "Party",
    description: "",
    maxPlayers: 2,
    spectators,
    screens: 1,
  };
  override state = new PartyState();
  protected override onEnter({ client, sessionId }: RoomPlayer): void {
    const seat = new SecretSeat({ id: sessionId, word: "secret" });
    this.state.seats.set(sessionId, seat);
    client.view = new StateView();
    showOwn(client.view, seat);
  }
  protected override onOpen(): void {
    this.clock.setInterval(() => {
      this.state.stamp = stampNow();
      this.broadcast("stamp", stampNow());
      for (const { client } of this.players.values()) client.send("mine", `secret ${stampNow()}`);
    }, 50);
  }
}

const Stamped = defineEvent({ name: "stamped", schema: z.object({ at: z.string() }), to: "all" });
const Near = defineEvent({ name: "near", schema: z.object({ at: z.string() }), to: "nearby", radiusM: 5 });
const Owned = defineEvent({ name: "owned", schema: z.object({ at: z.string() }), to: "owner" });
const Hider = Avatar.extend(
  { word: own(t.string().default("")), stamp: t.string().default("") },
  "StampedHider",
);
type Hider = InstanceType<typeof Hider>;
const YardState = WorldState.extend({ stamp: t.string().default("") }, "StampedYard");

class YardRoom extends WorldRoom<InstanceType<typeof YardState>, Hider> {
  static override readonly listing = {
    label: "Yard",
    description: "",
    maxPlayers: 4,
    spectators,
    screens: 1,
  };
  override state = new YardState();
  protected override createAvatar(): Hider {
    return new Hider({ word: "secret" });
  }
  protected override onTick(): void {
    this.state.stamp = stampNow();
    for (const { sessionId, avatar } of this.players.values()) {
      avatar.stamp = stampNow();
      avatar.word = `secret ${stampNow()}`;
      this.events.emit(Owned, { at: `secret ${stampNow()}` }, { actor: sessionId });
      this.events.emit(Near, { at: stampNow() }, { x: avatar.x, z: avatar.z });
    }
    this.events.emit(Stamped, { at: stampNow() });
  }
}

class WideRoom extends YardRoom {
  override interest = { radiusM: 10, cellM: 5 };
}

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ party: PartyRoom, yard: YardRoom, wide: WideRoom });
});
afterAll(() => world.close());

async function play(game: string) {
  const { token } = await signIn(world.url, { name: "Ann" });
  return enterRoom(world.url, game, token, { create: true });
}

/** The ages of all stamps in the raw frames of a client, ms, when it got them. */
function agesOf({ frames }: Watcher): number[] {
  return frames.flatMap(({ atMs, bytes }) =>
    [...bytes.toString("latin1").matchAll(/@(\d+)@/g)].map(([, at]) => atMs - Number(at) / 1000),
  );
}

const textOf = ({ frames }: Watcher) => frames.map(({ bytes }) => bytes.toString("latin1")).join("");

describe.each(["party", "yard", "wide"])("in the room %s", (game) => {
  it("a spectator's raw frames hold nothing younger than the delay, and no secret", async () => {
    const ann = await play(game);
    const code = ann.roomId;
    const wanda = await watch(world.url, { as: "spectator", code });
    const screen = await watch(world.url, { as: "screen", code });
    await wanda.until("many stamps", () => agesOf(wanda).length > 60);
    await screen.until("many stamps", () => agesOf(screen).length > 60);
    expect(Math.min(...agesOf(wanda))).toBeGreaterThanOrEqual(DELAY_S * 1000);
    // The same frames are late by the delay alone: a screen has them sooner.
    expect(Math.min(...agesOf(screen))).toBeLessThan(DELAY_S * 1000);
    for (const viewer of [wanda, screen]) expect(textOf(viewer)).not.toContain("secret");
    expect(wanda.received("viewer")).toEqual([{ as: "spectator", delayS: DELAY_S, chat: false, seat: true }]);
    expect(screen.received("viewer")).toEqual([{ as: "screen", delayS: 0, chat: false, seat: false }]);
    // The state was decoded, from a full state that is as old.
    expect((wanda.room.state as PartyState).stamp).toMatch(/^@\d+@$/);
    await Promise.all([ann, wanda.room, screen.room].map((room) => room.leave()));
  });

  it("keeps what several spectators get alike once, and nothing when they have gone", async () => {
    const ann = await play(game);
    const code = ann.roomId;
    const one = await watch(world.url, { as: "spectator", code });
    await one.until("its state", () => agesOf(one).length > 5);
    const others = await Promise.all([1, 2, 3].map(() => watch(world.url, { as: "spectator", code })));
    for (const other of others) await other.until("its state", () => agesOf(other).length > 5);
    const room = matchMaker.getLocalRoomById(code) as unknown as PartyRoom;
    expect(room.viewers.size).toBe(4);
    const patches = (viewer: Watcher) => viewer.frames.slice(-20).map(({ bytes }) => bytes.toString("hex"));
    expect(patches(others[0]!).some((frame) => patches(others[1]!).includes(frame))).toBe(true);
    await Promise.all([one, ...others].map(({ room }) => room.leave()));
    await expect.poll(() => HELD.bytes).toBe(0);
    await ann.leave();
  });
});
