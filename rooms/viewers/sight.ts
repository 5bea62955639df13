import { type Client, ClientState, getMessageBytes, Protocol } from "@colyseus/core";
import { type GameEvent, type Level, type Refusal, refuse } from "../../shared/index.ts";
import { type DispatchedKind, type EventMessage, roomMessages } from "../../shared/internal.ts";
import type { Viewpoint } from "../replication/visibility/viewpoints.ts";
import type { Viewer } from "./viewer.ts";
import type { ViewerMessages } from "./viewer-messages.ts";

/** The world that viewers look at. */
export interface SightHost {
  readonly viewers: ReadonlyMap<string, Viewer>;
  readonly players: ReadonlyMap<string, unknown>;
  level(): Level;
  /** Where an actor is; undefined: there is none with this id. */
  placeOf(actorId: string): { readonly x: number; readonly z: number } | undefined;
  /** Interest goes by this viewpoint from now on. */
  show(client: Client, from: Viewpoint): void;
}

/** Where the viewers of a world look from. They have no actor. */
export interface Sight {
  /** A viewer is in, or back: it goes on as before, or follows the first player. */
  enter(viewer: Viewer): void;
  forget(sessionId: string): void;
  /** Who followed a player that has left follows another. Once a tick. */
  settle(): void;
  /** Sends an event to the viewers who see its place, or to all that everybody gets. */
  tell(event: GameEvent, kind: DispatchedKind): void;
  register(messages: ViewerMessages): void;
}

/** Opens the viewpoints of a room's viewers: a free camera by a place, or one that follows an actor. */
export function openSight(host: SightHost): Sight {
  const { viewers } = host;
  const viewpoints = new Map<string, Viewpoint>();

  function look(viewer: Viewer, from: Viewpoint): void {
    viewpoints.set(viewer.sessionId, from);
    host.show(viewer.client, from);
  }

  function followFirst(viewer: Viewer): void {
    const [first] = host.players.keys();
    if (first !== undefined) look(viewer, first);
  }

  function placeOf({ sessionId }: Viewer) {
    const from = viewpoints.get(sessionId);
    return typeof from === "string" ? host.placeOf(from) : from;
  }

  function sees(viewer: Viewer, { x = 0, z = 0 }: GameEvent, kind: DispatchedKind): boolean {
    if (viewer.client.state !== ClientState.JOINED || kind.to === "owner") return false;
    const place = placeOf(viewer);
    if (kind.to === "all") return true;
    return place !== undefined && Math.hypot(place.x - x, place.z - z) <= kind.radiusM;
  }

  return {
    enter(viewer) {
      const from = viewpoints.get(viewer.sessionId);
      if (from === undefined) followFirst(viewer);
      else host.show(viewer.client, from);
    },
    forget: (sessionId) => void viewpoints.delete(sessionId),
    settle() {
      if (viewers.size === 0) return;
      for (const viewer of viewers.values()) {
        const from = viewpoints.get(viewer.sessionId);
        const isLost = from === undefined || (typeof from === "string" && host.placeOf(from) === undefined);
        if (isLost) followFirst(viewer);
      }
    },
    tell(event, kind) {
      if (viewers.size === 0) return;
      const { name, actor, x, z, payload } = event;
      const message: EventMessage = { name, actor, x, z, payload };
      let bytes: Uint8Array | undefined;
      for (const viewer of viewers.values()) {
        if (!sees(viewer, event, kind)) continue;
        bytes ??= getMessageBytes.raw(Protocol.ROOM_DATA, "event", message);
        viewer.client.enqueueRaw(bytes, { afterNextPatch: true });
      }
    },
    register(messages) {
      messages.on("spectate.look", roomMessages["spectate.look"], (viewer, { x, z }): Refusal | undefined => {
        const { min, max } = host.level().bounds;
        const isInside = x >= min[0] && x <= max[0] && z >= min[1] && z <= max[1];
        if (!isInside) return refuse("ACTION_REFUSED", "The place is outside of the level.");
        look(viewer, { x, z });
        return undefined;
      });
      messages.on("spectate.follow", roomMessages["spectate.follow"], (viewer, { actor }) => {
        if (host.placeOf(actor) === undefined) return refuse("ACTOR_UNKNOWN", "Nobody here has this id.");
        look(viewer, actor);
        return undefined;
      });
    },
  };
}
