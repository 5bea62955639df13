import { canonicalJson, fnv1a64 } from "../../shared/internal.ts";

/** Between a request id and the hash of the request's content. */
const CONTENT = /#([0-9a-f]{16})(?=:|$)/;

/** A request id as rooms give it to {@link ItemPort}: what is stored, and the hash of what was asked for. */
export interface AskedRequest {
  readonly id: string;
  /** Undefined: whoever asks names the content otherwise. */
  readonly content: string | undefined;
}

/**
 * Binds a request id to what a player asked for, so that the id is refused for anything else: two herbs are
 * booked by the same grant. A game may add to the id what it likes behind a colon.
 */
export function bindRequest(id: string, asked: unknown): string {
  return `${id}#${fnv1a64(canonicalJson(asked))}`;
}

/** Takes apart what {@link bindRequest} has bound. */
export function readRequest(requestId: string): AskedRequest {
  const content = CONTENT.exec(requestId)?.[1];
  return { id: content === undefined ? requestId : requestId.replace(CONTENT, ""), content };
}
