import { t } from "@colyseus/schema";
import {
  type Actor,
  createWorld,
  defineActor,
  defineComponent,
  internal,
  own,
  WorldState,
} from "roomkeep/shared";
import { expect, test } from "vitest";

const Health = defineComponent({
  name: "PoolHealth",
  fields: { hp: t.uint8().default(100), hitBy: internal(t.string().default("nobody")) },
});
const Burning = defineComponent({ name: "PoolBurning", fields: { untilTick: t.uint32().default(0) } });
const Arrow = defineActor("arrow", {
  fields: {
    power: t.uint8().default(7),
    shotAtTick: internal(t.uint32().default(0)),
    mark: own(t.string().default("plain")),
  },
  components: { health: Health, burning: t.ref(Burning).optional() },
});
type Arrow = InstanceType<typeof Arrow>;
const Quiver = defineActor("quiver", { fields: { arrows: t.array("string") } });

function open() {
  const world = createWorld(new WorldState().actors);
  return { world, arrows: world.pool(Arrow) };
}

const valuesOf = ({ kind, x, y, z, yaw, power, shotAtTick, mark, health, burning }: Arrow) => [
  [kind, x, y, z, yaw, power, shotAtTick, mark],
  [health.hp, health.hitBy, burning],
];

test("one that comes again has nothing of its former life, and another id", () => {
  const { world, arrows } = open();
  const first = arrows.spawn({ x: 5, power: 9 });
  expect([first.x, first.power]).toEqual([5, 9]);
  const id = world.idOf(first);
  Object.assign(first, { kind: "bolt", y: 1, z: 2, yaw: 3, shotAtTick: 4, mark: "mine" });
  Object.assign(first.health, { hp: 1, hitBy: "bob" });
  world.attach(first, Burning, { untilTick: 8 });
  expect(arrows.despawn(first)).toBe(true);
  world.notePatch();
  expect(arrows.size).toBe(1);
  const second = arrows.spawn();
  expect(second).toBe(first);
  expect(valuesOf(second)).toEqual(valuesOf(new Arrow()));
  expect(world.idOf(second)).not.toBe(id);
  expect(world.get(id ?? "")).toBeUndefined();
  expect(world.query({ is: Arrow, with: [Burning] }).size).toBe(0);
  expect([...world.query({ is: Arrow, with: [Health], without: [Burning] })]).toEqual([second]);
});

test("none comes again before a patch has told that it is gone", () => {
  const { world, arrows } = open();
  const first = arrows.spawn();
  arrows.despawn(first);
  expect(arrows.spawn()).not.toBe(first);
  world.notePatch();
  expect(arrows.spawn()).toBe(first);
});

test("observers are told of one that went and one that came", () => {
  const { world, arrows } = open();
  const told: string[] = [];
  world.observe(world.query({ is: Arrow }), {
    enter: (_, id) => void told.push(`+${id}`),
    leave: (_, id) => void told.push(`-${id}`),
  });
  const first = arrows.spawn();
  world.settle();
  arrows.despawn(first);
  world.settle();
  world.notePatch();
  arrows.spawn();
  world.settle();
  expect(told).toEqual(["+arrow-1", "-arrow-1", "+arrow-2"]);
});

test("one that a failed batch or somebody put back is not given to another", () => {
  const { world, arrows } = open();
  const [first, second] = [arrows.spawn({ x: 1 }), arrows.spawn({ x: 2 })];
  const despawnAndFail = () =>
    world.batch(() => {
      arrows.despawn(first);
      throw new Error("no");
    });
  expect(despawnAndFail).toThrow("no");
  arrows.despawn(second);
  world.spawn(second, "mine");
  world.notePatch();
  expect(arrows.size).toBe(0);
  expect([first.x, second.x]).toEqual([1, 2]);
  // And once more after it was free.
  arrows.despawn(second);
  world.notePatch();
  world.spawn(second, "mine");
  expect(arrows.spawn()).not.toBe(second);
});

test("it keeps so many at most, and nothing that cannot be made as new", () => {
  const world = createWorld(new WorldState().actors);
  const arrows = world.pool(Arrow, 2);
  for (const arrow of [arrows.spawn(), arrows.spawn(), arrows.spawn()]) arrows.despawn(arrow);
  world.notePatch();
  expect(arrows.size).toBe(2);
  const marked = arrows.spawn();
  Object.assign(marked, { target: { id: "deer-7" } });
  arrows.despawn(marked);
  const quivers = world.pool(Quiver);
  const quiver = quivers.spawn();
  quiver.arrows.push("one");
  quivers.despawn(quiver);
  world.notePatch();
  expect([arrows.size, quivers.size]).toEqual([1, 0]);
  expect([...quivers.spawn().arrows]).toEqual([]);
});

test("who is not in the world is not taken out of it", () => {
  const { world, arrows } = open();
  const arrow = arrows.spawn();
  arrows.despawn(arrow);
  expect(arrows.despawn(arrow)).toBe(false);
  expect(arrows.despawn(new Arrow())).toBe(false);
  world.notePatch();
  expect(arrows.size).toBe(1);
});

test("one of a class that extends the pool's, or with a component that does, is not kept", () => {
  const { world, arrows } = open();
  const FireArrow = (Arrow as never as typeof Actor).extend({ heat: t.uint8().default(3) }, "PoolFireArrow");
  expect(arrows.despawn(world.spawn(new FireArrow()) as never)).toBe(true);
  const HotHealth = (Health as never as typeof Actor).extend({ heat: t.uint8().default(3) }, "PoolHotHealth");
  const hot = arrows.spawn();
  hot.health = new HotHealth() as never;
  arrows.despawn(hot);
  world.notePatch();
  expect(arrows.size).toBe(0);
});
