import { t } from "@colyseus/schema";
import { WorldState } from "roomkeep/shared";

/** State of a cave, sent to all of its players. */
export const CaveState = WorldState.extend(
  {
    /** True once the chest was opened; each cave has one. */
    opened: t.boolean().default(false),
    /** Name of the player who opened it. */
    finder: t.string().default(""),
  },
  "CaveState",
);
export type CaveState = InstanceType<typeof CaveState>;
