import { BufferAttribute, BufferGeometry, Color, LineBasicMaterial, LineSegments, type Scene } from "three";
import { type Ground, heightOf, type Solid, type TriggerVolume, type Vec } from "../../shared/index.ts";
import { portalVolumes, topAt } from "../../shared/internal.ts";

/** Drawing distance around the player, metres. */
const NEAR_M = 45;
/** Most lines at once; further ones are left out. */
const LINES_MAX = 24_000;
/** Most rays at once, and how long each is shown. */
const RAYS_MAX = 16;
const RAY_S = 6;
const CIRCLE_PARTS = 16;

const COLOR = {
  solid: new Color("#4dd2ff"),
  actor: new Color("#ffffff"),
  body: new Color("#7dff7a"),
  trigger: new Color("#ffd43b"),
  portal: new Color("#c792ea"),
  cell: new Color("#ff9f43"),
  viewpoint: new Color("#ff4d6d"),
  ray: new Color("#ff2d2d"),
};

/** An actor as it is drawn. */
interface Spot extends Vec {
  readonly kind: string;
}

/** Input of one frame of the drawing. */
export interface DebugFrame {
  readonly me: Vec | undefined;
  readonly actors: readonly Spot[];
  readonly dtS: number;
}

/** Draws the invisible: solids, bodies, triggers, cells of interest, rays. */
export interface DebugDraw {
  /** Shows a ray for some seconds. Costs nothing while the drawing is off. */
  ray(from: Vec, to: Vec): void;
  /** Draws the present state; called once a frame while the drawing is on. */
  draw(frame: DebugFrame): void;
  hide(): void;
  dispose(): void;
}

/** Scene, ground and volumes of {@link openDebugDraw}. */
export interface DebugOptions {
  readonly scene: Scene;
  readonly ground: Ground;
  /** The room's interest management, if it has one. Metres. */
  readonly interest: { readonly radiusM: number; readonly cellM?: number } | undefined;
  /** Hit volume of a kind of actor. */
  readonly sizeOf?: ((kind: string) => ActorSize | undefined) | undefined;
}

/** An upright cylinder from the ground, metres. */
export interface ActorSize {
  /** Radius of the upright cylinder that stands for it, metres. */
  readonly radiusM: number;
  /** Height of that cylinder, metres. */
  readonly heightM: number;
}

const AVATAR: ActorSize = { radiusM: 0.35, heightM: 1.7 };
const THING: ActorSize = { radiusM: 0.35, heightM: 0.9 };

/** Opens the drawing for a room's level; nothing is drawn before `draw`. */
export function openDebugDraw({ scene, ground, interest, sizeOf }: DebugOptions): DebugDraw {
  const pen = openPen();
  const rays: { from: Vec; to: Vec; leftS: number }[] = [];
  const { level } = ground;
  const portals = portalVolumes(level);
  let isOn = false;
  pen.lines.visible = false;
  scene.add(pen.lines);

  return {
    ray(from, to) {
      if (!isOn) return;
      rays.push({ from, to, leftS: RAY_S });
      if (rays.length > RAYS_MAX) rays.shift();
    },
    hide() {
      isOn = pen.lines.visible = false;
      rays.length = 0;
    },
    draw({ me, actors, dtS }) {
      isOn = pen.lines.visible = true;
      if (!me) return;
      pen.begin();
      const isNear = (x: number, z: number) => Math.hypot(x - me.x, z - me.z) < NEAR_M;
      for (const solid of level.solids) if (isNear(solid.at[0], solid.at[2])) drawSolid(pen, solid);
      for (const volume of level.triggers) drawVolume(pen, volume, COLOR.trigger);
      for (const volume of portals) drawVolume(pen, volume, COLOR.portal);
      for (const actor of actors) if (isNear(actor.x, actor.z)) drawActor(pen, actor, sizeOf?.(actor.kind));
      if (interest) drawCells(pen, ground, me, interest.radiusM, interest.cellM ?? interest.radiusM / 4);
      for (const ray of rays) {
        ray.leftS -= dtS;
        if (ray.leftS > 0) pen.line(ray.from, ray.to, COLOR.ray);
      }
      pen.end();
    },
    dispose: () => pen.dispose(),
  };
}

interface Pen {
  readonly lines: LineSegments;
  begin(): void;
  line(from: Vec, to: Vec, color: Color): void;
  end(): void;
  dispose(): void;
}

function openPen(): Pen {
  const places = new Float32Array(LINES_MAX * 6);
  const colors = new Float32Array(LINES_MAX * 6);
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(places, 3));
  geometry.setAttribute("color", new BufferAttribute(colors, 3));
  const material = new LineBasicMaterial({
    vertexColors: true,
    fog: false,
    transparent: true,
    depthTest: false,
  });
  const lines = new LineSegments(geometry, material);
  lines.frustumCulled = false;
  lines.renderOrder = 10;
  let count = 0;
  const put = (at: Vec, { r, g, b }: Color) => {
    places.set([at.x, at.y, at.z], count * 3);
    colors.set([r, g, b], count * 3);
    count++;
  };
  return {
    lines,
    begin() {
      count = 0;
    },
    line(from, to, color) {
      if (count >= LINES_MAX * 2) return;
      put(from, color);
      put(to, color);
    },
    end() {
      geometry.setDrawRange(0, count);
      for (const name of ["position", "color"]) {
        const attribute = geometry.getAttribute(name) as BufferAttribute;
        attribute.clearUpdateRanges();
        attribute.addUpdateRange(0, count * 3);
        attribute.needsUpdate = true;
      }
    },
    dispose() {
      lines.removeFromParent();
      geometry.dispose();
      material.dispose();
    },
  };
}

function circle(pen: Pen, { x, y, z }: Vec, radius: number, color: Color, upright = 0): void {
  const at = (i: number): Vec => {
    const a = Math.sin((i / CIRCLE_PARTS) * Math.PI * 2) * radius;
    const b = Math.cos((i / CIRCLE_PARTS) * Math.PI * 2) * radius;
    if (upright === 1) return { x: x + a, y: y + b, z };
    return upright === 2 ? { x, y: y + a, z: z + b } : { x: x + a, y, z: z + b };
  };
  for (let i = 0; i < CIRCLE_PARTS; i++) pen.line(at(i), at(i + 1), color);
}

function cylinder(pen: Pen, at: Vec, radius: number, height: number, color: Color): void {
  circle(pen, at, radius, color);
  circle(pen, { ...at, y: at.y + height }, radius, color);
  for (const [dx, dz] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    const foot = { x: at.x + dx * radius, y: at.y, z: at.z + dz * radius };
    pen.line(foot, { ...foot, y: at.y + height }, color);
  }
}

/** A box whose upper corners may differ in height. */
function box(
  pen: Pen,
  at: Vec,
  w: number,
  d: number,
  top: (x: number, z: number) => number,
  color: Color,
): void {
  const corners = (
    [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
    ] as const
  ).map(([sx, sz]) => {
    return { x: at.x + (sx * w) / 2, y: at.y, z: at.z + (sz * d) / 2 };
  });
  const raised = corners.map((corner) => ({ ...corner, y: top(corner.x, corner.z) }));
  for (const [i, foot] of corners.entries()) {
    const next = (i + 1) % 4;
    const [head, nextFoot, nextHead] = [raised[i], corners[next], raised[next]];
    if (!head || !nextFoot || !nextHead) continue;
    pen.line(foot, head, color);
    pen.line(foot, nextFoot, color);
    pen.line(head, nextHead, color);
  }
}

function drawSolid(pen: Pen, solid: Solid): void {
  const [x, y, z] = solid.at;
  if (solid.shape === "cylinder") cylinder(pen, { x, y, z }, solid.radius, heightOf(solid), COLOR.solid);
  else box(pen, { x, y, z }, solid.size[0], solid.size[2], (cx, cz) => topAt(solid, cx, cz), COLOR.solid);
}

function drawVolume(pen: Pen, volume: TriggerVolume, color: Color): void {
  const [x, y, z] = volume.at;
  if (volume.shape === "box") {
    const [w, h, d] = volume.size;
    box(pen, { x, y, z }, w, d, () => y + h, color);
    return;
  }
  for (const upright of [0, 1, 2]) circle(pen, { x, y, z }, volume.radius, color, upright);
}

function drawActor(pen: Pen, { x, y, z, kind }: Spot, known: ActorSize | undefined): void {
  const isLoose = kind === "crate" || kind === "ball";
  if (isLoose) box(pen, { x, y: y - 0.45, z }, 0.9, 0.9, () => y + 0.45, COLOR.body);
  else {
    const isAvatar = kind === "avatar";
    const { radiusM, heightM } = known ?? (isAvatar ? AVATAR : THING);
    cylinder(pen, { x, y, z }, radiusM, heightM, isAvatar ? COLOR.body : COLOR.actor);
  }
}

/** The cells of interest on the ground, and the radius of the own viewpoint. */
function drawCells(pen: Pen, ground: Ground, me: Vec, radiusM: number, cellM: number): void {
  const reach = radiusM + cellM;
  const lift = (x: number, z: number): Vec => ({ x, y: ground.height(x, z) + 0.08, z });
  const first = (value: number) => Math.floor((value - reach) / cellM) * cellM;
  for (let x = first(me.x); x <= me.x + reach; x += cellM) {
    for (let z = first(me.z); z <= me.z + reach; z += cellM) {
      for (let i = 0; i < 4; i++) {
        const [a, b] = [(i / 4) * cellM, ((i + 1) / 4) * cellM];
        pen.line(lift(x + a, z), lift(x + b, z), COLOR.cell);
        pen.line(lift(x, z + a), lift(x, z + b), COLOR.cell);
      }
    }
  }
  for (let i = 0; i < 72; i++) {
    const at = (step: number) => {
      const angle = (step / 72) * Math.PI * 2;
      return lift(me.x + Math.sin(angle) * radiusM, me.z + Math.cos(angle) * radiusM);
    };
    pen.line(at(i), at(i + 1), COLOR.viewpoint);
  }
}
