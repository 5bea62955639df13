import { Vector3 } from "three";
import { isItemActor } from "../items/proximity.ts";
import type { Stage } from "../scene/stage.ts";
import type { RoomView } from "../scene/view/room-view.ts";

/** Farthest distance of a click from an actor or its name, pixels. */
const NEAR_PX = 42;
/** A press that moves farther turns the camera, pixels. */
const STILL_PX = 6;

/**
 * Points of an actor that can be clicked, metres above the ground: body and name; a shop's counter and sign.
 */
const HEIGHTS: Record<string, readonly number[]> = { avatar: [0.7, 1.9], shop: [0.8, 2] };

const at = new Vector3();

/** Calls `picked` with id and kind of an avatar, drop, pile or shop that is clicked or tapped. */
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
    // A click on an item does not shoot as well.
    if (kind !== "avatar") event.stopImmediatePropagation();
    picked(id, kind);
  });
}
