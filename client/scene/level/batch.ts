import {
  BufferAttribute,
  BufferGeometry,
  Color,
  Euler,
  type Material,
  Matrix4,
  Mesh,
  Quaternion,
  Vector3,
} from "three";
import { seeded } from "../../../shared/index.ts";

/** Place, rotation and size of a piece. Metres and radians. */
export interface Placing {
  at?: readonly [number, number, number];
  yaw?: number;
  pitch?: number;
  roll?: number;
  scale?: number | readonly [number, number, number];
}

/** Options of one piece. */
export interface PieceOptions extends Placing {
  /** How much each face differs in brightness, 0…1. */
  jitter?: number;
  /** Keep the geometry's own normals instead of flat faces. */
  smooth?: boolean;
}

/**
 * Merges many small pieces into one mesh with vertex colours, so that a scene takes few draw calls.
 *
 * @example
 * const batch = openBatch(7);
 * batch.add(new BoxGeometry(1, 1, 1), "#c9775a", { at: [0, 0.5, 0] });
 * scene.add(batch.mesh(new MeshLambertMaterial({ vertexColors: true })));
 */
export interface Batch {
  /** Adds a piece in one colour, such as "#c9775a"; the geometry given is not kept. */
  add(geometry: BufferGeometry, color: string, options?: PieceOptions): void;
  /** All pieces as one geometry with vertex colours. */
  geometry(): BufferGeometry;
  /** All pieces as one mesh; its material must have `vertexColors`. */
  mesh(material: Material): Mesh;
}

/**
 * Opens a {@link Batch}. The seed makes its random shades the same in every browser.
 *
 * @example
 * const stones = openBatch(7);
 * stones.add(new IcosahedronGeometry(0.4), "#8a8f98", { at: [2, 0.2, 1] });
 */
export function openBatch(seed = 1): Batch {
  const positions: number[] = [];
  const normals: number[] = [];
  const colors: number[] = [];
  const random = seeded(seed);

  const add: Batch["add"] = (source, color, options = {}) => {
    const flat = source.index ? source.toNonIndexed() : source.clone();
    flat.applyMatrix4(matrixOf(options));
    if (!options.smooth) flat.computeVertexNormals();
    const position = flat.getAttribute("position");
    const normal = flat.getAttribute("normal");
    const base = new Color(color);
    let shade = 1;
    for (let i = 0; i < position.count; i++) {
      if (i % 6 === 0) shade = 1 + (options.jitter ?? 0.06) * (random() - 0.5) * 2;
      // Light from above and a soft shade at the ground are baked in instead of an ambient occlusion pass.
      const up = 0.93 + 0.07 * normal.getY(i);
      const foot = 0.84 + Math.max(0, position.getY(i)) * 0.4;
      const light = shade * up * (position.getY(i) < 0.4 ? foot : 1);
      positions.push(position.getX(i), position.getY(i), position.getZ(i));
      normals.push(normal.getX(i), normal.getY(i), normal.getZ(i));
      colors.push(base.r * light, base.g * light, base.b * light);
    }
    flat.dispose();
  };

  const geometry = () => {
    const merged = new BufferGeometry();
    merged.setAttribute("position", new BufferAttribute(new Float32Array(positions), 3));
    merged.setAttribute("normal", new BufferAttribute(new Float32Array(normals), 3));
    merged.setAttribute("color", new BufferAttribute(new Float32Array(colors), 3));
    merged.computeBoundingSphere();
    return merged;
  };
  return { add, geometry, mesh: (material) => new Mesh(geometry(), material) };
}

function matrixOf({ at = [0, 0, 0], yaw = 0, pitch = 0, roll = 0, scale = 1 }: Placing): Matrix4 {
  const [sx, sy, sz] = typeof scale === "number" ? [scale, scale, scale] : scale;
  return new Matrix4().compose(
    new Vector3(at[0], at[1], at[2]),
    new Quaternion().setFromEuler(new Euler(pitch, yaw, roll, "YXZ")),
    new Vector3(sx, sy, sz),
  );
}
