import { type ActorView, openBatch } from "roomkeep/client";
import {
  type BufferGeometry,
  CylinderGeometry,
  IcosahedronGeometry,
  Mesh,
  MeshLambertMaterial,
  TorusGeometry,
} from "three";

let geometry: BufferGeometry | undefined;
const material = new MeshLambertMaterial({ vertexColors: true });

/** A bag that lies on the ground and sways a little, so that it is seen in the grass. */
export function showBundle(): ActorView {
  geometry ??= bag();
  const mesh = new Mesh(geometry, material);
  mesh.castShadow = true;
  return {
    root: mesh,
    update(actor, _pose, _dtS, timeS) {
      mesh.position.y += 0.06 + Math.abs(Math.sin(timeS * 2 + actor.x)) * 0.07;
      mesh.rotation.y = timeS * 0.7;
    },
  };
}

function bag(): BufferGeometry {
  const batch = openBatch(61);
  batch.add(new IcosahedronGeometry(0.3, 1), "#c08a58", { at: [0, 10.26, 0], scale: [1, 0.9, 1] });
  batch.add(new CylinderGeometry(0.19, 0.1, 0.2, 7), "#a8713f", { at: [0, 10.58, 0] });
  batch.add(new TorusGeometry(0.12, 0.035, 5, 10), "#ffd76a", { at: [0, 10.5, 0], pitch: Math.PI / 2 });
  return batch.geometry().translate(0, -10, 0);
}
