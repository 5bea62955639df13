import type { Socket } from "node:net";
import { type Client, type ClientPrivate, type matchMaker, Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { InputDecoder } from "@colyseus/schema/input";
import * as ws from "ws";
import { RoomkeepError } from "../../shared/index.ts";
import { missingParts } from "./missing-parts.ts";

/**
 * Versions whose source was read for this file: the parts below are undocumented, so that a new version may
 * change them without notice. Read them again before one of these versions is raised.
 *
 * - Node 20.19 to 24: lib/internal/stream_base_commons.js, src/stream_base.cc
 * - ws 8.23.0: lib/receiver.js, lib/sender.js, lib/websocket.js
 * - `@colyseus/core` 0.18.17: src/Room.ts, src/input/RoomInput.ts; `@colyseus/ws-transport` 0.18.4
 */
export const READ_FROM = {
  node: "20.19 to 24",
  ws: "8.23.0",
  core: "0.18.17",
  wsTransport: "0.18.4",
} as const;

/** A write under way, as Node's streams make one. */
export interface WriteRequest {
  oncomplete: (status: number) => void;
  /** Keeps the memory that an unfinished write reads. */
  buffer?: Buffer;
}

/** The functions that Node's streams share with their native part; the same since Node 12. */
export interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest;
  /** Numbers of the read or write under way, at the indexes that follow. */
  readonly streamBaseState: Record<number, number>;
  readonly kReadBytesOrError: number;
  readonly kArrayBufferOffset: number;
  readonly kLastWriteWasAsync: number;
}

/** The native side of a socket: `socket._handle`. */
export interface SocketHandle {
  /** Called for each read. Node sets a function that pushes into the stream. */
  onread?: (this: SocketHandle, memory?: ArrayBuffer) => unknown;
  useUserBuffer?(memory: Uint8Array): void;
  writeBuffer?(request: WriteRequest, bytes: Buffer): number;
}

/** The native side of a socket; undefined before it is connected. */
export function handleOf(socket: Socket): SocketHandle | null | undefined {
  return (socket as Socket & { readonly _handle?: SocketHandle | null })._handle;
}

/** Node's binding, or undefined where any part of it is missing. */
export function openStreamBinding(): StreamBinding | undefined {
  const binding = bindingOf<StreamBinding>("stream_wrap");
  if (binding === undefined) return undefined;
  const indexes = [binding.kReadBytesOrError, binding.kArrayBufferOffset, binding.kLastWriteWasAsync];
  const isWhole = binding.WriteWrap && binding.streamBaseState && indexes.every(Number.isInteger);
  return isWhole ? binding : undefined;
}

function bindingOf<T>(name: string): T | undefined {
  try {
    return (process as unknown as { binding?: (name: string) => T }).binding?.(name);
  } catch {
    return undefined;
  }
}

/** The reader of a WebSocket. In state 0 it is between two frames. */
export interface Receiver {
  readonly _state: number;
  readonly _bufferedBytes: number;
  readonly _fragmented: number;
  readonly _payloadLength: number;
  _loop: boolean;
  /** Called once a frame, of every kind, when its length is known and before its payload is waited for. */
  haveLength(done: (error?: Error) => void): void;
  _write(chunk: Buffer, encoding: string, done: (error?: Error) => void): void;
}

/** A WebSocket with the parts that its types hide. A sender in state 0 is not compressing. */
export interface RawSocket extends ws.WebSocket {
  readonly _socket?: Socket | null;
  readonly _receiver: Receiver;
  readonly _sender?: { readonly _state?: number };
  _closeCode: number;
}

/**
 * A client with the fields that its type hides: `_enqueuedMessages`, `_inputBuffer`, `_joinedAt` and others.
 */
export type AnyClient = Client & Partial<ClientPrivate>;

/** The number of the last input frame that the state contains, which timed frames carry. */
export function ackedInputOf(client: Client): number {
  return (client as AnyClient)._inputBuffer?.ackSeq ?? 0;
}

/** Input frames that this connection has brought. */
export function receivedInputsOf(client: Client): number {
  return (client as AnyClient)._receivedInputCount ?? 0;
}

/** Join options, identity, whether the seat was taken, whether it is kept for a return. */
type ReservedSeat = [options: unknown, auth: unknown, taken?: boolean, returning?: boolean];

/** A room with the members that its type hides. */
export interface RoomInternals {
  readonly _inputController?: { readonly options: { readonly ctor: object } };
  readonly onMessageEvents: { readonly events: Readonly<Record<string, unknown>> };
  readonly _reservedSeats: Record<string, ReservedSeat>;
  readonly _reservedSeatTimeouts: Record<string, NodeJS.Timeout>;
  readonly _listing: Parameters<typeof matchMaker.driver.update>[0];
  defineInput(type: object, options?: object): unknown;
  sendFullState(client: Client): void;
  /** 2: the room is closing. */
  readonly _internalState: number;
  resetAutoDisposeTimeout(seconds: number): void;
  _onMessage(client: Client, message: Uint8Array, isBinary?: boolean): void;
  /** The times that an input frame carries: the room's own, and one of the frame. */
  _timelineMode(): { readonly snapshot?: boolean; readonly reckon?: boolean } | undefined;
  _reserveSeat(
    sessionId: string,
    options: unknown,
    auth: unknown,
    seconds?: number,
    returning?: boolean,
    reloadToken?: string,
  ): Promise<boolean>;
}

/** A room as {@link RoomInternals}. */
export function internalsOf(room: Room): RoomInternals {
  return room as unknown as RoomInternals;
}

/** Where a client's input decoder counts the references that it holds; undefined in a room without inputs. */
export function decoderRootOf({ _inputDecoder }: AnyClient): DecoderRoot | undefined {
  return (_inputDecoder as { readonly _decoder?: { readonly root?: DecoderRoot } } | undefined)?._decoder
    ?.root;
}
interface DecoderRoot {
  readonly deletedRefs: ReadonlySet<number>;
  garbageCollectDeletedRefs?(): void;
}

/**
 * Frame validation, socket limits and seats rest on these parts. No documented part does their work, so that
 * a server does not start without them.
 *
 * @throws INTERNALS_MISSING
 */
export function checkTransportInternals(): void {
  const missing = [
    ...missingParts("Room", Room.prototype, {
      _onMessage: "function",
      _timelineMode: "function",
      _reserveSeat: "function",
      resetAutoDisposeTimeout: "function",
      sendFullState: "function",
      defineInput: "function",
    }),
    ...missingParts("Receiver", opened("Receiver"), {
      haveLength: "function",
      _write: "function",
      _payloadLength: "number",
      _loop: "boolean",
    }),
    ...missingParts("WebSocket", opened("WebSocket"), { _receiver: "object", _closeCode: "number" }),
  ];
  if (missing.length > 0) throw missingInternals("Colyseus or ws", missing);
}

/** An error that names what an installed version lacks. */
export function missingInternals(of: string, missing: readonly string[]): RoomkeepError {
  return new RoomkeepError(
    "INTERNALS_MISSING",
    `The installed version of ${of} lacks ${missing.join(", ")}. Install those of package-lock.json.`,
  );
}

/** Missing parts of the fast path past Node's streams, reading and writing. */
export function missingHandleParts(): string[] {
  const { TCP } = bindingOf<{ TCP?: { prototype: object } }>("tcp_wrap") ?? {};
  const binding = openStreamBinding() === undefined ? ["process.binding.stream_wrap"] : [];
  return [
    ...binding,
    ...missingParts("TCP", TCP?.prototype, { useUserBuffer: "function", writeBuffer: "function" }),
  ];
}

/** Missing parts of the fast path past the receiver of `ws`. */
export function missingReceiverParts(): string[] {
  const numbers = { _state: "number", _bufferedBytes: "number", _fragmented: "number" } as const;
  return missingParts("Receiver", opened("Receiver"), numbers);
}

/** Missing parts of the fast path past the sender of `ws`. */
export function missingSenderParts(): string[] {
  return [
    ...missingParts("Sender", opened("Sender"), { _state: "number" }),
    ...missingParts("WebSocket", opened("WebSocket"), { _socket: "object" }),
  ];
}

/** Missing parts of an input decoder. */
export function missingDecoderParts(): string[] {
  const decoder = new InputDecoder(new (schema({ value: t.number() }, "InternalsProbe"))());
  return missingParts("Decoder.root", decoderRootOf({ _inputDecoder: decoder } as unknown as AnyClient), {
    deletedRefs: "object",
    garbageCollectDeletedRefs: "function",
  });
}

/** An object of a class of `ws`, made as its server makes it and never connected. */
function opened(name: "Receiver" | "Sender" | "WebSocket"): unknown {
  try {
    const type = Reflect.get(ws, name) as new (...args: unknown[]) => unknown;
    return name === "WebSocket" ? new type(null, undefined, {}) : new type({});
  } catch {
    return undefined;
  }
}
