import { CloseCode, Protocol } from "@colyseus/core";
import { type Random, seeded } from "../../shared/random.ts";
import { type HostileGuest, openHostileGuest, Refused } from "../hostile/hostile-guest.ts";
import { pause } from "../patience.ts";
import { framed, KINDS, type Kind, nextFrame, type Sender } from "./frame-kinds.ts";
import { pick, whole } from "./frame-payloads.ts";
import { GAMES, type Game } from "./frames-honest.ts";
import { openRawSocket, type RawSocket } from "./raw-socket.ts";

/** Frames sent, and the server's reactions. */
export interface Sent {
  /** When sending began, by `performance.now()`. */
  readonly sinceMs: number;
  frames: number;
  readonly byKind: Record<Kind, number>;
  sockets: number;
  /** Sockets closed by the server, by close code; "by us": after all frames were sent. */
  readonly closed: Record<string, number>;
  /** Refused messages and joins, by code. */
  readonly refused: Record<string, number>;
}

/** Target, number and rate of {@link sendFrames}. */
export interface HostileOptions {
  readonly url: string;
  readonly seed: number;
  /** Frames in all. */
  readonly frames: number;
  /** Target rate, frames a second. */
  readonly perSecond: number;
  /** Sockets at a time. */
  readonly sockets: number;
  /** Input frames as pages send them, by game. */
  readonly inputs: Readonly<Record<Game, readonly Uint8Array[]>>;
  readonly known: readonly string[];
  /** True: no more. */
  over(): boolean;
  tell(sent: Sent): void;
}

/** Guests of each socket, in turn: a character that was cut off keeps its seat for a while. */
const GUESTS = 3;
/** Most frames that one sends in one go, and before it leaves by itself. */
const BURST_MAX = 60;
const STAY_MAX = 400;
/** Most frames a second on one socket: a room closes a socket with more than 200. */
const SOCKET_HZ = 150;
/** Longest wait for the server's first message on a seat, ms. */
const GREETING_MS = 3_000;
/** Probability of a frame that the SDK would not send, of each visit. */
const EDGES = [0.02, 0.1, 0.4, 0.9];

/** Sends all frames, or until it is over. */
export async function sendFrames(options: HostileOptions): Promise<Sent> {
  const byKind = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
  const sent: Sent = { sinceMs: performance.now(), frames: 0, byKind, sockets: 0, closed: {}, refused: {} };
  const told = setInterval(() => options.tell(sent), 10_000);
  try {
    await Promise.all(Array.from({ length: options.sockets }, (_, n) => raid(options, sent, n)));
    return sent;
  } finally {
    clearInterval(told);
  }
}

const count = (tally: Record<string, number>, what: string | number) => {
  tally[what] = (tally[what] ?? 0) + 1;
};
const isDone = ({ frames, over }: HostileOptions, sent: Sent) => sent.frames >= frames || over();

/** One socket after the other, each by the guest whose turn it is. */
async function raid(options: HostileOptions, sent: Sent, n: number): Promise<void> {
  const random = seeded(options.seed * 1_000 + n);
  const guests = Array.from({ length: GUESTS }, (_, g) => openHostileGuest(options.url, n * GUESTS + g));
  for (let turn = 0; !isDone(options, sent); turn++) {
    const guest = guests[turn % GUESTS] as HostileGuest;
    try {
      await visit(options, sent, guest, random);
    } catch (error) {
      const refusal = error instanceof Refused ? error : new Refused("no socket", 1_000);
      count(sent.refused, `join: ${refusal.code}`);
      await pause(Math.min(refusal.waitMs, 5_000));
    }
  }
}

async function visit(
  options: HostileOptions,
  sent: Sent,
  guest: HostileGuest,
  random: Random,
): Promise<void> {
  const game = pick(GAMES, random);
  const { inputs, known } = options;
  const sender: Sender = { random, game, known, inputs: inputs[game] };
  const onRefused = (code: string) => count(sent.refused, code);
  const socket = await openRawSocket(await guest.reserve(game), guest.address, { onRefused });
  sent.sockets += 1;
  await Promise.race([socket.greeted, pause(GREETING_MS)]);
  // Never, once or twice.
  for (let acks = pick([0, 1, 1, 1, 1, 1, 2], random); acks > 0; acks--)
    socket.write(framed(Buffer.of(Protocol.JOIN_ROOM), random));
  await stay(options, sent, socket, sender);
  await part(sent, socket, random);
}

async function stay(options: HostileOptions, sent: Sent, socket: RawSocket, sender: Sender): Promise<void> {
  const { random } = sender;
  const edge = pick(EDGES, random);
  let left = whole(1, STAY_MAX, random);
  while (socket.open && left > 0 && !isDone(options, sent)) {
    const burst = Math.min(left, whole(1, BURST_MAX, random), options.frames - sent.frames);
    left -= burst;
    // Subtracted before the write: others send meanwhile.
    sent.frames += burst;
    for (let i = 0; i < burst; i++) {
      const { kind, pieces } = nextFrame(sender, edge);
      count(sent.byKind, kind);
      for (const piece of pieces) {
        socket.write(piece);
        if (pieces.length > 1) await new Promise((done) => setImmediate(done));
      }
    }
    await socket.drained();
    const aheadMs = (1_000 * sent.frames) / options.perSecond - (performance.now() - sent.sinceMs);
    await Promise.race([socket.closed, pause(Math.max(aheadMs, (1_000 * burst) / SOCKET_HZ))]);
  }
}

/** Leaves by a message, by a close frame, or without either. */
async function part(sent: Sent, socket: RawSocket, random: Random): Promise<void> {
  const wasOpen = socket.open;
  const how = random();
  if (how < 0.4) socket.write(framed(Buffer.of(Protocol.LEAVE_ROOM), random));
  else if (how < 0.6) socket.write(framed(Buffer.of(3, 232), random, { opcode: 8, fin: true }));
  else socket.destroy();
  await Promise.race([socket.closed, pause(1_000)]);
  socket.destroy();
  const code = await socket.closed;
  count(sent.closed, wasOpen ? "by us" : code === CloseCode.ABNORMAL_CLOSURE ? "cut" : code);
}
