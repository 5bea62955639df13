import { openTriggers, type TriggerVolume, type Visitor } from "roomkeep/shared";
import { expect, it } from "vitest";

const fire: TriggerVolume = { name: "fire", shape: "sphere", at: [0, 0, 0], radius: 2 };
const gate: TriggerVolume = { name: "gate", shape: "box", at: [10, 0, 0], size: [2, 3, 4] };
const at = (x: number, y = 0, z = 0): Visitor => ({ x, y, z });

function watch(volumes: readonly TriggerVolume[] = [fire, gate]) {
  const triggers = openTriggers(volumes);
  const told: string[] = [];
  for (const { name } of volumes) {
    triggers.on(name, {
      enter: (id) => told.push(`${id} into ${name}`),
      leave: (id) => told.push(`${id} out of ${name}`),
    });
  }
  const update = (visitors: Record<string, Visitor>) => {
    told.length = 0;
    triggers.update(Object.entries(visitors));
    return [...told];
  };
  return { triggers, update };
}

it("tells of entering and of leaving once each", () => {
  const { triggers, update } = watch();
  expect(update({ ann: at(5) })).toEqual([]);
  expect(update({ ann: at(1) })).toEqual(["ann into fire"]);
  expect(update({ ann: at(0.5) })).toEqual([]);
  expect([...triggers.inside("fire")]).toEqual(["ann"]);
  expect(update({ ann: at(3) })).toEqual(["ann out of fire"]);
  expect(update({ ann: at(3) })).toEqual([]);
});

it("does not enter and leave again and again for somebody who sways on the border", () => {
  const { update } = watch();
  expect(update({ ann: at(1.99) })).toEqual(["ann into fire"]);
  expect(update({ ann: at(2.05) })).toEqual([]);
  expect(update({ ann: at(1.99) })).toEqual([]);
  expect(update({ ann: at(2.2) })).toEqual(["ann out of fire"]);
  expect(update({ ann: at(2.05) })).toEqual([]);
});

it("lets somebody who jumps from one volume into another leave and enter in one update", () => {
  const { update } = watch();
  update({ ann: at(0) });
  expect(update({ ann: at(10, 1, 0) })).toEqual(["ann out of fire", "ann into gate"]);
  expect(update({ ann: at(10, 4, 0) })).toEqual(["ann out of gate"]);
});

it("takes somebody who is gone as having left", () => {
  const { triggers, update } = watch();
  update({ ann: at(0), bo: at(1) });
  expect(update({ bo: at(1) })).toEqual(["ann out of fire"]);
  expect([...triggers.inside("fire")]).toEqual(["bo"]);
});

it("makes every call although one throws, and none twice", () => {
  const triggers = openTriggers([fire]);
  const told: string[] = [];
  triggers.on("fire", {
    enter: () => {
      throw new Error("burnt");
    },
  });
  const stop = triggers.on("fire", { enter: (id) => told.push(id) });
  expect(() => triggers.update([["ann", at(0)]])).toThrow("burnt");
  expect(() => triggers.update([["ann", at(0)]])).not.toThrow();
  expect(told).toEqual(["ann"]);
  stop();
  expect(() =>
    triggers.update([
      ["ann", at(0)],
      ["bo", at(0)],
    ]),
  ).toThrow("burnt");
  expect(told).toEqual(["ann"]);
});

it("refuses two volumes of one name, and one that is not there", () => {
  expect(() => openTriggers([fire, fire])).toThrow(expect.objectContaining({ code: "LEVEL_INVALID" }));
  expect(() => openTriggers([fire]).on("gate", {})).toThrow(
    expect.objectContaining({ code: "LEVEL_INVALID" }),
  );
});
