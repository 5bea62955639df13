import { effect } from "@preact/signals";
import type { ServerMessages } from "../../shared/index.ts";
import type { Session } from "../network/session.ts";

/** How a request ended. */
export type Answer = { readonly ok: true } | { readonly ok: false; readonly code: string };

/** Pause without an answer before a request is sent again, ms. */
const RESEND_MS = 4_000;
/** How often a request is sent before it is given up. */
const ATTEMPTS_MAX = 6;

/** Sends the room idempotent requests: each is booked once, however often the network loses it. */
export interface RequestQueue {
  /** Never throws; the player sees a refusal elsewhere. */
  send(type: string, payload: object): Promise<Answer>;
}

interface OpenRequest {
  readonly type: string;
  readonly payload: object;
  attempts: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  settle(answer: Answer): void;
}

/**
 * Opens the queue of a session. An unanswered request is sent again with the same id, so that it is booked
 * once.
 */
export function openRequestQueue(session: Session): RequestQueue {
  const open = new Map<string, OpenRequest>();

  const transmit = (id: string, request: OpenRequest) => {
    clearTimeout(request.timer);
    if (request.attempts >= ATTEMPTS_MAX) return finish(id, { ok: false, code: "OFFLINE" });
    const room = session.room.value;
    if (room?.connection.isOpen) {
      request.attempts += 1;
      room.send(request.type, { request: id, ...request.payload });
    }
    request.timer = setTimeout(() => transmit(id, request), RESEND_MS);
  };
  const finish = (id: string, answer: Answer) => {
    const request = open.get(id);
    if (!request) return;
    clearTimeout(request.timer);
    open.delete(id);
    request.settle(answer);
  };
  effect(() => {
    const room = session.room.value;
    // A request to the room before is of no use in this one.
    for (const id of [...open.keys()]) finish(id, { ok: false, code: "TRAVELLING" });
    if (!room) return;
    room.onMessage("booked", ({ request }: ServerMessages["booked"]) => finish(request, { ok: true }));
    room.onMessage("refused", ({ request: id = "", code }: ServerMessages["refused"]) => {
      // Without the database the room cannot say whether it was booked: it answers when it is asked again.
      if (code !== "DATABASE_UNAVAILABLE") finish(id, { ok: false, code });
    });
    room.onReconnect(() => {
      for (const [id, request] of open) transmit(id, request);
    });
  });
  return {
    send(type, payload) {
      const id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
      return new Promise((settle) => {
        const request: OpenRequest = { type, payload, attempts: 0, timer: undefined, settle };
        open.set(id, request);
        transmit(id, request);
      });
    },
  };
}
