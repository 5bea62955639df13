import type { Client, Deferred } from "@colyseus/core";
import type { Identity } from "../ports/characters.ts";
import type { ViewerKind } from "./viewer-kind.ts";

/** A client in a room without a seat: no character is claimed, nothing of it is saved. */
export interface Viewer {
  readonly sessionId: string;
  readonly as: ViewerKind;
  readonly identity: Identity;
  /** Name of the character that it signed in with. */
  readonly name: string;
  /** Replaced when a dropped viewer returns. */
  client: Client;
  /** Set while the connection is dropped and the place kept. */
  hold: Deferred<Client> | undefined;
  /** See `RoomPlayer`. */
  mutedUntilMs: number;
}

/** A viewer of a room that is replaced in a hot reload. JSON. */
export interface KeptViewer {
  readonly sessionId: string;
  readonly identity: Identity;
}
