import type { Socket } from "node:net";

/** What Node's own streams write by, behind `net.Socket`. */
interface WriteRequest {
  oncomplete: (status: number) => void;
  /** Keeps the memory that an unfinished write reads. */
  buffer?: Buffer;
}
interface Handle {
  writeBuffer(request: WriteRequest, bytes: Buffer): number;
}
interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest;
  readonly streamBaseState: Record<number, number>;
  readonly kLastWriteWasAsync: number;
}

/** How a direct write went: taken by the kernel, still under way, or not possible here. */
export type Written = "taken" | "pending" | "refused";

const binding = openBinding();
/** Not used up by a write that the kernel takes at once, which nearly every one is. */
let request: WriteRequest | undefined;
/** Bytes that the kernel has not taken yet. */
const pending = new Map<Socket, number>();

/**
 * Hands bytes to the kernel without Node's stream around it, which for a small message costs as much as all that we do
 * for it. Only where nothing waits: what is written through the stream later comes after, for both end in one queue.
 * Rests on parts of Node that are not documented. Where one is missing every write is refused, and the caller takes the
 * stream. While a write is pending its memory must stay as it is.
 */
export function writeDirectly(socket: Socket, bytes: Buffer): Written {
  const handle = (socket as Socket & { _handle?: Handle | null })._handle;
  if (binding === undefined || !handle?.writeBuffer) return "refused";
  if (socket.writableLength > 0 || (pending.size > 0 && pending.has(socket))) return "refused";
  request ??= new binding.WriteWrap();
  // A connection that broke is closed by its read side, which hears of it too.
  if (handle.writeBuffer(request, bytes) !== 0) return "taken";
  if (!binding.streamBaseState[binding.kLastWriteWasAsync]) return "taken";
  request.buffer = bytes;
  request.oncomplete = () => pending.delete(socket);
  request = undefined;
  pending.set(socket, bytes.length);
  return "pending";
}

/** Bytes of a direct write to this socket that the kernel has not taken. */
export function pendingBytes(socket: Socket | null | undefined): number {
  return pending.size > 0 && socket ? (pending.get(socket) ?? 0) : 0;
}

function openBinding(): StreamBinding | undefined {
  try {
    const { binding: open } = process as unknown as { binding?: (name: string) => Partial<StreamBinding> };
    const { WriteWrap, streamBaseState, kLastWriteWasAsync } = open?.("stream_wrap") ?? {};
    if (!WriteWrap || !streamBaseState || kLastWriteWasAsync === undefined) return undefined;
    return { WriteWrap, streamBaseState, kLastWriteWasAsync };
  } catch {
    return undefined;
  }
}
