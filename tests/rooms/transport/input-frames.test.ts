import { type Client, ClientState, matchMaker, Room } from "@colyseus/core";
import { MapSchema, schema, t } from "@colyseus/schema";
import { InputDecoder, InputEncoder } from "@colyseus/schema/input";
import fc from "fast-check";
import { CLOSE } from "roomkeep/shared";
import { afterEach, expect, test } from "vitest";
import type { Log } from "../../../rooms/ports/ports.ts";
import { installClientFastPath } from "../../../rooms/transport/fast-path/client-fast-path.ts";
import { inputFormOf } from "../../../rooms/transport/input-form.ts";
import { openStrikes } from "../../../rooms/transport/strikes.ts";
import { fieldsOf } from "../../../shared/world/fields/schema-fields.ts";
import { clientOf, RawPlayer, serve, until } from "../../helpers/servers/crowd-server.ts";

const Board = schema({ name: t.string().default("board") }, "FramesBoard");
const Aim = schema(
  {
    turn: t.int8().default(0),
    jump: t.boolean(),
    yaw: t.float32(),
    reach: t.float64(),
    tick: t.number(),
    pitch: t.quantized({ min: -1, max: 1 }),
    big: t.int64(),
  },
  "FramesAim",
);
type Aim = InstanceType<typeof Aim>;

class FramesRoom extends Room<{ state: InstanceType<typeof Board>; input: Aim }> {
  override autoDispose = false;
  override inputs = this.defineInput(Aim, { bufferMaxSize: 20 });
  override onCreate(): void {
    this.state = new Board();
    this.open();
    this.onMessage("known", () => {});
    this.onMessageBytes("known", () => {});
  }
  open(): void {
    installClientFastPath(this);
  }
}

let stop: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stop?.();
  stop = undefined;
});

async function join(acknowledge = true, type: new () => Room = FramesRoom) {
  const served = await serve(type);
  stop = served.stop;
  const player = await RawPlayer.join(served.url, acknowledge);
  const client = clientOf(served.room, player.sessionId) as Client & { _receivedInputCount?: number };
  if (acknowledge) await until(() => client.state === ClientState.JOINED);
  const inputs = () => (served.room as FramesRoom).inputs.get(player.sessionId);
  return { player, client, inputs, url: served.url };
}

/** Codes of Colyseus's `Protocol`. */
const [JOIN, PING, LEAVE, CHAT, BYTES, INPUT, UNRELIABLE, REQUEST] = [
  10, 18, 12, 13, 17, 19, 20, 21,
] as const;
const TIMED = 128;
/** The first field of an input, set. */
const TURN = 128;

/** A well-formed frame of the unreliable kind, as the SDK's own encoder makes it. */
function unreliable(turn: number): Buffer {
  const aim = new Aim();
  aim.turn = turn;
  return Buffer.from([UNRELIABLE, ...new InputEncoder(aim, { mode: "unreliable" }).encode()]);
}

test.each([
  ["read directly", true, {}],
  ["read by the socket's receiver", true, { parts: true }],
  ["before the join is acknowledged", false, {}],
])(
  "a sound input frame of the unreliable kind is refused %s, and the third closes",
  async (_, joined, how) => {
    const { player, inputs } = await join(joined);
    for (const turn of [5, 6, 7]) {
      const frame = unreliable(turn);
      if ("parts" in how) player.socket.send(frame.subarray(0, 2), { binary: true, fin: false });
      player.socket.send("parts" in how ? frame.subarray(2) : frame, { binary: true, fin: true });
    }
    await until(() => player.closeCode !== undefined);
    expect(player.closeCode).toBe(CLOSE.ABUSE);
    expect(inputs().size).toBe(0);
  },
);

test.each([
  ["deletes a field", [64]],
  ["deletes and sets a field", [192, 5]],
  ["replaces a field as no page does", [0, 5]],
  ["sets a field twice", [TURN, 5, TURN, 6]],
  ["sets fields in another order", [TURN + 1, 1, TURN, 5]],
  ["sets a field that there is not", [TURN + 9, 1]],
  ["names a field that there is not, and nothing else", [TURN + 9]],
  ["goes on to another structure", [255, 0, TURN, 5]],
  ["ends within a number", [TURN, 5, TURN + 2, 0, 0]],
  ["holds a number that is not finite", [TURN + 2, 0, 0, 192, 127]],
  ["holds a double that is not finite", [TURN + 3, 0, 0, 0, 0, 0, 0, 240, 127]],
  ["holds half a number of changing length", [TURN + 4, 0xce, 1]],
  ["holds a number of changing length that is not finite", [TURN + 4, 0xca, 0, 0, 192, 127]],
  ["holds a boolean that is neither", [TURN + 1, 2]],
  ["holds a quantized code that stands for nothing", [TURN + 5, 255, 255]],
])("an input frame that %s changes nothing and is a strike", async (_, body) => {
  const { player, client, inputs } = await join();
  player.socket.send(Buffer.from([INPUT, TURN, 3]));
  for (const frame of [body, body]) player.socket.send(Buffer.from([INPUT, ...frame]));
  player.socket.send(Buffer.from([INPUT, TURN, 4]));
  await until(() => client._receivedInputCount === 2);
  expect(inputs().drain()).toMatchObject([
    { turn: 3, jump: false, yaw: 0 },
    { turn: 4, jump: false, yaw: 0 },
  ]);
  player.socket.send(Buffer.from([INPUT, ...body]));
  await until(() => player.closeCode !== undefined);
  expect(player.closeCode).toBe(CLOSE.ABUSE);
});

const text = (bytes: readonly number[]) => [0xa0 + bytes.length, ...bytes];
const KNOWN = text([...Buffer.from("known")]);
test.each([
  ["an empty frame", []],
  ["an unknown code", [99]],
  ["a code of the server", [14]],
  ["a known code with a modifier", [CHAT | 64, ...KNOWN]],
  ["times that the room did not ask for", [INPUT | TIMED, 1, TURN, 5]],
  ["a ping with content", [PING, 1]],
  ["a leave with content", [LEAVE, 1]],
  ["a second acknowledgement", [JOIN]],
  ["a message without a type", [CHAT]],
  ["a message whose type was not all received", [CHAT, 0xd9, 40, 65]],
  ["a message whose type is no text", [CHAT, 0xa2, 0xff, 0xff]],
  ["a payload with half a number", [CHAT, ...KNOWN, 0xcd, 1]],
  ["a payload with a text that was not all received", [CHAT, ...KNOWN, 0xd9, 40, 65]],
  ["a payload with more than one value", [CHAT, ...KNOWN, 1, 1]],
  ["a payload with an extension that no page uses", [CHAT, ...KNOWN, 0xd5, 1, 0, 0]],
  ["a payload that is nested too deeply", [CHAT, ...KNOWN, ...Array(40).fill(0x91), 1]],
  ["bytes without a type", [BYTES]],
  ["bytes whose type was not all received", [BYTES, 0xd9, 40, 65]],
  ["a request without a number", [REQUEST]],
  ["a request without a type", [REQUEST, 1]],
  ["a request with half a number", [REQUEST, 1, ...KNOWN, 0xcd, 1]],
  ["a request that the room does not know", [REQUEST, 1, ...text([65])]],
])("%s is a strike, and the third closes", async (_, frame) => {
  const { player, client } = await join();
  for (let i = 0; i < 2; i++) player.socket.send(Buffer.from(frame));
  player.socket.send(Buffer.from([INPUT, TURN, 5]));
  await until(() => client._receivedInputCount === 1);
  expect(player.closeCode).toBeUndefined();
  player.socket.send(Buffer.from(frame));
  await until(() => player.closeCode !== undefined);
  expect(player.closeCode).toBe(CLOSE.ABUSE);
});

test.each([
  ["messages", [CHAT, ...KNOWN]],
  ["messages with a payload", [CHAT, ...KNOWN, 0x91, 7]],
  ["messages of bytes", [BYTES, ...KNOWN, 7]],
  ["requests", [REQUEST, 1, ...KNOWN, 7]],
  ["requests with a long number", [REQUEST, 0xcd, 1, 1, ...KNOWN]],
  ["pings", [PING]],
])("%s of a kind that the room knows are no strikes", async (_, frame) => {
  const { player, client } = await join();
  for (let i = 0; i < 5; i++) player.socket.send(Buffer.from(frame));
  player.socket.send(Buffer.from([INPUT, TURN, 5]));
  await until(() => client._receivedInputCount === 1);
  expect(player.socket.readyState).toBe(player.socket.OPEN);
});

test("text frames are strikes, also with the bytes of a sound input frame", async () => {
  const { player, client } = await join();
  for (let i = 0; i < 3; i++) player.socket.send(String.fromCharCode(INPUT));
  await until(() => player.closeCode !== undefined);
  expect([player.closeCode, client._receivedInputCount ?? 0]).toEqual([CLOSE.ABUSE, 0]);
});

test("an acknowledgement of the join with content is a strike, and acknowledges nothing", async () => {
  const { player, client } = await join(false);
  for (let i = 0; i < 3; i++) player.socket.send(Buffer.from([JOIN, 1]));
  await until(() => player.closeCode !== undefined);
  expect(player.closeCode).toBe(CLOSE.ABUSE);
  expect(client.state).not.toBe(ClientState.JOINED);
});

test("a room that takes no inputs is sent none", async () => {
  class ViewRoom extends Room {
    override autoDispose = false;
    override onCreate(): void {
      this.state = new Board();
      installClientFastPath(this);
    }
  }
  const { player } = await join(true, ViewRoom);
  for (const frame of [[INPUT], [INPUT, TURN, 5], [INPUT | TIMED, 1]]) player.socket.send(Buffer.from(frame));
  await until(() => player.closeCode !== undefined);
  expect(player.closeCode).toBe(CLOSE.ABUSE);
});

test("strikes that are more than ten seconds apart do not add up; three are enough for good", async () => {
  let nowMs = 0;
  const lines: unknown[] = [];
  class PatientRoom extends FramesRoom {
    override open(): void {
      const warn = (fields: object) => lines.push(fields);
      installClientFastPath(
        this,
        openStrikes(
          () => nowMs,
          () => ({ warn }) as unknown as Log,
        ),
      );
    }
  }
  const { player, client, url } = await join(true, PatientRoom);
  let heard = 0;
  const strike = async () => {
    player.socket.send(Buffer.from([99]));
    player.socket.send(Buffer.from([INPUT]));
    heard += 1;
    await until(() => client._receivedInputCount === heard);
  };
  for (let i = 0; i < 5; i++) {
    await strike();
    nowMs += 5_001;
  }
  expect(player.closeCode).toBeUndefined();
  // Two that count, and one more. What comes behind is not heard, whenever.
  await strike();
  for (let i = 0; i < 5; i++) player.socket.send(Buffer.from([99]));
  player.socket.send(Buffer.from([INPUT]));
  await until(() => player.closeCode !== undefined);
  expect([player.closeCode, client._receivedInputCount]).toEqual([CLOSE.ABUSE, heard]);
  const what = "a frame that pages do not send: 99";
  expect(lines).toEqual([{ player: player.sessionId, what, count: 1 }]);
  // Whoever is closed and comes again writes no line each time.
  const again = async () => {
    const next = await RawPlayer.join(url, true);
    for (let i = 0; i < 3; i++) next.socket.send(Buffer.from([99]));
    await until(() => next.closeCode !== undefined);
    return next.sessionId;
  };
  await again();
  expect(lines).toHaveLength(1);
  nowMs += 5_000;
  expect(lines).toEqual([lines[0], { player: await again(), what, count: 2 }]);
});

const Spot = schema({ x: t.float32().default(0) }, "FramesSpot");
class TimedRoom extends FramesRoom {
  override onCreate(): void {
    super.onCreate();
    const spots = new MapSchema(new Map([["a", new Spot()]]));
    this.allowRewindState({ maxRewindMs: 500 }).attachAll(spots, { fields: ["x"] });
  }
}

test.each([
  ["that is no number", [0xa0]],
  ["that was not all received", [0xcd, 1]],
  ["of half a millisecond", [0xca, 0, 0, 0, 63]],
  ["before the room began", [0xd1, 0, 255]],
  ["that 32 bits cannot hold", [0xce, 255, 255, 255, 255]],
  ["that is not there", []],
  ["before a field that is deleted", [5, 64]],
])("an input frame with a time %s is a strike, and times go on from the last one", async (_, time) => {
  const { player, client, inputs } = await join(true, TimedRoom);
  const send = (...frame: number[]) => player.socket.send(Buffer.from([INPUT | TIMED, ...frame]));
  send(100, TURN, 1);
  send(...time);
  send(...time);
  send(5, TURN, 2);
  player.socket.send(Buffer.from([INPUT, TURN, 3]));
  await until(() => client._receivedInputCount === 3);
  const accessor = inputs();
  expect([accessor.next()?.turn, accessor.renderTime]).toEqual([1, 100]);
  expect([accessor.next()?.turn, accessor.renderTime]).toEqual([2, 105]);
  send(...time);
  await until(() => player.closeCode !== undefined);
  expect(player.closeCode).toBe(CLOSE.ABUSE);
});

class ReckoningRoom extends TimedRoom {
  override onCreate(): void {
    super.onCreate();
    const spots = new MapSchema(new Map([["a", new Spot()]]));
    this.allowRewindState({ maxRewindMs: 500 }).attachAll(spots, { fields: ["x"], mode: "reckon" });
  }
}

test("of two times both must have been received", async () => {
  const { player, client, inputs } = await join(true, ReckoningRoom);
  const send = (...frame: number[]) => player.socket.send(Buffer.from([INPUT | TIMED, ...frame]));
  send(100, 20, 0, TURN, 1);
  send(7);
  send(7, 20);
  send(5, 20, 0, TURN, 2);
  await until(() => client._receivedInputCount === 2);
  const accessor = inputs();
  expect([accessor.next()?.turn, accessor.renderTime]).toEqual([1, 80]);
  expect([accessor.next()?.turn, accessor.renderTime]).toEqual([2, 85]);
  send(7);
  await until(() => player.closeCode !== undefined);
  expect(player.closeCode).toBe(CLOSE.ABUSE);
});

const double = fc.double({ noNaN: true, noDefaultInfinity: true });
const fields = fc.record(
  {
    turn: fc.integer({ min: -128, max: 127 }),
    jump: fc.boolean(),
    yaw: double.map(Math.fround).filter(Number.isFinite),
    reach: double,
    tick: fc.oneof(double, fc.integer(), fc.maxSafeInteger()),
    pitch: fc.double({ min: -2, max: 2, noNaN: true }),
    big: fc.maxSafeInteger(),
  },
  { requiredKeys: [] },
);

test("every frame that the SDK's encoder makes of finite numbers fits", () => {
  fc.assert(
    fc.property(fc.array(fields, { minLength: 1, maxLength: 4 }), (changes) => {
      const aim = new Aim();
      const encoder = new InputEncoder(aim);
      const form = inputFormOf(Aim);
      for (const change of changes) {
        Object.assign(aim, change);
        expect(form.fits(encoder.encode(), 0)).toBe(true);
      }
      encoder.reset();
      expect(form.fits(encoder.encode(), 0)).toBe(true);
    }),
  );
});

test("whatever fits is decoded into finite numbers", () => {
  const form = inputFormOf(Aim);
  const field = fc.tuple(fc.integer({ min: 120, max: 140 }), fc.uint8Array({ minLength: 1, maxLength: 9 }));
  fc.assert(
    fc.property(fc.array(field, { maxLength: 4 }), (parts) => {
      const bytes = Uint8Array.from(parts.flatMap(([op, value]) => [op, ...value]));
      fc.pre(form.fits(bytes, 0));
      const aim = new InputDecoder(new Aim()).decode(bytes) as Aim;
      for (const { name } of fieldsOf(Aim)) {
        const value = Reflect.get(aim, name) ?? 0;
        expect(typeof value === "boolean" || Number.isFinite(value)).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ["text", schema({ word: t.string() }, "FramesText")],
  ["a list", schema({ list: t.array("number") }, "FramesList")],
  ["a child", schema({ child: t.ref(Board) }, "FramesChild")],
])("a room whose inputs hold %s is not opened, and is told what they may hold", async (_, type) => {
  expect(() => inputFormOf(type)).toThrow(/t\.boolean\(\), t\.number\(\)/);
  class Before extends Room {
    override inputs = this.defineInput(type as never);
    override onCreate(): void {
      installClientFastPath(this);
    }
  }
  class Behind extends Room {
    override onCreate(): void {
      installClientFastPath(this);
      this.defineInput(type as never);
    }
  }
  const served = await serve(FramesRoom);
  stop = served.stop;
  for (const room of [Before, Behind]) {
    matchMaker.defineRoomType(room.name, room);
    await expect(matchMaker.createRoom(room.name, {})).rejects.toThrow(/INPUT_SCHEMA_INVALID|t\.boolean\(\)/);
  }
});
