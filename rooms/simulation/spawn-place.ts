import { heightAt, type Level } from "../../shared/index.ts";
import type { PlaceOfSpawn } from "../player.ts";

/**
 * The place of the next of `present` players: the level's nameless spawns in turn (else the first of all),
 * newcomers spread around each.
 *
 * @param name of the spawn to appear at instead; one that the level does not have stands for the first
 */
export function spawnPlaceOf({ spawns, terrain }: Level, present: number, name?: string): PlaceOfSpawn {
  const named = name === undefined ? undefined : (spawns.find((spawn) => spawn.name === name) ?? spawns[0]);
  // A spawn with a name is for players who come by a portal that names it.
  const open = spawns.filter((spawn) => spawn.name === undefined);
  const spawn = named ??
    open[present % open.length] ??
    spawns[0] ?? { at: [0, 0, 0] as const, yaw: 0, radius: 0 };
  const angle = present * 2.4; // the golden angle spreads newcomers evenly
  const far = spawn.radius * Math.sqrt(((present * 0.618) % 1) + 0.05);
  const x = spawn.at[0] + Math.sin(angle) * far;
  const z = spawn.at[2] + Math.cos(angle) * far;
  // A place on the slope around a spawn is not in the ground.
  const y = terrain ? Math.max(spawn.at[1], heightAt(terrain, x, z)) : spawn.at[1];
  return { x, y, z, yaw: spawn.yaw };
}
