import type { Socket } from "node:net";
import { handleOf, openStreamBinding, type SocketHandle, type WriteRequest } from "./internals.ts";

/** A socket's handle that takes whole frames. */
export type WriteHandle = SocketHandle & Required<Pick<SocketHandle, "writeBuffer">>;

const binding = openStreamBinding();
/** Free until a write is pending; the kernel takes nearly every write at once. */
let request: WriteRequest | undefined;
/** Bytes that the kernel has not taken yet. */
const pending = new Map<SocketHandle, number>();

/**
 * The handle to write a socket's bytes to without Node's stream around it, which for a small message costs as
 * much as all other work on it. Undefined while anything waits in the stream or in the kernel's queue: what
 * is written through the stream later comes after, for both end in one queue.
 */
export function writeHandleOf(socket: Socket): WriteHandle | undefined {
  const handle = handleOf(socket);
  if (binding === undefined || !handle?.writeBuffer) return undefined;
  if (socket.writableLength > 0 || (pending.size > 0 && pending.has(handle))) return undefined;
  return handle as WriteHandle;
}

/**
 * Hands bytes to the kernel. While the write is pending their memory must stay as it is.
 *
 * @param handle of {@link writeHandleOf}, asked for since anything was written to the socket
 * @returns whether the kernel took all of it at once, which it nearly always does
 */
export function writeDirectly(handle: WriteHandle, bytes: Buffer): "taken" | "pending" {
  if (binding === undefined) throw new Error("there is no handle without a binding");
  request ??= new binding.WriteWrap();
  // The read side of a broken connection reports the same error and closes it.
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
