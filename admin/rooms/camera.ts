import type { LevelPicture } from "../api/shapes.ts";

/** Which part of a level a picture shows: pixels a metre, and the metres in its middle. */
export interface Camera {
  readonly scale: number;
  readonly x: number;
  readonly z: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const MARGIN_PX = 16;
/** Pixels a metre. */
const LEAST = 0.5;
const MOST = 200;

/** All of the level. */
export function cameraOf({ min, max }: LevelPicture["bounds"], size: Size): Camera {
  const [[minX, minZ], [maxX, maxZ]] = [min, max];
  const across = (size.width - 2 * MARGIN_PX) / Math.max(maxX - minX, 0.1);
  const down = (size.height - 2 * MARGIN_PX) / Math.max(maxZ - minZ, 0.1);
  return { scale: within(Math.min(across, down)), x: (minX + maxX) / 2, z: (minZ + maxZ) / 2 };
}

/** Where metres are in the picture, in pixels from its upper left corner. */
export function toPixels({ scale, x, z }: Camera, size: Size, atX: number, atZ: number): [number, number] {
  return [(atX - x) * scale + size.width / 2, (atZ - z) * scale + size.height / 2];
}

/** Which metres a pixel shows. */
export function toMetres({ scale, x, z }: Camera, size: Size, left: number, top: number): [number, number] {
  return [(left - size.width / 2) / scale + x, (top - size.height / 2) / scale + z];
}

/** Nearer (above 1) or farther, with the same metres under a pixel as before. */
export function zoomed(camera: Camera, size: Size, times: number, left: number, top: number): Camera {
  const scale = within(camera.scale * times);
  const [x, z] = toMetres(camera, size, left, top);
  const [nextX, nextZ] = toMetres({ ...camera, scale }, size, left, top);
  return { scale, x: camera.x + x - nextX, z: camera.z + z - nextZ };
}

/** Moved by pixels, as a hand moves paper. */
export function dragged(camera: Camera, right: number, down: number): Camera {
  return { ...camera, x: camera.x - right / camera.scale, z: camera.z - down / camera.scale };
}

const within = (scale: number) => Math.min(MOST, Math.max(LEAST, scale));
