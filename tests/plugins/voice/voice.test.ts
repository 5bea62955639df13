import { createHmac } from "node:crypto";
import { type RoomPlayer, WorldRoom } from "roomkeep/rooms";
import { defineLevel, WorldState } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { accessTokenOf, callApi } from "../../../bots/index.ts";
import { friends } from "../../../plugins/friends/index.ts";
import { iceServersOf } from "../../../plugins/voice/ice.ts";
import { type VoiceZones, voice } from "../../../plugins/voice/index.ts";
import { voiceSettings } from "../../../plugins/voice/settings.ts";
import { giveSanction, liftSanction } from "../../../server/moderation/sanctions.ts";
import { readPlugins } from "../../../server/plugins/index.ts";
import { deskOperator } from "../../helpers/desk/operators.ts";

/** Beyond x = 100 is a cellar; below -100 the game fails. */
class Hall extends WorldRoom implements VoiceZones {
  static override readonly listing = { label: "Hall", description: "", maxPlayers: 24 };
  override state = new WorldState();
  override level = defineLevel({
    name: "hall",
    bounds: { min: [-200, -200], max: [200, 200] },
    spawns: [{ at: [0, 0, 0] }],
  });
  voiceZoneOf(player: RoomPlayer): string {
    const x = this.of(player.sessionId)?.x ?? 0;
    if (x < -100) throw new Error("a fault of the game");
    return x > 100 ? "cellar" : "";
  }
}

interface News {
  off: boolean;
  muted: string | null;
  mode: string;
  peers: { id: string; link: number; offers: boolean }[];
}
interface Signal {
  from: string;
  link: number;
  kind: string;
  body: string;
}

let world: TestServer;
const players: TestPlayer[] = [];
beforeAll(async () => {
  world = await bootServer({ hall: Hall }, { plugins: [voice, friends.with({ presenceMs: 60_000 })] });
});
afterAll(() => world.close());
afterEach(async () => {
  await Promise.all(players.splice(0).map((player) => (player.closed.size > 0 ? undefined : player.leave())));
});

/** Comes into the hall at a place, and turns voice on. */
async function talker(
  name: string,
  x: number,
  more: { create?: boolean; on?: boolean } = {},
): Promise<TestPlayer> {
  // All but the first of a test come to the room that was made for it.
  const first = more.create ? undefined : players.at(0);
  const player = await world.join("hall", {
    name,
    ...(first ? { code: first.room.roomId } : { create: true }),
  });
  players.push(player);
  put(player, x);
  if (more.on ?? true) {
    player.send("voice.on", {});
    await player.until("the first news", () => newsOf(player) !== undefined);
  }
  return player;
}
function put({ room }: TestPlayer, x: number, z = 0): void {
  const avatar = world.room<Hall>(room.roomId).of(room.sessionId);
  if (avatar) Object.assign(avatar, { x, z });
}
const idOf = ({ room }: TestPlayer) => room.sessionId;
const newsOf = ({ received }: TestPlayer) => received.get("voice.peers")?.at(-1) as News | undefined;
const peersOf = (player: TestPlayer) => (newsOf(player)?.peers ?? []).map(({ id }) => id).sort();
const hears = (player: TestPlayer, ...others: TestPlayer[]) =>
  player.until(`to hear ${others.length}`, () => peersOf(player).join() === others.map(idOf).sort().join());
const linkTo = (player: TestPlayer, other: TestPlayer) =>
  newsOf(player)?.peers.find(({ id }) => id === idOf(other))?.link ?? 0;
const signalsOf = ({ received }: TestPlayer) => (received.get("voice.signal") ?? []) as Signal[];
const offerTo = (to: string, link: number, more: object = {}) => ({
  to,
  link,
  kind: "offer",
  part: 0,
  parts: 1,
  body: "v=0",
  ...more,
});
async function refusal(player: TestPlayer, type: string, payload: unknown): Promise<string> {
  const refused = player.message<{ type: string; code: string }>("refused");
  player.send(type, payload);
  const { type: of, code } = await refused;
  expect(of).toBe(type);
  return code;
}
async function accountOf({ characterId }: TestPlayer): Promise<string> {
  const [row] = await world.server.foundation.database.ds.query(
    "SELECT account_id AS id FROM character WHERE id = $1",
    [characterId],
  );
  return row.id;
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: { code?: string }) => error.code,
  );

describe("who hears whom in a room", () => {
  it("is told to both sides, and changes as people walk and leave", async () => {
    const ann = await talker("Ann", 0, { create: true });
    const bob = await talker("Bob", 10);
    const eve = await talker("Eve", 60);
    await hears(ann, bob);
    await hears(bob, ann);
    expect(peersOf(eve)).toEqual([]);
    const [a, b] = [newsOf(ann)?.peers[0], newsOf(bob)?.peers[0]];
    expect(a?.link).toBe(b?.link);
    expect(a?.offers).toBe(!b?.offers);
    put(ann, 55);
    await hears(ann, eve);
    await hears(bob);
    await bob.leave();
    put(eve, 120);
    await hears(ann);
    // Another zone begins at 100: the distance alone does not count.
    put(ann, 99);
    put(eve, 101);
    await ann.patches(20);
    expect(peersOf(ann)).toEqual([]);
    put(ann, 110);
    await hears(ann, eve);
    ann.send("voice.off", {});
    await hears(eve);
  });

  it("hears nobody where the game cannot say the zone, and others go on", async () => {
    const ann = await talker("Ann", 0, { create: true });
    const bob = await talker("Bob", 5);
    await hears(ann, bob);
    const [eve, kim] = [await talker("Eve", -105), await talker("Kim", -106)];
    await ann.patches(30);
    expect([peersOf(eve), peersOf(kim)]).toEqual([[], []]);
    await hears(ann, bob);
  });

  it("does not count those who have not turned it on", async () => {
    const ann = await talker("Ann", 0, { create: true });
    const bob = await talker("Bob", 1, { on: false });
    await ann.patches(20);
    expect([peersOf(ann), newsOf(bob)]).toEqual([[], undefined]);
    expect(await refusal(bob, "voice.signal", offerTo(idOf(ann), 1))).toBe("VOICE_OFF");
  });

  it("is told anew after a lost connection, whose links have ended", async () => {
    const ann = await talker("Ann", 0, { create: true });
    const bob = await talker("Bob", 5);
    await hears(bob, ann);
    const before = linkTo(bob, ann);
    const again = ann.message("voice.again");
    ann.room.connection.close(4010);
    await hears(bob);
    await again;
    expect(peersOf(bob)).toEqual([]);
    ann.send("voice.on", {});
    await hears(bob, ann);
    expect(linkTo(bob, ann)).toBeGreaterThan(before);
    await ann.until("the same link", () => linkTo(ann, bob) === linkTo(bob, ann));
  });
});

describe("signalling", () => {
  it("reaches those who hear each other, with the sender that the server knows", async () => {
    const ann = await talker("Ann", 0, { create: true });
    const bob = await talker("Bob", 5);
    const eve = await talker("Eve", 80);
    await hears(ann, bob);
    ann.send("voice.signal", offerTo(idOf(bob), linkTo(ann, bob), { body: "x".repeat(2_048), parts: 2 }));
    await bob.until("the offer", () => signalsOf(bob).length > 0);
    expect(signalsOf(bob)).toEqual([
      { from: idOf(ann), link: linkTo(bob, ann), kind: "offer", part: 0, parts: 2, body: "x".repeat(2_048) },
    ]);
    expect(signalsOf(eve)).toEqual([]);
  });

  it("is refused by name to whom one does not hear, and nobody gets it", async () => {
    const ann = await talker("Ann", 0, { create: true });
    const bob = await talker("Bob", 5);
    const far = await talker("Far", 80);
    const away = await talker("Away", 1, { create: true });
    await hears(ann, bob);
    const link = linkTo(ann, bob);
    const send = (to: string, number = link) => refusal(ann, "voice.signal", offerTo(to, number));
    expect(await send(idOf(far))).toBe("VOICE_NOT_AUDIBLE");
    expect(await send(idOf(ann))).toBe("VOICE_NOT_AUDIBLE");
    expect(await send(idOf(away))).toBe("VOICE_NOT_AUDIBLE");
    expect(await send("nobody")).toBe("VOICE_NOT_AUDIBLE");
    expect(await send(idOf(bob), link + 7)).toBe("VOICE_NOT_AUDIBLE");
    expect(await refusal(ann, "voice.renew", { to: idOf(far), link })).toBe("VOICE_NOT_AUDIBLE");
    // What was on its way when they parted is no fault of the page.
    put(bob, 60);
    await hears(ann);
    const refusals = ann.received.get("refused")?.length;
    ann.send("voice.signal", offerTo(idOf(bob), link));
    expect(await send(idOf(far), 999)).toBe("VOICE_NOT_AUDIBLE");
    expect(ann.received.get("refused")?.length).toBe((refusals ?? 0) + 1);
    expect([bob, far, away].flatMap(signalsOf)).toEqual([]);
  });

  it("refuses an offer of 64 kB by name, as a page sends it, and what is no text", async () => {
    const ann = await talker("Ann", 0, { create: true });
    const bob = await talker("Bob", 5);
    await hears(ann, bob);
    const [to, link] = [idOf(bob), linkTo(ann, bob)];
    const large = offerTo(to, link, { parts: 32, body: "x".repeat(2_048) });
    expect(await refusal(ann, "voice.signal", large)).toBe("VOICE_SIGNAL_LARGE");
    expect(await refusal(ann, "voice.signal", offerTo(to, link, { part: 3, parts: 2 }))).toBe(
      "VOICE_SIGNAL_LARGE",
    );
    for (const wrong of [{ body: 7 }, { body: "x".repeat(2_049) }]) {
      const sender = await talker("Sender", 1);
      expect(await refusal(sender, "voice.signal", offerTo(to, link, wrong)), JSON.stringify(wrong)).toBe(
        "MESSAGE_INVALID",
      );
    }
    for (const wrong of [{ kind: "video" }, { to: { $ne: "" } }]) {
      const sender = await talker("Sender", 1);
      expect(await refusal(sender, "voice.signal", offerTo(to, link, wrong)), JSON.stringify(wrong)).toBe(
        "MESSAGE_INVALID",
      );
    }
    expect(signalsOf(bob)).toEqual([]);
  });

  it("lets a few of a thousand candidates through", async () => {
    const ann = await talker("Ann", 0, { create: true });
    const bob = await talker("Bob", 5);
    await hears(ann, bob);
    const candidate = offerTo(idOf(bob), linkTo(ann, bob), { kind: "candidate", body: "{}" });
    const refused = ann.message<{ code: string }>("refused");
    for (let n = 0; n < 1_000; n++) ann.send("voice.signal", candidate);
    expect((await refused).code).toBe("RATE_LIMITED");
    bob.send("chat", { text: "still here" });
    await ann.until("a line of Bob", () => ann.received.has("chat"));
    expect(signalsOf(bob).length).toBeGreaterThan(100);
    expect(signalsOf(bob).length).toBeLessThan(500);
    await hears(ann, bob);
  });

  it("begins anew where a page asks for it: both get another number", async () => {
    const ann = await talker("Ann", 0, { create: true });
    const bob = await talker("Bob", 5);
    await hears(ann, bob);
    const link = linkTo(ann, bob);
    ann.send("voice.renew", { to: idOf(bob), link });
    await ann.until("another link", () => linkTo(ann, bob) > link);
    await bob.until("the same link", () => linkTo(bob, ann) === linkTo(ann, bob));
  });
});

describe("somebody is not heard", () => {
  it("while muted in the chat or in voice, by both sides, until it is lifted", async () => {
    const ann = await talker("Ann", 0, { create: true });
    const bob = await talker("Bob", 5);
    const { ds } = world.server.foundation.database;
    for (const channels of ["chat", "voice"] as const) {
      await hears(ann, bob);
      await hears(bob, ann);
      const link = linkTo(bob, ann);
      const target = { accountId: await accountOf(bob) };
      const by = { name: "operator" };
      const order = { kind: "mute", channels, target, minutes: 5, reason: "noise", by } as const;
      const { id } = await giveSanction(ds, order);
      await world.server.foundation.sanctions.look();
      // At once, and not by the next round alone.
      ann.send("voice.signal", offerTo(idOf(bob), linkTo(ann, bob)));
      const before = signalsOf(ann).length;
      expect(await refusal(bob, "voice.signal", offerTo(idOf(ann), link)), channels).toBe("MUTED");
      await hears(ann);
      await bob.until("the mute", () => typeof newsOf(bob)?.muted === "string");
      expect(peersOf(bob)).toEqual([]);
      expect(await refusal(ann, "voice.signal", offerTo(idOf(bob), 999))).toBe("VOICE_NOT_AUDIBLE");
      expect([signalsOf(ann).length, signalsOf(bob)]).toEqual([before, []]);
      await liftSanction(ds, id, { reason: "", by });
      await world.server.foundation.sanctions.look();
      await bob.until("the end of the mute", () => newsOf(bob)?.muted === null);
    }
    await hears(ann, bob);
  });

  it("once one of the two has blocked the other, and again when it is taken back", async () => {
    const [ann, bob] = [await talker("Ann", 0, { create: true }), await talker("Bob", 5)];
    await hears(ann, bob);
    await hears(bob, ann);
    const [a, b] = [await accountOf(ann), await accountOf(bob)];
    const ask = async (player: TestPlayer, method: string, path: string, body?: unknown) =>
      callApi(world.url, method, `/v1/friends/blocks${path}`, {
        accessToken: await accessTokenOf(world.url, player.token),
        body,
      });
    for (const [blocker, account] of [
      [ann, b],
      [bob, a],
    ] as const) {
      const link = linkTo(bob, ann);
      await ask(blocker, "POST", "", { account });
      bob.send("voice.signal", offerTo(idOf(ann), link));
      await hears(ann);
      await hears(bob);
      expect(signalsOf(ann)).toEqual([]);
      await ask(blocker, "DELETE", `/${account}`);
      await hears(ann, bob);
      await hears(bob, ann);
    }
  });

  it("where an operator has switched voice off, for this room alone", async () => {
    const [ann, bob] = [await talker("Ann", 0, { create: true }), await talker("Bob", 5)];
    const eve = await talker("Eve", 0, { create: true });
    await hears(ann, bob);
    await hears(bob, ann);
    const { ds } = world.server.foundation.database;
    const operator = await deskOperator(ds, world.url, "voice-operator", "operator");
    const moderator = await deskOperator(ds, world.url, "voice-mod", "moderator");
    const room = ann.room.roomId;
    const act = (verb: string, body: object, by = operator) => by.ask(`/v1/admin/voice/${verb}`, body);
    expect((await act("off", { room, reason: "noise" }, moderator)).body.code).toBe("ROLE_NEEDED");
    expect((await act("off", { room, reason: "noise" })).body).toEqual({ room, off: true });
    expect((await act("off", { room, reason: "more noise" })).status).toBe(200);
    await ann.until("that it is off", () => newsOf(ann)?.off === true);
    expect([peersOf(ann), newsOf(eve)?.off]).toEqual([[], false]);
    expect(await refusal(bob, "voice.signal", offerTo(idOf(ann), 1))).toBe("VOICE_OFF");
    expect(await refusal(bob, "voice.on", {})).toBe("VOICE_OFF");
    expect((await operator.ask("/v1/admin/voice/list")).body.rooms).toMatchObject([
      { room, reason: "more noise" },
    ]);
    expect((await act("on", { room, reason: "quiet" })).body).toEqual({ room, off: false });
    await hears(ann, bob);
    expect((await act("on", { room, reason: "quiet" })).body.code).toBe("ROOM_UNKNOWN");
    expect((await act("off", { room: "", reason: "x" })).body.code).toBe("MESSAGE_INVALID");
  });
});

describe("how a page connects", () => {
  const read = async (player: TestPlayer) =>
    callApi<Record<string, unknown>>(world.url, "GET", "/v1/voice", {
      accessToken: await accessTokenOf(world.url, player.token),
    });

  it("is told to accounts alone, by default without any server", async () => {
    const ann = await talker("Ann", 0, { create: true });
    expect(await read(ann)).toEqual({
      mesh: true,
      livekit: false,
      relayOnly: false,
      iceServers: [],
      renewInS: 1_800,
    });
    expect(await codeOf(callApi(world.url, "GET", "/v1/voice"))).toBe("TOKEN_INVALID");
  });

  it("gives credentials of a relay that run out, by the shared secret", () => {
    const settings = voiceSettings.parse({
      turnUrls: ["turn:turn.example.org:3478"],
      turnSecret: "0123456789abcdef",
      turnMinutes: 10,
      iceServers: [{ urls: ["stun:stun.example.org"] }],
    });
    const [stun, turn] = iceServersOf(settings, 1_000_000_000_000);
    expect(stun).toEqual({ urls: ["stun:stun.example.org"] });
    expect(turn?.username).toMatch(/^1000000600:[0-9a-f]{12}$/);
    const expected = createHmac("sha1", "0123456789abcdef")
      .update(turn?.username ?? "")
      .digest("base64");
    expect(turn?.credential).toBe(expected);
    expect(iceServersOf(settings)[1]?.username).not.toBe(turn?.username);
  });

  it.each([
    [{ relayOnly: true }, "relayOnly"],
    [{ turnUrls: ["turn:turn.example.org"], turnSecret: "short" }, "turnSecret"],
    [{ turnUrls: ["http://turn.example.org"], turnSecret: "0123456789abcdef" }, "turnUrls"],
    [{ livekitUrl: "wss://sfu.example.org" }, "livekitUrl"],
    [{ livekitUrl: "javascript:alert(1)", livekitKey: "k", livekitSecret: "s" }, "livekitUrl"],
    [{ peersMax: 9 }, "peersMax"],
  ])("refuses settings that cannot work: %j", async (wrong, name) => {
    const read = () => readPlugins([voice.with(wrong as never)], {});
    const refused = { code: "CONFIG_INVALID", message: expect.stringContaining(name) };
    expect(read).toThrow(expect.objectContaining(refused));
  });
});
