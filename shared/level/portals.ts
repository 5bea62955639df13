import { z } from "zod";
import { defineEvent } from "../protocol/events.ts";
import type { Level, TriggerVolume } from "./level.ts";

/**
 * A player stepped into a portal; `actor` of the event is the session id. Emitted once until the player steps
 * out.
 */
export const PortalEntered = defineEvent({
  name: "portal",
  schema: z.object({
    /** Name of the game on the other side. */
    to: z.string(),
    /** Name of the spawn there; without it the first. */
    spawn: z.string().optional(),
  }),
});

/** The volume of each portal of a level, in their order. */
export function portalVolumes({ portals }: Level): TriggerVolume[] {
  return portals.map(({ at: [x, y, z], radius }, i) => ({
    name: `portal:${i}`,
    shape: "sphere",
    at: [x, y, z],
    radius,
  }));
}
