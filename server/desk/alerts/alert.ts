import { z } from "zod";

/** How much an alert matters, the least first. */
export const SEVERITIES = ["info", "warning", "critical"] as const;

const at = z.number().meta({ description: "ms since 1970" });

/** An alert as it is told: on the stream, by the webhook, in lists. */
export const alertShape = z.object({
  id: z.string(),
  rule: z.string(),
  subject: z.string().meta({ description: 'Address of a process, or "cluster"' }),
  severity: z.enum(SEVERITIES),
  state: z.enum(["firing", "recovered"]),
  text: z.string().meta({ description: "A sentence for people" }),
  value: z.number(),
  threshold: z.number(),
  unit: z.string(),
  firedAt: at,
  toldAt: at,
  times: z.int().meta({ description: "How often it was told" }),
  recoveredAt: at.nullable(),
  acknowledgedAt: at.nullable(),
  acknowledgedBy: z.string().nullable(),
});

export type Alert = z.output<typeof alertShape>;

/** An alert without what follows from its rule. */
export type RaisedAlert = Omit<Alert, "state" | "text" | "unit">;
