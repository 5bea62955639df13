import type { Actor, Drop, Pile, Shop } from "roomkeep/shared";
import type { GameRoom, Pose } from "../network/predict.ts";
import type { Session } from "../network/session.ts";
import type { RoomView } from "../room-view.ts";
import type { Stage } from "../scene/stage.ts";
import type { ItemsView } from "../view.ts";
import { labelOf } from "./item-labels.ts";
import type { ItemsStore, NearbyItem } from "./items-store.ts";

/** How often one looks around, ms. */
const CHECK_MS = 150;
/** How far hands reach, metres: what is offered here the room may still refuse. */
const REACH_M = 2.6;
/** Farther than this from an open shop it closes, metres. */
const SHOP_M = 5;
/** Within this one would see the own pile if it were still there, metres. */
const SIGHT_M = 25;
/** How long a pile may take to appear after a death, ms. */
const APPEARS_MS = 3_000;

/** What {@link watchProximity} looks at. */
export interface ProximityOptions {
  session: Session;
  items: ItemsStore;
  stage: Stage;
  world(): RoomView | undefined;
}

/** Tells which thing is within reach, and the way to one's own pile. */
export function watchProximity({ session, items: things, stage, world }: ProximityOptions): void {
  let lost: { x: number; z: number; at: number; roomId: string } | undefined;
  const look = () => {
    const room = session.room.value;
    const me = room && world()?.actors.pose(room.sessionId);
    if (!room?.state?.actors || !me || document.hidden) {
      things.nearby.value = undefined;
      return;
    }
    const next = things.bag.dead.value ? undefined : nearest(room, me, things.view.value);
    if (JSON.stringify(next) !== JSON.stringify(things.nearby.value)) things.nearby.value = next;
    const shop = room.state.actors.get(things.shop.value);
    if (things.shop.value && (!shop || distance(shop, me) > SHOP_M)) things.shop.value = "";

    const own = findOwnPile(room, me);
    if (things.bag.dead.value && (!lost || lost.roomId !== room.roomId || Date.now() - lost.at > 60_000))
      lost = { x: me.x, z: me.z, at: Date.now(), roomId: room.roomId };
    if (own) lost = { x: own.x, z: own.z, at: lost?.at ?? 0, roomId: room.roomId };
    else if (lost && lost.roomId === room.roomId && Date.now() - lost.at > APPEARS_MS)
      if (Math.hypot(lost.x - me.x, lost.z - me.z) < SIGHT_M) lost = undefined;
    things.ownPile.value = lost?.roomId === room.roomId ? directionTo(lost, me, stage.rig.yaw) : undefined;
  };
  setInterval(look, CHECK_MS);
}

function nearest(room: GameRoom, me: Pose, look: ItemsView): NearbyItem | undefined {
  let least = REACH_M;
  let near: NearbyItem | undefined;
  room.state.actors.forEach((actor, id) => {
    const away = distance(actor, me);
    if (away >= least || !isItemActor(actor.kind)) return;
    least = away;
    near = { id, kind: actor.kind, label: labelFor(actor, look) };
  });
  return near;
}

/** Kinds of actors that one may take from or trade with. */
export function isItemActor(kind: string): kind is NearbyItem["kind"] {
  return kind === "drop" || kind === "pile" || kind === "shop";
}

function labelFor(actor: Actor, look: ItemsView): string {
  if (actor.kind === "shop") return `Trade with ${(actor as Shop).name || "the shop"}`;
  if (actor.kind === "pile") return `Take what ${(actor as Pile).name} lost`;
  const { template, qty } = actor as Drop;
  return `Take ${labelOf(look, template)}${qty > 1 ? ` ×${qty}` : ""}`;
}

/** The own pile, if it is in sight: the nearest that bears one's name. */
function findOwnPile(room: GameRoom, me: Pose): Pile | undefined {
  const name = (room.state.actors.get(room.sessionId) as { name?: string } | undefined)?.name;
  let own: Pile | undefined;
  room.state.actors.forEach((actor) => {
    if (actor.kind !== "pile" || (actor as Pile).name !== name) return;
    if (!own || distance(actor, me) < distance(own, me)) own = actor as Pile;
  });
  return own;
}

function directionTo(to: { x: number; z: number }, me: Pose, yaw: number) {
  const [dx, dz] = [to.x - me.x, to.z - me.z];
  // Who looks along +z has +x at the left hand.
  const turn = ((yaw - Math.atan2(dx, dz)) * 180) / Math.PI;
  return { distanceM: Math.round(Math.hypot(dx, dz)), bearingDeg: Math.round(turn / 5) * 5 };
}

const distance = (a: { x: number; y: number; z: number }, b: Pose) =>
  Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z);
