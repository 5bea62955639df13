import type { Socket } from "node:net";
import type { Room } from "colyseus.js";
import type { WorldRoom } from "roomkeep/rooms";
import { vi } from "vitest";
import type { CuttableProxy } from "../../helpers/cuttable-proxy.ts";

/** What moves with the test's clock. The event loop is real, and so are the sockets. */
const FAKED = ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"] as const;
/** The clock moves by so much at a time, ms; what was written until then is read before it goes on. */
const STEP_MS = 5;
/** Turns of the event loop in which what was read is answered, by either side. */
const TURNS = 4;

/**
 * Takes the clocks and timers of this process into the test's hand, for tests in which time is the matter:
 * the server, the page's network and the line between them go by one clock, however busy the machine is. Call
 * it before the server boots. Until {@link MovedClock.hold} time goes on by itself, for what asks the
 * database.
 */
export function takeClock(): MovedClock {
  vi.useFakeTimers({ toFake: [...FAKED], shouldAdvanceTime: true });
  let settled: () => boolean = () => true;
  return {
    hold(room, server, line) {
      vi.setTimerTickMode("manual");
      settled = () => isSettled(room, server, line);
    },
    letGo() {
      settled = () => true;
      vi.setTimerTickMode("interval");
    },
    async pass(ms) {
      for (let passed = 0; passed < ms; passed += STEP_MS) {
        vi.advanceTimersByTime(Math.min(STEP_MS, ms - passed));
        do for (let i = 0; i < TURNS; i++) await turn();
        while (!settled());
      }
    },
    restore: () => void vi.useRealTimers(),
  };
}

export interface MovedClock {
  /** From now on time stands still, but for `pass`. */
  hold(room: Room, server: WorldRoom, line: CuttableProxy): void;
  letGo(): void;
  /** So much time goes by. */
  pass(ms: number): Promise<void>;
  restore(): void;
}

/**
 * The process of a room stands still while `meanwhile` goes on in the page: its timer comes late, what was
 * sent to it waits on the line, and is read after the ticks that the timer makes up for.
 */
export async function stall(
  { clock, simulation }: WorldRoom,
  line: CuttableProxy,
  time: MovedClock,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const { tick } = clock;
  Object.assign(clock, { tick: () => void Object.assign(clock, { deltaTime: 0 }) });
  line.hold();
  await meanwhile();
  Object.assign(clock, { tick });
  const before = simulation.tick;
  while (simulation.tick === before) await time.pass(STEP_MS);
  line.release();
}

/** One turn of the event loop. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Whether each byte that was sent has been read: by the page, the server, and the line between them. */
function isSettled(room: Room, { clients }: WorldRoom, line: CuttableProxy): boolean {
  const socketOf = (ws: unknown) => (ws as { _socket?: Socket | null } | undefined)?._socket ?? undefined;
  const page = socketOf((room.connection.transport as unknown as { ws: unknown }).ws);
  const server = socketOf(clients.find(({ sessionId }) => sessionId === room.sessionId)?.ref);
  return line.hasRead(page) && line.hasRead(server);
}
