import type { Presence } from "@colyseus/core";
import { RoomkeepError } from "../../shared/index.ts";
import type { Log } from "../ports/ports.ts";
import { forgetInstance } from "./room-finder.ts";

/** Which characters may come into an instance. */
export interface InstanceAccess {
  /** @throws INSTANCE_CLOSED the instance is not for the character */
  ask(characterId: string): Promise<void>;
  /** The character is in, and may come again. */
  remember(characterId: string): void;
  /** Characters that it remembers. */
  readonly size: number;
  /** The instance is over: players who come to the portal next get another one. */
  close(): Promise<void>;
}

/** An instance, and the parts of its room that access needs. */
export interface InstanceAccessOptions {
  /**
   * The party or character of the instance; undefined for a room that is no instance, which lets everybody
   * in.
   */
  readonly key: string | undefined;
  /** The key of a character now: its party, or itself. */
  readonly askKey: (characterId: string) => Promise<string>;
  readonly presence: Presence;
  readonly roomName: string;
  readonly roomId: string;
  readonly log: Log;
}

/** Opens the access to a room: an instance is for the players who came by a portal, and for their party. */
export function openInstanceAccess(options: InstanceAccessOptions): InstanceAccess {
  const { key, askKey, presence, roomName, roomId, log } = options;
  // A room that is no instance asks nobody, and remembers nobody.
  const guests = key === undefined ? undefined : new Set<string>();
  return {
    async ask(characterId) {
      if (guests === undefined || guests.has(characterId)) return;
      if ((await askKey(characterId)) !== key) throw new RoomkeepError("INSTANCE_CLOSED");
    },
    remember: (characterId) => void guests?.add(characterId),
    get size() {
      return guests?.size ?? 0;
    },
    async close() {
      if (key === undefined) return;
      await forgetInstance(presence, roomName, key, roomId).catch((error) => {
        log.warn({ err: error }, "an instance could not be forgotten");
      });
    },
  };
}
