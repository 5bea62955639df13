import type { Actor, Drop, Pile, Shop } from "../../shared/index.ts";
import type { Pose } from "../network/predict.ts";
import type { Session } from "../network/session.ts";
import type { JoinedRoom } from "../room/joined-room.ts";
import type { Stage } from "../scene/stage.ts";
import type { RoomView } from "../scene/view/room-view.ts";
import type { ItemsView } from "../view.ts";
import { labelOf } from "./item-labels.ts";
import type { ItemsStore, NearbyItem, PileDirection } from "./items-store.ts";

/** How often the surroundings are checked, ms. */
const CHECK_MS = 150;
/** Items and shops within this distance are offered to the player, metres; the room may still refuse them. */
const REACH_M = 2.6;
/** An open shop closes beyond this distance, metres. */
const SHOP_M = 5;
/** Within this distance the own pile would be visible if it were still there, metres. */
const SIGHT_M = 25;
/** How long a pile may take to appear after a death, ms. */
const APPEARS_MS = 3_000;
/** A death that long ago is over: the next one begins anew, ms. */
const DEATH_MS = 60_000;

/** Session, stores and scene of {@link watchProximity}. */
export interface ProximityOptions {
  session: Session;
  items: ItemsStore;
  stage: Stage;
  world(): RoomView | undefined;
}

/** Keeps the nearest item, the open shop and the direction of the own pile up to date. */
export function watchProximity({ session, items, stage, world }: ProximityOptions): void {
  const findPile = followOwnPile();
  const check = () => {
    const room = session.room.value as unknown as JoinedRoom | undefined;
    const own = room && world()?.actors.pose(room.sessionId);
    if (!room?.state?.actors || !own || document.hidden) {
      items.nearby.value = undefined;
      return;
    }
    const isDead = items.bag.dead.value;
    const next = isDead ? undefined : nearest(room, own, items.view.value);
    if (JSON.stringify(next) !== JSON.stringify(items.nearby.value)) items.nearby.value = next;
    const shop = room.state.actors.get(items.shop.value);
    if (items.shop.value && !(shop && distance(shop, own) <= SHOP_M)) items.shop.value = "";
    const pile = findPile(room, own, isDead);
    items.ownPile.value = pile && directionTo(pile, own, stage.rig.yaw);
  };
  setInterval(check, CHECK_MS);
}

/** Remembers where the own character died, or where its pile was seen last. @returns looks for the pile */
function followOwnPile() {
  let last: { x: number; z: number; diedAt: number; roomId: string } | undefined;
  return (room: JoinedRoom, own: Pose, isDead: boolean) => {
    const { roomId } = room;
    const pile = findOwnPile(room, own);
    if (isDead && (last?.roomId !== roomId || Date.now() - last.diedAt > DEATH_MS))
      last = { x: own.x, z: own.z, diedAt: Date.now(), roomId };
    if (pile) last = { x: pile.x, z: pile.z, diedAt: last?.diedAt ?? 0, roomId };
    else if (last?.roomId === roomId && Date.now() - last.diedAt > APPEARS_MS)
      if (Math.hypot(last.x - own.x, last.z - own.z) < SIGHT_M) last = undefined;
    return last?.roomId === roomId ? last : undefined;
  };
}

function nearest(room: JoinedRoom, own: Pose, view: ItemsView): NearbyItem | undefined {
  let least = REACH_M;
  let nearby: NearbyItem | undefined;
  room.state.actors.forEach((actor, id) => {
    const away = distance(actor, own);
    if (!(away < least) || !isItemActor(actor.kind)) return;
    least = away;
    nearby = { id, kind: actor.kind, label: labelFor(actor, view) };
  });
  return nearby;
}

/** Kinds of actors that a player can take items from or trade with. */
export function isItemActor(kind: string): kind is NearbyItem["kind"] {
  return kind === "drop" || kind === "pile" || kind === "shop";
}

function labelFor(actor: Actor, view: ItemsView): string {
  if (actor.kind === "shop") return `Trade with ${(actor as Shop).name || "the shop"}`;
  if (actor.kind === "pile") return `Take what ${(actor as Pile).name} lost`;
  const { template, qty } = actor as Drop;
  return `Take ${labelOf(view, template)}${qty > 1 ? ` ×${qty}` : ""}`;
}

/** The nearest pile with the own name, if one is visible. */
function findOwnPile(room: JoinedRoom, own: Pose): Pile | undefined {
  const name = (room.state.actors.get(room.sessionId) as { name?: string } | undefined)?.name;
  let nearestPile: Pile | undefined;
  room.state.actors.forEach((actor) => {
    if (actor.kind !== "pile" || (actor as Pile).name !== name) return;
    if (!nearestPile || distance(actor, own) < distance(nearestPile, own)) nearestPile = actor as Pile;
  });
  return nearestPile;
}

function directionTo(to: { x: number; z: number }, own: Pose, yaw: number): PileDirection {
  const [dx, dz] = [to.x - own.x, to.z - own.z];
  // +x is to the left of an avatar that looks along +z.
  const bearing = ((yaw - Math.atan2(dx, dz)) * 180) / Math.PI;
  return { distanceM: Math.round(Math.hypot(dx, dz)), bearingDeg: Math.round(bearing / 5) * 5 };
}

const distance = (a: { x: number; y: number; z: number }, b: Pose) =>
  Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z);
