import { Vector3 } from "three";
import type { Stage } from "./stage.ts";
import type { World } from "./world.ts";

/** How far from an avatar, or the name above it, a click may be, pixels. */
const NEAR_PX = 42;
/** A press that moves farther is a look around, pixels. */
const STILL_PX = 6;

const at = new Vector3();

/** Calls back with the session id of an avatar that is clicked or tapped. */
export function pickAvatars(
  stage: Stage,
  world: () => World | undefined,
  picked: (id: string) => void,
): void {
  const { canvas, camera } = stage;
  let down = { x: 0, y: 0 };
  canvas.addEventListener("pointerdown", ({ clientX: x, clientY: y }) => {
    down = { x, y };
  });
  canvas.addEventListener("pointerup", ({ clientX, clientY }) => {
    if (Math.hypot(clientX - down.x, clientY - down.y) > STILL_PX) return;
    const { width, height } = canvas.getBoundingClientRect();
    let nearest = NEAR_PX;
    let id = "";
    for (const actor of world()?.actors.list() ?? []) {
      if (actor.kind !== "avatar") continue;
      // The body's middle, and the name above it.
      for (const up of [0.7, 1.9]) {
        at.set(actor.x, actor.y + up, actor.z).project(camera);
        if (at.z > 1) continue;
        const far = Math.hypot(((at.x + 1) / 2) * width - clientX, ((1 - at.y) / 2) * height - clientY);
        if (far < nearest) [nearest, id] = [far, actor.id];
      }
    }
    if (id) picked(id);
  });
}
