import { z } from "zod";
import { queuesSchema } from "./match/queue.ts";

/** Settings of the plugin: see `matchmaking`. */
export const matchmakingSettings = z.object({
  queues: queuesSchema.default([]),
  passMs: z.coerce.number().int().min(100).max(60_000).default(1_000),
  joinS: z.coerce.number().min(5).max(600).default(60),
  ticketsMax: z.coerce.number().int().min(1).max(100_000).default(20_000),
  penaltyS: z.coerce.number().min(0).max(86_400).default(60),
  penaltyMostS: z.coerce.number().min(0).max(604_800).default(3_600),
  penaltyForgetHours: z.coerce.number().positive().max(8_760).default(12),
  matchDays: z.coerce.number().int().min(1).max(3_650).default(30),
});
