import { effect } from "@preact/signals";
import type { ServerMessages } from "roomkeep/shared";
import type { Session } from "../network/session.ts";

/** How a wish ended. */
export type Answer = { readonly ok: true } | { readonly ok: false; readonly code: string };

/** No answer for so long: it is asked again, ms. */
const RESEND_MS = 4_000;
/** How often it is asked before it is given up. */
const ATTEMPTS_MAX = 6;

/** Asks the room for what it books, each wish once, however often the network loses it. */
export interface RequestQueue {
  /** Never throws; what was refused is told to the player elsewhere. */
  send(type: string, payload: object): Promise<Answer>;
}

interface OpenRequest {
  readonly type: string;
  readonly payload: object;
  asked: number;
  again: ReturnType<typeof setTimeout> | undefined;
  end(answer: Answer): void;
}

/** Opens the wishes of a session. An unanswered one is asked again with the same id: what was booked is not booked twice. */
export function openRequestQueue(session: Session): RequestQueue {
  const open = new Map<string, OpenRequest>();

  const send = (request: string, wish: OpenRequest) => {
    clearTimeout(wish.again);
    if (wish.asked >= ATTEMPTS_MAX) return finish(request, { ok: false, code: "OFFLINE" });
    const room = session.room.value;
    if (room?.connection.isOpen) {
      wish.asked += 1;
      room.send(wish.type, { request, ...wish.payload });
    }
    wish.again = setTimeout(() => send(request, wish), RESEND_MS);
  };
  const finish = (request: string, answer: Answer) => {
    const wish = open.get(request);
    if (!wish) return;
    clearTimeout(wish.again);
    open.delete(request);
    wish.end(answer);
  };
  effect(() => {
    const room = session.room.value;
    // What the last room was asked is of no use in this one.
    for (const request of [...open.keys()]) finish(request, { ok: false, code: "TRAVELLING" });
    if (!room) return;
    room.onMessage("booked", ({ request }: ServerMessages["booked"]) => finish(request, { ok: true }));
    room.onMessage("refused", ({ request, code }: ServerMessages["refused"]) => {
      const wish = open.get(request ?? "");
      // Nobody knows whether it was booked: asked again later it is answered.
      if (wish && code !== "DATABASE_UNAVAILABLE") finish(request ?? "", { ok: false, code });
    });
    room.onReconnect(() => {
      for (const [request, wish] of open) send(request, wish);
    });
  });
  return {
    send(type, payload) {
      const request = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
      return new Promise((end) => {
        const wish: OpenRequest = { type, payload, asked: 0, again: undefined, end };
        open.set(request, wish);
        send(request, wish);
      });
    },
  };
}
