import { defineCollection } from "roomkeep/plugins/storage";
import { z } from "zod";

/** What a player carries: the page may write it, and everybody may look. */
export const loadouts = defineCollection("loadouts", {
  value: z.strictObject({ weapon: z.string().max(40), skin: z.string().max(40).default("plain") }),
  owner: "player",
  read: "everyone",
  write: "owner",
  maxPerOwner: 5,
});

/** How often each weapon was chosen: of the game, by weapon; only rooms write it. */
export const popularity = defineCollection("popularity", {
  value: z.strictObject({ times: z.int().min(0) }),
  owner: "shared",
  read: "everyone",
  write: "room",
  days: 365,
});
