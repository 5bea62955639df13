import type { z } from "zod";
import type { EventKind } from "../../shared/index.ts";
import type { EventMessage } from "../../shared/internal.ts";
import type { AnyRoom } from "../room/joined-room.ts";

/** An event of the room as the page receives it. */
export interface HeardEvent<P> {
  readonly payload: P;
  /** Id of the actor that it concerns. */
  readonly actor: string | undefined;
  /** True when it concerns the own avatar. */
  readonly own: boolean;
  /** Where it happened, metres. */
  readonly x: number | undefined;
  readonly z: number | undefined;
}

/**
 * Calls `listener` for each event of a kind that the room sends, with its checked payload, until the room
 * closes or changes.
 */
export type OnEvent = <S extends z.ZodType>(
  kind: EventKind<S>,
  listener: (event: HeardEvent<z.output<S>>) => void,
) => void;

/** Listens to the room's events. A payload that its kind's schema refuses is logged and skipped. */
export function listenToEvents(room: Pick<AnyRoom, "onMessage" | "sessionId">): {
  readonly onEvent: OnEvent;
  stop(): void;
} {
  const listeners = new Map<string, ((message: EventMessage) => void)[]>();
  const stop = room.onMessage("event", (message: EventMessage) => {
    for (const listener of listeners.get(message.name) ?? []) listener(message);
  });
  return {
    stop,
    onEvent(kind, listener) {
      const receive = ({ payload, actor, x, z }: EventMessage) => {
        const read = kind.schema.safeParse(payload);
        if (read.success) listener({ payload: read.data, actor, own: actor === room.sessionId, x, z });
        else
          console.warn(`roomkeep: the event "${kind.name}" has a malformed payload: ${read.error.message}`);
      };
      listeners.set(kind.name, [...(listeners.get(kind.name) ?? []), receive]);
    },
  };
}
