import type { Room } from "@colyseus/core";
import { CLOSE, type Refusal, refuse } from "../../shared/index.ts";
import type { RoomPlayer } from "../player.ts";
import type { Log } from "../ports/ports.ts";
import type { Viewer } from "../viewers/viewer.ts";
import { bytesOf } from "./people.ts";

/** Bytes that the reason of a close has: RFC 6455, section 5.5.1, less the code and our first word. */
const CLOSE_REASON_BYTES = 100;

/** The side of a room that acts use. */
export interface ActsHost {
  readonly room: Pick<Room, "lock" | "unlock" | "locked" | "disconnect" | "broadcast" | "clients">;
  readonly players: ReadonlyMap<string, RoomPlayer>;
  readonly viewers: ReadonlyMap<string, Viewer>;
  log(): Log;
  /** Moves the room to another process; undefined: this kind cannot. */
  readonly moveOut: (() => Promise<object>) | undefined;
}

/** What an operator does with a room. */
export interface RoomActs {
  lock(locked: boolean): Promise<object>;
  announce(text: string): object;
  kick(sessionId: string, reason: string): object | Refusal;
  close(reason: string): object;
  move(): Promise<object | Refusal>;
  /** Bytes of all open connections, and when they were counted, ms since 1970. */
  traffic(): {
    readonly bytesIn: number;
    readonly bytesOut: number;
    readonly clients: number;
    readonly atMs: number;
  };
  /** An act threw. */
  failed(act: string, error: unknown): void;
}

/** Opens the acts of a room. */
export function openRoomActs(host: ActsHost): RoomActs {
  const { room, players, viewers } = host;
  const failed = (act: string, err: unknown) => host.log().error({ err, act }, "an act of the desk failed");
  return {
    async lock(locked) {
      await (locked ? room.lock() : room.unlock());
      return { locked: room.locked };
    },
    announce(text) {
      room.broadcast("notice", { code: "ANNOUNCEMENT", text });
      return { told: room.clients.length };
    },
    kick(sessionId, reason) {
      const one = players.get(sessionId) ?? viewers.get(sessionId);
      if (!one) return refuse("PLAYER_UNKNOWN");
      one.client.leave(CLOSE.KICKED, closeReason(reason));
      // Who dropped has no connection to close: the seat is given up.
      one.hold?.reject(new Error("kicked"));
      return { session: sessionId, name: one.name };
    },
    close(reason) {
      const told = room.clients.length;
      for (const client of room.clients) client.leave(CLOSE.CLOSED, closeReason(reason));
      for (const { hold } of [...players.values(), ...viewers.values()]) hold?.reject(new Error("closed"));
      room.disconnect(CLOSE.CLOSED).catch((error: unknown) => failed("close", error));
      return { told };
    },
    move: async () =>
      (await host.moveOut?.()) ??
      refuse("ROOM_STAYS", "Rooms of this game stay where they are: only worlds move."),
    traffic() {
      const all = room.clients.map(bytesOf);
      const sum = (of: "bytesIn" | "bytesOut") => all.reduce((total, one) => total + one[of], 0);
      return { bytesIn: sum("bytesIn"), bytesOut: sum("bytesOut"), clients: all.length, atMs: Date.now() };
    },
    failed,
  };
}

/** As the page reads it: see `disconnect-notice.ts`. */
function closeReason(reason: string): string {
  let text = reason;
  while (Buffer.byteLength(text) > CLOSE_REASON_BYTES) text = [...text].slice(0, -1).join("");
  return `Reason: ${text}${text === reason ? "" : "…"}`;
}
