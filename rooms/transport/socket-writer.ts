import type { Socket } from "node:net";
import { openStreamBinding, type WriteRequest } from "./stream-binding.ts";

/** A socket as Node's own streams write to it. */
export interface Handle {
  writeBuffer(request: WriteRequest, bytes: Buffer): number;
}
const binding = openStreamBinding();
/** Not used up by a write that the kernel takes at once, which nearly every one is. */
let request: WriteRequest | undefined;
/** Bytes that the kernel has not taken yet. */
const pending = new Map<Handle, number>();

/**
 * What to write a socket's bytes to without Node's stream around it, which for a small message costs as much as all that
 * we do for it. Only where nothing waits: what is written through the stream later comes after, for both end in one queue.
 * Rests on parts of Node that are not documented. Where one is missing there is none, and the caller takes the stream.
 */
export function directHandle(socket: Socket): Handle | undefined {
  const handle = handleOf(socket);
  if (binding === undefined || !handle?.writeBuffer) return undefined;
  return socket.writableLength > 0 || (pending.size > 0 && pending.has(handle)) ? undefined : handle;
}

/**
 * Hands bytes to the kernel. While the write is pending their memory must stay as it is.
 *
 * @param handle of {@link directHandle}, asked for since anything was written to the socket
 * @returns whether the kernel took all of it at once, which it nearly always does
 */
export function writeDirectly(handle: Handle, bytes: Buffer): "taken" | "pending" {
  if (binding === undefined) throw new Error("there is no handle without a binding");
  request ??= new binding.WriteWrap();
  // A connection that broke is closed by its read side, which hears of it too.
  if (handle.writeBuffer(request, bytes) !== 0) return "taken";
  if (!binding.streamBaseState[binding.kLastWriteWasAsync]) return "taken";
  request.buffer = bytes;
  request.oncomplete = () => pending.delete(handle);
  request = undefined;
  pending.set(handle, bytes.length);
  return "pending";
}

/** Bytes of a direct write to this socket that the kernel has not taken. */
export function pendingBytes(socket: Socket | null | undefined): number {
  const handle = pending.size > 0 && socket ? handleOf(socket) : undefined;
  return handle ? (pending.get(handle) ?? 0) : 0;
}

function handleOf(socket: Socket): Handle | null | undefined {
  return (socket as Socket & { _handle?: Handle | null })._handle;
}
