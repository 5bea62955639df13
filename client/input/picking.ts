import { Vector3 } from "three";
import { isItemActor } from "../items/proximity.ts";
import type { RoomView } from "../room-view.ts";
import type { Stage } from "../scene/stage.ts";

/** How far from an avatar, or the name above it, a click may be, pixels. */
const NEAR_PX = 42;
/** A press that moves farther is a look around, pixels. */
const STILL_PX = 6;

/** Where one clicks, metres above the feet: the body's middle and the name above it; a shop's counter and sign. */
const HEIGHTS: Record<string, readonly number[]> = { avatar: [0.7, 1.9], shop: [0.8, 2] };

const at = new Vector3();

/** Calls back with the id and kind of an avatar, or of a thing that one may take, that is clicked or tapped. */
export function pickActors(
  stage: Stage,
  world: () => RoomView | undefined,
  picked: (id: string, kind: string) => void,
): void {
  const { canvas, camera } = stage;
  let down = { x: 0, y: 0 };
  canvas.addEventListener("pointerdown", ({ clientX: x, clientY: y }) => {
    down = { x, y };
  });
  canvas.addEventListener("pointerup", (event) => {
    const { clientX, clientY } = event;
    if (Math.hypot(clientX - down.x, clientY - down.y) > STILL_PX) return;
    const { width, height } = canvas.getBoundingClientRect();
    let nearest = NEAR_PX;
    let id = "";
    let kind = "";
    for (const actor of world()?.actors.list() ?? []) {
      if (actor.kind !== "avatar" && !isItemActor(actor.kind)) continue;
      for (const up of HEIGHTS[actor.kind] ?? [0.2]) {
        at.set(actor.x, actor.y + up, actor.z).project(camera);
        if (at.z > 1) continue;
        const far = Math.hypot(((at.x + 1) / 2) * width - clientX, ((1 - at.y) / 2) * height - clientY);
        if (far < nearest) [nearest, id, kind] = [far, actor.id, actor.kind];
      }
    }
    if (!id) return;
    // Who reaches for a thing does not shoot at it.
    if (kind !== "avatar") event.stopImmediatePropagation();
    picked(id, kind);
  });
}
