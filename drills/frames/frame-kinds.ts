import { getMessageBytes, Protocol, ProtocolModifier } from "@colyseus/core";
import { encode } from "@colyseus/schema";
import { InputEncoder } from "@colyseus/schema/input";
import { WalkInput } from "../../shared/physics/walk.ts";
import type { Random } from "../../shared/random.ts";
import { mutated, pick, SHAPES, type Source, wellFormed, whole } from "./frame-payloads.ts";

/** Bytes for the wire, in the pieces that are written one by one. */
export interface Sending {
  readonly kind: Kind;
  readonly pieces: readonly Buffer[];
}

/** The game and input frames that frames are made from. */
export interface Sender extends Source {
  /** Game of the room. */
  readonly game: string;
  /** Input frames as a page sends them to this room. */
  readonly inputs: readonly Uint8Array[];
}

/** Most bytes of a message that the server reads. */
const PAYLOAD_MAX = 4 * 1024;
const BINARY = { opcode: 2, fin: true };

type Make = (sender: Sender) => Buffer | readonly Buffer[];

const makers = {
  message: (sender) => framed(dataOf(sender, false), sender.random),
  mutated: (sender) => framed(dataOf(sender, true), sender.random),
  request: (sender) => framed(requestOf(sender), sender.random),
  opcode: ({ random }) =>
    framed(Buffer.concat([Buffer.of(whole(0, 255, random)), noise(60, random)]), random),
  noise: ({ random }) => framed(noise(random() < 0.05 ? PAYLOAD_MAX + 2 : 200, random), random),
  "join again": ({ random }) => framed(Buffer.of(Protocol.JOIN_ROOM), random),
  input: (sender) => framed(inputOf(sender), sender.random),
  "input, cut": (sender) => {
    const whole_ = inputOf(sender);
    return framed(whole_.subarray(0, whole(1, whole_.length - 1, sender.random)), sender.random);
  },
  "input, bytes changed": (sender) => {
    const changed = Buffer.from(inputOf(sender));
    for (let n = whole(1, 3, sender.random); n > 0; n--)
      changed[whole(0, changed.length - 1, sender.random)] = whole(0, 255, sender.random);
    return framed(changed, sender.random);
  },
  "input, unreliable": ({ random }) => framed(unreliableOf(random), random),
  "input, split": (sender) => split(framed(inputOf(sender), sender.random), sender.random),
  empty: ({ random }) => framed(Buffer.alloc(0), random),
  text: ({ random }) =>
    framed(
      noise(40, random).map((byte) => byte & 127),
      random,
      { ...BINARY, opcode: 1 },
    ),
  fragments: (sender) => fragments(random01(sender) ? inputOf(sender) : dataOf(sender, false), sender.random),
  ping: ({ random }) => framed(noise(125, random), random, { ...BINARY, opcode: 9 }),
  pong: ({ random }) => framed(noise(125, random), random, { ...BINARY, opcode: 10 }),
  "broken frame": ({ random }) => broken(random),
} satisfies Record<string, Make>;

/** The kinds of frames, by name. */
export type Kind = keyof typeof makers;
export const KINDS = Object.keys(makers) as Kind[];

/** Kinds that do not close the socket at once. */
const MILD: readonly Kind[] = [
  "message",
  "input",
  "input, split",
  "fragments",
  "empty",
  "ping",
  "pong",
  "join again",
];
/** Kinds for which a server may close the socket. The last one always does, and is rare. */
const HARSH: readonly Kind[] = KINDS.filter((kind) => !MILD.includes(kind) && kind !== "broken frame");

/** The next frame to send. `edge`: probability of a frame that the SDK would not send, 0 to 1. */
export function nextFrame(sender: Sender, edge: number): Sending {
  const { random } = sender;
  const harsh = random() < 0.02 ? "broken frame" : pick(HARSH, random);
  const kind: Kind = random() < edge ? harsh : pick(MILD, random);
  const made: ReturnType<Make> = makers[kind](sender);
  return { kind, pieces: Buffer.isBuffer(made) ? [made] : made };
}

const random01 = ({ random }: Sender) => random() < 0.5;

/** One WebSocket frame with a random mask, as a client sends it. */
export function framed(payload: Uint8Array, random: Random, { opcode, fin } = BINARY): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 6 : 8);
  head[0] = (fin ? 0x80 : 0) | opcode;
  head[1] = 0x80 | (length < 126 ? length : 126);
  if (length >= 126) head.writeUInt16BE(length, 2);
  const mask = head.subarray(-4);
  mask.writeUInt32BE(Math.floor(random() * 2 ** 32));
  return Buffer.concat([head, payload.map((byte, i) => byte ^ (mask[i & 3] ?? 0))]);
}

function noise(most: number, random: Random): Buffer {
  return Buffer.from(Array.from({ length: whole(0, most, random) }, () => whole(0, 255, random)));
}

/** A message of a known type or, with `wrong`, now and then of an unknown one. */
function dataOf(sender: Sender, wrong: boolean): Buffer {
  const { random, game } = sender;
  const [type, shape] = pick([...(SHAPES[game] ?? [])], random);
  const payload = wellFormed(shape, sender);
  const name = wrong && random() < 0.1 ? `${type}${whole(0, 99, random)}` : type;
  return getMessageBytes.raw(Protocol.ROOM_DATA, name, wrong ? mutated(payload, random) : payload) as Buffer;
}

function requestOf(sender: Sender): Buffer {
  const { random } = sender;
  const id: number[] = [];
  encode.number(id, pick([0, whole(0, 300, random), whole(0, 2 ** 32, random), random() * 1e300], random), {
    offset: 0,
  });
  return Buffer.concat([
    Buffer.of(Protocol.ROOM_REQUEST, ...id),
    dataOf(sender, random01(sender)).subarray(1),
  ]);
}

const inputOf = ({ inputs, random }: Sender) => Buffer.from(pick(inputs, random));

/** As the SDK sends them over datagrams; no page of ours does. */
function unreliableOf(random: Random): Buffer {
  const encoder = new InputEncoder(new WalkInput(), { mode: "unreliable", historySize: whole(1, 4, random) });
  const [moveX, moveZ] = [whole(-127, 127, random), whole(-127, 127, random)];
  Object.assign(encoder.instance, { moveX, moveZ });
  const code = Protocol.ROOM_INPUT_UNRELIABLE | (random() < 0.2 ? ProtocolModifier.TIMED : 0);
  return Buffer.concat([Buffer.of(code), encoder.encode()]);
}

function split(bytes: Buffer, random: Random): Buffer[] {
  const cuts = Array.from({ length: whole(1, 3, random) }, () => whole(0, bytes.length, random)).sort(
    (a, b) => a - b,
  );
  const ends = [...cuts, bytes.length];
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end)).filter(({ length }) => length > 0);
}

function fragments(payload: Buffer, random: Random): Buffer[] {
  const parts = split(payload, random);
  return parts.map((part, i) =>
    framed(part, random, { opcode: i === 0 ? BINARY.opcode : 0, fin: i === parts.length - 1 }),
  );
}

/** Not a frame by RFC 6455: reserved bits or opcodes, no mask, a wrong length, or random bytes. */
function broken(random: Random): Buffer {
  const bytes = framed(noise(40, random), random);
  const how = whole(0, 4, random);
  if (how === 0) bytes[0] = (bytes[0] ?? 0) | (whole(1, 7, random) << 4);
  else if (how === 1) bytes[0] = 0x80 | pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15], random);
  else if (how === 2) bytes[1] = (bytes[1] ?? 0) & 127;
  else if (how === 3) bytes[1] = 0x80 | whole(0, 127, random);
  else return noise(60, random);
  return bytes;
}
