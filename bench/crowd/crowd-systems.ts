import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Client, matchMaker, Room, type SchemaSerializer, Server } from "@colyseus/core";
import { Encoder, type MapSchema, type Schema, StateView, schema, t } from "@colyseus/schema";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { type WebSocket, WebSocketServer } from "ws";
import { InterestSerializer } from "../../rooms/replication/interest-serializer.ts";
import { Backpressure } from "../../rooms/transport/backpressure.ts";
import { installClientFastPath } from "../../rooms/transport/fast-path/client-fast-path.ts";
import { JoinQueue } from "../../rooms/transport/join-queue.ts";
import { CROWD_HZ, type CrowdWorld, INTEREST_M } from "./crowd-world.ts";

/** The systems that the bench compares. */
export const SYSTEMS = ["whole", "stateview", "socketio", "floor", "ours"] as const;
export type SystemName = (typeof SYSTEMS)[number];

/** A server of the crowd: it listens, and sends a tick's changes on command. */
export interface CrowdSystem {
  readonly port: number;
  /** Number of clients that have joined. */
  joined(): number;
  /** Writes the world into the state and sends what changed. */
  tick(): void;
  /** The actors that the client that joined as number `i` should see now. */
  truth?(i: number): Record<string, number[]>;
  readonly serializer?: InterestSerializer<Schema>;
  readonly state?: Schema;
}

Encoder.BUFFER_SIZE = 512 * 1024;

const appearance = { name: t.string(), hp: t.uint8(), animation: t.uint8() };
const FloatAvatar = schema(
  { x: t.float32(), y: t.float32(), z: t.float32(), yaw: t.float32(), ...appearance },
  "FloatAvatar",
);
/** 15 bytes a refresh in place of 24: 1.6 cm steps over 1,024 m. */
const QuantizedAvatar = schema(
  {
    x: t.quantized({ min: 0, max: 1024 }),
    y: t.quantized({ min: -64, max: 192 }),
    z: t.quantized({ min: 0, max: 1024 }),
    yaw: t.angle({ bits: 8 }),
    ...appearance,
  },
  "QuantizedAvatar",
);
const Whole = schema({ actors: t.map(FloatAvatar) }, "WholeCrowd");
const Viewed = schema({ actors: t.map(FloatAvatar).view() }, "ViewedCrowd");
const Ours = schema({ actors: t.map(QuantizedAvatar) }, "OurCrowd");
const Input = schema({ turn: t.int8() }, "CrowdInput");

interface Avatar {
  x: number;
  y: number;
  z: number;
  yaw: number;
  name: string;
  hp: number;
  animation: number;
}

class CrowdRoom extends Room {
  override autoDispose = false;
  override maxClients = 100_000;
  override seatReservationTimeout = 300;
  override patchRate = null as unknown as number;
  /** In order of joining: the client that joined as number `i` is avatar `i`. */
  readonly joiners: Client[] = [];
  static timed = false;
  static make: () => Schema;
  static serializer: InterestSerializer<Schema> | undefined;

  override setSerializer(serializer: SchemaSerializer<Schema>): void {
    super.setSerializer(CrowdRoom.serializer ?? serializer);
  }

  override onCreate(): void {
    if (CrowdRoom.serializer) installClientFastPath(this);
    if (CrowdRoom.timed) this.defineInput(Input, {});
    this.state = CrowdRoom.make();
  }

  override onJoin(client: Client): void {
    const i = this.joiners.push(client) - 1;
    CrowdRoom.serializer?.viewpoint(client, String(i));
    if (CrowdRoom.make === makeViewed) client.view = new StateView();
  }
}
const makeViewed = (): Schema => new Viewed();

/** Starts one of the systems on a free port. @throws if socket.io is not installed */
export function startSystem(name: SystemName, world: CrowdWorld, timed: boolean): Promise<CrowdSystem> {
  if (name === "floor") return startFloor();
  if (name === "socketio") return startSocketIo(world);
  return startColyseus(name, world, timed);
}

async function startColyseus(
  name: "whole" | "stateview" | "ours",
  world: CrowdWorld,
  timed: boolean,
): Promise<CrowdSystem> {
  const makers = { whole: () => new Whole(), stateview: makeViewed, ours: () => new Ours() };
  // Everybody is in before the first tick, with which a queue would go on.
  const backpressure = new Backpressure({}, undefined, new JoinQueue({ atOnceMs: Number.POSITIVE_INFINITY }));
  const serializer =
    name === "ours"
      ? new InterestSerializer<Schema>({ interest: { radiusM: INTEREST_M }, backpressure })
      : undefined;
  Object.assign(CrowdRoom, { make: makers[name], timed, serializer });
  const http = createServer();
  const server = new Server({
    greet: false,
    gracefullyShutdown: false,
    transport: new WebSocketTransport({ server: http, pingInterval: 0 }),
  });
  server.define("crowd", CrowdRoom);
  await server.listen(0, "127.0.0.1");
  const { roomId } = await matchMaker.createRoom("crowd", {});
  const room = matchMaker.getLocalRoomById(roomId) as CrowdRoom;
  const state = room.state as Schema & { actors: MapSchema<Schema & Avatar> };
  const make = (): Schema & Avatar =>
    (name === "ours" ? new QuantizedAvatar() : new FloatAvatar()) as Schema & Avatar;
  const avatars = Array.from({ length: world.count }, (_, i) => {
    const avatar = make();
    avatar.name = `player_${i}`;
    write(world, i, avatar);
    state.actors.set(String(i), avatar);
    return avatar;
  });
  const views = name === "stateview" ? new Views(world, room, avatars) : undefined;
  return {
    port: (http.address() as AddressInfo).port,
    joined: () => room.clients.length,
    ...(serializer === undefined ? {} : { serializer, state }),
    tick() {
      for (let i = 0; i < world.count; i++) write(world, i, avatars[i]!);
      views?.refresh();
      room.broadcastPatch();
    },
    truth(i) {
      const seen = name === "whole" ? avatars.keys() : (views?.seenBy(i) ?? cellsNear(world, i));
      return Object.fromEntries([...seen].map((j) => [j, poseOf(avatars[j]!)]));
    },
  };
}

function write(world: CrowdWorld, i: number, avatar: Avatar): void {
  avatar.x = world.x[i]!;
  avatar.y = world.y[i]!;
  avatar.z = world.z[i]!;
  avatar.yaw = world.yaw[i]!;
  avatar.hp = world.hp[i]!;
  avatar.animation = world.animation[i]!;
}

function poseOf({ x, y, z, yaw, hp, animation }: Avatar): number[] {
  return [x, y, z, yaw, hp, animation];
}

/**
 * By the rule that the interest states, computed apart from it: cells whose gap to the viewer's is under the
 * radius.
 */
function cellsNear(world: CrowdWorld, i: number): number[] {
  const cellM = INTEREST_M / 4;
  const step = (v: number): number => Math.floor((Math.round((v / 1024) * 65_535) / 65_535) * (1024 / cellM));
  const gap = (a: number, b: number): number => Math.max(0, Math.abs(step(a) - step(b)) - 1) * cellM;
  const all = Array.from({ length: world.count }, (_, j) => j);
  return all.filter(
    (j) => Math.hypot(gap(world.x[i]!, world.x[j]!), gap(world.z[i]!, world.z[j]!)) < INTEREST_M,
  );
}

/** A StateView a client, refreshed five times a second, as the stock guide has it. */
class Views {
  readonly #seen: Set<number>[] = [];
  readonly #world: CrowdWorld;
  readonly #room: CrowdRoom;
  readonly #avatars: readonly Schema[];
  #ticks = 0;

  constructor(world: CrowdWorld, room: CrowdRoom, avatars: readonly Schema[]) {
    this.#world = world;
    this.#room = room;
    this.#avatars = avatars;
  }

  seenBy(i: number): Set<number> {
    return this.#seen[i] ?? new Set();
  }

  refresh(): void {
    if (this.#ticks++ % (CROWD_HZ / 5) !== 0) return;
    this.#world.sort();
    this.#room.joiners.forEach((client, i) => {
      const before = this.#seen[i] ?? new Set<number>();
      const now = new Set(this.#world.near(i));
      for (const j of before) if (!now.has(j)) client.view?.remove(this.#avatars[j]!);
      for (const j of now) if (!before.has(j)) client.view?.add(this.#avatars[j]!);
      this.#seen[i] = now;
    });
  }
}

/** The least that a thousand clients can cost: one message of 72 bytes to each, by plain `ws`. */
async function startFloor(): Promise<CrowdSystem> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  const sockets: WebSocket[] = [];
  server.on("connection", (socket) => sockets.push(socket));
  await new Promise((resolve) => server.once("listening", resolve));
  const message = Buffer.alloc(72, 1);
  return {
    port: (server.address() as AddressInfo).port,
    joined: () => sockets.length,
    tick: () => {
      for (const socket of sockets) socket.send(message, { binary: true });
    },
  };
}

interface SocketIoServer {
  on(event: "connection", listener: (socket: { emit(event: string, value: unknown): void }) => void): void;
}

/** JSON of all near avatars, to each client. Needs socket.io, on which the project itself does not depend. */
async function startSocketIo(world: CrowdWorld): Promise<CrowdSystem> {
  const name = "socket.io";
  const { Server: Io } = (await import(name)) as {
    Server: new (http: object, options: object) => SocketIoServer;
  };
  const http = createServer();
  const sockets: { emit(event: string, value: unknown): void }[] = [];
  new Io(http, { transports: ["websocket"], perMessageDeflate: false }).on("connection", (socket) =>
    sockets.push(socket),
  );
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const round = (v: number): number => Math.round(v * 100) / 100;
  return {
    port: (http.address() as AddressInfo).port,
    joined: () => sockets.length,
    tick: () => {
      world.sort();
      const rows = Array.from({ length: world.count }, (_, i) =>
        [i, world.x[i]!, world.y[i]!, world.z[i]!, world.yaw[i]!, world.hp[i]!, world.animation[i]!].map(
          round,
        ),
      );
      for (const [i, socket] of sockets.entries()) {
        socket.emit(
          "s",
          world.near(i).map((j) => rows[j]),
        );
      }
    },
  };
}
