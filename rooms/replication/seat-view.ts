import { Decoder, type Schema, StateView } from "@colyseus/schema";
import { showOwn } from "../../shared/index.ts";
import type { StableSerializer } from "./stable-serializer.ts";

/**
 * The state as a player sees it whose own the instance is: a copy, by the very encoding that clients are
 * sent, so that no secret of another is in it.
 */
export function seenByOwner<S extends Schema>(wire: StableSerializer<S>, state: S, own: Schema): S {
  const view = new StateView();
  try {
    if (wire.filtered) showOwn(view, own);
    const copy = new (state.constructor as new () => S)();
    new Decoder(copy).decode(wire.seenBy(view), { offset: 1 });
    return copy;
  } finally {
    view.dispose();
  }
}
