import { t } from "@colyseus/schema";
import { WorldState } from "roomkeep/shared";

/** What everybody in a cave sees. */
export const CaveState = WorldState.extend(
  {
    /** True once the chest was opened; each cave has one. */
    opened: t.boolean().default(false),
    /** Name of who opened it. */
    finder: t.string().default(""),
  },
  "CaveState",
);
export type CaveState = InstanceType<typeof CaveState>;
