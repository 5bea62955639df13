import assert from "node:assert/strict";
// #region settings
import { defineSettings } from "roomkeep/server";
import { z } from "zod";

export const settings = defineSettings({
  prefix: "YARD",
  shape: {
    roundSeconds: z.int().min(10).max(3_600).default(180),
    greeting: z.string().max(200).default("Welcome to the yard!"),
    isNight: z.boolean().default(false),
  },
  profiles: {
    development: { roundSeconds: 30 },
    test: { roundSeconds: 10, greeting: "" },
  },
});
// #endregion

assert.deepEqual(settings, { roundSeconds: 10, greeting: "", isNight: false });
