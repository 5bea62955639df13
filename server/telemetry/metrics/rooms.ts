import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { matchMaker } from "@colyseus/core";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { GameRoom } from "../../../rooms/index.ts";
import type { JoinOutcome, RoomFault, TravelOutcome } from "../../../rooms/internal.ts";

/** The open rooms of a process. */
export interface OpenRooms {
  add(room: GameRoom): void;
  remove(room: GameRoom): void;
}

/** Upper bounds of the buckets of joins and journeys, s. */
const JOIN_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts rooms, players, joins, journeys and faults by game: games are as many as the server defines. */
export function exportRooms(registry: Registry): OpenRooms & { close(): void } {
  const open = new Set<GameRoom>();
  const registers = [registry];
  const gauge = (name: string, help: string, of: (room: GameRoom) => number) =>
    new Gauge({
      name: `roomkeep_${name}`,
      help,
      labelNames: ["game"],
      registers,
      collect() {
        this.reset();
        for (const room of living(open)) this.inc({ game: room.roomName }, of(room));
      },
    });
  gauge("rooms", "Open rooms of this process, by game", () => 1);
  gauge(
    "players",
    "Players in them, those whose connection was lost and whose seat is kept included",
    (room) => room.players.size,
  );
  gauge("clients", "Connected clients of rooms, viewers included", (room) => room.clients.length);
  const joins = new Counter({
    name: "roomkeep_joins_total",
    help: "Joins: joined, or the code of the refusal, at the matchmaker or in the room",
    labelNames: ["outcome"],
    registers,
  });
  const journeys = new Counter({
    name: "roomkeep_travels_total",
    help: "Journeys to another room that ended, by the game that they led to: arrived, or the code of the refusal",
    labelNames: ["game", "outcome"],
    registers,
  });
  const seconds = new Histogram({
    name: "roomkeep_join_seconds",
    help: "Time from the seat's connection until the player was in the room",
    buckets: JOIN_BUCKETS,
    registers,
  });
  const faults = new Counter({
    name: "roomkeep_room_faults_total",
    help: "Errors of a game's own code that were caught, by game",
    labelNames: ["game"],
    registers,
  });
  const listeners: [string, (message: unknown) => void][] = [
    [
      "roomkeep:join",
      (message) => {
        const { outcome, ms } = message as JoinOutcome;
        joins.inc({ outcome });
        if (ms !== undefined) seconds.observe(ms / 1000);
      },
    ],
    ["roomkeep:travel", (message) => journeys.inc({ ...(message as TravelOutcome) })],
    ["roomkeep:fault", (message) => faults.inc({ game: (message as RoomFault).game })],
  ];
  for (const [name, listener] of listeners) subscribe(name, listener);
  return {
    add: (room) => void open.add(room),
    remove: (room) => void open.delete(room),
    close() {
      for (const [name, listener] of listeners) unsubscribe(name, listener);
    },
  };
}

/** Without those that a hot reload has replaced. */
function living(open: Set<GameRoom>): GameRoom[] {
  for (const room of open)
    if ((matchMaker.getLocalRoomById(room.roomId) as unknown) !== room) open.delete(room);
  return [...open];
}
