import { z } from "zod";
import { type ChannelKind, isChannelId, isChannelKind } from "./kind.ts";
import type { TextRules } from "./text.ts";

const words = z.array(z.string().trim().min(2).max(40)).max(1_000).default([]).meta({ live: true });

/** Settings of the plugin: see its README. */
export const chatSettings = z.object({
  channels: z
    .array(z.custom<ChannelKind>(isChannelKind, "not made by defineChannel"))
    .default([])
    // Functions are code: no operator sets them, and the list of settings does not show them.
    .meta({ secret: true }),
  server: z
    .array(
      z.strictObject({
        id: z.string().refine(isChannelId, "1 to 80 letters, digits and _ . -"),
        title: z.string().min(1).max(60),
        readOnly: z.boolean().optional(),
      }),
    )
    .max(50)
    .default([{ id: "general", title: "Everybody" }]),
  days: z.coerce.number().int().min(1).max(3_650).default(30),
  linesMax: z.coerce.number().int().min(10).max(100_000).default(5_000),
  lineMax: z.coerce.number().int().min(20).max(1_000).default(240),
  linesPerMinute: z.coerce.number().int().min(1).max(1_000).default(30),
  editMinutes: z.coerce.number().int().min(0).max(1_440).default(15),
  lookMs: z.coerce.number().int().min(100).max(60_000).default(2_000),
  links: z.boolean().default(false).meta({ live: true, description: "Lines may hold links." }),
  maskedWords: words.describe("Words that are masked besides those of English."),
  allowedWords: words.describe("Words that pass although a coarse one is in them."),
  refusedWords: words.describe("Words by which a line is refused."),
});

/** What {@link chatSettings} gives. */
export type ChatSettings = z.output<typeof chatSettings> & TextRules;
