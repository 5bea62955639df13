import { type Client, ClientState } from "@colyseus/core";
import { type Decoder, MapSchema, Reflection, schema, t } from "@colyseus/schema";
import type { InterestSerializer } from "../../rooms/replication/interest-serializer.ts";
import { Actor, WorldState } from "../../shared/world/actor.ts";

export const Item = schema(
  { label: t.string().default(""), uses: t.uint8().default(0), notes: t.array("string") },
  "WireItem",
);
export const Body = schema(
  { heat: t.float32().default(0), parts: t.array(Item), stats: t.map("number") },
  "WireBody",
);
/** An actor with every kind of field that a builder may use. */
export const Being = Actor.extend(
  {
    hp: t.uint8().default(100),
    name: t.string().default(""),
    tags: t.array("string"),
    bag: t.array(Item),
    marks: t.map(Item),
    set: t.set("string"),
    body: Body,
    secret: t.string().view(),
    pocket: t.array(Item).view(),
  },
  "WireBeing",
);
export const Beast = Being.extend({ fangs: t.uint8().default(2), scent: t.number().default(0) }, "WireBeast");
export const WireState = WorldState.extend(
  { tick: t.uint32().default(0), board: t.array("string"), props: t.map(Item) },
  "WireState",
);
export type WireState = InstanceType<typeof WireState>;
export type Being = InstanceType<typeof Being>;

/** A client without a socket: frames go straight to the decoder that the SDK uses, as the SDK does it. */
export class WireClient {
  readonly sessionId: string;
  state: number = ClientState.JOINED;
  ref = { bufferedAmount: 0, readyState: 0 };
  _enqueuedMessages: unknown[] | undefined;
  _inputBuffer = { ackSeq: 7 };
  decoder: Decoder<WireState>;
  frames = 0;
  bytes = 0;
  readonly onFrame: ((bytes: Uint8Array) => void) | undefined;

  constructor(
    sessionId: string,
    serializer: InterestSerializer<WireState>,
    before?: WireClient,
    onFrame?: (bytes: Uint8Array) => void,
  ) {
    this.sessionId = sessionId;
    this.onFrame = onFrame;
    this.decoder =
      before?.decoder ?? (Reflection.decode(Uint8Array.from(serializer.handshake())) as Decoder<WireState>);
  }

  get asClient(): Client {
    return this as unknown as Client;
  }

  raw(message: Uint8Array): void {
    this.frames++;
    this.bytes += message.length;
    this.onFrame?.(message);
    // As colyseus.js src/Room.ts: strip the prefix of a timed frame, then full state or patch.
    const timed = ((message[0] ?? 0) & 128) !== 0;
    const code = (message[0] ?? 0) & 31;
    const it = { offset: timed ? 9 : 1 };
    if (code === 14 && this.decoder.root.refs.size > 1) this.decoder.decodeResync(message, it);
    else this.decoder.decode(message, it);
  }

  /** Messages beside the state are not part of these tests. */
  send(): void {}

  leave(): void {
    this.state = ClientState.LEAVING;
  }
}

/** All values of a schema that a decoder can show, as plain values in a stable order. */
export function plain(value: unknown, skip: ReadonlySet<string> = new Set()): unknown {
  if (value === null || typeof value !== "object") return value;
  if (value instanceof MapSchema) {
    const entries = [...value.entries()].map(([key, v]) => [key, plain(v, skip)] as const);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  if (Symbol.iterator in value) return [...(value as Iterable<unknown>)].map((v) => plain(v, skip));
  const out: Record<string, unknown> = {};
  const metadata = (value.constructor as { [Symbol.metadata]?: { [index: number]: { name: string } } })[
    Symbol.metadata
  ];
  for (let index = 0; metadata?.[index] !== undefined; index++) {
    const name = metadata[index]?.name ?? "";
    const field = skip.has(name) ? undefined : (value as Record<string, unknown>)[name];
    if (field !== undefined && field !== null) out[name] = plain(field, skip);
  }
  return out;
}
