import { createHash } from "node:crypto";
import { type SpaceSave, type Upgrade, type Versioned, versioned } from "../../shared/index.ts";
import type { Log } from "../ports/ports.ts";
import type { ZoneClaim, ZonePort } from "../ports/zones.ts";
import type { Simulation } from "../simulation/simulation.ts";

/** What a game says of its saves: a version that grows when their shape does, and a step up from each older one. */
export interface ZoneFormat {
  /** Default 1. */
  readonly version?: number;
  /** `upgrades[n]` makes what version n saved into what version n + 1 saves. */
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
  /** Gives the zone up unsaved. */
  giveUp(): Promise<void>;
  /** Saves the last state and gives the zone up; tries again while the database is away. */
  close(): Promise<void>;
  readonly claim: ZoneClaim;
}

/** What {@link openZone} takes. */
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

/** Waits between tries to save at the end while the database is away, ms. */
const RETRY_MS = [200, 1_000, 3_000];
/** After a save that failed the next one is tried so much later, ms. */
const AGAIN_MS = 1_000;

/**
 * Claims a persistent zone and restores its world into the simulation. A save that cannot be restored is put aside
 * and reported, and the simulation is as it was.
 *
 * @throws ZONE_CLAIMED, ROOM_CLOSED, DATABASE_UNAVAILABLE, as the port does
 */
export async function openZone(options: ZoneOptions): Promise<ZoneKeeper> {
  const { zones, zone, roomId, simulation, players, format, log } = options;
  const stored = versioned<SavedWorld>({ name: `save of the zone ${zone}`, version: 1, ...format });
  const claim = await zones.claim(zone, { roomId });
  const from = await restore(options, stored, claim);
  const restored = from !== undefined;
  // What was upgraded is saved in its new shape with the next save.
  let savedMark = from === stored.version ? markOf(snapshot()) : "";
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

  async function save(): Promise<void> {
    const world = snapshot();
    const mark = markOf(world);
    if (mark === savedMark) return;
    if ((await zones.save(claim, JSON.stringify(stored.wrap(world)))) === "saved") savedMark = mark;
  }

  async function lastSave(): Promise<void> {
    const world = snapshot();
    const content = markOf(world) === savedMark ? undefined : JSON.stringify(stored.wrap(world));
    for (let attempt = 0; ; attempt++) {
      try {
        if ((await zones.release(claim, content)) === "fenced")
          log.warn({ zone }, "zone not saved: it has another owner");
        return;
      } catch (error) {
        const wait = RETRY_MS[attempt];
        if (wait === undefined) return log.error({ zone, err: error }, "zone not saved at the end");
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
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
      await zones
        .release(claim, undefined)
        .catch((error) => log.warn({ zone, err: error }, "zone not given up"));
    },
    async close() {
      if (over) return;
      stop();
      await saving;
      await lastSave();
    },
  };
}

/** The version that the world was saved by, or undefined where there is none that can be used. */
async function restore(
  options: ZoneOptions,
  stored: Versioned<SavedWorld>,
  claim: ZoneClaim,
): Promise<number | undefined> {
  const { zones, zone, simulation, log } = options;
  if (!claim.saved) return undefined;
  const { content, version, savedAt } = claim.saved;
  try {
    const saved = JSON.parse(content) as { v: number };
    simulation.restore(stored.open(saved));
    log.info({ zone, version, savedAt }, "zone restored");
    return saved.v;
  } catch (error) {
    await zones.quarantine(claim, error);
    return undefined;
  }
}

/** What of a save tells whether the world has changed: all but its clocks, which never stand still. */
function markOf({ data, ...rest }: SavedWorld): string {
  const { extras, ...world } = data as { extras?: { space?: SpaceSave | null } };
  const bodies = extras?.space?.bodies.map((body) => ({ ...body, sleepyAtS: 0 }));
  return createHash("sha256")
    .update(JSON.stringify([rest, world, bodies]))
    .digest("hex");
}
