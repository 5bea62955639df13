import type { Session } from "./network/session.ts";
import type { RoomView } from "./room-view.ts";
import type { Stage } from "./scene/stage.ts";

interface Spot {
  x: number;
  y: number;
  z: number;
}

/** What a browser test may ask the page: where things are drawn, not where the state says they are. */
export interface Probe {
  readonly sessionId: string;
  readonly roomId: string;
  readonly connected: boolean;
  readonly fps: number;
  me(): Spot | undefined;
  actor(id: string): Spot | undefined;
  actors(): ({ id: string; kind: string; name: string } & Spot)[];
}

declare global {
  interface Window {
    __roomkeep?: Probe;
  }
}

/** Puts the probe on the window. It only reads. */
export function exposeProbe(session: Session, world: () => RoomView | undefined, stage: Stage): void {
  const spot = (id: string): Spot | undefined => {
    const pose = world()?.actors.pose(id);
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
      return (session.room.value?.connection.isOpen ?? false) && session.away.value === "";
    },
    get fps() {
      return stage.fps;
    },
    me: () => spot(session.room.value?.sessionId ?? ""),
    actor: spot,
    actors: () => world()?.actors.list() ?? [],
  };
}
