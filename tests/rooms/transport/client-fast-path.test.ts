import { once } from "node:events";
import { setFlagsFromString } from "node:v8";
import { type Client, ClientState, Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { afterEach, expect, test } from "vitest";
import { installClientFastPath } from "../../../rooms/transport/fast-path/client-fast-path.ts";
import { testFastPath } from "../../helpers/fast-path-test.ts";
import { clientOf, RawPlayer, serve, until } from "../../helpers/servers/crowd-server.ts";

setFlagsFromString("--allow-natives-syntax");
const hasFastFields = new Function("object", "return %HasFastProperties(object)") as (o: object) => boolean;

const Board = schema({ name: t.string().default("board") }, "QuickBoard");
const Turn = schema({ turn: t.int8().default(0) }, "QuickTurn");
type Turn = InstanceType<typeof Turn>;

class StockRoom extends Room<{ state: InstanceType<typeof Board>; input: Turn }> {
  override autoDispose = false;
  override inputs = this.defineInput(Turn, { bufferMaxSize: 20 });
  override onCreate(): void {
    this.state = new Board();
  }
  override onJoin(client: Client): void {
    client.send("early", "sent before the join was acknowledged");
  }
}
class QuickRoom extends StockRoom {
  override onCreate(): void {
    super.onCreate();
    installClientFastPath(this);
  }
}

let stop: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stop?.();
  stop = undefined;
});

async function join(type: new () => StockRoom) {
  const served = await serve(type);
  stop = served.stop;
  const player = await RawPlayer.join(served.url);
  const client = clientOf(served.room, player.sessionId);
  await until(() => client.state === ClientState.JOINED && player.messages.length >= 3);
  return { room: served.room as StockRoom, player, client };
}

/** The join, the state and what was said before it: patches follow when their time comes. */
function firstCodes({ messages }: RawPlayer): (number | undefined)[] {
  return messages.slice(0, 3).map((message) => message[0]);
}

/** Codes of Colyseus's `Protocol`. */
const [JOIN, STATE, INPUT] = [10, 14, 19];
/** The first field of an input, set. */
const TURN = 128;
const FRAMES = [[TURN, 5], [TURN, 7], [], [TURN, 250]];

/** What a room decodes of input frames. */
async function decoded({ room, player, client }: Awaited<ReturnType<typeof join>>): Promise<number[]> {
  for (const frame of FRAMES) player.socket.send(Buffer.from([INPUT, ...frame]));
  const counts = client as Client & { _receivedInputCount?: number };
  await until(() => counts._receivedInputCount === FRAMES.length);
  return room.inputs
    .get(client.sessionId)
    .drain()
    .map(({ turn }) => turn);
}

testFastPath(
  "client-shape",
  "a client that joined stays quick to read, and is told the same in the same order",
  async () => {
    const stock = await join(StockRoom);
    expect(hasFastFields(stock.client)).toBe(false);
    const codes = firstCodes(stock.player);
    const turns = await decoded(stock);
    await stop?.();
    const quick = await join(QuickRoom);
    expect(hasFastFields(quick.client)).toBe(true);
    expect(firstCodes(quick.player)).toEqual(codes);
    expect(await decoded(quick)).toEqual(turns);
    expect(turns).toContain(7);
    // Colyseus keeps a seat only for those who were in: it asks whether the early messages are gone.
    const seat = quick.room.allowReconnection(quick.client, 1);
    seat.reject();
    await expect(seat).rejects.not.toMatchObject({ message: "not joined" });
  },
);

test("a join that is acknowledged again gets one state, and an empty message none", async () => {
  const { player, client } = await join(QuickRoom);
  for (const message of [[JOIN], []]) player.socket.send(Buffer.from(message));
  player.socket.send(Buffer.from([INPUT, TURN, 5]));
  await until(() => (client as Client & { _receivedInputCount?: number })._receivedInputCount === 1);
  // What was sent before the answer to a ping has come before it.
  player.socket.ping();
  await once(player.socket, "pong");
  expect(player.messages.filter((message) => ((message[0] ?? 0) & 31) === STATE)).toHaveLength(1);
});
