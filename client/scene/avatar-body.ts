import {
  type BufferGeometry,
  CanvasTexture,
  CircleGeometry,
  DoubleSide,
  Group,
  LatheGeometry,
  type Material,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  Raycaster,
  SphereGeometry,
  TorusGeometry,
  Vector2,
  Vector3,
} from "three";
import { RoundedBoxGeometry } from "three/examples/jsm/geometries/RoundedBoxGeometry.js";
import { COLORS } from "../../shared/index.ts";
import { SHAPES } from "../../shared/internal.ts";
import { openBatch } from "./level/batch.ts";

type Shape = (typeof SHAPES)[number];
/** Places of face and hands on a shape, metres: height of the eyes, and half the distance between them. */
interface Build {
  body: () => BufferGeometry;
  eyeY: number;
  spread: number;
  handX: number;
  handY: number;
  /** Height of the top, for the nameplate. */
  top: number;
}

const lathe = (points: readonly (readonly [number, number])[]) => new LatheGeometry(smoothCurve(points), 20);

const BUILDS: Record<Shape, Build> = {
  bean: {
    body: () =>
      lathe([
        [0, 0.14],
        [0.26, 0.17],
        [0.37, 0.36],
        [0.38, 0.7],
        [0.36, 1.05],
        [0.26, 1.34],
        [0, 1.45],
      ]),
    eyeY: 1.08,
    spread: 0.13,
    handX: 0.47,
    handY: 0.66,
    top: 1.5,
  },
  cube: {
    body: () => new RoundedBoxGeometry(0.78, 1.06, 0.66, 3, 0.16).translate(0, 0.7, 0),
    eyeY: 0.92,
    spread: 0.16,
    handX: 0.5,
    handY: 0.56,
    top: 1.3,
  },
  cone: {
    body: () =>
      lathe([
        [0, 0.14],
        [0.4, 0.16],
        [0.46, 0.28],
        [0.37, 0.62],
        [0.24, 1.05],
        [0.12, 1.42],
        [0, 1.53],
      ]),
    eyeY: 0.86,
    spread: 0.125,
    handX: 0.5,
    handY: 0.55,
    top: 1.6,
  },
  drop: {
    body: () =>
      lathe([
        [0, 0.14],
        [0.3, 0.18],
        [0.46, 0.42],
        [0.44, 0.72],
        [0.28, 1.02],
        [0.12, 1.26],
        [0.04, 1.46],
        [0, 1.52],
      ]),
    eyeY: 0.8,
    spread: 0.15,
    handX: 0.54,
    handY: 0.52,
    top: 1.58,
  },
};

/** Rounds a profile: a lathe of few points has visible edges. */
function smoothCurve(points: readonly (readonly [number, number])[]): Vector2[] {
  const out: Vector2[] = [];
  const at = (i: number) => points[Math.max(0, Math.min(points.length - 1, i))] ?? [0, 0];
  for (let i = 0; i < points.length - 1; i++) {
    for (let u = 0; u < 1; u += 0.25) out.push(catmull(at(i - 1), at(i), at(i + 1), at(i + 2), u));
  }
  const [x, y] = at(points.length);
  out.push(new Vector2(x, y));
  return out;
}

function catmull(
  a: readonly number[],
  b: readonly number[],
  c: readonly number[],
  d: readonly number[],
  u: number,
) {
  const mix = (k: 0 | 1) => {
    const [p = 0, q = 0, r = 0, s = 0] = [a[k], b[k], c[k], d[k]];
    return (
      0.5 * (2 * q + (r - p) * u + (2 * p - 5 * q + 4 * r - s) * u * u + (3 * q - p - 3 * r + s) * u ** 3)
    );
  };
  return new Vector2(Math.max(0, mix(0)), mix(1));
}

/** A soft shade under an avatar, which shows where it stands even without shadows. */
function contactShade(): MeshBasicMaterial {
  shade ??= new MeshBasicMaterial({ map: softDisc(), transparent: true, depthWrite: false });
  return shade;
}

function softDisc(): CanvasTexture {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 64;
  const pen = canvas.getContext("2d");
  const fade = pen?.createRadialGradient(32, 32, 6, 32, 32, 32);
  if (pen && fade) {
    fade.addColorStop(0, "rgba(58, 36, 22, 0.42)");
    fade.addColorStop(1, "rgba(58, 36, 22, 0)");
    pen.fillStyle = fade;
    pen.fillRect(0, 0, 64, 64);
  }
  return new CanvasTexture(canvas);
}

interface Parts {
  body: BufferGeometry;
  eyes: BufferGeometry;
  face: BufferGeometry;
}

const parts = new Map<Shape, Parts>();
const limb = new SphereGeometry(1, 12, 9);
const disc = new CircleGeometry(0.5, 16).rotateX(-Math.PI / 2);
let shade: MeshBasicMaterial | undefined;

const vertexColored = new MeshLambertMaterial({ vertexColors: true });
const skins = new Map<string, Material>();

function partsOf(shape: Shape): Parts {
  const known = parts.get(shape);
  if (known) return known;
  const { body, eyeY, spread } = BUILDS[shape];
  const hull = body();
  const surface = frontOf(hull);
  const eyes = openBatch();
  const face = openBatch();
  const ball = new SphereGeometry(1, 12, 9);
  const plain = { smooth: true, jitter: 0 };
  // Eyes are built around height 10, so that they blink around their centre and get no ground shade.
  for (const side of [-1, 1]) {
    const x = side * spread;
    const z = surface(x, eyeY) - 0.012;
    const yaw = Math.atan2(x, 0.42);
    const toward = (out: number, angle = 0) =>
      [x + Math.sin(yaw + angle) * out, 10, z + Math.cos(yaw) * out] as const;
    eyes.add(ball, "#ffffff", { at: toward(0), scale: [0.105, 0.135, 0.045], yaw, ...plain });
    eyes.add(ball, "#2b2238", { at: toward(0.026, -side * 0.5), scale: [0.062, 0.085, 0.03], yaw, ...plain });
    const [gx, , gz] = toward(0.055, -side * 0.5);
    eyes.add(ball, "#ffffff", { at: [gx + 0.022, 10.035, gz], scale: 0.021, ...plain });
    const cheek = x * 1.7;
    const at = [cheek, eyeY - 0.15, surface(cheek, eyeY - 0.15) - 0.008] as const;
    face.add(ball, "#ff8fa0", { at, scale: [0.062, 0.04, 0.02], yaw: Math.atan2(cheek, 0.36), ...plain });
  }
  const smile = new TorusGeometry(0.055, 0.016, 6, 12, Math.PI);
  const mouthY = eyeY - 0.14;
  face.add(smile, "#4a2c3a", { at: [0, mouthY, surface(0, mouthY) + 0.004], roll: Math.PI, ...plain });
  const skinned = openBatch();
  skinned.add(hull, "#ffffff", plain);
  const made = {
    body: skinned.geometry(),
    eyes: eyes.geometry().translate(0, -10, 0),
    face: face.geometry(),
  };
  parts.set(shape, made);
  return made;
}

/** The z of a body's front surface at a point of its face, found by a ray. */
function frontOf(hull: BufferGeometry): (x: number, y: number) => number {
  const ray = new Raycaster();
  const mesh = new Mesh(hull, new MeshLambertMaterial({ side: DoubleSide }));
  return (x, y) => {
    ray.set(new Vector3(x, y, 2), new Vector3(0, 0, -1));
    return ray.intersectObject(mesh)[0]?.point.z ?? 0.3;
  };
}

function skin(color: number, away: boolean, dark = false): Material {
  const key = `${color}${away}${dark}`;
  const known = skins.get(key);
  if (known) return known;
  const made = new MeshLambertMaterial({ color: COLORS[color] ?? COLORS[0], vertexColors: !dark });
  if (dark) made.color.multiplyScalar(0.72);
  if (away) Object.assign(made, { transparent: true, opacity: 0.4 });
  skins.set(key, made);
  return made;
}

/** A character's body, to be placed and animated. */
export interface AvatarBody {
  readonly root: Group;
  /** The part that bobs and squashes; `root` stays in place. */
  readonly torso: Group;
  readonly eyes: Mesh;
  readonly feet: readonly [Mesh, Mesh];
  readonly hands: readonly [Mesh, Mesh];
  /** Resting place of the hands: metres to the side and up. */
  readonly rest: { x: number; y: number };
  /** Height of the top, metres. */
  readonly top: number;
  /** Draws hands, feet and face only when the camera is near. */
  setDetail(near: boolean): void;
  dress(color: number, away: boolean): void;
}

/** Makes a body of one of SHAPES. Geometry and materials are shared between bodies and never freed. */
export function makeBody(shapeIndex: number): AvatarBody {
  const shape = SHAPES[shapeIndex] ?? "bean";
  const build = BUILDS[shape];
  const { body, eyes, face } = partsOf(shape);
  const torso = new Group();
  const hull = new Mesh(body);
  const eyeMesh = new Mesh(eyes, vertexColored);
  const cheeks = new Mesh(face, vertexColored);
  eyeMesh.position.y = build.eyeY;
  const feet = [new Mesh(limb), new Mesh(limb)] as const;
  const hands = [new Mesh(limb), new Mesh(limb)] as const;
  for (const foot of feet) foot.scale.set(0.13, 0.095, 0.18);
  for (const hand of hands) hand.scale.setScalar(0.105);
  for (const part of [hull, ...feet, ...hands]) part.castShadow = true;
  hull.receiveShadow = true;
  torso.add(hull, eyeMesh, cheeks, ...hands);
  const contact = new Mesh(disc, contactShade());
  contact.position.y = 0.015;
  const root = new Group().add(torso, ...feet, contact);
  return {
    root,
    torso,
    eyes: eyeMesh,
    feet,
    hands,
    rest: { x: build.handX, y: build.handY },
    top: build.top,
    setDetail(near) {
      for (const part of [cheeks, ...feet, ...hands]) part.visible = near;
    },
    dress(color, away) {
      hull.material = skin(color, away);
      for (const part of [...feet, ...hands]) part.material = skin(color, away, true);
    },
  };
}
