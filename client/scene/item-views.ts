import {
  BoxGeometry,
  type BufferGeometry,
  CylinderGeometry,
  Group,
  IcosahedronGeometry,
  Mesh,
  MeshLambertMaterial,
  TorusGeometry,
} from "three";
import type { Actor, Drop, Pile, Shop } from "../../shared/index.ts";
import type { ActorView } from "./actor-view.ts";
import { type Batch, openBatch } from "./level/batch.ts";
import { type Nameplate, nameTag } from "./nameplate.ts";

/** Colours of the ribbons that tell sacks apart. */
const RIBBONS = ["#ffd76a", "#ff9ad5", "#8fe3ff", "#b7f08a", "#ffb08a", "#d3b8ff"];

const material = new MeshLambertMaterial({ vertexColors: true });
const made = new Map<string, BufferGeometry>();

/** Views of drops, piles and shops that a game does not draw itself. */
export const itemViews: Record<string, (actor: Actor) => ActorView> = {
  drop: (actor) => {
    const { template } = actor as Drop;
    let sum = 0;
    for (const letter of template) sum += letter.codePointAt(0) ?? 0;
    const ribbon = RIBBONS[sum % RIBBONS.length] ?? "#ffd76a";
    return show(`drop${ribbon}`, (batch) => sack(batch, 0, 0, 0.8, ribbon), { sways: true });
  },
  pile: (actor) => show("pile", pile, { name: `${(actor as Pile).name}'s items`, up: 1.35 }),
  shop: (actor) => show("shop", stall, { name: (actor as Shop).name, up: 3.05, yaw: actor.yaw }),
};

interface Ways {
  name?: string;
  /** Height of the name, metres. */
  up?: number;
  yaw?: number;
  /** Sways a little, so that it is visible in the grass. */
  sways?: boolean;
}

function show(key: string, build: (batch: Batch) => void, { name, up = 1, yaw = 0, sways }: Ways): ActorView {
  let geometry = made.get(key);
  if (!geometry) {
    // The batch darkens pieces near the ground: built high up and moved down.
    const batch = openBatch(71);
    build(batch);
    geometry = batch.geometry().translate(0, -HIGH, 0);
    made.set(key, geometry);
  }
  const root = new Group();
  const mesh = new Mesh(geometry, material);
  mesh.castShadow = mesh.receiveShadow = true;
  mesh.rotation.y = yaw;
  root.add(mesh);
  let tag: Nameplate | undefined;
  if (name) {
    tag = nameTag(name, false);
    tag.sprite.position.y = up;
    const ratio = tag.sprite.scale.x / tag.sprite.scale.y;
    tag.sprite.scale.set(tag.height * ratio, tag.height, 1);
    root.add(tag.sprite);
  }
  return {
    root,
    update(actor, _pose, _dtS, timeS) {
      if (!sways) return;
      mesh.position.y = 0.04 + Math.abs(Math.sin(timeS * 2 + actor.x)) * 0.06;
      mesh.rotation.y = timeS * 0.7;
    },
    dispose: () => tag?.dispose(),
  };
}

const HIGH = 10;

function sack(batch: Batch, x: number, z: number, size: number, ribbon: string): void {
  const at = (up: number) => [x, HIGH + up * size, z] as const;
  const wide = [size, size * 0.9, size] as const;
  batch.add(new IcosahedronGeometry(0.3, 1), "#c08a58", { at: at(0.26), scale: wide });
  batch.add(new CylinderGeometry(0.19, 0.1, 0.2, 7), "#a8713f", { at: at(0.58), scale: size });
  batch.add(new TorusGeometry(0.12, 0.035, 5, 10), ribbon, { at: at(0.5), pitch: Math.PI / 2, scale: size });
}

/** Sacks around a post with a lantern. */
function pile(batch: Batch): void {
  sack(batch, 0.34, 0.1, 1, "#ffd76a");
  sack(batch, -0.3, 0.2, 0.85, "#ff9ad5");
  sack(batch, 0, -0.36, 0.75, "#8fe3ff");
  batch.add(new CylinderGeometry(0.05, 0.06, 1.2, 6), "#7d5a3a", { at: [0, HIGH + 0.6, 0] });
  batch.add(new BoxGeometry(0.7, 0.09, 0.09), "#8d6844", { at: [0, HIGH + 0.95, 0] });
}

/** A market stall that faces +z. */
function stall(batch: Batch): void {
  const box = new BoxGeometry(1, 1, 1);
  batch.add(box, "#a8713f", { at: [0, HIGH + 0.45, 0.45], scale: [2.3, 0.9, 0.5] });
  batch.add(box, "#d6a468", { at: [0, HIGH + 0.94, 0.48], scale: [2.5, 0.1, 0.72] });
  for (const x of [-1.15, 1.15]) {
    for (const [z, tall] of [
      [0.75, 2],
      [-0.75, 2.5],
    ] as const) {
      batch.add(box, "#7d5a3a", { at: [x, HIGH + tall / 2, z], scale: [0.12, tall, 0.12] });
    }
  }
  for (let i = 0; i < 7; i++) {
    const color = i % 2 ? "#fff3df" : "#ff7b5e";
    batch.add(box, color, { at: [-1.2 + i * 0.4, HIGH + 2.3, 0.02], scale: [0.4, 0.08, 1.95], pitch: 0.3 });
    batch.add(box, color, { at: [-1.2 + i * 0.4, HIGH + 1.9, 0.97], scale: [0.4, 0.3, 0.06] });
  }
  for (const [x, color] of [
    [-0.8, "#ffd76a"],
    [-0.2, "#ff9ad5"],
    [0.75, "#8fe3ff"],
  ] as const) {
    batch.add(new IcosahedronGeometry(0.16, 1), color, { at: [x, HIGH + 1.12, 0.5] });
  }
  batch.add(new CylinderGeometry(0.2, 0.16, 0.34, 8), "#c08a58", { at: [0.35, HIGH + 1.14, 0.45] });
}
