import { RoomkeepError } from "../errors.ts";
import type { TriggerVolume } from "../level/level.ts";

/** A position that may be in a volume: a player, an actor. */
export interface Visitor {
  /** On the ground plane, metres. */
  readonly x: number;
  /** Upward, metres: its feet. */
  readonly y: number;
  /** On the ground plane, metres; yaw 0 looks along +z. */
  readonly z: number;
}

/** Callbacks at a volume's border; called with the visitor's id. */
export interface TriggerCalls {
  readonly enter?: (id: string) => void;
  readonly leave?: (id: string) => void;
}

/** The trigger volumes of a room, and who is in each of them now. From {@link openTriggers}. */
export interface Triggers {
  /**
   * Calls back for a volume, from the next update on. Returns how to stop.
   *
   * @throws LEVEL_INVALID if the level has no volume of this name
   */
  on(name: string, calls: TriggerCalls): () => void;
  /** Ids of the visitors in a volume, in the order in which they entered. */
  inside(name: string): ReadonlySet<string>;
  /**
   * Compares the visitors' positions with the last update: `enter` is called once when a visitor comes in,
   * `leave` once when it goes out or is no visitor any more. Volume by volume, first all leaves, then all
   * enters. An error of a callback is thrown when all were called.
   */
  update(visitors: Iterable<readonly [id: string, visitor: Visitor]>): void;
  /** The visitors of each volume, for a snapshot: after a restore they do not enter again. */
  save(keeps?: (id: string) => boolean): TriggersSave;
  /**
   * Continues from a save without a callback. Volumes that the level does not have any more are left out.
   *
   * @throws TypeError if it is damaged
   */
  load(saved: TriggersSave): void;
}

/**
 * Ids of the visitors in each volume, by its name, in the order in which they entered; empty volumes are left
 * out.
 */
export type TriggersSave = Readonly<Record<string, readonly string[]>>;

/**
 * Whether a place is in a volume; its border belongs to it.
 *
 * @example
 * if (isWithin(goal, ball)) score();
 */
export function isWithin(volume: TriggerVolume, { x, y, z }: Visitor): boolean {
  const dx = x - volume.at[0];
  const dy = y - volume.at[1];
  const dz = z - volume.at[2];
  if (volume.shape === "sphere") return dx * dx + dy * dy + dz * dz <= volume.radius * volume.radius;
  const [width, height, depth] = volume.size;
  return Math.abs(dx) <= width / 2 && dy >= 0 && dy <= height && Math.abs(dz) <= depth / 2;
}

/**
 * Watches the trigger volumes of a level.
 *
 * @param marginM how far outside a visitor has left the volume, so that swaying on the border does not enter
 *   it again and again. Metres, default 0.1
 * @throws LEVEL_INVALID if two volumes have the same name
 * @example
 * const triggers = openTriggers(level.triggers);
 * triggers.on("fire", { enter: (id) => warm(id), leave: (id) => cool(id) });
 * triggers.update(players); // once a tick
 */
export function openTriggers(volumes: readonly TriggerVolume[], marginM = 0.1): Triggers {
  const watched = new Map<string, Watched>();
  for (const volume of volumes) {
    if (watched.has(volume.name)) {
      throw new RoomkeepError("LEVEL_INVALID", `Two triggers are named "${volume.name}".`);
    }
    watched.set(volume.name, { volume, wide: widen(volume, marginM), inside: new Set(), calls: new Set() });
  }
  const named = (name: string): Watched => {
    const found = watched.get(name);
    if (found === undefined) throw new RoomkeepError("LEVEL_INVALID", `There is no trigger "${name}".`);
    return found;
  };
  return {
    on(name, calls) {
      const { calls: all } = named(name);
      all.add(calls);
      return () => void all.delete(calls);
    },
    inside: (name) => named(name).inside,
    update(visitors) {
      const present = new Map(visitors);
      const errors: unknown[] = [];
      for (const one of watched.values()) look(one, present, errors);
      if (errors.length > 0) throw errors[0];
    },
    save(keeps = () => true) {
      const rows = [...watched].map(([name, { inside }]) => [name, [...inside].filter(keeps)] as const);
      return Object.fromEntries(rows.filter(([, ids]) => ids.length > 0));
    },
    load(saved) {
      const insides = [...watched].map(([name, { inside }]) => [inside, idsOf(saved[name] ?? [])] as const);
      for (const [inside, ids] of insides) {
        inside.clear();
        for (const id of ids) inside.add(id);
      }
    },
  };
}

function idsOf(saved: unknown): string[] {
  if (Array.isArray(saved) && saved.every((id) => typeof id === "string")) return saved;
  throw new TypeError("The saved visitors of a trigger volume are damaged.");
}

interface Watched {
  readonly volume: TriggerVolume;
  readonly wide: TriggerVolume;
  readonly inside: Set<string>;
  readonly calls: Set<TriggerCalls>;
}

function look(
  { volume, wide, inside, calls }: Watched,
  present: ReadonlyMap<string, Visitor>,
  errors: unknown[],
) {
  const tell = (border: keyof TriggerCalls, id: string) => {
    for (const call of [...calls]) {
      try {
        call[border]?.(id);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  for (const id of [...inside]) {
    const visitor = present.get(id);
    if (visitor !== undefined && isWithin(wide, visitor)) continue;
    // Noted before the call: one that throws is not repeated.
    inside.delete(id);
    tell("leave", id);
  }
  for (const [id, visitor] of present) {
    if (inside.has(id) || !isWithin(volume, visitor)) continue;
    inside.add(id);
    tell("enter", id);
  }
}

function widen(volume: TriggerVolume, by: number): TriggerVolume {
  if (volume.shape === "sphere") return { ...volume, radius: volume.radius + by };
  const [x, y, z] = volume.at;
  const [width, height, depth] = volume.size;
  return { ...volume, at: [x, y - by, z], size: [width + 2 * by, height + 2 * by, depth + 2 * by] };
}
