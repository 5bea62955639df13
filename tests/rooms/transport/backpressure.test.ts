import type { Socket } from "node:net";
import { type Client, Room } from "@colyseus/core";
import { type Decoder, Encoder, Reflection, schema, t } from "@colyseus/schema";
import { afterEach, expect, test } from "vitest";
import { StableSerializer } from "../../../rooms/replication/stable-serializer.ts";
import { Backpressure, queuedBytes } from "../../../rooms/transport/backpressure.ts";
import { JoinQueue } from "../../../rooms/transport/join-queue.ts";
import { CLOSE } from "../../../shared/constants.ts";
import { testFastPath } from "../../helpers/fast-path-test.ts";
import { clientOf, RawPlayer, serve, until } from "../../helpers/servers/crowd-server.ts";

const Bulk = schema(
  { tick: t.uint32().default(0), rows: t.map("string"), hidden: t.string().view() },
  "OutboxBulk",
);
type Bulk = InstanceType<typeof Bulk>;
const Input = schema({ turn: t.int8() }, "OutboxInput");

// The state is larger than the stock buffer; growing it is not what is tested.
Encoder.BUFFER_SIZE = 128 * 1024;

let clock = 0;
let backpressure: Backpressure;

class BulkRoom extends Room<{ state: Bulk }> {
  override autoDispose = false;
  override patchRate = null as unknown as number;
  /** Close codes of those who left. */
  readonly codes: (number | undefined)[] = [];

  override onLeave(_client: Client, code?: number): void {
    this.codes.push(code);
  }

  override setSerializer(): void {
    // No join queue: on a busy machine its empty patches would come between.
    backpressure = new Backpressure({}, () => clock, new JoinQueue({ atOnceMs: Number.POSITIVE_INFINITY }));
    super.setSerializer(new StableSerializer<Bulk>(backpressure));
  }

  override onCreate(): void {
    this.state = new Bulk();
  }

  /** Each tick writes 32 kB that name their tick throughout, so that a mixed frame shows. */
  tick(): void {
    this.state.tick++;
    for (let row = 0; row < 32; row++)
      this.state.rows.set(`row${row}`, `${this.state.tick}:`.padEnd(1000, `${this.state.tick}.`));
    this.broadcastPatch();
  }
}
/** The same with inputs: its frames are timed. */
class TimedRoom extends BulkRoom {
  override onCreate(): void {
    this.defineInput(Input, {});
    super.onCreate();
  }
}

let stop: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stop?.();
  stop = undefined;
});

async function open(type: new () => BulkRoom): Promise<{ url: string; room: BulkRoom }> {
  clock = 0;
  const served = await serve(type);
  stop = served.stop;
  return { url: served.url, room: served.room as unknown as BulkRoom };
}

/** What a stock decoder makes of a player's messages so far. */
function decode(room: BulkRoom, player: RawPlayer): Bulk {
  const serializer = Reflect.get(room, "_serializer") as StableSerializer<Bulk>;
  const decoder = Reflection.decode(Uint8Array.from(serializer.handshake())) as Decoder<Bulk>;
  for (const message of player.messages) {
    const code = (message[0] ?? 0) & 31;
    const it = { offset: (message[0] ?? 0) & 128 ? 9 : 1 };
    if (code === 14 && decoder.root.refs.size > 1) decoder.decodeResync(message, it);
    else if (code === 14 || code === 15) decoder.decode(message, it);
  }
  return decoder.state;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

for (const [name, type, path] of [
  ["with inputs", TimedRoom, "handle"],
  ["without inputs", BulkRoom, "handle"],
  ["with inputs and through Node's stream", TimedRoom, "stream"],
  ["with inputs and as messages of the transport", TimedRoom, "message"],
] as const) {
  const title = `a paused socket gets the frames that were sent, ${name}, and a full state for those it missed`;
  const run = async () => {
    const { url, room } = await open(type);
    backpressure.writePath = path;
    const [slow, quick] = [await RawPlayer.join(url), await RawPlayer.join(url)];
    slow.pause();
    // The kernel's own buffers take some megabytes before anything queues here.
    for (let i = 0; i < 2000 && queuedBytes(clientOf(room, slow.sessionId)) < 200_000; i++) {
      room.tick();
      await turn();
    }
    for (let i = 0; i < 40; i++) {
      room.tick();
      await turn();
      expect(queuedBytes(clientOf(room, slow.sessionId))).toBeLessThan(1_000_000);
    }
    slow.resume();
    await until(() => queuedBytes(clientOf(room, slow.sessionId)) === 0);
    room.tick();
    const last = room.state.tick;
    await until(() => decode(room, quick).tick === last && decode(room, slow).tick === last);
    // Every frame is of one tick: no later tick's bytes in it.
    for (const message of slow.messages.slice(2)) {
      const ticks = new Set([...message.toString("latin1").matchAll(/(\d+):/g)].map((match) => match[1]));
      expect(ticks.size).toBeLessThanOrEqual(1);
    }
    const states = slow.messages.filter((message) => ((message[0] ?? 0) & 31) === 14);
    expect(states).toHaveLength(2);
    expect([...decode(room, slow).rows.entries()]).toEqual([...room.state.rows.entries()]);
    expect(slow.messages.length).toBeLessThan(quick.messages.length);
  };
  if (path === "message") test(title, run);
  else testFastPath(`socket-${path}`, title, run);
}

test("a client's own input number is on its frames, another's never, also after a held write", async () => {
  const { url, room } = await open(TimedRoom);
  const players = [await RawPlayer.join(url), await RawPlayer.join(url), await RawPlayer.join(url)];
  players.forEach(({ sessionId }, i) => {
    Object.defineProperty(Reflect.get(clientOf(room, sessionId), "_inputBuffer"), "ackSeq", {
      value: 1000 + i,
    });
  });
  players[1]?.pause();
  for (let i = 0; i < 2000 && queuedBytes(clientOf(room, players[1]?.sessionId ?? "")) === 0; i++) {
    room.tick();
    await turn();
  }
  for (let i = 0; i < 4; i++) room.tick();
  players[1]?.resume();
  const patches = (player: RawPlayer): Buffer[] =>
    player.messages.filter((message) => ((message[0] ?? 0) & 31) === 15);
  await until(() => players.every((player) => patches(player).length === room.state.tick));
  players.forEach((player, i) => {
    expect(new Set(patches(player).map((message) => message.readUInt32LE(5)))).toEqual(new Set([1000 + i]));
  });
});

testFastPath("socket-handle", "what the kernel has not taken whole counts as queued", async () => {
  const { url, room } = await open(BulkRoom);
  const slow = await RawPlayer.join(url);
  const client = clientOf(room, slow.sessionId);
  slow.pause();
  for (let i = 0; i < 2000 && queuedBytes(client) === 0; i++) {
    room.tick();
    await turn();
  }
  const { _socket } = client.ref as unknown as { _socket: Socket };
  expect([queuedBytes(client) > 0, _socket.writableLength]).toEqual([true, 0]);
});

test("messages between frames keep their place, also behind a write that the kernel has not taken whole", async () => {
  const { url, room } = await open(BulkRoom);
  const player = await RawPlayer.join(url);
  const client = clientOf(room, player.sessionId);
  player.pause();
  const sent: string[] = [];
  const say = () => {
    client.send("chat", String(sent.length).padStart(3_000));
    sent.push(String(sent.length));
  };
  const tick = async () => {
    room.tick();
    say();
    if (sent.length % 3 === 0) await turn();
  };
  // Messages alone until several wait: no frame may overtake them.
  for (let i = 0; i < 5_000 && queuedBytes(client) < 20_000; i++) {
    say();
    if (i % 3 === 0) await turn();
  }
  const before = sent.length;
  for (let i = 0; i < 2000 && queuedBytes(client) < 150_000; i++) await tick();
  player.resume();
  for (let i = 0; i < 300; i++) await tick();
  await until(() => queuedBytes(client) === 0);
  const isChat = (message: Buffer) => ((message[0] ?? 0) & 31) === 13;
  await until(() => player.messages.filter(isChat).length === sent.length);
  const said: string[] = [];
  for (const message of player.messages.slice(2)) {
    const text = message.toString("latin1");
    if (isChat(message)) said.push(/\d+$/.exec(text)?.[0] ?? "");
    // Each tick was followed by one message.
    else expect(said).toHaveLength(before + Number(/(\d+):/.exec(text)?.[1]) - 1);
  }
  expect(said).toEqual(sent);
});

test("a reader that is behind for too long is dropped with a code that says so", async () => {
  const { url, room } = await open(BulkRoom);
  const slow = await RawPlayer.join(url);
  slow.pause();
  for (
    let i = 0;
    i < 3000 && queuedBytes(clientOf(room, slow.sessionId)) <= backpressure.limits.patchBytes;
    i++
  ) {
    room.tick();
    await turn();
  }
  room.tick();
  clock += backpressure.limits.behindMs + 1;
  room.tick();
  slow.resume();
  await until(() => slow.closeCode !== undefined);
  expect(slow.closeCode).toBe(CLOSE.TOO_SLOW);
});

test("one who reads nothing at all is cut off after the grace, and leaves the room for good", async () => {
  const { url, room } = await open(BulkRoom);
  backpressure.limits.graceMs = 200;
  const slow = await RawPlayer.join(url);
  slow.pause();
  for (
    let i = 0;
    i < 3000 && queuedBytes(clientOf(room, slow.sessionId)) <= backpressure.limits.patchBytes;
    i++
  ) {
    room.tick();
    await turn();
  }
  room.tick();
  clock += backpressure.limits.behindMs + 1;
  room.tick();
  await until(() => room.clients.length === 0);
  // Any other code is a lost connection, whose seat is kept.
  expect(room.codes).toEqual([CLOSE.TOO_SLOW]);
});

test("messages past the total cap drop a reader at once", async () => {
  const { url, room } = await open(BulkRoom);
  const slow = await RawPlayer.join(url);
  slow.pause();
  const client = clientOf(room, slow.sessionId);
  for (let i = 0; i < 20_000 && queuedBytes(client) <= backpressure.limits.totalBytes; i++) {
    client.send("chat", "x".repeat(8_000));
    if (i % 16 === 0) await turn();
  }
  room.tick();
  slow.resume();
  await until(() => slow.closeCode !== undefined);
  expect(slow.closeCode).toBe(CLOSE.TOO_SLOW);
});

test("a client that never acknowledges its join keeps no more than the cap, and is dropped in time", async () => {
  const { url, room } = await open(BulkRoom);
  const mute = await RawPlayer.join(url, false);
  const client = clientOf(room, mute.sessionId) as unknown as { _enqueuedMessages: Uint8Array[] };
  for (let i = 0; i < 200 && mute.closeCode === undefined; i++) {
    for (let n = 0; n < 4; n++) room.broadcast("chat", "x".repeat(8_000));
    room.tick();
    const bytes = (client._enqueuedMessages ?? []).reduce((sum, message) => sum + message.length, 0);
    expect(bytes).toBeLessThan(1_000_000);
  }
  await until(() => mute.closeCode !== undefined);
  expect(mute.closeCode).toBe(CLOSE.TOO_SLOW);

  const silent = await RawPlayer.join(url, false);
  room.tick();
  clock += backpressure.limits.joinAckMs + 1;
  room.tick();
  await until(() => silent.closeCode !== undefined);
  expect(silent.closeCode).toBe(CLOSE.TOO_SLOW);
});

test("a view on a quiet tick is sent, and to both clients that share it", async () => {
  const { url, room } = await open(BulkRoom);
  const { StateView } = await import("@colyseus/schema");
  const view = new StateView();
  const players = [await RawPlayer.join(url), await RawPlayer.join(url)];
  room.state.hidden = "for two";
  room.broadcastPatch();
  for (const { sessionId } of players) clientOf(room, sessionId).view = view;
  view.add(room.state);
  room.broadcastPatch();
  await until(() => players.every((player) => decode(room, player).hidden === "for two"));
});
