import { type Client, getMessageBytes, Protocol, ResponseStatus } from "@colyseus/core";
import type { z } from "zod";
import { type Refusal, refuse } from "../../shared/index.ts";
import { openMessageGuard } from "../messaging/message-guard.ts";
import { MESSAGE_RATE_LIMITS, type RateLimit } from "../messaging/rate-limit.ts";
import { typeAt, typeOfRequest } from "../transport/frame-validation.ts";
import { readNumber } from "../transport/schema-numbers.ts";
import type { Strikes } from "../transport/strikes.ts";
import type { Viewer } from "./viewer.ts";

/** How often each message is let through; a refused type is answered as often. */
const RATES: Readonly<Record<string, RateLimit>> = {
  ...MESSAGE_RATE_LIMITS,
  "seat.take": { perSecond: 0.5, burst: 3 },
  "spectate.look": { perSecond: 10, burst: 20 },
  "spectate.follow": { perSecond: 4, burst: 8 },
  /** A page that does not know that it watches sends them many times a second. */
  input: { perSecond: 0.1, burst: 1 },
};

/** What viewers alone send. */
export const VIEWER_MESSAGES = ["seat.take", "spectate.look", "spectate.follow"] as const;

// biome-ignore lint/suspicious/noConfusingVoidType: most actions return nothing, and need not say so
type Outcome = Refusal | void;

/** The messages that viewers may send, by type. All others are refused with VIEWER_ONLY. */
export interface ViewerMessages {
  on<T>(
    type: string,
    schema: z.ZodType<T>,
    act: (viewer: Viewer, message: T) => Outcome | Promise<Outcome>,
  ): void;
  /** Looks at a frame that is well formed. False: the room does not get it. */
  mayReceive(viewer: Viewer, frame: Uint8Array): boolean;
  /** A message of an allowed type. @returns what a request is answered */
  receive(viewer: Viewer, type: string, payload: unknown): unknown;
}

interface Registered {
  readonly schema: z.ZodType;
  act(viewer: Viewer, message: unknown): Outcome | Promise<Outcome>;
}

/** What {@link openViewerMessages} needs. */
export interface ViewerMessagesHost {
  readonly strikes: Strikes;
  /** The room's time, ms. */
  now(): number;
  /** Sends a viewer what is no state of the room: it is not delayed. */
  promptly(viewer: Viewer, send: () => void): void;
  failed(type: string, error: unknown): void;
}

/**
 * Opens the messages of a room's viewers. What they may not send is stopped as a frame: neither the
 * framework, nor the game, nor Colyseus's own `onMessage` sees it.
 */
export function openViewerMessages(host: ViewerMessagesHost): ViewerMessages {
  const actions = new Map<string, Registered>();
  const guard = openMessageGuard(RATES, host.now, host.strikes);

  function report(viewer: Viewer, type: string, refusal: Refusal): void {
    host.promptly(viewer, () => guard.report(viewer.client, type, refusal));
  }

  return {
    on: (type, schema, act) => void actions.set(type, { schema, act } as Registered),
    mayReceive(viewer, frame) {
      const type = typeOf(frame);
      if (type === undefined || (actions.has(type) && frame[0] !== Protocol.ROOM_DATA_BYTES)) return true;
      const counted = guard.check(viewer.client, type, undefined, undefined);
      const refusal = counted.ok ? refuse("VIEWER_ONLY") : counted;
      report(viewer, type, refusal);
      if (frame[0] === Protocol.ROOM_REQUEST) answer(viewer.client, frame, refusal);
      return false;
    },
    receive(viewer, type, payload) {
      const action = actions.get(type);
      if (!action) return refuse("VIEWER_ONLY");
      const verdict = guard.check(viewer.client, type, action.schema, payload);
      const outcome = verdict.ok ? action.act(viewer, verdict.value) : verdict;
      const tell = (refusal: Outcome) => {
        if (refusal) report(viewer, type, refusal);
        return refusal ?? { ok: true };
      };
      if (!(outcome instanceof Promise)) return tell(outcome);
      const failed = (error: unknown) => {
        host.failed(type, error);
        return refuse("ACTION_REFUSED", "That did not work. Try again in a moment.");
      };
      return outcome.catch(failed).then(tell);
    },
  };
}

/** The type of the message in a frame; undefined: it is of the connection itself. */
function typeOf(frame: Uint8Array): string | undefined {
  switch (frame[0]) {
    case Protocol.PING:
    case Protocol.LEAVE_ROOM:
    case Protocol.JOIN_ROOM:
      return undefined;
    case Protocol.ROOM_DATA:
    case Protocol.ROOM_DATA_BYTES:
      return String(typeAt(frame, 1)).slice(0, 32);
    case Protocol.ROOM_REQUEST:
      return String(typeOfRequest(frame)).slice(0, 32);
    default:
      return "input";
  }
}

/** A request waits for its answer. */
function answer(client: Client, frame: Uint8Array, refusal: Refusal): void {
  client.raw(getMessageBytes[Protocol.ROOM_RESPONSE](readNumber(frame, 1), ResponseStatus.OK, refusal));
}
