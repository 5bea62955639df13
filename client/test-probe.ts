import type { Session } from "./network/session.ts";
import type { Stage } from "./scene/stage.ts";
import type { RoomView } from "./scene/view/room-view.ts";

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
  me(): Point | undefined;
  actor(id: string): Point | undefined;
  actors(): ({ id: string; kind: string; name: string } & Point)[];
}

declare global {
  interface Window {
    __roomkeep?: Probe;
  }
}

/** Puts the probe on the window. It only reads. */
export function exposeProbe(session: Session, roomView: () => RoomView | undefined, stage: Stage): void {
  const point = (id: string): Point | undefined => {
    const pose = roomView()?.actors.pose(id);
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
      return stage.fps;
    },
    me: () => point(session.room.value?.sessionId ?? ""),
    actor: point,
    actors: () => roomView()?.actors.list() ?? [],
  };
}
