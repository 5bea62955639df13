import assert from "node:assert/strict";
// #region components
import { t } from "@colyseus/schema";
import { defineActor, defineComponent } from "roomkeep/shared";

export const Health = defineComponent({
  name: "Health",
  fields: { hp: t.uint16().default(100) },
  limits: { hp: { min: 0, max: 100 } },
});
export const Burning = defineComponent({
  name: "Burning",
  fields: { untilTick: t.uint32().default(0) },
});

export const Deer = defineActor("deer", {
  components: { health: Health, burning: t.ref(Burning).optional() },
  fields: { herd: t.uint8().default(0) },
});
export type Deer = InstanceType<typeof Deer>;
// #endregion

// #region limits
const deer = new Deer({ x: 4, herd: 2 });
deer.health.hp -= 30;
assert.equal(deer.health.hp, 70);
assert.throws(
  () => {
    deer.health.hp = 500; // Health.hp must be at most 100; got 500.
  },
  { code: "COMPONENT_INVALID" },
);
assert.equal(deer.health.hp, 70);
// #endregion
