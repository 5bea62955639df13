import assert from "node:assert/strict";
// #region events
import { createEvents, defineEvent } from "roomkeep/shared";
import { z } from "zod";

const Picked = defineEvent({
  name: "picked",
  schema: z.object({ herb: z.string() }),
  to: "nearby",
  radiusM: 30,
  keep: true,
});

let nowMs = 0; // the room's simulated time
const sent: string[] = [];
const events = createEvents({
  now: () => nowMs,
  deliver: (event, kind) => sent.push(`${event.name} to ${kind.to}, ${kind.radiusM} m`),
  keep: (event) => sent.push(`${event.name} to the database`),
});
const herbs: string[] = [];
events.on(Picked, ({ payload }) => herbs.push(payload.herb), { priority: 5 });

events.emit(Picked, { herb: "sage" }, { actor: "mara", x: 3, z: 4 });
events.dispatch(); // once a tick
assert.deepEqual(herbs, ["sage"]);
assert.deepEqual(sent, ["picked to the database", "picked to nearby, 30 m"]);
// #endregion

// #region history
nowMs = 50_000;
const lastMinute = events.history({ sinceMs: nowMs - 60_000, actor: "mara" });
assert.equal(lastMinute[0]?.name, "picked");
// #endregion
