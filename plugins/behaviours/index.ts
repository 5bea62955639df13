import { definePlugin } from "roomkeep/server";
import { type Behaviours, openBehaviours } from "./behaviours.ts";
import { exportMetrics } from "./metrics.ts";
import { behavioursSettings } from "./settings.ts";

export { apiDeclarations } from "./api/declarations.ts";
export type { FieldValue, Intent } from "./api/intent.ts";
export { API_VERSION } from "./api/prelude.ts";
export type { Behaviours } from "./behaviours.ts";
export { openPool, type Pool, type PoolCounts, type PoolOptions } from "./pool/pool.ts";
export type { Agent, BehaviourRights } from "./room/agent.ts";
export { type Agents, type AgentsOptions, type AgentsRoom, openAgents } from "./room/agents.ts";
export { BehaviourEmitted, BehaviourSaid } from "./room/events.ts";
export type { FaultCode, ScriptFault } from "./sandbox/fault.ts";
export { DEFAULT_LIMITS, type ScriptLimits } from "./sandbox/limits.ts";
export { behaviourOf, behaviourTemplates, type TemplateName } from "./templates.ts";

/**
 * Behaviours: scripts that actors of a room go by, in a sandbox beside the room. Its settings are in its
 * README; a room uses it by `openAgents`.
 *
 * @example
 * export const plugins = [behaviours.with({ workers: 2 })];
 */
export const behaviours = definePlugin({
  name: "behaviours",
  version: "1.0.0",
  settings: behavioursSettings,
  open: (services): Promise<Behaviours> => openBehaviours(services),
  metrics: exportMetrics,
});
