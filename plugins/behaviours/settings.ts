import { z } from "zod";

/** Settings of the plugin; see its README. */
export const behavioursSettings = z.object({
  workers: z.coerce.number().int().min(1).max(64).default(1),
  moduleMb: z.coerce.number().int().min(32).max(2_048).default(256),
  stallMs: z.coerce.number().int().min(20).max(10_000).default(100),
  scriptKb: z.coerce.number().int().min(128).max(16_384).default(1_024),
});

/** Settings of the plugin, checked. */
export type BehavioursSettings = z.output<typeof behavioursSettings>;
