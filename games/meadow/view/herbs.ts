import { openBatch, type ViewContext } from "roomkeep/client";
import {
  Color,
  ConeGeometry,
  IcosahedronGeometry,
  InstancedMesh,
  Matrix4,
  MeshBasicMaterial,
  MeshLambertMaterial,
  Vector3,
} from "three";
import type { Herb, MeadowState } from "../state.ts";

/** Most herbs that are drawn. */
const DRAWN_MAX = 96;
const COLORS = ["#ffd75e", "#ff9ad5", "#8fe3ff", "#c9a2ff"].map((color) => new Color(color));

/** The drawn herbs. */
export interface Herbs {
  /** Whether a herb is drawn as ripe. */
  isRipe(herb: Herb, id: string): boolean;
  /** Shows a herb as picked before the room has confirmed it. @returns undoes it */
  pick(id: string): () => void;
  dispose(): void;
}

/** Draws all herbs in two draw calls: leaves, and the glowing blossoms of ripe herbs. */
export function showHerbs({ room, stage, onFrame }: ViewContext<MeadowState>): Herbs {
  const leaves = new InstancedMesh(
    leafGeometry(),
    new MeshLambertMaterial({ vertexColors: true }),
    DRAWN_MAX,
  );
  const blossoms = new InstancedMesh(blossomGeometry(), new MeshBasicMaterial(), DRAWN_MAX);
  leaves.frustumCulled = blossoms.frustumCulled = false;
  stage.scene.add(leaves, blossoms);
  const at = new Matrix4();
  const span = new Vector3();
  const glow = new Color();
  let shown = "";
  /** Herbs picked here, until the state has them as picked. */
  const picked = new Set<string>();

  onFrame((_dtS, now) => {
    const beat = 0.86 + 0.14 * Math.sin(now / 600);
    blossoms.material.color.copy(glow.setScalar(beat));
    const herbs: { herb: Herb; ripe: boolean }[] = [];
    let key = "";
    room.state.actors?.forEach((actor, id) => {
      if (actor.kind !== "herb" || herbs.length >= DRAWN_MAX) return;
      const herb = actor as Herb;
      if (!herb.ripe) picked.delete(id);
      const ripe = herb.ripe && !picked.has(id);
      herbs.push({ herb, ripe });
      key += `${id}${ripe ? "+" : "-"}`;
    });
    if (key === shown) return;
    shown = key;
    let ripe = 0;
    for (const [i, { herb, ripe: isRipe }] of herbs.entries()) {
      const size = 0.9 + ((herb.x * 7.3) % 0.4);
      at.makeRotationY(herb.x * 3).scale(span.set(size, isRipe ? size : size * 0.55, size));
      at.setPosition(herb.x, herb.y, herb.z);
      leaves.setMatrixAt(i, at);
      if (!isRipe) continue;
      blossoms.setMatrixAt(ripe, at);
      blossoms.setColorAt(ripe, COLORS[herb.sort % COLORS.length] ?? glow);
      ripe += 1;
    }
    leaves.count = herbs.length;
    blossoms.count = ripe;
    leaves.instanceMatrix.needsUpdate = blossoms.instanceMatrix.needsUpdate = true;
    if (blossoms.instanceColor) blossoms.instanceColor.needsUpdate = true;
  });
  return {
    isRipe: (herb, id) => herb.ripe && !picked.has(id),
    pick(id) {
      picked.add(id);
      return () => void picked.delete(id);
    },
    dispose() {
      for (const mesh of [leaves, blossoms]) {
        mesh.removeFromParent();
        mesh.geometry.dispose();
        mesh.material.dispose();
        mesh.dispose();
      }
    },
  };
}

function leafGeometry() {
  const batch = openBatch(51);
  const leaf = new ConeGeometry(0.12, 0.5, 4, 1, true);
  for (let i = 0; i < 7; i++) {
    const angle = (i / 7) * Math.PI * 2;
    const where = [Math.sin(angle) * 0.14, 0.2, Math.cos(angle) * 0.14] as const;
    batch.add(leaf, i % 2 ? "#4f9a56" : "#68b562", { at: where, yaw: angle, pitch: 0.65, jitter: 0.12 });
  }
  return batch.geometry();
}

function blossomGeometry() {
  const batch = openBatch(52);
  const bud = new IcosahedronGeometry(0.085, 0);
  for (let i = 0; i < 5; i++) {
    const angle = i * 2.4;
    const out = i === 0 ? 0 : 0.13;
    batch.add(bud, "#ffffff", {
      at: [Math.sin(angle) * out, 0.5 + (i % 3) * 0.07, Math.cos(angle) * out],
      jitter: 0,
    });
  }
  return batch.geometry();
}
