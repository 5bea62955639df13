import type { Client } from "@colyseus/core";
import { type Schema, StateView } from "@colyseus/schema";
import { showOwn } from "../../shared/index.ts";

/**
 * Lets a client see the fields of its own actor that `own` marks, in a room without interest (with interest
 * the serializer does it). A view that the client has already goes on showing the same.
 */
export function giveOwnView(client: Client, actor: Schema): void {
  client.view ??= new StateView();
  showOwn(client.view, actor);
}

/** The view of a client that left for good: Colyseus never disposes it, and it would keep its actor. */
export function takeView(client: Client): void {
  client.view?.dispose();
  client.view = undefined;
}
