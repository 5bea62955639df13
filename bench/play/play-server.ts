/**
 * Rooms with true inputs under load, and no database: `play-server.ts ours|bare ROOMS PLAYERS SIZE_M
 * TICK_HZ`. Controlled by messages, and pinned by its parent to a core of its own. Ours is a whole
 * `WorldRoom`: sanitised inputs, credit, the step with walls, interest management, saves of characters into
 * ports that store nothing. Bare is a room as one writes it with Colyseus alone.
 */
import { subscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type Client,
  type InputAPI,
  LocalPresence,
  matchMaker,
  Room,
  type Serializer,
  Server,
} from "@colyseus/core";
import { Encoder } from "@colyseus/schema";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { type TickTiming, WorldRoom } from "roomkeep/rooms";
import { Avatar, defineLevel, seeded, WalkInput, WorldState } from "roomkeep/shared";
import { PHASES } from "../../rooms/simulation/tick-clock.ts";
import { defineGames } from "../../server/games.ts";
import { roomPorts } from "../room-ports.ts";

const [system = "ours", rooms = "1", players = "100", size = "100", hz = "20"] = process.argv.slice(2);
const sizeM = Number(size);
const tickHz = Number(hz);
Encoder.BUFFER_SIZE = Number(players) > 64 ? 512 * 1024 : 8 * 1024;
const random = seeded(7);
const somewhere = (): number => (random() - 0.5) * (sizeM - 2);

/** Ticks of all rooms since the last "begin": how long each took, and where the time went. */
const tookMs: number[] = [];
const phaseMs = new Map<string, number>();

class OurRoom extends WorldRoom {
  static override readonly listing = { label: "Crowd", description: "A bench.", maxPlayers: Number(players) };
  static override readonly level = defineLevel({
    name: "plain",
    bounds: { min: [-sizeM / 2, -sizeM / 2], max: [sizeM / 2, sizeM / 2] },
    spawns: [{ at: [0, 0, 0], radius: 1 }],
  });
  override autoDispose = false;
  override state = new WorldState();
  override tickHz = tickHz;
  override interest = Number(players) > 64 ? { radiusM: 50 } : undefined;
  /** Whole states made, and the milliseconds they took. */
  states(): { made: number; ms: number } {
    return this.wire.states;
  }

  protected override spawnPlace() {
    // The first two see each other.
    const near = this.players.size < 2;
    return { x: near ? this.players.size * 2 : somewhere(), y: 0, z: near ? 0 : somewhere(), yaw: 0 };
  }
}

class BareRoom extends Room<{ state: WorldState; input: WalkInput }> {
  override autoDispose = false;
  override maxClients = Number(players);
  override state = new WorldState();
  override inputs: InputAPI<WalkInput> = this.defineInput(WalkInput, { bufferMaxSize: 20 });

  readonly #states = { made: 0, ms: 0 };
  states(): { made: number; ms: number } {
    return this.#states;
  }

  override setSerializer(serializer: Serializer<WorldState>): void {
    const whole = serializer.getFullState.bind(serializer);
    serializer.getFullState = (...which) => {
      const from = performance.now();
      const bytes = whole(...which);
      this.#states.made++;
      this.#states.ms += performance.now() - from;
      return bytes;
    };
    super.setSerializer(serializer);
  }

  override onCreate(): void {
    this.setFixedTimestep(({ dt }) => this.move(dt), tickHz);
    this.patchRate = null as unknown as number;
  }

  private move(dt: number): void {
    const from = performance.now();
    for (const [id, avatar] of this.state.actors) {
      for (const { moveX, moveZ } of this.inputs.get(id)) {
        avatar.x += (moveX / 127) * 3.4 * dt;
        avatar.z += (moveZ / 127) * 3.4 * dt;
        avatar.yaw = Math.atan2(moveX, moveZ);
      }
    }
    this.broadcastPatch();
    tookMs.push(performance.now() - from);
  }

  override onJoin({ sessionId }: Client): void {
    this.state.actors.set(sessionId, Object.assign(new Avatar(), { x: somewhere(), z: somewhere() }));
  }
}

subscribe("roomkeep:tick", (message) => {
  const { ms } = message as TickTiming;
  let sum = 0;
  for (const phase of PHASES) {
    phaseMs.set(phase, (phaseMs.get(phase) ?? 0) + ms[phase]);
    sum += ms[phase];
  }
  tookMs.push(sum);
});

async function open(): Promise<number> {
  const http = createServer();
  const presence = new LocalPresence();
  presence.subscriptions.setMaxListeners(0);
  const server = new Server({
    greet: false,
    gracefullyShutdown: false,
    presence,
    transport: new WebSocketTransport({ server: http, pingInterval: 0 }),
  });
  if (system === "ours") defineGames({ crowd: OurRoom }, roomPorts());
  else server.define("crowd", BareRoom);
  await server.listen(0, "127.0.0.1");
  return (http.address() as AddressInfo).port;
}

/** Milliseconds that our core was busy with anything, to detect other load. */
function coreBusyMs(): number {
  const line = readFileSync("/proc/stat", "latin1").split("\n")[1] ?? "";
  const [user = 0, nice = 0, sys = 0, , , irq = 0, soft = 0, steal = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + sys + irq + soft + steal) * 10;
}

let start = { cpu: process.cpuUsage(), at: 0, core: 0, rssMB: 0 };
const rssMB = (): number => {
  globalThis.gc?.();
  return process.memoryUsage.rss() / 2 ** 20;
};

function result(): object {
  const seconds = (performance.now() - start.at) / 1000;
  const { user, system: kernel } = process.cpuUsage(start.cpu);
  const usedMs = (user + kernel) / 1000;
  const sorted = [...tookMs].sort((a, b) => a - b);
  const due = seconds * tickHz * Number(rooms);
  return {
    cpuMsTick: usedMs / (tookMs.length / Number(rooms)),
    cpuMs: usedMs,
    cpuPct: usedMs / seconds / 10,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    hz: tookMs.length / seconds / Number(rooms),
    missedPct: Math.max(0, (1 - tookMs.length / due) * 100),
    rssMB: rssMB(),
    foreignPct: (coreBusyMs() - start.core - usedMs) / seconds / 10,
    phases: Object.fromEntries([...phaseMs].map(([phase, ms]) => [phase, ms / tookMs.length])),
  };
}

let firstId = "";
const firstRoom = (): OurRoom | BareRoom =>
  matchMaker.getLocalRoomById(firstId) as unknown as OurRoom | BareRoom;

const commands: Record<string, () => unknown> = {
  /** Opens the rooms ahead of the players, and reports the memory of one. */
  async open() {
    const before = rssMB();
    const ids: string[] = [];
    for (let i = 0; i < Number(rooms); i++) ids.push((await matchMaker.createRoom("crowd", {})).roomId);
    firstId = ids[0] ?? "";
    return { opened: ids, emptyRoomsMB: rssMB() - before };
  },
  begin() {
    tookMs.length = 0;
    phaseMs.clear();
    start = { cpu: process.cpuUsage(), at: performance.now(), core: coreBusyMs(), rssMB: rssMB() };
    return { begun: true, rssMB: start.rssMB };
  },
  end: () => ({ result: result() }),
  /** Positions of all players in the first room. */
  truth: () => ({
    truth: Object.fromEntries(
      [...firstRoom().state.actors].map(([key, { x, z }]) => [key, [Math.fround(x), Math.fround(z)]]),
    ),
  }),
  states: () => ({ states: firstRoom().states() }),
  exit: () => process.exit(0),
};
process.on("message", async (message) => {
  try {
    process.send?.((await commands[String(message)]?.()) as object);
  } catch (error) {
    // The bench is told by the exit; Colyseus would only print it.
    console.error(error);
    process.exit(1);
  }
});
process.on("disconnect", () => process.exit(0));
process.send?.({ port: await open() });
