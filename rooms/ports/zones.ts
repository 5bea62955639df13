import type { SaveOutcome } from "./characters.ts";

/** A persistent zone that a room has: the right to save it for as long as its lease is renewed. */
export interface ZoneClaim {
  readonly zone: string;
  /** Grows at each claim; a save under an older one is fenced. */
  readonly epoch: number;
}

/** The room that claims a zone, and its function that restores the save. */
export interface ZoneHolder {
  readonly roomId: string;
  /**
   * Called with the last save; not for a new zone, or one that was handed over. An error refuses the zone.
   */
  open(saved: ZoneSaved): void;
}

/** A saved world. */
export interface ZoneSaved {
  /** JSON text, as it was given to `save`. */
  readonly content: string;
  /** Grows with each save of the zone. */
  readonly version: number;
  /** By the database's clock. */
  readonly savedAt: Date;
}

/**
 * Worlds of persistent zones. One room in the whole cluster has a zone: it claims it under a lease of ten
 * seconds that its process renews, and every save names the claim.
 */
export interface ZonePort {
  /** Milliseconds between saves of a world that changes. */
  readonly saveEveryMs: number;
  /**
   * Claims a zone and opens its saved world. A save that cannot be opened (damaged, sealed with a key that is
   * not configured, of a newer version) is left as it is: the zone refuses to open, and operators get the
   * reason. No new world begins in its place before `roomkeep zones quarantine set-aside`. Waits for a lease
   * that runs out; for a living owner two seconds.
   *
   * @throws ZONE_SEALED the save cannot be opened; its cause says why. Trying again is of no use before it is
   *   mended
   * @throws ZONE_CLAIMED another room has it
   * @throws ROOM_CLOSED this process is shutting down
   * @throws DATABASE_UNAVAILABLE no answer within 5 s
   */
  claim(zone: string, holder: ZoneHolder): Promise<ZoneClaim>;
  /** Saves and renews. @throws DATABASE_UNAVAILABLE try again later */
  save(claim: ZoneClaim, content: string): Promise<SaveOutcome>;
  /** Saves, if there is something to save, and releases the zone. Throws as `save`. */
  release(claim: ZoneClaim, content: string | undefined): Promise<SaveOutcome>;
  /** Leaves the zone to the next room of this process that claims it, without its save: for a hot reload. */
  handOver(claim: ZoneClaim): void;
  /** Calls the listener once for each claim that was lost: close the room unsaved. Returns how to stop. */
  onFenced(listener: (zone: string, epoch: number) => void): () => void;
}
