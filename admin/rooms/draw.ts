import type { ActorLabel, Frame, LevelPicture } from "../api/shapes.ts";
import { type Camera, toPixels } from "./camera.ts";

/** What a picture shows. */
export interface Drawn {
  readonly level: LevelPicture | undefined;
  readonly frame: Frame | undefined;
  readonly who: Readonly<Record<string, ActorLabel>>;
  /** The actor that is marked. */
  readonly marked: string | undefined;
  /** Where the marked one was: x and z, the oldest first. */
  readonly trail?: readonly (readonly [number, number])[];
}

/** Colours of the page, by their names. */
export type Colors = (name: string) => string;

interface Sheet {
  readonly pen: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  readonly camera: Camera;
  readonly color: Colors;
}

/** Draws a level and its actors from above. */
export function draw(sheet: Sheet, { level, frame, who, marked, trail = [] }: Drawn): void {
  const { pen, width, height } = sheet;
  pen.clearRect(0, 0, width, height);
  if (level) drawLevel(sheet, level);
  drawTrail(sheet, trail);
  const actors = frame?.actors ?? [];
  const isPlayer = (id: string) => who[id]?.player ?? false;
  for (const spot of actors) if (!isPlayer(spot[0])) drawThing(sheet, spot);
  for (const spot of actors)
    if (isPlayer(spot[0])) drawPlayer(sheet, spot, who[spot[0]]?.name ?? "", spot[0] === marked);
  const spot = actors.find(([id]) => id === marked);
  if (spot && !isPlayer(spot[0])) ring(sheet, spot[1], spot[2]);
}

function drawLevel(sheet: Sheet, level: LevelPicture): void {
  const { pen, camera, color } = sheet;
  const [minX, minZ] = level.bounds.min;
  const [maxX, maxZ] = level.bounds.max;
  const [left, top] = at(sheet, minX, minZ);
  pen.fillStyle = color("--sheet");
  pen.fillRect(left, top, (maxX - minX) * camera.scale, (maxZ - minZ) * camera.scale);
  pen.strokeStyle = color("--faint");
  pen.lineWidth = 1.5;
  pen.strokeRect(left, top, (maxX - minX) * camera.scale, (maxZ - minZ) * camera.scale);
  pen.fillStyle = color("--line");
  pen.lineWidth = 1;
  for (const {
    shape,
    at: [x = 0, , z = 0],
    size: [wide = 0, , deep = 0],
  } of level.solids) {
    const [midX, midY] = at(sheet, x, z);
    const [w, h] = [wide * camera.scale, deep * camera.scale];
    pen.beginPath();
    if (shape === "cylinder") pen.ellipse(midX, midY, w / 2, h / 2, 0, 0, 2 * Math.PI);
    else pen.rect(midX - w / 2, midY - h / 2, w, h);
    pen.fill();
    pen.stroke();
  }
  pen.strokeStyle = color("--good");
  pen.fillStyle = color("--good");
  for (const { x, z, radius, to } of level.portals) {
    const [midX, midY] = at(sheet, x, z);
    circle(pen, midX, midY, Math.max(radius * camera.scale, 3));
    pen.stroke();
    label(sheet, `to ${to}`, midX, midY - radius * camera.scale - 4, "--good");
  }
}

function drawTrail(sheet: Sheet, trail: NonNullable<Drawn["trail"]>): void {
  const { pen, color } = sheet;
  if (trail.length < 2) return;
  pen.strokeStyle = color("--accent");
  pen.lineWidth = 2;
  pen.setLineDash([4, 3]);
  pen.beginPath();
  for (const [index, [x, z]] of trail.entries()) {
    const [left, top] = at(sheet, x, z);
    if (index === 0) pen.moveTo(left, top);
    else pen.lineTo(left, top);
  }
  pen.stroke();
  pen.setLineDash([]);
}

function drawThing(sheet: Sheet, [, x, z]: Frame["actors"][number]): void {
  const { pen, color } = sheet;
  const [left, top] = at(sheet, x, z);
  pen.fillStyle = color("--faint");
  pen.fillRect(left - 2, top - 2, 4, 4);
}

function drawPlayer(
  sheet: Sheet,
  [, x, z, heading]: Frame["actors"][number],
  name: string,
  isMarked: boolean,
) {
  const { pen, color, camera } = sheet;
  const [left, top] = at(sheet, x, z);
  const radius = Math.max(4, camera.scale * 0.4);
  pen.fillStyle = color("--accent");
  circle(pen, left, top, radius);
  pen.fill();
  pen.strokeStyle = color("--accent");
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(left, top);
  pen.lineTo(left + Math.sin(heading) * radius * 2, top + Math.cos(heading) * radius * 2);
  pen.stroke();
  if (isMarked) ring(sheet, x, z);
  label(sheet, name, left, top - radius - 4, isMarked ? "--bad" : "--ink");
}

function ring(sheet: Sheet, x: number, z: number): void {
  const { pen, color, camera } = sheet;
  const [left, top] = at(sheet, x, z);
  pen.strokeStyle = color("--bad");
  pen.lineWidth = 2.5;
  circle(pen, left, top, Math.max(9, camera.scale * 0.9));
  pen.stroke();
}

function label({ pen, color }: Sheet, text: string, x: number, y: number, name: string): void {
  pen.font = "12px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.lineWidth = 3;
  pen.strokeStyle = color("--sheet");
  pen.strokeText(text, x, y);
  pen.fillStyle = color(name);
  pen.fillText(text, x, y);
}

function circle(pen: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
}

const at = (sheet: Sheet, x: number, z: number) => toPixels(sheet.camera, sheet, x, z);
