import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Upgrade, type Versioned, versioned } from "../../shared/index.ts";
import type { SpaceSave } from "../../shared/internal.ts";
import type { Log } from "../ports/ports.ts";
import type { ZoneClaim, ZonePort, ZoneSaved } from "../ports/zones.ts";
import type { Simulation } from "../simulation/simulation.ts";
import type { Healed } from "../simulation/simulation-snapshot.ts";
import { maySaveLater, tellUnsaved } from "./unsaved-states.ts";

/** Version of a game's saves, which grows when their shape does, and an upgrade from each older one. */
export interface ZoneFormat {
  /** Default 1. */
  readonly version?: number;
  /** `upgrades[n]` turns a save of version n into one of version n + 1. */
  readonly upgrades?: Readonly<Record<number, Upgrade>>;
}

/** A persistent zone that a room has. */
export interface ZoneKeeper {
  /** True if the world came from a save. */
  readonly restored: boolean;
  /** Saves if the time has come and the world has changed. `nowMs` is the room's time. Never throws. */
  saveIfDue(nowMs: number): void;
  /** Leaves the zone to the room that takes over in a hot reload. */
  handOver(): void;
  /** Releases the zone unsaved. */
  giveUp(): Promise<void>;
  /** Saves the last state and releases the zone; tries again while the database is away. */
  close(): Promise<void>;
  readonly claim: ZoneClaim;
}

/** A room's zone: which one, what of it is saved, and where. */
export interface ZoneOptions {
  readonly zones: ZonePort;
  readonly zone: string;
  readonly roomId: string;
  readonly simulation: Simulation;
  /** Players, by the ids of their avatars: they are not the zone's. */
  readonly players: { has(id: string): boolean };
  readonly format: ZoneFormat;
  readonly log: Log;
  /** Called once if the claim is lost: nothing is saved any more, and the room is to close. */
  readonly lost: () => void;
}

type SavedWorld = Record<string, unknown>;

/** Pauses between attempts to save at the end while the database is away, ms. */
const RETRY_MS = [200, 1_000, 3_000];
/** Most healed actors that a log line names. */
const HEALED_NAMED = 20;
/** After a save that failed the next one is tried so much later, ms. */
const AGAIN_MS = 1_000;

/**
 * Claims a persistent zone and restores its world into the simulation. A zone whose save cannot be restored
 * refuses to open, and the save is left as it is.
 *
 * @throws ZONE_SEALED, ZONE_CLAIMED, ROOM_CLOSED, DATABASE_UNAVAILABLE, as the port does
 */
export async function openZone(options: ZoneOptions): Promise<ZoneKeeper> {
  const { zones, zone, roomId, simulation, players, format, log } = options;
  const stored = versioned<SavedWorld>({ name: `save of the zone ${zone}`, version: 1, ...format });
  let opened: { isCurrent: boolean } | undefined;
  const open = (saved: ZoneSaved) => {
    opened = restore(options, stored, saved);
  };
  const claim = await zones.claim(zone, { roomId, open });
  const restored = opened !== undefined;
  // What was upgraded or healed is saved in its new shape with the next save.
  let savedMark = opened?.isCurrent ? markOf(snapshot()) : "";
  let dueAt = zones.saveEveryMs;
  let saving: Promise<void> | undefined;
  let over = false;
  const stopListening = zones.onFenced((other, epoch) => {
    if (other !== zone || epoch !== claim.epoch || over) return;
    stop();
    options.lost();
  });

  function stop(): void {
    over = true;
    stopListening();
  }

  function snapshot(): SavedWorld {
    return simulation.snapshot({ without: players }) as unknown as SavedWorld;
  }

  /** The save of a world. @throws the errors that loading it would */
  function contentOf(world: SavedWorld): string {
    simulation.checkSnapshot(world);
    return JSON.stringify(stored.wrap(world));
  }

  async function save(): Promise<void> {
    const world = snapshot();
    const mark = markOf(world);
    if (mark === savedMark) return;
    if ((await zones.save(claim, contentOf(world))) === "saved") savedMark = mark;
  }

  async function lastSave(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        const world = snapshot();
        const content = markOf(world) === savedMark ? undefined : contentOf(world);
        if ((await zones.release(claim, content)) === "fenced")
          log.warn({ zone }, "zone not saved: it has another owner");
        return;
      } catch (error) {
        const wait = maySaveLater(error) ? RETRY_MS[attempt] : undefined;
        if (wait === undefined) return unsaved(error);
        await sleep(wait);
      }
    }
  }

  /** The lease of a room that is gone is not renewed: the zone opens again from its last save. */
  async function unsaved(error: unknown): Promise<void> {
    tellUnsaved(log, "zone", { zone }, error);
    await giveUp();
  }

  async function giveUp(): Promise<void> {
    await zones
      .release(claim, undefined)
      .catch((error) => log.warn({ zone, err: error }, "zone not given up"));
  }

  return {
    restored,
    claim,
    saveIfDue(nowMs) {
      if (over || saving || nowMs < dueAt) return;
      dueAt = nowMs + zones.saveEveryMs;
      saving = save()
        .catch((error) => {
          dueAt = nowMs + AGAIN_MS;
          log.error({ zone, err: error }, "zone not saved, will try again");
        })
        .finally(() => {
          saving = undefined;
        });
    },
    handOver() {
      stop();
      zones.handOver(claim);
    },
    async giveUp() {
      stop();
      await giveUp();
    },
    async close() {
      if (over) return;
      stop();
      await saving;
      await lastSave();
    },
  };
}

/** Restores the saved world. `isCurrent`: another save of it would be the same. */
function restore(
  { zone, simulation, log }: ZoneOptions,
  stored: Versioned<SavedWorld>,
  { content, version, savedAt }: ZoneSaved,
): { isCurrent: boolean } {
  const healed: Healed[] = [];
  const saved = JSON.parse(content) as { v: number };
  simulation.restore(stored.open(saved), (one) => healed.push(one));
  log.info({ zone, version, savedAt }, "zone restored");
  if (healed.length > 0) tellHealed(log, zone, healed);
  return { isCurrent: saved.v === stored.version && healed.length === 0 };
}

function tellHealed(log: Log, zone: string, healed: readonly Healed[]): void {
  const leftOut = healed.filter((one) => one.leftOut).length;
  const named = healed
    .slice(0, HEALED_NAMED)
    .map(({ id, className, field }) => `${id} ${className}.${field}`);
  log.error(
    { zone, healed: healed.length - leftOut, leftOut, actors: named },
    "the zone's save held numbers that are not finite; those actors were put right or left out",
  );
}

/**
 * The part of a save that shows whether the world has changed: all but its clocks, which never stand still.
 */
function markOf({ data, ...rest }: SavedWorld): string {
  const { extras, ...world } = data as { extras?: { space?: SpaceSave | null; memory?: unknown } };
  const bodies = extras?.space?.bodies.map((body) => ({ ...body, sleepyAtS: 0 }));
  return createHash("sha256")
    .update(JSON.stringify([rest, world, bodies, extras?.memory]))
    .digest("hex");
}
