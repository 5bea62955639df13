import type { IncomingMessage } from "node:http";

/**
 * Buffers the body of a request until it is complete, whether it has a Content-Length or comes in chunks. So
 * no later code waits for a body that is slow, broken off or without end.
 *
 * @param max most bytes
 * @param onWhole called when the body can be read from the request
 * @param onTooLong called when more than `max` came; nothing more is buffered
 */
export function awaitBody(
  request: IncomingMessage,
  max: number,
  onWhole: () => void,
  onTooLong: () => void,
): void {
  let bytes = 0;
  const push = request.push.bind(request);
  // Node's parser pushes each piece, and null at the end; a listener for "data" would take them from later
  // code.
  request.push = (piece: Buffer | null) => {
    if (piece === null) {
      push(null);
      queueMicrotask(onWhole);
      return true;
    }
    bytes += piece.length;
    if (bytes <= max) push(piece);
    else onTooLong();
    // False would pause the reading at Node's own mark, which is lower than ours.
    return true;
  };
}

/** Discards the rest of a request's body, and calls `onEnd` at its end. */
export function dropBody(request: IncomingMessage, onEnd: () => void): void {
  request.push = (piece: Buffer | null) => {
    if (piece === null) onEnd();
    return true;
  };
}
