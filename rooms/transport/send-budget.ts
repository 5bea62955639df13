import type { Client } from "@colyseus/core";
import type { RawSocket } from "./internals.ts";

/** Bytes a second that a room sends to one client, unless it says otherwise. */
export const SEND_BYTES_PER_SECOND = 768 * 1024;

/** Patches between two looks at what was sent: a look costs a call into the socket for each client. */
const LOOK_PATCHES = 8;
/** Time under half of the limit after which one more ring is sent again, ms. */
const CALM_MS = 5_000;
/** Most seconds of the limit that a client may owe: it is sent nothing meanwhile. */
const DEBT_MAX_S = 5;

/** What this process has sent to clients of rooms, and what it left out for the limit. */
export const SENT = { bytes: 0, ringsLeftOut: 0, patchesSkipped: 0 };

/** What one client was sent. */
interface Account {
  socket: object | null | undefined;
  /** Bytes that the socket has taken by the last look. */
  bytes: number;
  /** Bytes that it may still be sent: a second of the limit at most; below 0 it owes them. */
  allowed: number;
  rings: number;
  calmMs: number;
}

/**
 * Bounds the bytes a second that a room sends to each client, all kinds of frames included. Over the limit
 * the farthest ring of what the client sees is left out, then the next, and only when none is left, patches
 * are skipped. Counts by the socket's own counter, a few times a second: a frame costs no more.
 */
export class SendBudgets {
  /** Bytes a second; a room sets its own. */
  limit: () => number = () => Number.POSITIVE_INFINITY;
  /** Rings that may be left out, and how: see {@link SendBudgets.leaveOut}. */
  mostRings = 0;
  /** Leaves out so many of the farthest rings of a client. */
  leaveOut: (client: Client, rings: number) => void = () => {};
  readonly #now: () => number;
  readonly #accounts = new Map<Client, Account>();
  readonly #over = new Set<Client>();
  #patches = 0;
  #lookedAtMs: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#lookedAtMs = now();
  }

  /** Whether a client is sent no patch now. */
  isOver(client: Client): boolean {
    if (this.#over.size === 0 || !this.#over.has(client)) return false;
    SENT.patchesSkipped += 1;
    return true;
  }

  /** Once a patch. */
  watch(clients: readonly Client[]): void {
    this.#patches += 1;
    if (this.#patches % LOOK_PATCHES !== 0) return;
    const now = this.#now();
    const dtMs = now - this.#lookedAtMs;
    this.#lookedAtMs = now;
    for (const client of clients) this.#look(client, dtMs);
    if (this.#accounts.size === clients.length) return;
    const present = new Set(clients);
    for (const client of this.#accounts.keys()) {
      if (present.has(client)) continue;
      this.#accounts.delete(client);
      this.#over.delete(client);
    }
  }

  #look(client: Client, dtMs: number): void {
    const { _socket: socket } = client.ref as RawSocket;
    const total = socket?.bytesWritten ?? 0;
    const limit = this.limit();
    const account = this.#accounts.get(client);
    if (account === undefined || account.socket !== socket) {
      this.#accounts.set(client, { socket, bytes: total, allowed: limit, rings: 0, calmMs: 0 });
      return;
    }
    const sent = total - account.bytes;
    const due = (limit * dtMs) / 1000;
    account.bytes = total;
    SENT.bytes += sent;
    account.allowed = Math.max(-DEBT_MAX_S * limit, Math.min(limit, account.allowed + due - sent));
    account.calmMs = sent < due / 2 ? account.calmMs + dtMs : 0;
    if (sent > due && account.allowed < limit / 2) this.#set(client, account, account.rings + 1);
    else if (account.rings > 0 && account.calmMs >= CALM_MS) this.#set(client, account, account.rings - 1);
    if (account.allowed < 0 && account.rings >= this.mostRings) this.#over.add(client);
    else if (this.#over.size > 0) this.#over.delete(client);
  }

  #set(client: Client, account: Account, rings: number): void {
    if (rings > this.mostRings) return;
    if (rings > account.rings) SENT.ringsLeftOut += 1;
    account.rings = rings;
    account.calmMs = 0;
    this.leaveOut(client, rings);
  }
}
