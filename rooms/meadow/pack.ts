import type { Player } from "roomkeep/rooms";
import { z } from "zod";
import { levelOf } from "./creatures.ts";
import { CARRY_MAX } from "./rules.ts";
import { HEALTH_MAX, type Hero } from "./state.ts";

const count = z.int().min(0).max(CARRY_MAX);

/** What a character takes along from day to day. */
const pack = z.object({
  health: z.int().min(1).max(HEALTH_MAX),
  arrows: count,
  herbs: count,
  meat: count,
  xp: z.int().min(0).max(0xffff_ffff),
});

/** Gives a hero what its character has; who comes for the first time has what a new hero has. */
export function unpack({ avatar, stats }: Player<Hero>): void {
  const stored = pack.safeParse(stats.meadow);
  if (stored.success) Object.assign(avatar, stored.data);
  avatar.level = levelOf(avatar.xp);
}

/** Keeps with the character what its hero has now. */
export function repack(player: Player<Hero>): void {
  const { health, arrows, herbs, meat, xp } = player.avatar;
  const before = pack.safeParse(player.stats.meadow).data;
  const now = { health: Math.max(1, health), arrows, herbs, meat, xp };
  if (before && Object.entries(now).every(([key, value]) => before[key as keyof typeof now] === value))
    return;
  player.stats.meadow = now;
  player.statsChanged = true;
}
