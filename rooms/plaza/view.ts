import type { GameView, SceneryBrush } from "roomkeep/client";
import { seeded } from "roomkeep/shared";
import { plazaLevel } from "./level.ts";

/** How the plaza looks: paving about the fountain, garlands from lamp to lamp, ways to every corner. */
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

  const random = seeded(77);
  for (let i = 0; i < 420; i++) {
    const x = (random() - 0.5) * 64;
    const z = (random() - 0.5) * 64;
    if (Math.hypot(x, z) < 16 || onWay(x, z)) continue;
    const kind = i % 9 === 0 ? "flower" : i % 31 === 0 ? "rock" : i % 23 === 0 ? "bush" : "grass";
    if (kind === "bush" && Math.hypot(x, z) < 24) continue;
    brush.decor(kind, [x, 0, z], random() * 6, 0.6 + random() * 0.7);
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
