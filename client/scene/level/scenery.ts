import {
  ConeGeometry,
  CylinderGeometry,
  Group,
  IcosahedronGeometry,
  MeshBasicMaterial,
  MeshLambertMaterial,
  type Object3D,
  type Scene,
} from "three";
import { COLORS, type Level } from "../../../shared/index.ts";
import type { Garland } from "../camera-rig.ts";
import { type Batch, openBatch } from "./batch.ts";
import { buildDecor } from "./decor.ts";
import { type GroundPaint, layMeadow } from "./ground-paint.ts";
import { buildPortal } from "./portal-arch.ts";
import { buildSolid } from "./solids.ts";
import { type Animated, driftingPetals, waterJets } from "./water.ts";

type Place = readonly [number, number, number];

/** Adds a game's own pieces to the scenery of its level: paving, garlands, jets. */
export interface SceneryBrush {
  /** Paints the ground: paths, squares, grass. */
  readonly ground: GroundPaint;
  /** Static pieces that are lit and cast shadows. */
  readonly lit: Batch;
  /** Static pieces that glow. */
  readonly glow: Batch;
  /** A string of lights and pennants between two places that sags by `sag` metres. */
  garland(from: Place, to: Place, sag?: number): void;
  /** A fountain's jets. */
  jets(at: Place, radius: number, height: number): void;
  /** One more piece of decoration, as in the level's own list. */
  decor(kind: string, at: Place, yaw?: number, scale?: number): void;
}

/** A level's scenery in a scene. */
export interface Scenery {
  /** Garlands that hang in it. */
  readonly garlands: readonly Garland[];
  update(timeS: number): void;
  dispose(): void;
}

/** Builds the scenery of a level in a few meshes. */
export function buildScenery(scene: Scene, level: Level, decorate?: (brush: SceneryBrush) => void): Scenery {
  const meadow = layMeadow(level);
  const lit = openBatch(3);
  const glow = openBatch(4);
  // Thin pieces high up cast no shadow: it would look like dirt.
  const airy = openBatch(6);
  const animated: Animated[] = [];
  const garlands: Garland[] = [];
  for (const solid of level.solids) {
    const moving = buildSolid(solid, lit);
    if (moving) animated.push(moving);
  }
  for (const piece of level.decor) buildDecor(piece, { lit, glow });
  for (const portal of level.portals) animated.push(buildPortal(portal, lit, glow));
  if (!level.indoors) animated.push(driftingPetals(Math.max(level.bounds.max[0], level.bounds.max[1])));
  decorate?.({
    ground: meadow.paint,
    lit,
    glow,
    garland(from, to, sag = 0.55) {
      garlands.push({ from, to, sag });
      hangGarland({ lit: airy, glow }, from, to, sag);
    },
    jets: (at, radius, height) => animated.push(waterJets(at[0], at[1], at[2], radius, height)),
    decor: (kind, at, yaw = 0, scale = 1) => buildDecor({ kind, at: [...at], yaw, scale }, { lit, glow }),
  });

  const solidMesh = lit.mesh(new MeshLambertMaterial({ vertexColors: true }));
  solidMesh.castShadow = solidMesh.receiveShadow = true;
  const airyMesh = airy.mesh(solidMesh.material as MeshLambertMaterial);
  const glowMesh = glow.mesh(new MeshBasicMaterial({ vertexColors: true }));
  const group = new Group().add(
    meadow.group,
    solidMesh,
    airyMesh,
    glowMesh,
    ...animated.map(({ object }) => object),
  );
  group.traverse((part) => {
    part.matrixAutoUpdate = false;
    part.updateMatrix();
  });
  scene.add(group);
  return {
    garlands,
    update(timeS) {
      for (const piece of animated) piece.update(timeS);
    },
    dispose() {
      scene.remove(group);
      freeTree(group);
    },
  };
}

/** Frees geometries, materials and textures of an object and its children. */
export function freeTree(root: Object3D): void {
  root.traverse((part) => {
    if (!("geometry" in part) || !("material" in part)) return;
    (part.geometry as { dispose(): void }).dispose();
    const material = part.material as { dispose(): void; map?: { dispose(): void } | null };
    material.map?.dispose();
    material.dispose();
  });
}

const bulb = new IcosahedronGeometry(0.085, 1);
const pennant = new ConeGeometry(0.2, 0.36, 3, 1, true);
const cord = new CylinderGeometry(0.012, 0.012, 1, 3, 1, true);

function hangGarland({ lit, glow }: { lit: Batch; glow: Batch }, from: Place, to: Place, sag: number) {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]);
  const yaw = Math.atan2(to[0] - from[0], to[2] - from[2]);
  const count = Math.max(4, Math.round(length / 0.62));
  const point = (u: number): Place => [
    from[0] + (to[0] - from[0]) * u,
    from[1] + (to[1] - from[1]) * u - sag * 4 * u * (1 - u),
    from[2] + (to[2] - from[2]) * u,
  ];
  for (let i = 0; i < count; i++) {
    const a = point(i / count);
    const b = point((i + 1) / count);
    const middle = point((i + 0.5) / count);
    const run = Math.hypot(b[0] - a[0], b[2] - a[2]);
    const pitch = Math.PI / 2 - Math.atan2(b[1] - a[1], run);
    lit.add(cord, "#6b5a4a", { at: middle, scale: [1, length / count + 0.02, 1], yaw, pitch });
    if (i === 0) continue;
    if (i % 2) glow.add(bulb, "#ffe9a8", { at: [a[0], a[1] - 0.1, a[2]], jitter: 0 });
    else {
      const color = COLORS[(i / 2 + Math.abs(Math.round(from[0] + from[2]))) % 9] ?? "#ff6b6b";
      lit.add(pennant, color, {
        at: [a[0], a[1] - 0.2, a[2]],
        scale: [1, 1, 0.12],
        yaw: yaw + Math.PI / 2,
        roll: Math.PI,
      });
    }
  }
}
