import { defineView, type SceneryBrush, type ViewContext } from "roomkeep/client";
import { seeded } from "roomkeep/shared";
import { tagLevel } from "./level.ts";
import type { TagAvatar, TagState } from "./state.ts";
import { ownStep } from "./step.ts";
import { makeCrown } from "./view/crown.ts";
import { showPanels } from "./view/panels.tsx";

/** The view of tag: the arena, a spiked crown over *it*, lobby, clock and score board. */
export const tagView = defineView<TagState>({
  title: "Tag",
  level: tagLevel,
  step: ownStep,
  decorate,
  mount(context) {
    const stops = [showPanels(context), crownIt(context)];
    hideSpectators(context);
    faceTheRound(context);
    return () => {
      for (const stop of stops) stop();
    };
  },
});

/** Keeps the crown over the player who is *it*. */
function crownIt({ room, stage, actors, settings, mark, onFrame }: ViewContext<TagState>): () => void {
  const crown = makeCrown();
  let wearer = "";
  onFrame((_dtS, now) => {
    const { it, grace } = room.state;
    const pose = it ? actors.pose(it) : undefined;
    // An avatar's view is made anew after a reconnection, without the crown.
    if (wearer !== it || (pose && !crown.root.parent)) {
      if (wearer) mark(wearer, null);
      wearer = pose ? it : "";
      if (pose) mark(it, crown.root);
    }
    if (!pose) return;
    const { x, y, z } = stage.camera.position;
    const far = Math.hypot(x - pose.x, y - pose.y, z - pose.z);
    crown.update(now / 1000, far, grace, settings.reducedMotion.value);
  });
  return () => {
    if (wearer) mark(wearer, null);
    crown.dispose();
  };
}

/** Hides spectators from the other players. */
function hideSpectators({ room, actors, onFrame }: ViewContext<TagState>): void {
  onFrame(() => {
    room.state.actors?.forEach((actor, id) => {
      const view = actors.avatar(id);
      if (view) view.root.visible = id === room.sessionId || !(actor as TagAvatar).watching;
    });
  });
}

/** At the start of a round the camera looks in the avatar's direction: at the middle. */
function faceTheRound({ room, stage, onFrame }: ViewContext<TagState>): void {
  let round = room.state.round;
  onFrame(() => {
    if (room.state.round === round) return;
    round = room.state.round;
    const me = room.state.actors.get(room.sessionId);
    if (me) stage.rig.yaw = me.yaw;
  });
}

function decorate(brush: SceneryBrush): void {
  const { ground } = brush;
  ground.patch(0, 0, 17, "#e3c68f");
  ground.path(-19, 0, 19, 0, 3);
  ground.path(0, -14, 0, 14, 3);
  ground.disc(0, 0, 4.6);
  const posts = tagLevel.solids.filter((solid) => solid.shape === "cylinder" && solid.height > 2);
  for (const [i, { at }] of posts.entries()) {
    const next = posts[(i + 1) % posts.length];
    if (next) brush.garland([at[0], 2.4, at[2]], [next.at[0], 2.4, next.at[2]], 0.3);
  }
  const random = seeded(41);
  for (let i = 0; i < 160; i++) {
    const x = (random() - 0.5) * 38;
    const z = (random() - 0.5) * 38;
    if (Math.hypot(x, z) < 15.5 || isBuilt(x, z)) continue;
    brush.decor(i % 6 === 0 ? "flower" : "grass", [x, 0, z], random() * 6, 0.6 + random() * 0.7);
  }
}

/** On a deck, a tower or their steps, where nothing grows. */
function isBuilt(x: number, z: number): boolean {
  return tagLevel.solids.some(
    (solid) =>
      solid.shape === "box" &&
      Math.abs(x - solid.at[0]) < solid.size[0] / 2 + 0.4 &&
      Math.abs(z - solid.at[2]) < solid.size[2] / 2 + 0.4,
  );
}
