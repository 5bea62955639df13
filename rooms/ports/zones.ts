import type { SaveOutcome } from "./ports.ts";

/** A persistent zone that a room has: the right to save it for as long as its lease is renewed. */
export interface ZoneClaim {
  readonly zone: string;
  /** Grows at each claim; a save under an older one is fenced. */
  readonly epoch: number;
  /** The world as it was last saved; undefined for a zone that begins. */
  readonly saved: ZoneSaved | undefined;
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
 * Worlds of persistent zones. One room in the whole cluster has a zone: it claims it under a lease of ten seconds
 * that its process renews, and every save names the claim.
 */
export interface ZonePort {
  /** Milliseconds between saves of a world that changes. */
  readonly saveEveryMs: number;
  /**
   * Claims a zone and loads its world. What is saved but cannot be opened (damaged, sealed with a key that is not
   * configured, of a newer version) is moved to the table `zone_quarantine` and reported, and the zone begins anew.
   * Waits for a lease that runs out; for a living owner two seconds.
   *
   * @throws ZONE_CLAIMED another room has it
   * @throws ROOM_CLOSED this process is shutting down
   * @throws DATABASE_UNAVAILABLE no answer within 5 s
   */
  claim(zone: string, holder: { roomId: string }): Promise<ZoneClaim>;
  /** Saves and renews. @throws DATABASE_UNAVAILABLE try again later */
  save(claim: ZoneClaim, content: string): Promise<SaveOutcome>;
  /** Saves, if there is something to save, and gives the zone up. Throws as `save`. */
  release(claim: ZoneClaim, content: string | undefined): Promise<SaveOutcome>;
  /** Puts the saved world aside: it was opened, but the room cannot make a world of it. */
  quarantine(claim: ZoneClaim, reason: unknown): Promise<void>;
  /** Leaves the zone to the next room of this process that claims it, without its save: for a hot reload. */
  handOver(claim: ZoneClaim): void;
  /** Tells once of each claim that was lost: close the room unsaved. Returns the way to stop listening. */
  onFenced(listener: (zone: string, epoch: number) => void): () => void;
}
