import type { Socket } from "node:net";
import { matchMaker, type Client as RoomClient } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { Client, type Room } from "colyseus.js";
import { defineCommand, GameRoom, type Identity, type RoomPlayer, WorldRoom } from "roomkeep/rooms";
import { Carrier, CLOSE, readErrorCode, refuse, Shop, Ware, WorldState } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { enterRoom, signIn } from "../../bots/index.ts";
import type { TravelMessage } from "../../shared/protocol/messages.ts";
import { rowOf } from "../helpers/characters.ts";

// Node's own WebSocket, from 22 on, hides the socket that a test breaks: the SDK then takes that of ws.
vi.hoisted(() => Reflect.deleteProperty(globalThis, "WebSocket"));

const TableState = schema({ seats: t.map("string"), pile: t.array("uint8") }, "CardTable");
type TableState = InstanceType<typeof TableState>;

/** Cards for four: a state of its own, no avatar, no level and no tick. */
class TableRoom extends GameRoom<TableState> {
  static override readonly listing = { label: "Table", description: "Cards for four.", maxPlayers: 4 };
  override state = new TableState();
  override commands = [
    defineCommand<TableRoom>({
      name: "deal",
      help: "Takes all cards back.",
      role: "player",
      run: (room) => {
        room.state.pile.clear();
        return "The pile is empty.";
      },
    }),
  ];

  override rateLimits = { bid: { perSecond: 100, burst: 100, account: { most: 3, withinS: 3_600 } } };
  protected override onOpen(): void {
    this.on("bid", z.strictObject({ card: z.int() }), (_, { card }) => void this.state.pile.push(card));
    this.on("play", z.strictObject({ card: z.int().min(1).max(52) }), (player, { card }) => {
      if (this.state.pile.includes(card)) return refuse("ACTION_REFUSED", "It lies there already.");
      this.state.pile.push(card);
      player.stats.played = playedBy(player) + 1;
      player.statsChanged = true;
    });
  }
  protected override onEnter(player: RoomPlayer): void {
    this.state.seats.set(player.sessionId, `${player.claim.sheet.name}, ${playedBy(player)} played`);
  }
  protected override onExit(player: RoomPlayer): void {
    this.state.seats.delete(player.sessionId);
    player.stats.left = true; // what the farewell writes is saved
  }
}

const PictureState = schema({ solved: t.array("string") }, "PictureTable");

/**
 * Guess the word: who has it is told alone, swearing is refused, and what is shouted goes to everybody
 * louder.
 */
class GuessRoom extends GameRoom<InstanceType<typeof PictureState>> {
  static override readonly listing = {
    label: "Guess",
    description: "",
    maxPlayers: 4,
    closed: ["whisper", "party.say"],
  } as const;
  override state = new PictureState();
  protected override onChat(player: RoomPlayer, text: string) {
    if (text.includes("!")) return text.toUpperCase();
    if (text.includes("spoiler")) return refuse("ACTION_REFUSED", "Not so.");
    if (!text.includes("lighthouse")) return;
    this.state.solved.push(player.sessionId);
    return { to: [player], text: "lighthouse: that is it" };
  }
}

class TwiceRoom extends GameRoom {
  override state = new TableState();
  protected override onOpen(): void {
    this.on("chat", z.strictObject({ text: z.string() }), () => {});
  }
}

class SilentRoom extends GameRoom {
  override state = new TableState();
  override async onCreate(): Promise<void> {}
}
class BarehandedRoom extends WorldRoom {
  override state = new WorldState();
  protected override onOpen(): void {
    this.useItems.call(this as never);
  }
}
class CarrierRoom extends WorldRoom<WorldState, Carrier> {
  static override readonly items = { pear: { stack: 5 } };
  override state = new WorldState();
  protected override createAvatar(): Carrier {
    return new Carrier();
  }
}
class MisusingRoom extends CarrierRoom {
  protected override onOpen(): void {
    this.useItems<Carrier>({ uses: { pear: { done: () => {} }, plum: { done: () => {} } } });
  }
}
class MissellingRoom extends CarrierRoom {
  protected override onBegin(): void {
    const shop = new Shop({ kind: "shop", name: "Hazel" });
    shop.wares.set("plum", new Ware({ buy: 1 }));
    this.world.spawn(shop);
  }
}

/** The same in Colyseus's way. */
class StockTwiceRoom extends GameRoom {
  override state = new TableState();
  override messages = { chat: () => {} };
}

/** Its joins hang or fail where their options say so, and its leaves always hang. */
class StuckRoom extends TableRoom {
  protected override readonly hookTimeoutMs = 300;
  override async onJoin(client: RoomClient, options: { how?: string }, identity: Identity): Promise<void> {
    await super.onJoin(client, options, identity);
    if (options.how === "hang") await new Promise(() => {});
    if (options.how === "fail") throw new Error("the vault's number is 4711");
  }
  override async onLeave(client: RoomClient, code?: number): Promise<void> {
    await super.onLeave(client, code);
    await new Promise(() => {});
  }
}

/** Two modes, and any map; who is alone waits in the emptiest room. */
class ModeRoom extends GameRoom<TableState> {
  static override readonly listing = {
    label: "Modes",
    description: "",
    maxPlayers: 2,
    matchBy: { mode: ["red", "blue"], size: [2, 4] },
    sortBy: "emptiest",
  } as const;
  override state = new TableState();
}
class MapRoom extends GameRoom<TableState> {
  static override readonly listing = {
    label: "Maps",
    description: "",
    maxPlayers: 9,
    matchBy: ["map"],
  } as const;
  override state = new TableState();
}

/** A hall with a door to the table. */
class HallRoom extends WorldRoom {
  override state = new WorldState();
  protected override onOpen(): void {
    this.on("sit", z.strictObject({}), (player) => {
      void this.travel([player], { to: "table" });
    });
  }
}

const playedBy = ({ stats }: RoomPlayer): number => Number(stats.played ?? 0);

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({
    table: TableRoom,
    hall: HallRoom,
    guess: GuessRoom,
    twice: TwiceRoom,
    stock: StockTwiceRoom,
    stuck: StuckRoom,
    modes: ModeRoom,
    maps: MapRoom,
    silent: SilentRoom,
    barehanded: BarehandedRoom,
    misusing: MisusingRoom,
    misselling: MissellingRoom,
  });
});
afterAll(() => world.close());

interface Guest {
  readonly room: Room<unknown, TableState>;
  readonly token: string;
  readonly characterId: string;
  /** The next message of a type. */
  message<T>(type: string): Promise<T>;
  /** Resolves at the first patch or message at which the condition holds. */
  until(condition: () => boolean): Promise<void>;
}

async function sit(who: { name?: string; token?: string; code?: string }): Promise<Guest> {
  const { token, character } = await signIn(world.url, who);
  const room = (await enterRoom(world.url, "table", token, who)) as unknown as Room<unknown, TableState>;
  const received: { type: string; payload: unknown }[] = [];
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const check of [...waiting]) check();
  };
  room.onMessage("*", (type, payload) => {
    received.push({ type: String(type), payload });
    wake();
  });
  room.onStateChange(wake);
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!condition()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  const guest: Guest = {
    room,
    token,
    characterId: character.id,
    until,
    async message<T>(type: string) {
      const all = () => received.filter((one) => one.type === type);
      const before = all().length;
      await until(() => all().length > before);
      return all()[before]?.payload as T;
    },
  };
  await until(() => room.state?.seats?.has(room.sessionId) === true);
  return guest;
}

const seatOf = (seen: Guest, of: Guest): string | undefined => seen.room.state.seats.get(of.room.sessionId);
const serverRoom = ({ room }: Guest) => world.room<TableRoom>(room.roomId);
const statsOf = async ({ characterId }: Guest): Promise<unknown> =>
  ((await rowOf(world.server.foundation.database.ds, characterId)).state as { stats: unknown }).stats;

test("a room without a world seats players, and hears their messages, chat and commands", async () => {
  const ann = await sit({ name: "Ann" });
  const bob = await sit({ name: "Bob", code: ann.room.roomId });
  await ann.until(() => seatOf(ann, bob) === "Bob, 0 played");

  ann.room.send("play", { card: 7 });
  await bob.until(() => bob.room.state.pile.includes(7));
  const refused = bob.message<{ code: string }>("refused");
  bob.room.send("play", { card: 7 });
  expect(await refused).toMatchObject({ type: "play", code: "ACTION_REFUSED" });
  const invalid = bob.message<{ code: string }>("refused");
  bob.room.send("play", { card: 99 });
  expect(await invalid).toMatchObject({ code: "MESSAGE_INVALID" });

  const line = ann.message("chat");
  bob.room.send("chat", { text: "Your turn." });
  expect(await line).toEqual({
    from: bob.room.sessionId,
    character: bob.characterId,
    name: "Bob",
    text: "Your turn.",
  });
  const whisper = ann.message("whisper");
  bob.room.send("whisper", { to: "Ann", text: "I hold the queen." });
  expect(await whisper).toMatchObject({ name: "Bob", text: "I hold the queen." });

  const answer = ann.message("console");
  ann.room.send("command", { line: "/deal" });
  expect(await answer).toEqual({ line: "/deal", text: "The pile is empty." });
  const { console } = serverRoom(ann);
  const operator = { id: "operator", role: "admin" } as const;
  expect(console.complete(operator, "/")).toEqual([
    "/help",
    "/kick",
    "/mute",
    "/unmute",
    "/announce",
    "/deal",
  ]);
  const notice = bob.message("notice");
  console.give(operator, "/announce Last round.");
  expect(await notice).toEqual({ code: "ANNOUNCEMENT", text: "Last round." });
  console.give(operator, "/kick Bob");
  await ann.until(() => seatOf(ann, bob) === undefined);
  await ann.room.leave();
});

test("a dropped player keeps the seat and gets it back", async () => {
  const ann = await sit({ name: "Ann" });
  const bob = await sit({ name: "Bob", code: ann.room.roomId });
  const record = () => serverRoom(ann).players.get(ann.room.sessionId);
  const returned = new Promise<void>((resolve) => ann.room.onReconnect(() => resolve()));
  ann.room.connection.close(4010);
  await returned;
  await bob.until(() => record()?.hold === undefined);
  expect(seatOf(bob, ann)).toBe("Ann, 0 played");
  // A proxy that loads its settings anew (Caddy) ends each connection by a close frame that ws takes for a
  // broken one.
  ann.room.reconnection.minUptime = 0;
  const again = new Promise<void>((resolve) => ann.room.onReconnect(() => resolve()));
  const { ws } = ann.room.connection.transport as unknown as { ws: { terminate(): void } };
  (Reflect.get(ws, "_socket") as Socket).write(Buffer.from([0x88, 0x02, 0x03, 0xe9]), () => ws.terminate());
  await again;
  await bob.until(() => record()?.hold === undefined);
  ann.room.send("play", { card: 3 });
  await bob.until(() => bob.room.state.pile.includes(3));
  await ann.room.leave();
  await bob.room.leave();
});

test("a game limits a message by account: a new connection has nothing saved up", async () => {
  const ann = await sit({ name: "Ann" });
  for (const card of [101, 102]) ann.room.send("bid", { card });
  await ann.until(() => ann.room.state.pile.length === 2);
  await ann.room.leave();
  const again = await sit({ token: ann.token });
  const refused = again.message("refused");
  for (const card of [103, 104]) again.room.send("bid", { card });
  expect(await refused).toMatchObject({ type: "bid", code: "RATE_LIMITED" });
  expect(serverRoom(again).state.pile.includes(103)).toBe(true);
  expect(serverRoom(again).state.pile.includes(104)).toBe(false);
  // Another account has its own.
  const bob = await sit({ name: "Bob", code: again.room.roomId });
  bob.room.send("bid", { card: 105 });
  await bob.until(() => bob.room.state.pile.includes(105));
  await again.room.leave();
  await bob.room.leave();
});

test("leaving saves the stats, and a second login takes over with what the first one had", async () => {
  const ann = await sit({ name: "Ann" });
  ann.room.send("play", { card: 1 });
  await ann.until(() => ann.room.state.pile.includes(1));
  const bob = await sit({ name: "Bob", code: ann.room.roomId });
  await ann.room.leave();
  await bob.until(() => seatOf(bob, ann) === undefined);

  const again = await sit({ token: ann.token, code: bob.room.roomId });
  expect(await statsOf(again)).toEqual({ played: 1, left: true });
  expect(seatOf(again, again)).toBe("Ann, 1 played");
  again.room.send("play", { card: 2 });
  await again.until(() => again.room.state.pile.includes(2));
  const closed = new Promise<number>((resolve) => again.room.onLeave((code) => resolve(code)));
  const second = await sit({ token: ann.token, code: bob.room.roomId });
  expect(await closed).toBe(CLOSE.TAKEN_OVER);
  expect(seatOf(second, second)).toBe("Ann, 2 played");
  expect(serverRoom(second).players.size).toBe(2);
  await second.room.leave();
  await bob.room.leave();
});

test("changed stats are saved while the player plays on", async () => {
  const ann = await sit({ name: "Ann" });
  const record = serverRoom(ann).players.get(ann.room.sessionId);
  if (!record) throw new Error("Ann is not there");
  // As if the last save were long ago.
  Object.assign(record, { stats: { played: 40 }, statsChanged: true, savedAt: Number.NEGATIVE_INFINITY });
  await expect.poll(() => statsOf(ann)).toEqual({ played: 40 });
  await ann.room.leave();
});

test("a player of a world travels to the table with their stats, and the hall gives the seat up", async () => {
  const ann = await world.join("hall", { name: "Ann", follow: false });
  const hall = world.room<HallRoom>(ann.room.roomId);
  const record = hall.players.get(ann.room.sessionId);
  Object.assign(record?.stats ?? {}, { played: 9 });
  const seat = new Promise<unknown>((resolve) => {
    ann.room.onMessage("travel", (message: TravelMessage) => {
      if (message.phase === "go") resolve(message.seat);
    });
  });
  const closed = new Promise<number>((resolve) => ann.room.onLeave((code) => resolve(code)));
  ann.send("sit");
  const table = await new Client(world.url).consumeSeatReservation<TableState>((await seat) as never);
  expect(await closed).toBe(CLOSE.TRAVELLED);
  const seats = world.room<TableRoom>(table.roomId).state.seats;
  expect(seats.get(table.sessionId)).toBe("Ann, 9 played");
  await table.leave();
});

test("a part of a room says by its code that the room has not opened", () => {
  class EagerRoom extends GameRoom {
    readonly mine = this.ports.items;
  }
  expect(() => new EagerRoom()).toThrow(expect.objectContaining({ code: "ROOM_NOT_OPEN" }));
});

test("a game changes, redirects and refuses chat lines, and its listing closes whispers", async () => {
  const join = async (name: string) =>
    enterRoom(world.url, "guess", (await signIn(world.url, { name })).token);
  const ann = await join("Ann");
  const bob = await join("Bob");
  const heard: [string, unknown][] = [];
  for (const [name, room] of Object.entries({ ann, bob }))
    room.onMessage("*", (type, message) => {
      const { text, code } = message as { text?: string; code?: string };
      if (type !== "whisper.sent") heard.push([name, code ?? text]);
    });
  ann.send("chat", { text: "a lighthouse?" });
  ann.send("chat", { text: "spoiler: a tower" });
  ann.send("whisper", { to: "Bob", text: "it is a lighthouse" });
  ann.send("chat", { text: "got it!" });
  await expect.poll(() => heard.filter(([, text]) => text === "GOT IT!")).toHaveLength(2);
  // A refusal may come behind the next line: lines are counted by account first.
  const toAnn = () => heard.filter(([name]) => name === "ann").map(([, text]) => String(text));
  await expect
    .poll(() => toAnn().sort())
    .toEqual(["ACTION_REFUSED", "CHANNEL_CLOSED", "GOT IT!", "lighthouse: that is it"]);
  expect(heard.filter(([name]) => name === "bob")).toEqual([["bob", "GOT IT!"]]);
  const { state } = world.room<GuessRoom>(ann.roomId);
  expect([...state.solved]).toEqual([ann.sessionId]);

  // Nor does a whisper of another room come in.
  const carl = await sit({ name: "Carl" });
  const bobsId = world.room<GuessRoom>(bob.roomId).players.get(bob.sessionId)?.claim.sheet.id;
  const sent = carl.message("whisper.sent");
  carl.room.send("whisper", { to: bobsId, text: "psst" });
  expect(await sent).toMatchObject({ outcome: "offline" });
  await Promise.all([ann.leave(), bob.leave(), carl.room.leave()]);
});

test.each(["twice", "stock"])(
  "a second action for a type of message is refused by name: %s",
  async (game) => {
    const { token } = await signIn(world.url, { name: "Ann" });
    await expect(enterRoom(world.url, game, token)).rejects.toThrow(/MESSAGE_TAKEN: .*"chat"/);
  },
);
describe("a hook of a game", () => {
  const enter = async (how: string) => {
    const { token, character } = await signIn(world.url);
    const entered = enterRoom(world.url, "stuck", token, { create: true, options: { how } });
    return { entered, characterId: character.id };
  };
  const owner = async (id: string) => (await rowOf(world.server.foundation.database.ds, id)).owner;
  const refusalOf = (entered: Promise<unknown>) =>
    entered.then(
      () => "let in",
      (error: Error) => error.message,
    );
  const noRoom = () => expect.poll(() => matchMaker.query({ name: "stuck" })).toEqual([]);

  test("that hangs at a join lets go of its client, the character and the room", async () => {
    const { entered, characterId } = await enter("hang");
    expect(readErrorCode(await refusalOf(entered)).code).toBe("JOIN_TIMEOUT");
    await expect.poll(() => owner(characterId)).toBeNull();
    await noRoom();
  });

  test("that fails at a join is told by a code, and its text to nobody", async () => {
    const { entered, characterId } = await enter("fail");
    const text = await refusalOf(entered);
    expect(readErrorCode(text).code).toBe("JOIN_FAILED");
    expect(text).not.toContain("4711");
    await expect.poll(() => owner(characterId)).toBeNull();
    await noRoom();
  });

  test("that hangs at a leave keeps neither the client nor the room", async () => {
    const { entered, characterId } = await enter("well");
    await (await entered).leave();
    await expect.poll(() => owner(characterId)).toBeNull();
    await noRoom();
  });

  test("whose claim comes after the time is up lets nobody in", async () => {
    const { characters } = world.server.foundation;
    const { claim } = characters;
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    characters.claim = async (...args) => {
      const claimed = await claim(...args);
      await gate;
      return claimed;
    };
    const { entered, characterId } = await enter("well");
    const refused = await refusalOf(entered);
    characters.claim = claim;
    expect(readErrorCode(refused).code).toBe("JOIN_TIMEOUT");
    expect(await owner(characterId)).not.toBeNull();
    open();
    await expect.poll(() => owner(characterId)).toBeNull();
  });
});

test.each([
  ["silent", /SilentRoom did not open: its onCreate must call super.onCreate/],
  ["barehanded", /BarehandedRoom uses items.*extends Carrier/],
  ["misusing", /MisusingRoom .*"plum"/],
  ["misselling", /MissellingRoom .*"Hazel" has the item "plum"/],
])("a room that would not work does not open: %s", async (game, problem) => {
  const { token } = await signIn(world.url, { name: "Ann" });
  const refused = expect.objectContaining({ message: expect.stringMatching(problem) });
  await expect(enterRoom(world.url, game, token)).rejects.toEqual(refused);
});

test("strangers who ask for different modes never meet, and who asks for no mode meets the first", async () => {
  const tokens = new Map<Room, string>();
  const join = async (game: string, options: Record<string, unknown>, more = {}) => {
    const { token } = await signIn(world.url, { name: "Ann" });
    const room = await enterRoom(world.url, game, token, { options, ...more });
    tokens.set(room, token);
    return room;
  };
  const red = await join("modes", { mode: "red" });
  const blue = await join("modes", { mode: "blue" });
  const plain = await join("modes", {});
  const large = await join("modes", { mode: "blue", size: "4" }); // as a page's address says it
  expect(new Set([red.roomId, blue.roomId, large.roomId]).size).toBe(3);
  expect(plain.roomId).toBe(red.roomId);
  expect(world.room<ModeRoom>(large.roomId).match).toEqual({ mode: "blue", size: 4 });
  const other = await join("modes", { mode: "blue" }, { create: true });
  // Of a room with one player and one with none but a seat, the emptier.
  await other.leave();
  const second = await join("modes", { mode: "blue" });
  expect([blue.roomId]).toContain(second.roomId);
  const { token } = await signIn(world.url, { name: "Bob" });
  for (const options of [{ mode: "green" }, { mode: ["red"] }, { mode: { $ne: "" } }, { size: 3 }])
    await expect(enterRoom(world.url, "modes", token, { options })).rejects.toThrow(
      /MATCH_INVALID: .*one of/,
    );

  const hills = await join("maps", { map: "hills" });
  const docks = await join("maps", { map: "docks" });
  const none = await join("maps", { mode: "red" });
  const alike = await join("maps", { map: "hills", locked: true, name: "plaza" });
  expect(new Set([hills, docks, none].map(({ roomId }) => roomId)).size).toBe(3);
  expect(alike.roomId).toBe(hills.roomId);
  // A refusal came before the ticket was spent, and an invitation leads into any mode.
  const guest = await enterRoom(world.url, "modes", token, { code: large.roomId });
  await Promise.all(
    [red, blue, plain, large, second, hills, docks, none, alike, guest].map((room) => room.leave()),
  );
});
