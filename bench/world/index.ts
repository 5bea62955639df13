import { Encoder, t } from "@colyseus/schema";
import { seeded } from "../../shared/random.ts";
import { WorldState } from "../../shared/world/actor.ts";
import { defineActor, defineComponent } from "../../shared/world/component.ts";
import { createSpatialHash } from "../../shared/world/spatial-hash.ts";
import { createWorld } from "../../shared/world/world.ts";
import { measureBodies } from "./world-bodies.ts";

const ACTORS = 5000;
const SIDE_M = 500;
const RADIUS_M = 25;
const SPAWNS = 1000;
const Health = defineComponent({ name: "Health", fields: { hp: t.uint16().default(100) } });
const Burning = defineComponent({ name: "Burning", fields: { untilTick: t.uint32().default(0) } });
const Mob = defineActor("mob", { components: { health: Health, burning: t.ref(Burning).optional() } });

/** A workload: one run of it, and the number of actors that it met, so that variants can be compared. */
interface Variant {
  readonly workload: "radius" | "move and radius" | "components" | "spawn" | "write";
  readonly variant: string;
  readonly run: () => number;
  /** Undoes a run; not measured. */
  readonly after?: () => void;
}

/** One row of the outcome. Milliseconds of CPU a run: median, and the worst of all repeats. */
interface Row {
  readonly workload: string;
  readonly variant: string;
  readonly medianMs: number;
  readonly maxMs: number;
  readonly met: number;
}

interface Spot {
  x: number;
  z: number;
  readonly burns: boolean;
}

const random = seeded(7);
const spots: Spot[] = Array.from({ length: ACTORS }, () => {
  return { x: random() * SIDE_M, z: random() * SIDE_M, burns: random() < 0.3 };
});
const jitters = Array.from({ length: ACTORS }, () => random() * 0.5);
const centre = { x: SIDE_M / 2, z: SIDE_M / 2 };
const within = (x: number, z: number) => (x - centre.x) ** 2 + (z - centre.z) ** 2 <= RADIUS_M ** 2;

function ours(): Variant[] {
  const state = new WorldState();
  const encoder = new Encoder(state);
  const world = createWorld(state.actors);
  const mobs = spots.map(({ x, z }) => world.spawn(new Mob({ x, z })));
  mobs.forEach((mob, i) => {
    if (spots[i]?.burns) world.attach(mob, Burning);
  });
  const unburnt = world.query({ is: Mob, with: [Health], without: [Burning] });
  const grid = createSpatialHash<number>({ cellM: 16 });
  for (const [i, { x, z }] of spots.entries()) grid.insert(i, x, z);
  const found: (typeof mobs)[number][] = [];
  const all = world.query({ is: Mob });
  const countInGrid = () => {
    let met = 0;
    grid.within(centre.x, centre.z, RADIUS_M, () => {
      met += 1;
    });
    return met;
  };
  const write = (list: typeof mobs, to: number) => {
    for (const mob of list) {
      mob.y = to;
      mob.yaw = to;
      mob.health.hp = to;
    }
    return list.length;
  };
  const plainState = new WorldState();
  const plainEncoder = new Encoder(plainState);
  const plain = spots.map(({ x, z }) => new Mob({ x, z }));
  for (const [i, mob] of plain.entries()) plainState.actors.set(String(i), mob);
  let side = 1;
  let written = 0;
  const next = () => {
    written = (written + 1) % 100;
    return written;
  };
  const variant = "roomkeep";
  const spawned: string[] = [];
  return [
    { workload: "radius", variant: `${variant} grid`, run: countInGrid },
    { workload: "radius", variant, run: () => all.near(centre.x, centre.z, RADIUS_M, found).length },
    {
      workload: "move and radius",
      variant,
      run: () => {
        side = -side;
        for (let i = 0; i < ACTORS; i++) mobs[i]!.x += side * jitters[i]!;
        return all.near(centre.x, centre.z, RADIUS_M, found).length;
      },
    },
    {
      workload: "components",
      variant,
      run: () => {
        let met = 0;
        for (const mob of unburnt) met += mob.health.hp >= 0 ? 1 : 0;
        return met;
      },
    },
    {
      workload: "write",
      variant: `${variant} (3 fields of each)`,
      run: () => write(mobs, next()),
      after: () => encoder.discardChanges(),
    },
    {
      workload: "write",
      variant: `${variant}, in a batch`,
      run: () => world.batch(() => write(mobs, next())),
      after: () => encoder.discardChanges(),
    },
    {
      workload: "write",
      variant: "@colyseus/schema alone",
      run: () => write(plain, next()),
      after: () => plainEncoder.discardChanges(),
    },
    {
      workload: "spawn",
      variant: `${variant} (tracked for the wire, indexed)`,
      run: () => {
        for (let i = 0; i < SPAWNS; i++) spawned.push(world.idOf(world.spawn(new Mob({ x: i, z: i }))) ?? "");
        return spawned.length;
      },
      after: () => {
        for (const id of spawned.splice(0)) world.despawn(id);
        encoder.discardChanges();
      },
    },
    {
      workload: "spawn",
      variant: "@colyseus/schema alone",
      run: () => {
        for (let i = 0; i < SPAWNS; i++) plainState.actors.set(`plain-${i}`, new Mob({ x: i, z: i }));
        return SPAWNS;
      },
      after: () => {
        for (let i = 0; i < SPAWNS; i++) plainState.actors.delete(`plain-${i}`);
        plainEncoder.discardChanges();
      },
    },
  ];
}

function plainLoop(): Variant[] {
  const list = spots.map((spot) => ({ ...spot }));
  const run = () => list.reduce((met, { x, z }) => met + (within(x, z) ? 1 : 0), 0);
  return [{ workload: "radius", variant: "a loop over all", run }];
}

interface PlexEntity {
  readonly spot: { x: number; z: number };
  readonly health: { readonly hp: number };
  readonly burning?: true;
}
interface PlexQuery extends Iterable<PlexEntity> {
  without(name: string): PlexQuery;
}
interface Miniplex {
  readonly World: new () => {
    add(entity: PlexEntity): PlexEntity;
    remove(entity: PlexEntity): void;
    with(...names: string[]): PlexQuery;
  };
}

function miniplex({ World }: Miniplex): Variant[] {
  const world = new World();
  const make = ({ x, z, burns }: Spot): PlexEntity => {
    return { spot: { x, z }, health: { hp: 100 }, ...(burns && { burning: true as const }) };
  };
  const entities = spots.map((spot) => world.add(make(spot)));
  const placed = world.with("spot");
  const unburnt = world.with("health").without("burning");
  const spawned: PlexEntity[] = [];
  const countNear = () => {
    let met = 0;
    for (const { spot } of placed) if (within(spot.x, spot.z)) met += 1;
    return met;
  };
  let side = 1;
  const variant = "miniplex";
  return [
    { workload: "radius", variant, run: countNear },
    {
      workload: "move and radius",
      variant,
      run: () => {
        side = -side;
        for (let i = 0; i < ACTORS; i++) entities[i]!.spot.x += side * jitters[i]!;
        return countNear();
      },
    },
    {
      workload: "components",
      variant,
      run: () => {
        let met = 0;
        for (const { health } of unburnt) met += health.hp >= 0 ? 1 : 0;
        return met;
      },
    },
    {
      workload: "spawn",
      variant,
      run: () => {
        for (let i = 0; i < SPAWNS; i++) spawned.push(world.add(make({ x: i, z: i, burns: false })));
        return spawned.length;
      },
      after: () => {
        for (const entity of spawned.splice(0)) world.remove(entity);
      },
    },
  ];
}

interface Bitecs {
  createWorld(): object;
  addEntity(world: object): number;
  removeEntity(world: object, id: number): void;
  addComponent(world: object, id: number, component: object): void;
  query(world: object, terms: readonly object[]): ArrayLike<number> & Iterable<number>;
  Not(component: object): object;
}

function bitecs(lib: Bitecs): Variant[] {
  const { addComponent, addEntity, query, Not } = lib;
  const world = lib.createWorld();
  const spot = { x: new Float64Array(4 * ACTORS), z: new Float64Array(4 * ACTORS) };
  const health = { hp: new Uint16Array(4 * ACTORS) };
  const burning = {};
  const make = ({ x, z, burns }: Spot): number => {
    const id = addEntity(world);
    addComponent(world, id, spot);
    addComponent(world, id, health);
    if (burns) addComponent(world, id, burning);
    spot.x[id] = x;
    spot.z[id] = z;
    health.hp[id] = 100;
    return id;
  };
  const ids = spots.map(make);
  const spawned: number[] = [];
  const countNear = () => {
    let met = 0;
    for (const id of query(world, [spot])) if (within(spot.x[id]!, spot.z[id]!)) met += 1;
    return met;
  };
  let side = 1;
  const variant = "bitecs";
  return [
    { workload: "radius", variant, run: countNear },
    {
      workload: "move and radius",
      variant,
      run: () => {
        side = -side;
        for (let i = 0; i < ACTORS; i++) spot.x[ids[i]!]! += side * jitters[i]!;
        return countNear();
      },
    },
    {
      workload: "components",
      variant,
      run: () => {
        let met = 0;
        for (const id of query(world, [health, Not(burning)])) met += health.hp[id]! >= 0 ? 1 : 0;
        return met;
      },
    },
    {
      workload: "spawn",
      variant,
      run: () => {
        for (let i = 0; i < SPAWNS; i++) spawned.push(make({ x: i, z: i, burns: false }));
        return spawned.length;
      },
      after: () => {
        for (const id of spawned.splice(0)) lib.removeEntity(world, id);
      },
    },
  ];
}

/** CPU milliseconds of a run: the mean of many in a row, as the clock counts microseconds. */
function cpuMs(one: Variant, runs: number): number {
  let usedUs = 0;
  for (let i = 0; i < runs; i++) {
    const before = process.cpuUsage();
    one.run();
    const { user, system } = process.cpuUsage(before);
    usedUs += user + system;
    one.after?.();
  }
  return usedUs / runs / 1000;
}

function measure(variants: readonly Variant[], repeats: number): Row[] {
  const samples = variants.map((): number[] => []);
  // The first round warms up; rounds go through all variants in turn, so that other load affects all alike.
  for (let round = 0; round <= repeats; round++) {
    variants.forEach((one, i) => {
      const ms = cpuMs(one, one.workload === "spawn" ? 5 : 50);
      if (round > 0) samples[i]?.push(ms);
    });
  }
  return variants.map((one, i) => {
    const sorted = (samples[i] ?? []).sort((a, b) => a - b);
    const met = Math.round(one.run());
    one.after?.();
    const [medianMs = 0, maxMs = 0] = [sorted[sorted.length >> 1], sorted.at(-1)];
    return { workload: one.workload, variant: one.variant, medianMs, maxMs, met };
  });
}

/** The peer's variants, or none if it is not installed; the result names it. */
async function peer<L>(
  name: string,
  missing: string[],
  variants: (library: L) => Variant[],
): Promise<Variant[]> {
  try {
    return variants((await import(name)) as L);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw error;
    missing.push(name);
    return [];
  }
}

export const help = `[--repeats 15] [--json]

CPU ms of radius and component queries over 5,000 actors, of 1,000 spawns and of field writes, beside miniplex and
bitECS; and of a tick with 0, 100 and 1,000 sleeping and 500 moving bodies, beside plain cannon-es. One process, one run.`;

/**
 * Measures queries and spawns of the world kit beside peers, in CPU milliseconds: 5,000 actors on 500 × 500
 * m, a radius of 25 m; components with Health and without Burning; 1,000 spawns; three fields of each actor
 * written.
 *
 * @param args `--json` for JSON, `--repeats N` (default 15)
 */
export async function run(args: readonly string[]): Promise<void> {
  const at = args.indexOf("--repeats");
  const repeats = at < 0 ? 15 : Number(args[at + 1]);
  if (!Number.isInteger(repeats) || repeats < 1)
    throw new RangeError("--repeats asks for a whole number above 0.");
  const missing: string[] = [];
  const variants = [
    ...ours(),
    ...plainLoop(),
    ...(await peer<Miniplex>("miniplex", missing, miniplex)),
    ...(await peer<Bitecs>("bitecs", missing, bitecs)),
  ];
  const rows = measure(variants, repeats).sort((a, b) => a.workload.localeCompare(b.workload));
  const bodies = measureBodies(repeats);
  const setting = {
    actors: ACTORS,
    sideM: SIDE_M,
    radiusM: RADIUS_M,
    spawns: SPAWNS,
    repeats,
    node: process.version,
  };
  if (args.includes("--json"))
    console.log(JSON.stringify({ bench: "world", setting, missing, rows, bodies }));
  else {
    console.table(
      rows.map((row) => ({ ...row, medianMs: row.medianMs.toFixed(4), maxMs: row.maxMs.toFixed(4) })),
    );
    console.table(bodies);
    if (missing.length > 0) console.log(`Not installed, so not measured: ${missing.join(", ")}.`);
  }
}
