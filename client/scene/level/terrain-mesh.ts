import { BufferAttribute, BufferGeometry } from "three";
import type { Terrain } from "../../../shared/index.ts";

/**
 * The terrain of a level as one mesh: a vertex for each height, colours by height, and texture coordinates by
 * x and z, so that the painted ground covers the hills as well.
 */
export function terrainGeometry({ originX, originZ, cellM, columns, heights }: Terrain): BufferGeometry {
  const rows = heights.length / columns;
  const positions = new Float32Array(heights.length * 3);
  const colors = new Float32Array(heights.length * 3);
  const uvs = new Float32Array(heights.length * 2);
  for (const [i, height] of heights.entries()) {
    const c = i % columns;
    const r = Math.floor(i / columns);
    positions.set([originX + c * cellM, height, originZ + r * cellM], i * 3);
    uvs.set([c / (columns - 1), 1 - r / (rows - 1)], i * 2);
    // Hills are lighter and hollows darker.
    const light = Math.min(1.08, Math.max(0.82, 0.95 + hollow(heights, columns, c, r) * 0.16));
    colors.set([light, light, light * (height > 6 ? 1.04 : 1)], i * 3);
  }
  const faces: number[] = [];
  for (let r = 0; r < rows - 1; r++) {
    for (let c = 0; c < columns - 1; c++) {
      const a = r * columns + c;
      faces.push(a, a + columns, a + 1, a + 1, a + columns, a + columns + 1);
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(positions, 3));
  geometry.setAttribute("color", new BufferAttribute(colors, 3));
  geometry.setAttribute("uv", new BufferAttribute(uvs, 2));
  geometry.setIndex(faces);
  geometry.computeVertexNormals();
  return geometry;
}

/** How much a vertex is above those two cells away, metres. */
function hollow(heights: readonly number[], columns: number, c: number, r: number): number {
  const rows = heights.length / columns;
  const at = (dc: number, dr: number) => {
    const column = Math.min(columns - 1, Math.max(0, c + dc));
    const row = Math.min(rows - 1, Math.max(0, r + dr));
    return heights[row * columns + column] ?? 0;
  };
  return at(0, 0) - (at(2, 0) + at(-2, 0) + at(0, 2) + at(0, -2)) / 4;
}
