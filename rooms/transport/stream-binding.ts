/** What Node's own streams write by, behind `net.Socket`. */
export interface WriteRequest {
  oncomplete: (status: number) => void;
  /** Keeps the memory that an unfinished write reads. */
  buffer?: Buffer;
}

/** What Node's streams share with the part of it that is not JavaScript: not documented, and the same since Node 12. */
export interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest;
  /** Numbers of the read or write under way, at the places that follow. */
  readonly streamBaseState: Record<number, number>;
  readonly kReadBytesOrError: number;
  readonly kArrayBufferOffset: number;
  readonly kLastWriteWasAsync: number;
}

/** The binding, or undefined where any part of it is missing: then the usual way is taken. */
export function openStreamBinding(): StreamBinding | undefined {
  try {
    const { binding: open } = process as unknown as { binding?: (name: string) => StreamBinding };
    const binding = open?.("stream_wrap");
    if (binding === undefined) return undefined;
    const places = [binding.kReadBytesOrError, binding.kArrayBufferOffset, binding.kLastWriteWasAsync];
    const isWhole = binding.WriteWrap && binding.streamBaseState && places.every(Number.isInteger);
    return isWhole ? binding : undefined;
  } catch {
    return undefined;
  }
}
