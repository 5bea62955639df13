/**
 * One system under load. Child of crowd.ts: `crowd-server.ts SYSTEM PLAYERS SIZE_M [timed]`; controlled by
 * messages and pinned by its parent to a core of its own.
 */
import { readFileSync } from "node:fs";
import { type Client, ClientState } from "@colyseus/core";
import { type Decoder, type MapSchema, Reflection, type Schema } from "@colyseus/schema";
import { type SystemName, startSystem } from "./crowd-systems.ts";
import { CROWD_HZ, CrowdWorld } from "./crowd-world.ts";

const [name, players, sizeM, mode] = process.argv.slice(2);
const world = new CrowdWorld(Number(players), Number(sizeM));
const system = await startSystem(name as SystemName, world, mode === "timed");

const cpuMs: number[] = [];
const wallMs: number[] = [];
let timer: NodeJS.Timeout | undefined;
let start = { cpu: process.cpuUsage(), at: 0, core: 0 };

function tick(): void {
  const from = performance.now();
  world.step();
  system.tick();
  wallMs.push(performance.now() - from);
}

/** Ticks by the clock: one that comes late does not move those after it. */
function run(): void {
  let next = performance.now();
  const turn = (): void => {
    tick();
    next = Math.max(next + 1000 / CROWD_HZ, performance.now());
    timer = setTimeout(turn, next - performance.now());
  };
  turn();
}

/** Milliseconds that our core was busy with anything, to detect other load. */
function coreBusyMs(): number {
  const fields =
    readFileSync("/proc/stat", "latin1").split("\n")[1]?.trim().split(/\s+/).slice(1).map(Number) ?? [];
  const [user = 0, nice = 0, sys = 0, , , irq = 0, soft = 0, steal = 0] = fields;
  return (user + nice + sys + irq + soft + steal) * 10;
}

/** Memory in use after a garbage collection: objects and buffers. */
function liveMB(): number {
  // Buffers that one collection finds are counted out by the next.
  global.gc?.();
  global.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

function result(): object {
  const seconds = (performance.now() - start.at) / 1000;
  const { user, system: kernel } = process.cpuUsage(start.cpu);
  const usedMs = (user + kernel) / 1000;
  return {
    cpuMsTick: usedMs / wallMs.length,
    userMsTick: user / 1000 / wallMs.length,
    p99Ms: quantile(wallMs, 0.99),
    hz: wallMs.length / seconds,
    rssMB: process.memoryUsage().rss / 2 ** 20,
    liveMB: liveMB(),
    foreignPct: (coreBusyMs() - start.core - usedMs) / seconds / 10,
    joined: system.joined(),
  };
}

/**
 * Ages of decoded values by ring, on the stock decoder: how many ticks ago the real value was the decoded
 * one.
 */
function staleness(): number[][] {
  const { serializer, state } = system;
  if (serializer === undefined || state === undefined) return [];
  const actors = Reflect.get(state, "actors") as MapSchema<Schema & { x: number; z: number }>;
  const watchers = [0, 1, 2].map((i) => watcher(i, serializer));
  const clients = watchers.map(({ client }) => client);
  for (const { client, decoder } of watchers)
    decoder.decode(Uint8Array.from(serializer.getFullState(client)), { offset: 1 });
  const past: Map<string, [number, number]>[] = [];
  const ages: number[][] = [[], [], []];
  for (let ticks = 0; ticks < 100; ticks++) {
    world.step();
    system.tick = () => undefined;
    for (let i = 0; i < world.count; i++) {
      const avatar = actors.get(String(i));
      if (avatar) [avatar.x, avatar.z] = [world.x[i] ?? 0, world.z[i] ?? 0];
    }
    serializer.applyPatches(clients, state);
    past.unshift(new Map([...actors.entries()].map(([key, { x, z }]) => [key, [x, z]])));
    past.length = Math.min(past.length, 16);
    if (ticks < 16) continue;
    for (const [i, { decoder }] of watchers.entries()) {
      const shown = Reflect.get(decoder.state, "actors") as typeof actors;
      const eye = actors.get(String(i));
      for (const [key, { x, z }] of shown) {
        const age = past.findIndex((then) => then.get(key)?.[0] === x && then.get(key)?.[1] === z);
        const real = actors.get(key);
        if (eye && real) ages[ringOf(eye, real)]?.push((age < 0 ? 16 : age) * (1000 / CROWD_HZ));
      }
    }
  }
  return ages;
}

function watcher(
  i: number,
  serializer: NonNullable<typeof system.serializer>,
): { client: Client; decoder: Decoder } {
  const decoder = Reflection.decode(Uint8Array.from(serializer.handshake())) as Decoder;
  const client = {
    sessionId: `watcher${i}`,
    state: ClientState.JOINED,
    ref: { bufferedAmount: 0 },
    raw: (message: Uint8Array) => decoder.decode(message, { offset: 1 }),
  } as unknown as Client;
  serializer.viewpoint(client, String(i));
  return { client, decoder };
}

/** 0, 1 or 2, by the default rings of 12 and 25 m between cells of 12.5 m. */
function ringOf(a: { x: number; z: number }, b: { x: number; z: number }): number {
  const gap = (p: number, q: number): number =>
    Math.max(0, Math.abs(Math.floor(p / 12.5) - Math.floor(q / 12.5)) - 1) * 12.5;
  const metres = Math.hypot(gap(a.x, b.x), gap(a.z, b.z));
  return metres < 12 ? 0 : metres < 25 ? 1 : 2;
}

process.on("message", (message) => {
  const [what, i] = String(message).split(" ");
  if (what === "start") run();
  if (what === "begin") {
    cpuMs.length = wallMs.length = 0;
    start = { cpu: process.cpuUsage(), at: performance.now(), core: coreBusyMs() };
  }
  if (what === "end") process.send?.({ result: result() });
  if (what === "pause") {
    clearTimeout(timer);
    // All avatars stand still: the slow rings then bring the last poses.
    for (let ticks = 0; ticks < 8; ticks++) system.tick();
    setTimeout(() => process.send?.({ paused: true }), 300);
  }
  if (what === "truth") process.send?.({ truth: system.truth?.(Number(i)) ?? {} });
  if (what === "staleness") process.send?.({ staleness: staleness() });
  if (what === "exit") process.exit(0);
});
process.on("disconnect", () => process.exit(0));
process.send?.({ port: system.port });
