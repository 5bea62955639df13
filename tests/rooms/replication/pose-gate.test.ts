import type { Client } from "@colyseus/core";
import { expect, test } from "vitest";
import { InterestSerializer } from "../../../rooms/replication/interest-serializer.ts";
import { StableSerializer } from "../../../rooms/replication/stable-serializer.ts";
import type { PoseThreshold } from "../../../shared/index.ts";
import { Avatar, Prop } from "../../../shared/world/actor.ts";
import { Being, WireClient, WireState } from "../../helpers/wire-world.ts";

const THRESHOLD: PoseThreshold = { distanceM: 0.1, angleRad: 0.1 };
/** Patches after which an actor that stands is at rest. */
const REST = 5;

/** A state with a beast, a crate and the own avatar, by either serializer. */
function begin(by: "interest" | "stock", poseThreshold: () => PoseThreshold = () => THRESHOLD) {
  const state = new WireState();
  const serializer =
    by === "interest"
      ? new InterestSerializer<WireState>({ interest: { radiusM: 60 }, poseThreshold })
      : new StableSerializer<WireState>(undefined, poseThreshold);
  serializer.reset(state);
  const beast = new Being();
  const crate = new Prop();
  const own = new Avatar();
  for (const [key, actor] of Object.entries({ beast, crate, me: own })) {
    actor.x = 3;
    state.actors.set(key, actor);
  }
  const me = new WireClient("me", serializer as InterestSerializer<WireState>);
  me.raw(serializer.getFullState(me.asClient));
  /** One patch. @returns its bytes */
  const patch = (): number => {
    const before = me.bytes;
    serializer.applyPatches([me as unknown as Client], state);
    return me.bytes - before;
  };
  const shown = <T>(key: string) => me.decoder.state.actors.get(key) as T;
  for (let i = 0; i < REST; i++) patch();
  return { beast, crate, own, patch, shown, state };
}

test.each(["interest", "stock"] as const)("by %s: what creeps costs no more than what rests", (by) => {
  const { beast, crate, patch, shown } = begin(by);
  const resting = Array.from({ length: 40 }, patch).reduce((a, b) => a + b);
  let creeping = 0;
  for (let tick = 1; tick <= 40; tick++) {
    // Less than a decimetre and a tenth of a radian in all, there and back.
    beast.x = 3 + 0.09 * Math.sin(tick / 6);
    beast.yaw = 0.04 * Math.cos(tick);
    crate.z = tick * 0.002;
    crate.qy = Math.sin((tick * 0.002) / 2);
    crate.qw = Math.cos((tick * 0.002) / 2);
    creeping += patch();
  }
  expect(creeping).toBe(resting);
  // It came to rest: its pose is then exact, and stays.
  for (let i = 0; i < REST; i++) patch();
  expect(shown<Being>("beast").x).toBe(Math.fround(beast.x));
  expect(shown<Prop>("crate").qy).toBe(Math.fround(crate.qy));
  expect(Array.from({ length: 20 }, patch).reduce((a, b) => a + b)).toBe(resting / 2);
});

test.each(["interest", "stock"] as const)("by %s: a drift is shown each time that it adds up", (by) => {
  const { beast, patch, shown } = begin(by);
  let sent = 0;
  for (let tick = 1; tick <= 100; tick++) {
    beast.x = 3 + tick * 0.01;
    const before = shown<Being>("beast").x;
    patch();
    const after = shown<Being>("beast").x;
    if (after !== before) sent++;
    expect(Math.abs(after - beast.x)).toBeLessThanOrEqual(0.1001);
  }
  expect(sent).toBeGreaterThanOrEqual(8);
  expect(sent).toBeLessThanOrEqual(10);
});

test.each(["interest", "stock"] as const)("by %s: what walks is shown with every patch", (by) => {
  const { beast, patch, shown } = begin(by);
  let late = 0;
  for (let tick = 1; tick <= 40; tick++) {
    beast.z = tick * 0.05;
    patch();
    if (shown<Being>("beast").z !== Math.fround(beast.z)) late++;
  }
  // A metre a second, from a standing start.
  expect(late).toBeLessThanOrEqual(5);
});

test.each(["interest", "stock"] as const)("by %s: an avatar is exact, whatever the threshold", (by) => {
  const { own, patch, shown } = begin(by, () => ({ distanceM: 5, angleRad: 3 }));
  for (let tick = 1; tick <= 20; tick++) {
    own.x = Math.fround(3 + tick * 0.001);
    own.yaw = Math.fround(tick * 0.001);
    patch();
    expect(shown<Avatar>("me")).toMatchObject({ x: own.x, yaw: own.yaw });
  }
});

test.each(["interest", "stock"] as const)("by %s: another change takes what is held back along", (by) => {
  const { beast, patch, shown } = begin(by);
  beast.x = 3.05;
  patch();
  expect(shown<Being>("beast").x).toBe(3);
  beast.name = "Rex";
  patch();
  const seen = shown<Being>("beast");
  expect(seen.name).toBe("Rex");
  if (by === "stock") expect(seen.x).toBe(Math.fround(3.05));
  for (let i = 0; i < REST; i++) patch();
  expect(shown<Being>("beast").x).toBe(Math.fround(3.05));
});

test.each(["interest", "stock"] as const)("by %s: one that goes while it is held back is gone", (by) => {
  const { beast, patch, shown, state } = begin(by);
  beast.x = 3.05;
  patch();
  state.actors.delete("beast");
  for (let i = 0; i < 2 * REST; i++) patch();
  expect(shown("beast")).toBeUndefined();
});

test("the threshold is the room's, and may change", () => {
  let threshold: PoseThreshold = { distanceM: 0, angleRad: 0 };
  const { beast, patch, shown } = begin("interest", () => threshold);
  beast.x = 3.01;
  patch();
  expect(shown<Being>("beast").x).toBe(Math.fround(3.01));
  for (let i = 0; i < REST; i++) patch();
  threshold = { distanceM: 1 };
  beast.x = 3.9;
  patch();
  expect(shown<Being>("beast").x).toBe(Math.fround(3.01));
});
