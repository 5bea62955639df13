import { type ActorView, openBatch } from "roomkeep/client";
import type { Actor } from "roomkeep/shared";
import {
  BoxGeometry,
  type BufferGeometry,
  ConeGeometry,
  CylinderGeometry,
  Group,
  IcosahedronGeometry,
  Mesh,
  MeshLambertMaterial,
} from "three";
import { type Creature, MOOD } from "../state.ts";

/** The meshes of an animal. The legs swing in two pairs. */
interface Parts {
  readonly body: BufferGeometry;
  readonly legs: BufferGeometry;
  /** Height of the hips, metres. */
  readonly hip: number;
  /** Half the distance between the legs, along and across. */
  readonly along: number;
  readonly across: number;
  /** Whether it hops; else it trots. */
  readonly hops: boolean;
}

const material = new MeshLambertMaterial({ vertexColors: true });
const ball = new IcosahedronGeometry(1, 1);
const rough = new IcosahedronGeometry(1, 0);
const tube = new CylinderGeometry(0.5, 0.4, 1, 6);
const cone = new ConeGeometry(0.5, 1, 5);
const cube = new BoxGeometry(1, 1, 1);
/** The batch darkens pieces near the ground: they are built this high up and moved down, metres. */
const UP = 10;

type Piece = readonly [
  geometry: BufferGeometry,
  color: string,
  at: readonly [number, number, number],
  scale: readonly [number, number, number],
  pitch?: number,
  roll?: number,
];

function build(seed: number, pieces: readonly Piece[]): BufferGeometry {
  const batch = openBatch(seed);
  for (const [geometry, color, [x, y, z], scale, pitch = 0, roll = 0] of pieces) {
    batch.add(geometry, color, { at: [x, y + UP, z], scale, pitch, roll, jitter: 0.07 });
  }
  return batch.geometry().translate(0, -UP, 0);
}

/** Both sides of a pair. */
const both = (make: (side: 1 | -1) => Piece): Piece[] => [make(1), make(-1)];

/** One diagonal pair of legs; the other pair is its mirror image. The hips are at 0. */
function legPair(color: string, hoof: string, hip: number, along: number, across: number, thick: number) {
  return build(
    5,
    [1, -1].flatMap((side): Piece[] => [
      [tube, color, [across * side, -hip * 0.5, along * side], [thick, hip, thick]],
      [cube, hoof, [across * side, -hip + 0.04, along * side], [thick * 1.1, 0.09, thick * 1.2]],
    ]),
  );
}

function deer(): Parts {
  const coat = "#b9804e";
  const pale = "#e6c8a0";
  const body = build(1, [
    [ball, coat, [0, 1.02, -0.06], [0.29, 0.31, 0.58]],
    [ball, pale, [0, 0.92, -0.02], [0.24, 0.25, 0.5]],
    [tube, coat, [0, 1.34, 0.52], [0.3, 0.62, 0.3], 0.5],
    [ball, coat, [0, 1.66, 0.74], [0.15, 0.16, 0.22]],
    [tube, "#caa074", [0, 1.61, 0.94], [0.15, 0.24, 0.15], Math.PI / 2],
    [ball, "#3b2a22", [0, 1.63, 1.07], [0.06, 0.05, 0.04]],
    [ball, "#fff4e2", [0, 1.1, -0.62], [0.1, 0.15, 0.09]],
    ...both((s) => [ball, "#231a17", [0.13 * s, 1.71, 0.82], [0.033, 0.04, 0.033]]),
    ...both((s) => [cone, coat, [0.2 * s, 1.78, 0.64], [0.13, 0.26, 0.06], -0.2, -s * 1.1]),
    ...both((s) => [tube, "#efe0c4", [0.11 * s, 1.96, 0.62], [0.05, 0.42, 0.05], -0.4, -s * 0.4]),
    ...both((s) => [tube, "#efe0c4", [0.24 * s, 2.12, 0.6], [0.04, 0.3, 0.04], 0.3, -s * 0.9]),
    ...[0, 1, 2, 3, 4, 5, 6].map(
      (i): Piece => [
        ball,
        "#f5e3c4",
        [(i % 2 ? 0.19 : -0.19) * 1, 1.2 - (i % 3) * 0.05, 0.2 - i * 0.1],
        [0.04, 0.03, 0.04],
      ],
    ),
  ]);
  const [hip, along, across] = [0.86, 0.36, 0.15];
  return {
    body,
    legs: legPair("#a8703f", "#3b2a22", hip, along, across, 0.12),
    hip,
    along,
    across,
    hops: false,
  };
}

function rabbit(): Parts {
  const fur = "#d8c3a5";
  const body = build(2, [
    [ball, fur, [0, 0.22, -0.03], [0.16, 0.17, 0.23]],
    [ball, "#f3e7d5", [0, 0.2, 0.1], [0.12, 0.13, 0.12]],
    [ball, fur, [0, 0.38, 0.17], [0.12, 0.12, 0.13]],
    [ball, "#ffffff", [0, 0.24, -0.26], [0.08, 0.08, 0.08]],
    [ball, "#e89a9a", [0, 0.38, 0.3], [0.022, 0.02, 0.02]],
    ...both((s) => [ball, "#2a201d", [0.08 * s, 0.42, 0.25], [0.022, 0.026, 0.022]]),
    ...both((s) => [ball, fur, [0.055 * s, 0.6, 0.12], [0.045, 0.17, 0.03], -0.15, -s * 0.18]),
    ...both((s) => [ball, "#f0b9b0", [0.056 * s, 0.6, 0.138], [0.026, 0.12, 0.022], -0.15, -s * 0.18]),
  ]);
  const [hip, along, across] = [0.14, 0.13, 0.09];
  return {
    body,
    legs: legPair("#c9b28f", "#f3e7d5", hip, along, across, 0.08),
    hip,
    along,
    across,
    hops: true,
  };
}

function boar(): Parts {
  const hide = "#6f5546";
  const body = build(3, [
    [ball, hide, [0, 0.58, -0.05], [0.3, 0.32, 0.52]],
    [rough, "#5a4438", [0, 0.74, -0.05], [0.14, 0.22, 0.46]],
    [ball, hide, [0, 0.56, 0.46], [0.22, 0.23, 0.25]],
    [tube, "#86685a", [0, 0.48, 0.72], [0.2, 0.24, 0.2], Math.PI / 2],
    [ball, "#b98d7c", [0, 0.48, 0.86], [0.1, 0.09, 0.04]],
    ...both((s) => [ball, "#1d1512", [0.14 * s, 0.63, 0.62], [0.03, 0.035, 0.03]]),
    ...both((s) => [cone, "#fff3dc", [0.12 * s, 0.5, 0.8], [0.05, 0.18, 0.05], 0.3, -s * 0.5]),
    ...both((s) => [cone, "#5a4438", [0.15 * s, 0.8, 0.44], [0.13, 0.18, 0.06], 0, -s * 0.4]),
    [tube, "#5a4438", [0, 0.62, -0.6], [0.05, 0.26, 0.05], -0.9],
  ]);
  const [hip, along, across] = [0.4, 0.28, 0.16];
  return {
    body,
    legs: legPair("#5f483b", "#2b201b", hip, along, across, 0.14),
    hip,
    along,
    across,
    hops: false,
  };
}

const PARTS: Record<string, () => Parts> = { deer, rabbit, boar };
const built = new Map<string, Parts>();

/** Shows an animal: it trots or hops by its drawn speed, and grazes when it stands. */
export function showAnimal(actor: Actor): ActorView {
  let parts = built.get(actor.kind);
  if (parts === undefined) {
    parts = (PARTS[actor.kind] ?? deer)();
    built.set(actor.kind, parts);
  }
  const { body, legs, hip, hops } = parts;
  const root = new Group();
  const trunk = new Mesh(body, material);
  const left = new Mesh(legs, material);
  const right = new Mesh(legs, material);
  right.scale.x = -1;
  left.position.y = right.position.y = hip;
  trunk.castShadow = true;
  const rig = new Group().add(trunk, left, right);
  root.add(rig);
  const last = { x: actor.x, z: actor.z };
  let speed = 0;
  let stride = 0;
  let yaw = actor.yaw;
  let bow = 0;
  return {
    root,
    update(_, pose, dtS, timeS) {
      const went = Math.hypot(pose.x - last.x, pose.z - last.z);
      last.x = pose.x;
      last.z = pose.z;
      speed += (Math.min(8, went / Math.max(dtS, 0.001)) - speed) * (1 - Math.exp(-dtS * 8));
      stride += speed * dtS * (hops ? 4.2 : 3.4);
      const difference = Math.atan2(Math.sin(pose.yaw - yaw), Math.cos(pose.yaw - yaw));
      yaw += difference * (1 - Math.exp(-dtS * 7));
      root.rotation.y = yaw;
      const gait = Math.min(1, speed / 1.2);
      const swing = Math.sin(stride) * 0.75 * gait;
      left.rotation.x = swing;
      right.rotation.x = -swing;
      const lift = Math.abs(Math.sin(stride * (hops ? 0.5 : 1)));
      rig.position.y = lift * gait * (hops ? 0.22 : 0.06);
      rig.rotation.x = hops ? Math.cos(stride) * 0.22 * gait : Math.sin(stride * 2) * 0.03 * gait;
      // A grazing animal lowers its head now and then.
      const grazes = (actor as Creature).mood === MOOD.graze && Math.sin(timeS * 0.5 + actor.x) > -0.2;
      bow += ((grazes ? 0.26 : 0) - bow) * (1 - Math.exp(-dtS * 3));
      trunk.rotation.x = hops ? 0 : bow;
    },
  };
}
