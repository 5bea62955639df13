import { openBatch } from "roomkeep/client";
import {
  type BufferGeometry,
  CylinderGeometry,
  Mesh,
  MeshLambertMaterial,
  type Object3D,
  TorusGeometry,
} from "three";

const material = new MeshLambertMaterial({ vertexColors: true });
let hat: BufferGeometry | undefined;
let bow: BufferGeometry | undefined;

/** Objects of the worn items: the hat on the head, the bow on the back. */
export function wear(template: string, top: number): Object3D | undefined {
  if (template === "straw-hat") {
    hat ??= hatGeometry();
    const mesh = new Mesh(hat, material);
    mesh.position.y = top - 0.12;
    mesh.rotation.x = -0.1;
    mesh.castShadow = true;
    return mesh;
  }
  if (template === "longbow") {
    bow ??= bowGeometry();
    const mesh = new Mesh(bow, material);
    mesh.position.set(0, top * 0.48, -0.42);
    mesh.rotation.z = 0.5;
    mesh.castShadow = true;
    return mesh;
  }
  return undefined;
}

/** The batch darkens pieces near the ground: built high up and moved down. */
const HIGH = 10;

function hatGeometry(): BufferGeometry {
  const batch = openBatch(81);
  batch.add(new CylinderGeometry(0.5, 0.56, 0.06, 14), "#f2d27a", { at: [0, HIGH, 0] });
  batch.add(new CylinderGeometry(0.24, 0.31, 0.26, 12), "#f7dd92", { at: [0, HIGH + 0.15, 0] });
  batch.add(new CylinderGeometry(0.315, 0.325, 0.08, 12), "#e2583f", { at: [0, HIGH + 0.07, 0] });
  return batch.geometry().translate(0, -HIGH, 0);
}

function bowGeometry(): BufferGeometry {
  const batch = openBatch(82);
  batch.add(new TorusGeometry(0.62, 0.035, 6, 16, Math.PI * 0.9), "#b67d48", {
    at: [-0.2, HIGH, 0],
    roll: -Math.PI * 0.45,
  });
  batch.add(new CylinderGeometry(0.01, 0.01, 1.2, 4), "#f6ead6", { at: [-0.1, HIGH, 0] });
  return batch.geometry().translate(0, -HIGH, 0);
}
