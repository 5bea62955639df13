import { createServer } from "node:http";
import { type Client, type InputAPI, matchMaker, Room, Server } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import type { TickProfile } from "roomkeep/rooms";
import { IN_MEMORY, readConfig, startServer } from "roomkeep/server";
import { Avatar, seeded, WalkInput, WorldState } from "roomkeep/shared";
import { plazaLevel } from "../../games/plaza/level.ts";
import { PlazaRoom } from "../../games/plaza/room.ts";
import { PHASES } from "../../rooms/simulation/tick-clock.ts";
import { games } from "../../server/main.ts";

/** The plaza with fifty loose crates strewn about. */
class CratedPlaza extends PlazaRoom {
  static override readonly level = { ...plazaLevel, loose: strewn(50) };
}

function strewn(count: number): typeof plazaLevel.loose {
  const random = seeded(3);
  return Array.from({ length: count }, () => ({
    kind: "crate" as const,
    at: [random() * 50 - 25, 0.45, random() * 24] as [number, number, number],
    size: 0.45,
  }));
}

/**
 * A room as one writes it with Colyseus alone: the same state, the same inputs, no walls, no saving, no
 * limits.
 */
class BareRoom extends Room<{ state: WorldState; input: WalkInput }> {
  override state = new WorldState();
  override inputs: InputAPI<WalkInput> = this.defineInput(WalkInput, { bufferMaxSize: 20 });
  ticks = 0;

  override onCreate() {
    this.setFixedTimestep(({ dt }) => {
      this.ticks++;
      for (const [id, avatar] of this.state.actors) {
        for (const input of this.inputs.get(id)) {
          avatar.x += (input.moveX / 127) * 3.4 * dt;
          avatar.z += (input.moveZ / 127) * 3.4 * dt;
          avatar.yaw = Math.atan2(input.moveX, input.moveZ);
        }
      }
    }, 20);
  }

  override onJoin(client: Client) {
    this.state.actors.set(client.sessionId, Object.assign(new Avatar(), { kind: "avatar", name: "bare" }));
  }

  override onLeave(client: Client) {
    this.state.actors.delete(client.sessionId);
  }
}

interface Reading {
  cpuMs: number;
  ticks: number;
  profile: TickProfile | undefined;
  rssMB: number;
}

function read(): Reading {
  const { user, system } = process.cpuUsage();
  const [listing] = matchMaker.stats.local.roomCount > 0 ? [roomOf()] : [undefined];
  const profile = listing instanceof CratedPlaza ? listing.tickProfile() : undefined;
  return {
    cpuMs: (user + system) / 1000,
    ticks: profile?.ticks ?? (listing instanceof BareRoom ? listing.ticks : 0),
    profile,
    rssMB: process.memoryUsage.rss() / 2 ** 20,
  };
}

let roomId = "";
const roomOf = () => matchMaker.getLocalRoomById(roomId) as unknown;

const which = process.argv[2];
const url = which === "ours" ? await serveOurs() : await serveBare();
process.send?.({ ready: true, url });
process.on("message", async (message: { ask?: "read" | "end" }) => {
  roomId ||= (await matchMaker.query({}))[0]?.roomId ?? "";
  if (message.ask === "read") process.send?.({ reading: read(), phases: PHASES });
  if (message.ask === "end") process.exit(0);
});

async function serveOurs(): Promise<string> {
  const config = readConfig({ PORT: "0", LOG_LEVEL: "silent", ROOMKEEP_DATA_DIR: IN_MEMORY });
  return (await startServer({ ...games, plaza: CratedPlaza }, config)).url;
}

async function serveBare(): Promise<string> {
  const http = createServer();
  const server = new Server({
    greet: false,
    gracefullyShutdown: false,
    transport: new WebSocketTransport({ server: http }),
  });
  server.define("plaza", BareRoom);
  await server.listen(0, "127.0.0.1");
  return `http://127.0.0.1:${(http.address() as { port: number }).port}`;
}
