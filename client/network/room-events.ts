import type { EventKind, EventMessage } from "roomkeep/shared";
import type { z } from "zod";
import type { GameRoom } from "./predict.ts";

/** An event of the room as the page receives it. */
export interface HeardEvent<P> {
  readonly payload: P;
  /** Id of the actor that it is about. */
  readonly actor: string | undefined;
  /** True when it is about the own avatar. */
  readonly own: boolean;
  /** Where it happened, metres. */
  readonly x: number | undefined;
  readonly z: number | undefined;
}

/** Calls `tell` for each event of a kind. */
export type OnEvent = <S extends z.ZodType>(
  kind: EventKind<S>,
  tell: (event: HeardEvent<z.output<S>>) => void,
) => void;

/** Listens to the room's events. A payload that does not fit its kind is reported in the browser's log and skipped. */
export function listenToEvents(room: Pick<GameRoom, "onMessage" | "sessionId">): {
  readonly onEvent: OnEvent;
  stop(): void;
} {
  const listeners = new Map<string, ((message: EventMessage) => void)[]>();
  const stop = room.onMessage("event", (message: EventMessage) => {
    for (const listener of listeners.get(message.name) ?? []) listener(message);
  });
  return {
    stop,
    onEvent(kind, tell) {
      const listener = ({ payload, actor, x, z }: EventMessage) => {
        const read = kind.schema.safeParse(payload);
        if (read.success) tell({ payload: read.data, actor, own: actor === room.sessionId, x, z });
        else console.warn(`roomkeep: the event "${kind.name}" does not fit: ${read.error.message}`);
      };
      listeners.set(kind.name, [...(listeners.get(kind.name) ?? []), listener]);
    },
  };
}
