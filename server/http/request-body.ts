import type { IncomingMessage } from "node:http";

/**
 * Keeps what a request sends until all of it is there, whether its length was told or it comes in chunks. So nobody
 * behind waits for a body that is slow, broken off or without end.
 *
 * @param max most bytes
 * @param onWhole the body can be read from the request
 * @param onTooLong more than `max` came; called once, and nothing more is kept
 */
export function awaitBody(
  request: IncomingMessage,
  max: number,
  onWhole: () => void,
  onTooLong: () => void,
): void {
  let bytes = 0;
  const push = request.push.bind(request);
  // Node's parser pushes each piece, and null at the end; a listener for "data" would take them from those behind.
  request.push = (piece: Buffer | null) => {
    if (piece === null) {
      push(null);
      queueMicrotask(onWhole);
      return true;
    }
    bytes += piece.length;
    if (bytes <= max) push(piece);
    else onTooLong();
    // False would stop the reading at Node's own mark, which is lower than ours.
    return true;
  };
}

/** Throws away what a request still sends, and calls back at its end. */
export function dropBody(request: IncomingMessage, onEnd: () => void): void {
  request.push = (piece: Buffer | null) => {
    if (piece === null) onEnd();
    return true;
  };
}
