import { t } from "@colyseus/schema";
import { WorldState } from "roomkeep/shared";

export const YardState = WorldState.extend({ goals: t.uint16().default(0) }, "YardState");
export type YardState = InstanceType<typeof YardState>;
