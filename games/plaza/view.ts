import type { GameView, SceneryBrush } from "roomkeep/client";
import { seeded } from "roomkeep/shared";
import { plazaLevel } from "./level.ts";

/** The view of the plaza: paving around the fountain, garlands from lamp to lamp, ways to every corner. */
export const plazaView: GameView = { title: "Plaza", level: plazaLevel, decorate };

function decorate(brush: SceneryBrush) {
  const { ground } = brush;
  ground.patch(-22, 16, 9, "#b58a5c");
  for (const [x, z] of [
    [0, -19],
    [19, 4],
    [-14, 16],
    [0, 32],
  ] as const)
    ground.path(0, 0, x, z, 5);
  ground.disc(0, 0, 15.5);
  ground.disc(0, -24, 10);
  brush.jets([0, 2.6, 0], 2.6, 1.1);

  const lamps = plazaLevel.decor
    .filter(({ kind }) => kind === "lamp")
    .map(({ at: [x, , z] }) => [x, 3.5, z] as const);
  for (const [i, lamp] of lamps.entries()) {
    const next = lamps[(i + 1) % lamps.length];
    if (next) brush.garland(lamp, next);
  }
  brush.garland([-7.4, 5.4, -20.2], [7.4, 5.4, -20.2], 0.7);

  plant(brush);
}

/** Flowers in drifts, tufts of grass, some rocks and bushes. */
function plant(brush: SceneryBrush) {
  const random = seeded(77);
  const spread = () => (random() - 0.5) * 64;
  const free = (x: number, z: number) =>
    Math.hypot(x, z) > 16.2 && Math.abs(x) < 33 && Math.abs(z) < 33 && !onWay(x, z);
  for (let i = 0; i < 620; i++) {
    const [x, z] = [spread(), spread()];
    if (free(x, z)) brush.decor("grass", [x, 0, z], random() * 6, 0.7 + random() * 0.9);
  }
  for (let i = 0; i < 30; i++) {
    const [x, z] = [spread(), spread()];
    if (free(x, z) && Math.hypot(x, z) > 24)
      brush.decor(i % 2 ? "rock" : "bush", [x, 0, z], random() * 6, 0.7 + random() * 0.6);
  }
  for (let i = 0; i < 30; i++) {
    const [x, z] = [spread(), spread()];
    for (let j = 0; j < 5; j++) {
      const [fx, fz] = [x + (random() - 0.5) * 2.2, z + (random() - 0.5) * 2.2];
      if (free(fx, fz)) brush.decor("flower", [fx, 0, fz], random() * 6, 0.7 + random() * 0.6);
    }
  }
}

/** On a paved way, the stage or the terrace, where nothing grows. */
function onWay(x: number, z: number): boolean {
  if (Math.abs(x) < 9 && z < -14) return true;
  if (x > 17 && Math.abs(z - 4) < 7) return true;
  return (
    (Math.abs(x) < 3 && z > 0) ||
    (x > 0 && Math.abs(z - x * 0.21) < 3) ||
    (x < 0 && Math.abs(z + x * 1.14) < 4.5)
  );
}
