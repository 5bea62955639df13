import {
  BoxGeometry,
  type BufferGeometry,
  Group,
  Mesh,
  MeshLambertMaterial,
  Quaternion,
  SphereGeometry,
} from "three";
import type { Actor, Avatar, Prop } from "../../shared/index.ts";
import type { Pose, Prediction } from "../network/predict.ts";
import type { JoinedRoom } from "../room/joined-room.ts";
import type { Settings } from "../settings.ts";
import type { ActorView } from "./actor-view.ts";
import { type AvatarView, showAvatar } from "./avatar-view.ts";
import { itemViews } from "./item-views.ts";
import { openBatch } from "./level/batch.ts";
import type { Sounds } from "./sounds.ts";
import type { Stage } from "./stage.ts";
import type { Wear } from "./worn-items.ts";

/** An actor as it is drawn. */
export interface DrawnActor {
  readonly id: string;
  readonly kind: string;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Empty of what is no avatar. */
  readonly name: string;
  /** What stands above an avatar; undefined of any other actor. */
  readonly signs: AvatarView["signs"] | undefined;
}

/** The actors of a room's state in the scene. */
export interface ActorViews {
  /** The drawn pose of an actor. */
  pose(id: string): Readonly<Pose> | undefined;
  /** The avatar's view, for bubbles and marks. */
  avatar(id: string): AvatarView | undefined;
  /** Shows a speech bubble above an avatar. */
  say(id: string, text: string): void;
  /** All drawn actors. */
  list(): DrawnActor[];
  /** Once a frame: draws all actors where they are at `now`, ms. `dtS`: seconds since the last one. */
  update(dtS: number, now: number): void;
  /** Takes all of them out of the scene. */
  dispose(): void;
}

/** Room, stage and the game's own views of {@link showActors}. */
export interface ActorOptions {
  stage: Stage;
  room: JoinedRoom;
  prediction: Prediction;
  settings: Settings;
  sounds: Sounds;
  /** Makes the views of a game's own kinds of actors, by kind. */
  kinds?: Record<string, (actor: Actor) => ActorView>;
  /** Makes the objects of worn items. */
  wear?: Wear | undefined;
}

interface Shown {
  actor: Actor;
  pose: Pose;
  avatar?: AvatarView;
  other?: ActorView;
}

/** Keeps one object in the scene for each actor of the state. */
export function showActors({
  stage,
  room,
  prediction,
  settings,
  sounds,
  kinds = {},
  wear,
}: ActorOptions): ActorViews {
  const shown = new Map<string, Shown>();
  const group = new Group();
  stage.scene.add(group);

  const add = (id: string, actor: Actor): Shown => {
    const entry: Shown = { actor, pose: { x: actor.x, y: actor.y, z: actor.z, yaw: actor.yaw } };
    if (actor.kind === "avatar") {
      entry.avatar = showAvatar(actor as Avatar, id === room.sessionId, {
        sounds,
        settings,
        wear,
        isHidden: () => settings.hidden.peek().has(id),
      });
      group.add(entry.avatar.root);
    } else {
      const show = kinds[actor.kind] ?? itemViews[actor.kind];
      entry.other = show?.(actor) ?? showProp(actor as Prop, prediction);
      group.add(entry.other.root);
    }
    shown.set(id, entry);
    return entry;
  };
  const remove = (id: string, { avatar, other }: Shown) => {
    avatar?.dispose();
    other?.root.removeFromParent();
    other?.dispose?.();
    shown.delete(id);
  };

  return {
    pose: (id) => shown.get(id)?.pose,
    avatar: (id) => shown.get(id)?.avatar,
    say: (id, text) => shown.get(id)?.avatar?.say(text),
    list: () =>
      [...shown].map(
        ([
          id,
          {
            actor,
            avatar,
            pose: { x, y, z },
          },
        ]) => ({
          id,
          kind: actor.kind,
          x,
          y,
          z,
          name: actor.kind === "avatar" ? (actor as Avatar).name : "",
          signs: avatar?.signs,
        }),
      ),
    update(dtS, now) {
      const { actors } = room.state;
      for (const [id, entry] of shown) if (actors.get(id) !== entry.actor) remove(id, entry);
      actors.forEach((actor, id) => {
        const entry = shown.get(id) ?? add(id, actor);
        prediction.pose(id, actor, entry.pose);
        if (entry.avatar) {
          const known = id === room.sessionId ? prediction.own : undefined;
          const grounded = (known ?? (actor as Avatar)).grounded;
          entry.avatar.update(entry.pose, grounded, stage.camera.position, dtS, now / 1000);
        }
        if (!entry.other) return;
        entry.other.root.position.set(entry.pose.x, entry.pose.y, entry.pose.z);
        entry.other.update?.(actor, entry.pose, dtS, now / 1000);
      });
    },
    dispose() {
      for (const [id, entry] of shown) remove(id, entry);
      group.removeFromParent();
    },
  };
}

const propGeometry = new Map<string, BufferGeometry>();
const propMaterial = new MeshLambertMaterial({ vertexColors: true });
const rotation = new Quaternion();

/** A ball, or a crate for every other kind. */
function showProp(actor: Prop, prediction: Prediction): ActorView {
  const kind = actor.kind === "ball" ? "ball" : "crate";
  let geometry = propGeometry.get(kind);
  if (!geometry) {
    geometry = kind === "ball" ? ballGeometry() : crateGeometry();
    propGeometry.set(kind, geometry);
  }
  const mesh = new Mesh(geometry, propMaterial);
  mesh.castShadow = mesh.receiveShadow = true;
  mesh.scale.setScalar(actor.size ?? 0.5);
  return {
    root: mesh,
    update() {
      if (actor.qw === undefined) return;
      rotation.set(
        prediction.value(actor, "qx"),
        prediction.value(actor, "qy"),
        prediction.value(actor, "qz"),
        prediction.value(actor, "qw"),
      );
      mesh.quaternion.copy(rotation).normalize();
    },
  };
}

/** A wooden crate of half extent 1 with planks and iron corners. */
function crateGeometry(): BufferGeometry {
  const batch = openBatch(12);
  const box = new BoxGeometry(1, 1, 1);
  // The batch darkens pieces near the ground; a crate rotates, so it is built high up and moved down.
  const y = 10;
  batch.add(box, "#c98f55", { at: [0, y, 0], scale: 1.86, jitter: 0.03 });
  for (const a of [-0.9, 0.9]) {
    for (const b of [-0.9, 0.9]) {
      batch.add(box, "#a8713f", { at: [0, y + a, b], scale: [2, 0.24, 0.24] });
      batch.add(box, "#a8713f", { at: [a, y, b], scale: [0.24, 2, 0.24] });
      batch.add(box, "#a8713f", { at: [a, y + b, 0], scale: [0.24, 0.24, 2] });
      for (const c of [-0.9, 0.9]) batch.add(box, "#5b6670", { at: [a, y + b, c], scale: 0.27 });
    }
  }
  for (const side of [-0.94, 0.94]) {
    batch.add(box, "#b67d48", { at: [side, y, 0], scale: [0.1, 2.3, 0.24], pitch: 0.78 });
    batch.add(box, "#b67d48", { at: [0, y, side], scale: [0.24, 2.3, 0.1], roll: 0.78 });
  }
  return batch.geometry().translate(0, -y, 0);
}

/** A beach ball of radius 1. */
function ballGeometry(): BufferGeometry {
  const batch = openBatch(13);
  const colors = ["#ff7b6b", "#fff6e6", "#4dabf7", "#fff6e6", "#ffd43b", "#fff6e6"];
  for (let i = 0; i < 6; i++) {
    const slice = new SphereGeometry(1, 6, 16, (i / 6) * Math.PI * 2, Math.PI / 3);
    batch.add(slice, colors[i] ?? "#ffffff", { at: [0, 10, 0], smooth: true, jitter: 0 });
  }
  batch.add(new SphereGeometry(0.2, 10, 6), "#fff6e6", { at: [0, 10.86, 0], smooth: true, jitter: 0 });
  batch.add(new SphereGeometry(0.2, 10, 6), "#fff6e6", { at: [0, 9.14, 0], smooth: true, jitter: 0 });
  return batch.geometry().translate(0, -10, 0);
}
