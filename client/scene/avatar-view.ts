import { Group, type Object3D, type Vector3 } from "three";
import type { Avatar, Carrier } from "../../shared/index.ts";
import type { Pose } from "../network/predict.ts";
import type { Settings } from "../settings.ts";
import { type AvatarBody, makeBody } from "./avatar-body.ts";
import { setInMotion } from "./avatar-motion.ts";
import { emoteBubble, type Nameplate, nameTag, speechBubble } from "./nameplate.ts";
import type { Sounds } from "./sounds.ts";
import { showWorn, type Wear } from "./worn-items.ts";

/** How long a speech bubble stays, seconds. */
const SPEECH_S = 5.5;
/** Beyond this distance hands and feet are not drawn, metres. */
const DETAIL_M = 28;
/** Beyond this distance a name is not drawn, metres. */
const NAME_M = 34;

/** One avatar in the scene: body, name, bubbles, marks. */
export interface AvatarView {
  /** Object that the scene shows. */
  readonly root: Group;
  /** Height of the head's top above the feet, metres. */
  readonly top: number;
  /** Whether the name is drawn, and the emote: 0 for none, else 1 + index into EMOTES. */
  readonly signs: { readonly isNamed: boolean; readonly emote: number };
  /** Shows a speech bubble for some seconds. */
  say(text: string): void;
  /** Puts a game's own mark above the name; undefined removes it. */
  mark(mark: Object3D | undefined): void;
  /** Once a frame: puts it at its drawn pose and moves its limbs. `dtS`, `timeS`: as of a view. */
  update(pose: Pose, grounded: boolean, camera: Vector3, dtS: number, timeS: number): void;
  /** Frees geometries and textures that are its own. */
  dispose(): void;
}

/** Shows an avatar. The state is read each frame, so that a new appearance or name is shown at once. */
export function showAvatar(
  avatar: Avatar,
  own: boolean,
  {
    sounds,
    settings,
    wear,
    isHidden,
  }: { sounds: Sounds; settings: Settings; wear: Wear | undefined; isHidden(): boolean },
): AvatarView {
  const root = new Group();
  const signs = new Group();
  root.add(signs);
  const offset = (avatar.name.length * 1.7 + avatar.color * 2.3) % 7;
  let body: AvatarBody = makeBody(avatar.shape);
  let motion = setInMotion(body, offset);
  let shownAppearance = "";
  let name: Nameplate | undefined;
  let bubble: { label: Nameplate; until: number } | undefined;
  let emote: { label: Nameplate; index: number } | undefined;
  let marker: Object3D | undefined;
  const putOn = showWorn(wear);
  const last = { x: avatar.x, y: avatar.y, z: avatar.z, grounded: true, speed: 0 };

  const dress = () => {
    const next = `${avatar.shape}/${avatar.color}/${avatar.away}/${avatar.name}`;
    if (next === shownAppearance) return;
    const shapeChanged = !shownAppearance.startsWith(`${avatar.shape}/`);
    shownAppearance = next;
    if (shapeChanged) {
      body.root.removeFromParent();
      body = makeBody(avatar.shape);
      motion = setInMotion(body, offset);
      root.add(body.root);
    }
    body.dress(avatar.color, avatar.away);
    name?.dispose();
    name = nameTag(avatar.away ? `${avatar.name} …` : avatar.name, own);
    signs.add(name.sprite);
  };

  /** Stacks name, mark, emote and speech above the head, larger at a distance to stay readable. */
  const stack = (far: number, timeS: number, shownEmote: number) => {
    const grow = Math.max(1, far / 11);
    const isNameless = settings.hideNames.peek() && isHidden();
    if (emote && emote.index !== shownEmote) {
      emote.label.dispose();
      emote = undefined;
    }
    if (!emote && shownEmote > 0) {
      emote = { label: emoteBubble(shownEmote - 1), index: shownEmote };
      signs.add(emote.label.sprite);
    }
    if (bubble && timeS > bubble.until) {
      bubble.label.dispose();
      bubble = undefined;
    }
    let y = body.top + 0.14;
    for (const [label, size] of [
      [name, own ? 0.56 : 0.72],
      [emote?.label, 0.95],
      [bubble?.label, 0.85],
    ] as const) {
      if (!label) continue;
      const { sprite, height } = label;
      const ratio = sprite.scale.x / sprite.scale.y;
      sprite.scale.set(height * size * grow * ratio, height * size * grow, 1);
      sprite.position.y = y;
      sprite.visible = label !== name || (far < NAME_M && !isNameless);
      y += height * size * grow + 0.03;
    }
    if (marker) marker.position.y = y + 0.1;
  };

  return {
    root,
    get top() {
      return body.top;
    },
    get signs() {
      return { isNamed: name?.sprite.visible ?? false, emote: emote?.index ?? 0 };
    },
    say(text) {
      bubble?.label.dispose();
      bubble = { label: speechBubble(text), until: performance.now() / 1000 + SPEECH_S };
      signs.add(bubble.label.sprite);
    },
    mark(next) {
      marker?.removeFromParent();
      marker = next;
      if (next) root.add(next);
    },
    update(pose, grounded, camera, dtS, timeS) {
      dress();
      putOn(avatar, body);
      root.position.set(pose.x, pose.y, pose.z);
      const lies = (avatar as Partial<Carrier>).dead === true;
      body.root.rotation.set(lies ? -Math.PI / 2 : 0, pose.yaw, 0, "YXZ");
      body.root.position.y = lies ? 0.3 : 0;
      const moved = dtS > 0 ? Math.hypot(pose.x - last.x, pose.z - last.z) / dtS : 0;
      last.speed += (Math.min(moved, 9) - last.speed) * Math.min(1, dtS * 14);
      const far = Math.hypot(camera.x - pose.x, camera.y - pose.y, camera.z - pose.z);
      const near = Math.max(0, 1 - far / 22) * (own ? 1 : 0.5);
      const rise = dtS > 0 ? (pose.y - last.y) / dtS : 0;
      // `grounded` of other players comes a moment before their interpolated pose; nobody hears the
      // difference.
      const shownEmote = isHidden() ? 0 : avatar.emote;
      const facts = {
        speed: last.speed,
        rise,
        grounded,
        emote: shownEmote,
        away: avatar.away,
      };
      const stepped = motion.animate({ ...facts, dtS, timeS, calm: settings.reducedMotion.value });
      if (stepped) sounds.step(near);
      if (grounded !== last.grounded) {
        if (grounded) sounds.land(near);
        else if (rise > 1.5) sounds.jump(near);
      }
      Object.assign(last, { x: pose.x, y: pose.y, z: pose.z, grounded });
      body.setDetail(far < DETAIL_M);
      stack(far, timeS, shownEmote);
    },
    dispose() {
      for (const label of [name, bubble?.label, emote?.label]) label?.dispose();
      root.removeFromParent();
    },
  };
}
