import type { Object3D } from "three";
import type { Avatar, Carrier } from "../../shared/index.ts";
import type { AvatarBody } from "./avatar-body.ts";

/** Makes the object of a worn item. `top`: height of the head's top above the feet, metres. */
export type Wear = (template: string, top: number) => Object3D | undefined;

/** Keeps the worn items of an avatar on its body. @returns updates them, once a frame */
export function showWorn(wear: Wear | undefined): (avatar: Avatar, body: AvatarBody) => void {
  let key = "";
  let host: Object3D | undefined;
  let shown: Object3D[] = [];
  return (avatar, { torso, top }) => {
    const { worn } = avatar as Partial<Carrier>;
    if (!wear || !worn || (worn.size === 0 && key === "")) return;
    let next = "";
    worn.forEach((template, slot) => {
      next += `${slot}${template} `;
    });
    if (next === key && host === torso) return;
    [key, host] = [next, torso];
    for (const one of shown) one.removeFromParent();
    shown = [];
    worn.forEach((template) => {
      const one = wear(template, top);
      if (one) shown.push(one);
    });
    if (shown.length > 0) torso.add(...shown);
  };
}
