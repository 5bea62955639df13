import { t } from "@colyseus/schema";
import {
  Actor,
  Avatar,
  createWorld,
  defineActor,
  defineComponent,
  layGround,
  WorldState,
  walk,
} from "roomkeep/shared";
import { beforeEach, describe, expect, it } from "vitest";
import { type ActsHost, type AnyComponent, act } from "../../../plugins/behaviours/room/acts.ts";
import type { Agent, BehaviourRights } from "../../../plugins/behaviours/room/agent.ts";
import { frameTo } from "../../../plugins/behaviours/room/way.ts";
import { yard } from "./yard.ts";

const Look = defineComponent({
  name: "BehavedLook",
  fields: { hat: t.uint8().default(0) },
  writers: ["script"],
});
const Purse = defineComponent({ name: "BehavedPurse", fields: { coins: t.uint32().default(0) } });
const Villager = defineActor("behaved-villager", { components: { look: Look, purse: Purse } });

const world = createWorld(new WorldState().actors);
const smith = world.spawn(new Villager());
const walker = world.spawn(new Avatar());
const stone = world.spawn(new Actor({ kind: "stone" }));
const told: unknown[] = [];
let tick = 100;
const host = (): ActsHost => ({
  world,
  tick,
  tickHz: 20,
  components: new Map<string, AnyComponent>([
    ["Look", Look],
    ["Purse", Purse],
  ]),
  canMove: (actor) => actor instanceof Avatar,
  say: (...args) => void told.push(args),
  emit: (...args) => void told.push(args),
});
const agentOf = (may: BehaviourRights): Agent => ({
  ...{ script: "any", may, everyTicks: 5, phase: 0, memory: "{}", waitUntilTick: 0, goal: null },
  ...{ lines: { tokens: 1, tick }, events: { tokens: 1, tick }, fault: null, asleep: false },
});
const of = (agent: Agent, actor: Actor = walker) => ({ id: "one", actor, agent });

beforeEach(() => {
  tick = 100;
  told.length = 0;
});

describe("what a script asks for", () => {
  it("is refused where the behaviour has no right to it, and changes nothing", () => {
    const agent = agentOf({});
    const forbidden = { code: "BEHAVIOUR_FORBIDDEN" };
    expect(act(host(), of(agent), ["move", 1, 1, false])).toMatchObject(forbidden);
    expect(act(host(), of(agent), ["face", 2])).toMatchObject(forbidden);
    expect(act(host(), of(agent), ["say", "hello"])).toMatchObject(forbidden);
    expect(act(host(), of(agentOf({ emit: ["bell"] })), ["emit", "alarm", null])).toMatchObject(forbidden);
    expect(act(host(), of(agentOf({ set: ["Purse"] }), smith), ["set", "Look", { hat: 3 }])).toMatchObject(
      forbidden,
    );
    expect(agent.goal).toBeNull();
    expect(told).toEqual([]);
    expect([walker.yaw, smith.look.hat]).toEqual([0, 0]);
  });

  it("is done where it has one", () => {
    const may = { move: "run", say: true, emit: ["bell"], set: ["Look"] } as const;
    const agent = agentOf(may);
    expect(act(host(), of(agent), ["move", 3, 4, true])).toBeUndefined();
    expect(agent.goal).toMatchObject({ x: 3, z: 4, run: true });
    expect(act(host(), of(agent), ["stop"])).toBeUndefined();
    expect(agent.goal).toBeNull();
    expect(act(host(), of(agent), ["wait", 1.5])).toBeUndefined();
    expect(agent.waitUntilTick).toBe(130);
    expect(act(host(), of(agent), ["face", 2 * Math.PI + 1])).toBeUndefined();
    expect(walker.yaw).toBeCloseTo(1);
    expect(act(host(), of(agent), ["say", "hello"])).toBeUndefined();
    expect(act(host(), of(agent), ["emit", "bell", { loud: 1 }])).toBeUndefined();
    expect(told).toEqual([
      ["one", walker, "hello"],
      ["one", walker, "bell", { loud: 1 }],
    ]);
    expect(act(host(), of(agent, smith), ["set", "Look", { hat: 3 }])).toBeUndefined();
    expect(smith.look.hat).toBe(3);
  });

  it("of a component's fields is what the component lets scripts write, and no other value", () => {
    const agent = agentOf({ set: ["Look", "Purse"] });
    expect(act(host(), of(agent, smith), ["set", "Purse", { coins: 1_000 }])).toMatchObject({
      code: "WRITE_REFUSED",
    });
    expect(act(host(), of(agent, smith), ["set", "Look", { hat: 999 }])).toMatchObject({
      code: "COMPONENT_INVALID",
    });
    expect(act(host(), of(agent, stone), ["set", "Look", { hat: 1 }])).toMatchObject({
      code: "COMPONENT_UNKNOWN",
    });
    expect(smith.purse.coins).toBe(0);
  });

  it("of lines and events comes at a player's pace", () => {
    const agent = agentOf({ say: true, emit: ["bell"] });
    const say = () => act(host(), of(agent), ["say", "hello"])?.code;
    const ring = () => act(host(), of(agent), ["emit", "bell", null])?.code;
    expect([say(), say()]).toEqual([undefined, "RATE_LIMITED"]);
    expect([ring(), ring()]).toEqual([undefined, "RATE_LIMITED"]);
    tick += 40;
    expect([say(), say()]).toEqual([undefined, "RATE_LIMITED"]);
    tick += 100_000;
    expect([say(), say(), say(), say()]).toEqual([undefined, undefined, undefined, "RATE_LIMITED"]);
  });

  it("of a way ends within reach, at a pace that it may have, with a body that can walk", () => {
    const agent = agentOf({ move: "walk" });
    expect(act(host(), of(agent), ["move", 90, 90, false])).toMatchObject({ code: "ACTION_REFUSED" });
    expect(act(host(), of(agent, stone), ["move", 1, 1, false])).toMatchObject({
      code: "BEHAVIOUR_FORBIDDEN",
    });
    expect(act(host(), of(agent), ["move", 1, 1, true])).toBeUndefined();
    expect(agent.goal?.run).toBe(false);
  });
});

describe("a way", () => {
  const ground = layGround(yard);
  const dtS = 1 / 20;
  /** Walks to a place for so many ticks at most. */
  function go(x: number, z: number, ticks: number) {
    const body = new Avatar();
    const agent = agentOf({ move: "run" });
    act(host(), of(agent, body), ["move", x, z, true]);
    const speeds: number[] = [];
    for (let n = 0; n < ticks; n++) {
      tick += 1;
      const before = { x: body.x, z: body.z };
      const { frame, end } = frameTo(agent, body, { tick, dtS });
      walk(body, frame, ground, dtS);
      speeds.push(Math.hypot(body.x - before.x, body.z - before.z) / dtS);
      if (end) return { end, body, agent, fastest: Math.max(...speeds) };
    }
    throw new Error(`It is still on its way, at ${body.x}, ${body.z}.`);
  }

  it("leads to its place, no faster than a player runs", () => {
    const { end, body, agent, fastest } = go(6, 8, 100);
    expect(end).toBe("arrived");
    expect(Math.hypot(body.x - 6, body.z - 8)).toBeLessThan(1);
    expect(fastest).toBeLessThan(6.21);
    expect(agent.goal).toBeNull();
  });

  it("ends before a wall, rather than go on against it for ever", () => {
    const { end, body } = go(-12, 0, 300);
    expect(end).toBe("blocked");
    expect(body.x).toBeGreaterThan(-8);
  });
});
