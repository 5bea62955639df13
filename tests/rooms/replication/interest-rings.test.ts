import type { Client } from "@colyseus/core";
import { StateView } from "@colyseus/schema";
import { describe, expect, test } from "vitest";
import { InterestSerializer } from "../../../rooms/replication/interest-serializer.ts";
import {
  DEFAULT_RINGS,
  type InterestOptions,
  readInterest,
} from "../../../rooms/replication/visibility/interest.ts";
import { Backpressure } from "../../../rooms/transport/backpressure.ts";
import { JoinQueue } from "../../../rooms/transport/join-queue.ts";
import { RoomkeepError } from "../../../shared/errors.ts";
import { Being, WireClient, WireState } from "../../helpers/wire-world.ts";

const CELL_M = 10;

function begin(options: Partial<InterestOptions> = {}) {
  const state = new WireState();
  const serializer = new InterestSerializer<WireState>({
    interest: { radiusM: 60, cellM: CELL_M, ...options },
    backpressure: new Backpressure({}, undefined, new JoinQueue({ atOnceMs: Number.POSITIVE_INFINITY })),
  });
  serializer.reset(state);
  const place = (key: string, x: number, kind = ""): Being => {
    const being = new Being();
    being.x = x;
    being.kind = kind;
    state.actors.set(key, being);
    return being;
  };
  place("me", 5);
  const me = new WireClient("me", serializer);
  me.raw(serializer.getFullState(me.asClient));
  const patch = (): boolean => serializer.applyPatches([me as unknown as Client], state);
  const shown = (key: string): Being | undefined => me.decoder.state.actors.get(key) as Being | undefined;
  return { state, serializer, me, place, patch, shown };
}

test("far values come at their ring's turn and never later", () => {
  for (const [x, everyTicks] of [
    [15, 1],
    [35, 2],
    [45, 4],
  ] as const) {
    const { place, patch, shown } = begin();
    const far = place("far", x);
    patch();
    let sent = 0;
    for (let tick = 1; tick <= 40; tick++) {
      far.yaw = tick / 10;
      const before = shown("far")?.yaw;
      patch();
      const now = shown("far")?.yaw ?? 0;
      if (now !== before) sent++;
      expect(far.yaw - now).toBeLessThan((everyTicks - 0.5) / 10);
    }
    expect(sent).toBe(40 / everyTicks);
  }
});

test("a value held back by a slow ring is not lost when its actor comes into a faster one and stands", () => {
  for (let phase = 0; phase < 8; phase++) {
    const { place, patch, shown } = begin();
    const far = place("far", 45);
    for (let tick = 0; tick <= phase; tick++) patch();
    far.yaw = 1.5;
    patch();
    far.x = 35;
    for (let tick = 0; tick < 2; tick++) patch();
    expect(shown("far")?.yaw).toBe(1.5);
  }
});

test("a crowd that takes more memory than was there is seen whole at once", () => {
  const { place, patch, shown } = begin();
  const crowd = Array.from({ length: 1_500 }, (_, i) => {
    const far = place(`far${i}`, 205);
    far.name = `${i} `.padEnd(400, "n");
    return far;
  });
  const me = place("me", 5);
  for (let tick = 0; tick < 3; tick++) patch();
  expect(shown("far0")).toBeUndefined();
  // Some as they were, some just changed: they are encoded in different ways.
  crowd.forEach((far, i) => {
    if (i % 3 === 0) far.name = `${i} `.padEnd(3_000, "new");
  });
  me.x = 205;
  patch();
  expect(crowd.filter((far, i) => shown(`far${i}`)?.name !== far.name)).toHaveLength(0);
});

test("what is not a continuous number comes with the next patch from any distance", () => {
  const { place, patch, shown } = begin();
  const far = place("far", 55);
  patch();
  for (let tick = 0; tick < 8; tick++) {
    far.name = `name ${tick}`;
    far.hp = tick;
    patch();
    expect([shown("far")?.name, shown("far")?.hp]).toEqual([`name ${tick}`, tick]);
  }
});

test("an actor that is always seen is seen from anywhere, from when it becomes so until it is no longer", () => {
  const { place, patch, shown } = begin({ always: (actor) => (actor as Being).kind === "flag" });
  const flag = place("flag", 900, "flag");
  const other = place("other", 900);
  patch();
  expect(shown("flag")?.x).toBe(900);
  expect(shown("other")).toBeUndefined();
  other.kind = "flag";
  flag.kind = "";
  patch();
  expect(shown("flag")).toBeUndefined();
  expect(shown("other")?.x).toBe(900);
});

test("a full state shows what is so now, whoever joined before it since the last patch", () => {
  const { serializer, place, patch } = begin();
  const near = place("near", 6);
  const leaver = place("leaver", 7);
  patch();
  const join = (id: string): WireClient => {
    const client = new WireClient(id, serializer);
    client.raw(serializer.getFullState(client.asClient));
    return client;
  };
  serializer.viewpoint({ sessionId: "first" } as Client, "me");
  serializer.viewpoint({ sessionId: "second" } as Client, "me");
  expect([...join("first").decoder.state.actors.keys()].sort()).toEqual(["leaver", "me", "near"]);
  near.name = "changed since";
  leaver.x = 900;
  const second = join("second").decoder.state.actors;
  expect([...second.keys()].sort()).toEqual(["me", "near"]);
  expect((second.get("near") as Being | undefined)?.name).toBe("changed since");
});

test("an idle world sends nothing, and a room with inputs only its clock", () => {
  const { state, serializer, me, place, patch } = begin();
  for (let i = 0; i < 100; i++) place(`n${i}`, i);
  for (let tick = 0; tick < 5; tick++) patch();
  const { frames, bytes } = me;
  for (let tick = 0; tick < 20; tick++) patch();
  expect(me.frames).toBe(frames);
  for (let tick = 0; tick < 20; tick++)
    serializer.applyPatches([me as unknown as Client], state, { sNow: tick });
  expect(me.bytes - bytes).toBe(20 * 9);
});

test("positions that are no numbers or out of the world neither throw nor hide the actor from a viewer there", () => {
  const { place, patch, shown } = begin();
  place("nan", Number.NaN);
  place("far", Number.POSITIVE_INFINITY);
  place("low", -1e300);
  patch();
  expect(shown("nan")).toBeDefined();
  expect(shown("far")).toBeUndefined();
});

test("a client's view of the rest of the state goes on beside its interest", () => {
  const { state, me, place, patch, shown } = begin();
  const view = new StateView();
  Object.assign(me, { view });
  const near = place("near", 6);
  view.add(state.props);
  patch();
  near.name = "seen";
  state.board.push("line");
  patch();
  expect(shown("near")?.name).toBe("seen");
  expect([...me.decoder.state.board]).toEqual(["line"]);
});

describe("an interest that cannot be used is refused with a code", () => {
  for (const options of [
    { radiusM: 0 },
    { radiusM: Number.NaN },
    { radiusM: 50, cellM: 0 },
    { radiusM: 500, cellM: 1 },
    { radiusM: 50, rings: [] },
    { radiusM: 50, rings: [{ fromM: 5, everyTicks: 1 }] },
    { radiusM: 50, rings: [...DEFAULT_RINGS, { fromM: 40, everyTicks: 5 }] },
    { radiusM: 50, rings: Array.from({ length: 9 }, (_, i) => ({ fromM: i, everyTicks: 2 ** i })) },
  ]) {
    test(JSON.stringify(options), () => {
      expect(() => readInterest(options)).toThrow(RoomkeepError);
    });
  }
});

test("a map of actors that is replaced is refused rather than sent to all", () => {
  const { state, patch } = begin();
  state.actors = new WireState().actors;
  expect(patch).toThrow(/must not be replaced/);
});
