import { isUtf8 } from "node:buffer";
import { ClientState, Protocol, ProtocolModifier, type Room } from "@colyseus/core";
import { decode } from "@colyseus/schema";
import { type InputForm, inputFormOf } from "./input-form.ts";
import { type AnyClient, internalsOf, type RoomInternals } from "./internals.ts";
import { isPayload } from "./message-form.ts";
import { numberEnd, readNumber } from "./schema-numbers.ts";

const TIMED_INPUT = Protocol.ROOM_INPUT_RELIABLE | ProtocolModifier.TIMED;
/** Greatest room time, ms: Colyseus sends times as 32-bit numbers. */
const TIME_MAX_MS = 2 ** 32 - 1;

/** Returns the fault of a client's frame; undefined: it is well formed. */
export type FrameCheck = (client: AnyClient, frame: Uint8Array, isBinary: boolean) => string | undefined;

/**
 * Opens the check of frames from clients, which runs before Colyseus decodes them: its decoders use lengths,
 * counts and operations from the wire unchecked. Frames pass in the exact forms that the SDK sends; all
 * others are refused, such as input frames of the unreliable kind, which the SDK never sends over a
 * WebSocket.
 *
 * @see `@colyseus/core` src/Room.ts, `_onMessage`; `@colyseus/sdk` src/Room.ts and src/input/InputHandle.ts
 *   (0.18)
 */
export function openFrameCheck(room: Room): FrameCheck {
  const inside = internalsOf(room);
  let type: unknown;
  let form: InputForm | undefined;
  const isInput = (client: AnyClient, frame: Uint8Array, isTimed: boolean): boolean => {
    const input = client._input as object | undefined;
    if (input === undefined) return false;
    if (form === undefined || input.constructor !== type) {
      type = input.constructor;
      form = inputFormOf(input.constructor);
    }
    const from = isTimed ? stampEnd(inside, client, frame) : 1;
    return from > 0 && form.fits(frame, from);
  };
  return (client, frame, isBinary) => {
    const first = frame[0];
    if (!isBinary) return "a text frame";
    if (first === Protocol.ROOM_INPUT_RELIABLE || first === TIMED_INPUT)
      return isInput(client, frame, first === TIMED_INPUT) ? undefined : "a malformed input frame";
    return first === undefined ? "an empty frame" : faultOf(client, frame, first);
  };
}

/** The fault of a frame that is no input frame. */
function faultOf(client: AnyClient, frame: Uint8Array, first: number): string | undefined {
  switch (first) {
    case Protocol.JOIN_ROOM:
      if (client.state !== ClientState.JOINING) return "a second acknowledgement of the join";
      return frame.length === 1 ? undefined : "a malformed acknowledgement of the join";
    case Protocol.LEAVE_ROOM:
    case Protocol.PING:
      return frame.length === 1 ? undefined : "a malformed frame without content";
    case Protocol.ROOM_DATA:
      return isMessage(frame, 1) ? undefined : "a malformed message";
    case Protocol.ROOM_REQUEST:
      return isMessage(frame, numberEnd(frame, 1)) ? undefined : "a malformed request";
    case Protocol.ROOM_DATA_BYTES:
      return typeEnd(frame, 1) > 0 ? undefined : "a malformed message of bytes";
    default:
      return `a frame that pages do not send: ${first}`;
  }
}

/** The message type of a request that passed the check. */
export function typeOfRequest(frame: Uint8Array): string | number {
  return typeAt(frame, numberEnd(frame, 1));
}

/** The message type that stands at a place of a frame that passed the check. */
export function typeAt(frame: Uint8Array, offset: number): string | number {
  const iterator = { offset };
  return decode.stringCheck(frame, iterator)
    ? decode.string(frame, iterator)
    : decode.number(frame, iterator);
}

function isMessage(frame: Uint8Array, from: number): boolean {
  const end = from < 0 ? -1 : typeEnd(frame, from);
  return end > 0 && (end === frame.length || isPayload(frame, end));
}

/** End of a message's type, a text or a number; -1: it is neither, or is cut off. */
function typeEnd(frame: Uint8Array, at: number): number {
  const first = frame[at] ?? 0;
  if (first === 0xd9) return textEnd(frame, at + 2, frame[at + 1]);
  if (first > 0xa0 && first < 0xc0) return textEnd(frame, at + 1, first - 0xa0);
  return numberEnd(frame, at);
}

function textEnd(frame: Uint8Array, from: number, length = frame.length): number {
  const end = from + length;
  return end <= frame.length && isUtf8(frame.subarray(from, end)) ? end : -1;
}

/**
 * End of the times of an input frame; -1: the SDK would not send them. The first is the difference to that of
 * the last frame with times, so their sum must be a valid time.
 */
function stampEnd(room: RoomInternals, client: AnyClient, frame: Uint8Array): number {
  const timeline = room._timelineMode();
  const end = numberEnd(frame, 1);
  if (end < 0 || !(timeline?.snapshot || timeline?.reckon)) return -1;
  const time = (client._reckonBaseline ?? 0) + readNumber(frame, 1);
  if (!Number.isInteger(time) || time < 0 || time > TIME_MAX_MS) return -1;
  const behind = timeline.snapshot && timeline.reckon ? end + 2 : end;
  return behind <= frame.length ? behind : -1;
}
