import type { Session } from "./network/session.ts";
import type { ActorViews, DrawnActor } from "./scene/actor-views.ts";

interface Point {
  x: number;
  y: number;
  z: number;
}

/** Read by browser tests: positions of actors as they are drawn, which differ from the state's. */
export interface Probe {
  readonly sessionId: string;
  readonly roomId: string;
  readonly connected: boolean;
  readonly fps: number;
  /** Of the open room. */
  readonly state: object | undefined;
  me(): Point | undefined;
  /** The point that a spectator's camera looks at. */
  spot(): Point | undefined;
  actor(id: string): Point | undefined;
  actors(): readonly DrawnActor[];
}

declare global {
  interface Window {
    __roomkeep?: Probe;
  }
}

/** The drawn side of the probe: undefined or empty until a world is shown. */
interface Drawn {
  fps(): number;
  actors(): ActorViews | undefined;
  spot(): Point | undefined;
}

let drawn: Drawn = { fps: () => 0, actors: () => undefined, spot: () => undefined };

/** Lets the probe read a world. */
export function probeWorld(world: Drawn): void {
  drawn = world;
}

/** Puts the probe on the window. It only reads. */
export function exposeProbe(session: Session): void {
  const point = (id: string): Point | undefined => {
    const pose = drawn.actors()?.pose(id);
    return pose && { x: pose.x, y: pose.y, z: pose.z };
  };
  window.__roomkeep = {
    get sessionId() {
      return session.room.value?.sessionId ?? "";
    },
    get roomId() {
      return session.room.value?.roomId ?? "";
    },
    get connected() {
      return (session.room.value?.connection.isOpen ?? false) && session.phase.value.kind !== "reconnecting";
    },
    get fps() {
      return drawn.fps();
    },
    get state() {
      return session.room.value?.state;
    },
    me: () => point(session.room.value?.sessionId ?? ""),
    spot: () => drawn.spot(),
    actor: point,
    actors: () => drawn.actors()?.list() ?? [],
  };
}
