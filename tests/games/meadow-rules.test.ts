import { defineLevel, ItemStack, type LevelSource, layGround, seeded } from "roomkeep/shared";
import { expect, it } from "vitest";
import { stroll, think } from "../../games/meadow/brain.ts";
import { clockText, DAY_S, daylight, minuteAt } from "../../games/meadow/clock.ts";
import { HABITS, habitsOf, levelOf, rollLoot } from "../../games/meadow/creatures.ts";
import { HALF, landAt, POND, terrain, WATER_Y } from "../../games/meadow/land.ts";
import { isTaken, meadowLevel } from "../../games/meadow/level.ts";
import { aimOf, drawBow, harmTo, heal, isHungry, targetOf, wound } from "../../games/meadow/rules.ts";
import { Boar, Deer, Hero, MOOD } from "../../games/meadow/state.ts";
import { meadowStep } from "../../games/meadow/step.ts";

const field: LevelSource = {
  name: "field",
  bounds: { min: [-30, -30], max: [30, 30] },
  spawns: [{ at: [0, 0, 0] }],
};
const deerHabits = habitsOf("deer")!;
const moment = (tick = 0) => ({ tick, tickHz: 20, random: seeded(3) });
const near = { id: "ann", x: 2, z: 0 };

it("lets a shy animal flee from who is near, away from them, and not from who is far", () => {
  const deer = new Deer();
  think(deer, deerHabits, [{ id: "bo", x: 50, z: 0 }], moment());
  expect(deer.mood).not.toBe(MOOD.flee);
  think(deer, deerHabits, [near], moment());
  expect(deer).toMatchObject({ mood: MOOD.flee, speed: deerHabits.fleeMps });
  expect(Math.sin(deer.yaw)).toBeLessThan(-0.7);
  expect(deer.thinkAtTick).toBe(24);
});

it("lets a boar charge at its foe alone, and forget who is far off", () => {
  const boar = new Boar({ foe: "ann" });
  think(boar, habitsOf("boar")!, [near, { id: "bo", x: -1, z: 0 }], moment());
  expect(boar.mood).toBe(MOOD.charge);
  expect(Math.sin(boar.yaw)).toBeCloseTo(1, 5);
  think(boar, habitsOf("boar")!, [{ ...near, x: 40 }], moment());
  expect(boar.foe).toBe("");
  expect(boar.mood).not.toBe(MOOD.charge);
});

it("turns a strolling animal aside at a wall, at the rim and at water", () => {
  const walled = layGround(
    defineLevel({ ...field, solids: [{ shape: "box", at: [0, 0, 5], size: [20, 3, 1] }] }),
  );
  const deer = Object.assign(new Deer({ yaw: 0 }), { speed: 4 });
  for (let i = 0; i < 200; i++) {
    stroll(deer, deerHabits, walled, 0.1);
    expect(deer.z).toBeLessThan(4.5);
    expect(Math.max(Math.abs(deer.x), Math.abs(deer.z))).toBeLessThan(27.1);
  }
  const meadow = layGround(meadowLevel);
  const thirsty = new Deer({ x: POND.x, z: POND.z + 24, y: landAt(POND.x, POND.z + 24), yaw: Math.PI });
  thirsty.speed = 4;
  for (let i = 0; i < 100; i++) {
    stroll(thirsty, deerHabits, meadow, 0.1);
    expect(thirsty.y).toBeGreaterThan(WATER_Y);
  }
});

it("gives the same loot for the same chance, and never more than the table says", () => {
  for (const habits of Object.values(HABITS)) {
    expect(rollLoot(habits, seeded(1))).toEqual(rollLoot(habits, seeded(1)));
    const most = rollLoot(habits, () => 0);
    const least = rollLoot(habits, () => 0.999);
    const qtyOf = (loot: typeof most, what: string) =>
      loot.filter(({ template }) => template === what).reduce((sum, { qty }) => sum + qty, 0);
    for (const { what, chance, count } of habits.loot) {
      expect(qtyOf(most, what)).toBe(count);
      expect(qtyOf(least, what)).toBe(chance === 1 ? count : 0);
    }
  }
  expect(habitsOf("__proto__")).toBeUndefined();
});

it("counts levels, minutes and daylight", () => {
  expect([0, 49, 50, 199, 200, 1e9].map(levelOf)).toEqual([1, 1, 2, 2, 3, 99]);
  expect(minuteAt(0, 540)).toBe(540);
  expect(minuteAt(DAY_S * 1000, 540)).toBe(540);
  expect(minuteAt((DAY_S / 2) * 1000, 540)).toBe(1260);
  expect([0, 5 * 60, 6 * 60, 12 * 60, 20 * 60, 22 * 60].map(daylight)).toEqual([0, 0, 0.5, 1, 0.5, 0]);
  expect(clockText(545)).toBe("09:05");
});

it("takes an arrow and time for a shot, less time with a longbow, and no more arrows than are held", () => {
  const hero = new Hero();
  hero.items.set("a", new ItemStack({ template: "arrow", qty: 2 }));
  hero.items.set("b", new ItemStack({ template: "herb", qty: 9 }));
  expect(drawBow(hero, { tick: 5, tickHz: 20 })).toBeUndefined();
  expect(drawBow(hero, { tick: 16, tickHz: 20 })).toMatchObject({ code: "ACTION_REFUSED" });
  expect(drawBow(hero, { tick: 17, tickHz: 20 })).toBeUndefined();
  expect(drawBow(hero, { tick: 99, tickHz: 20 })).toMatchObject({ code: "NOT_ENOUGH" });
  expect(hero.inFlight).toBe(2);
  hero.inFlight = 0;
  hero.worn.set("2", "longbow");
  expect(drawBow(hero, { tick: 100, tickHz: 20 })).toBeUndefined();
  expect(hero.drawnAtTick).toBe(109);
});

it("heals no further than to the top, and boots take a third of a boar's harm", () => {
  const hero = new Hero({ health: 95 });
  expect(isHungry(hero)).toBeUndefined();
  heal(hero, 50);
  expect(hero.health).toBe(100);
  expect(isHungry(hero)).toMatchObject({ code: "ACTION_REFUSED" });
  expect(harmTo(hero, 18)).toBe(18);
  hero.worn.set("1", "boots");
  expect(harmTo(hero, 18)).toBe(12);
  expect(aimOf(Math.PI / 2, 0).x).toBeCloseTo(1, 9);
  expect(aimOf(0, Math.PI / 6).y).toBeCloseTo(0.5, 9);
});

it("takes as many arrows as an animal has lives, and makes it angry with the shooter", () => {
  const boar = new Boar({ hp: 3 });
  expect([1, 2, 3].map(() => wound(boar, "ann", 7))).toEqual([false, false, true]);
  expect(boar).toMatchObject({ foe: "ann", thinkAtTick: 7 });
  expect(targetOf("x", { kind: "herb" }, boar)).toBeUndefined();
});

it("has its spawns, portals and fire on dry, level ground, and a pond that one wades through", () => {
  for (const { at } of [...meadowLevel.spawns, ...meadowLevel.portals]) {
    expect(at[1]).toBeGreaterThan(WATER_Y + 0.5);
    expect(at[1]).toBeCloseTo(landAt(at[0], at[2]), 5);
    for (const d of [-1.5, 1.5]) expect(Math.abs(landAt(at[0] + d, at[2]) - at[1])).toBeLessThan(0.5);
  }
  for (const { to, at, radius } of meadowLevel.portals) {
    for (const spawn of meadowLevel.spawns) {
      const away = Math.hypot(spawn.at[0] - at[0], spawn.at[2] - at[2]);
      expect(away, `${spawn.name} to ${to}`).toBeGreaterThan(radius + spawn.radius);
    }
  }
  expect(landAt(POND.x, POND.z)).toBeLessThan(WATER_Y - 0.5);
  expect(isTaken(POND.x, POND.z)).toBe(true);
  expect(Math.min(...[-HALF, HALF].map((x) => landAt(x, 0)))).toBeGreaterThan(3);
  expect(terrain.heights).toHaveLength(81 * 81);
});

it("slows who wades, and lets nobody out of the meadow", () => {
  const ground = layGround(meadowLevel);
  const walker = (x: number, z: number) => ({
    x,
    y: landAt(x, z),
    z,
    yaw: 0,
    vx: 0,
    vy: 0,
    vz: 0,
    grounded: true,
  });
  const wader = walker(POND.x, POND.z);
  const dry = walker(4, 20);
  for (let i = 0; i < 20; i++) {
    for (const who of [wader, dry]) meadowStep(who, { moveX: 0, moveZ: 127, buttons: 0 }, ground, 1 / 20);
  }
  expect(wader.z - POND.z).toBeLessThan((dry.z - 20) * 0.7);
  const runner = walker(0, 20);
  for (let i = 0; i < 600; i++) meadowStep(runner, { moveX: 0, moveZ: 127, buttons: 3 }, ground, 1 / 20);
  expect(runner.z).toBeLessThanOrEqual(HALF);
});
