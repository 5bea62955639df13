import { type Client, Protocol } from "@colyseus/core";

/** Bytes that a room keeps for clients who get them later. */
const HELD_MAX = 64 * 1024 * 1024;

/** Frames of the connection itself. They say nothing of the room, and the SDK waits for them. */
const PROMPT: ReadonlySet<number> = new Set([
  Protocol.JOIN_ROOM,
  Protocol.ERROR,
  Protocol.PING,
  Protocol.ROOM_RESPONSE,
]);

/** Bytes that all rooms of this process keep for those who get them later. */
export const HELD = { bytes: 0 };

interface HeldFrame {
  readonly dueMs: number;
  readonly client: Client;
  readonly bytes: Uint8Array;
}

/** What a {@link DelayLine} needs. */
export interface DelayLineOptions {
  readonly delayMs: number;
  /** A monotonic clock, ms; tests give their own. */
  readonly now?: () => number;
  /** Most bytes that are kept. A frame that several clients get counts once. */
  readonly maxBytes?: number;
  /** There is no room for a client's frames. */
  full(client: Client): void;
}

/**
 * Sends clients each frame of their room a fixed time later: full states, patches, messages and events, in
 * order and byte by byte as the room encoded them. Nothing of the room leaves the process before its time.
 *
 * Colyseus, the serializers and the messages all send through `client.raw`, which is replaced: the quick ways
 * past it are taken only where it is the stock one. What two clients get alike is kept once.
 */
export class DelayLine {
  readonly #options: DelayLineOptions;
  readonly #now: () => number;
  readonly #maxBytes: number;
  readonly #clients = new Map<Client, Client["raw"]>();
  /** The oldest is the first: all wait equally long. */
  #held: HeldFrame[] = [];
  /** How often each memory is held. */
  readonly #uses = new Map<Uint8Array, number>();
  #timer: NodeJS.Timeout | undefined;
  #bytes = 0;
  #isPrompt = false;

  constructor(options: DelayLineOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#maxBytes = options.maxBytes ?? HELD_MAX;
  }

  /** Bytes that are kept now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Delays from now on what a client is sent. */
  delay(client: Client): void {
    const raw = client.raw.bind(client);
    this.#clients.set(client, raw);
    client.raw = (bytes, options, done) => {
      const isPrompt = this.#isPrompt || PROMPT.has(bytes[0] ?? 0);
      if (isPrompt) raw(bytes, options, done);
      else this.#hold(client, bytes as Uint8Array);
    };
  }

  /** Sends at once what `send` sends: answers to the client itself, which say nothing of the room. */
  promptly(send: () => void): void {
    this.#isPrompt = true;
    try {
      send();
    } finally {
      this.#isPrompt = false;
    }
  }

  /** The client has gone: what it did not get yet is dropped. */
  forget(client: Client): void {
    if (!this.#clients.delete(client)) return;
    this.#held = this.#held.filter((frame) => {
      if (frame.client === client) this.#drop(frame.bytes);
      return frame.client !== client;
    });
  }

  /** Sends what is due. Its timer calls it. */
  release(): void {
    this.#timer = undefined;
    const now = this.#now();
    const first = this.#held.findIndex(({ dueMs }) => dueMs > now);
    const due = this.#held.splice(0, first < 0 ? this.#held.length : first);
    for (const { client, bytes } of due) {
      this.#drop(bytes);
      this.#clients.get(client)?.(bytes);
    }
    this.#wait();
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const client of [...this.#clients.keys()]) this.forget(client);
  }

  #hold(client: Client, bytes: Uint8Array): void {
    if (!this.#clients.has(client)) return;
    const uses = this.#uses.get(bytes) ?? 0;
    if (uses === 0 && this.#bytes + bytes.length > this.#maxBytes) {
      this.forget(client);
      this.#options.full(client);
      return;
    }
    if (uses === 0) this.#count(bytes.length);
    this.#uses.set(bytes, uses + 1);
    this.#held.push({ dueMs: this.#now() + this.#options.delayMs, client, bytes });
    this.#wait();
  }

  #wait(): void {
    const [next] = this.#held;
    if (!next || this.#timer) return;
    this.#timer = setTimeout(() => this.release(), Math.max(1, Math.ceil(next.dueMs - this.#now())));
  }

  #drop(bytes: Uint8Array): void {
    const uses = (this.#uses.get(bytes) ?? 1) - 1;
    if (uses > 0) this.#uses.set(bytes, uses);
    else {
      this.#uses.delete(bytes);
      this.#count(-bytes.length);
    }
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    HELD.bytes += bytes;
  }
}
