import type { PluginRoom, RoomPlayer } from "roomkeep/rooms";
import { describe, expect, it } from "vitest";
import { nothing, voiceOn, voiceRenew, voiceSignal } from "../../../plugins/voice/messages.ts";
import { voicePart } from "../../../plugins/voice/room-part.ts";
import { type VoiceSettings, voiceSettings } from "../../../plugins/voice/settings.ts";
import type { Voice } from "../../../plugins/voice/voice.ts";
import { VoiceRoom } from "../../../plugins/voice/voice-room.ts";
import { openVoiceRooms } from "../../../plugins/voice/voice-rooms.ts";
import { testLog } from "../../helpers/databases.ts";

type Sent = [type: string, message: Record<string, unknown>];
type Talker = RoomPlayer & { avatar: { x: number; y: number; z: number }; sent: Sent[] };

/** A hall with the people of a test, whose rounds the test runs. */
function openHall(given: Partial<VoiceSettings> = {}) {
  const settings = { ...voiceSettings.parse({}), ...given };
  const players = new Map<string, Talker>();
  const state = { off: false, blocked: new Set<string>(), faults: 0, fails: "" };
  const room = {
    roomId: "HALL",
    players,
    voiceZoneOf({ sessionId }: RoomPlayer) {
      if (state.fails.includes(sessionId)) throw new Error("a fault of the game");
      return "";
    },
  } as unknown as PluginRoom;
  const host = {
    settings,
    isOff: () => state.off,
    isBlocked: (a: string, b: string) => state.blocked.has([a, b].sort().join()),
    fault: () => void state.faults++,
  };
  const connect = (sent: Sent[]) => ({
    send: (type: string, message: Record<string, unknown>) => void sent.push([type, message]),
  });
  const enter = (id: string, x = 0): Talker => {
    const sent: Sent[] = [];
    const player = {
      sessionId: id,
      claim: { sheet: { accountId: id } },
      client: connect(sent),
      avatar: { x, y: 0, z: 0 },
      hold: undefined,
      mutedUntilMs: 0,
      voiceMutedUntilMs: 0,
      sent,
    } as unknown as Talker;
    players.set(id, player);
    return player;
  };
  const voice = new VoiceRoom(room, host);
  const on = (id: string, x = 0, livekit = false) => {
    const player = enter(id, x);
    voice.turnOn(player, { livekit });
    return player;
  };
  return { voice, room, host, players, state, settings, enter, on, connect };
}
const newsOf = ({ sent }: Talker) =>
  sent.filter(([type]) => type === "voice.peers").at(-1)?.[1] as {
    off: boolean;
    muted: string | null;
    mode: string;
    peers: { id: string; link: number; offers: boolean }[];
  };
const linkTo = (player: Talker, { sessionId }: Talker) =>
  newsOf(player).peers.find(({ id }) => id === sessionId)?.link ?? 0;
const offer = ({ sessionId: to }: Talker, link: number, more: object = {}) =>
  ({ to, link, kind: "offer", part: 0, parts: 1, body: "v=0", ...more }) as const;
const signalsOf = ({ sent }: Talker) => sent.filter(([type]) => type === "voice.signal");

/** Two who hear each other. */
function pair(given: Partial<VoiceSettings> = {}) {
  const hall = openHall(given);
  const [ann, bob] = [hall.on("ann", 0), hall.on("bob", 5)];
  hall.voice.round(0);
  return { ...hall, ann, bob, link: linkTo(ann, bob) };
}

describe("signalling", () => {
  it("says who sent it, and reaches the one who is named alone", () => {
    const { voice, on, ann, bob, link } = pair();
    const eve = on("eve", 90);
    expect(voice.signal(ann, offer(bob, link, { from: "eve" }) as never)).toBeUndefined();
    expect(signalsOf(bob)).toEqual([["voice.signal", expect.objectContaining({ link, kind: "offer" })]]);
    expect(signalsOf(bob)[0]?.[1].to).toBeUndefined();
    expect([signalsOf(eve), signalsOf(ann)]).toEqual([[], []]);
  });

  it.each<[string, (hall: ReturnType<typeof pair>) => unknown, string]>([
    [
      "muted in the chat since the last round, as the sender",
      ({ ann }) => Object.assign(ann, { mutedUntilMs: Infinity }),
      "MUTED",
    ],
    [
      "muted in voice, as the sender",
      ({ ann }) => Object.assign(ann, { voiceMutedUntilMs: Infinity }),
      "MUTED",
    ],
    [
      "muted, as the one who is named",
      ({ bob }) => Object.assign(bob, { voiceMutedUntilMs: Infinity }),
      "VOICE_NOT_AUDIBLE",
    ],
    ["blocked since the last round", ({ state }) => void state.blocked.add("ann,bob"), "VOICE_NOT_AUDIBLE"],
    ["switched off by an operator", ({ state }) => Object.assign(state, { off: true }), "VOICE_OFF"],
    [
      "switched off for the server",
      ({ settings }) => Object.assign(settings, { enabled: false }),
      "VOICE_OFF",
    ],
    ["not on any more", ({ voice, ann }) => voice.turnOff(ann), "VOICE_OFF"],
  ])("is refused where somebody is %s", (_, change, code) => {
    const hall = pair();
    change(hall);
    const answer = hall.voice.signal(hall.ann, offer(hall.bob, hall.link));
    expect(answer?.code).toBe(code);
    expect(signalsOf(hall.bob)).toEqual([]);
  });

  it("is refused by its pieces: more than eight, and one beyond their number", () => {
    const { voice, ann, bob, link } = pair();
    const send = (part: number, parts: number) => voice.signal(ann, offer(bob, link, { part, parts }))?.code;
    expect([send(0, 8), send(7, 8), send(0, 9), send(8, 8), send(2, 1)]).toEqual([
      undefined,
      undefined,
      "VOICE_SIGNAL_LARGE",
      "VOICE_SIGNAL_LARGE",
      "VOICE_SIGNAL_LARGE",
    ]);
    expect(signalsOf(bob)).toHaveLength(2);
  });

  it("of a link that has just ended is no fault, of one that never was it is; so are renewals", () => {
    const { voice, on, ann, bob, link } = pair();
    const eve = on("eve", 90);
    bob.avatar.x = 90;
    voice.round(1);
    expect(newsOf(ann).peers).toEqual([]);
    expect(voice.signal(ann, offer(bob, link))).toBeUndefined();
    expect(voice.renew(ann, { to: "bob", link })).toBeUndefined();
    for (const wrong of [link + 40, 999]) {
      expect(voice.signal(ann, offer(eve, wrong))).toMatchObject({ code: "VOICE_NOT_AUDIBLE" });
      expect(voice.renew(ann, { to: "eve", link: wrong })).toMatchObject({ code: "VOICE_NOT_AUDIBLE" });
    }
    expect([signalsOf(bob), signalsOf(eve)]).toEqual([[], []]);
  });

  it("keeps no more than 64 ended links in mind", () => {
    const { voice, ann, bob, link } = pair();
    let now = link;
    for (let n = 0; n < 66; n++) {
      expect(voice.renew(ann, { to: "bob", link: now })).toBeUndefined();
      now = linkTo(ann, bob);
    }
    expect(voice.signal(ann, offer(bob, link))).toMatchObject({ code: "VOICE_NOT_AUDIBLE" });
    expect(voice.signal(ann, offer(bob, now - 1))).toBeUndefined();
  });

  it("begins anew by a renewal of who may, for both, and of nobody else", () => {
    const { voice, ann, bob, link } = pair();
    ann.mutedUntilMs = Infinity;
    expect(voice.renew(ann, { to: "bob", link })).toMatchObject({ code: "MUTED" });
    ann.mutedUntilMs = 0;
    expect(voice.renew(ann, { to: "bob", link: link + 1 })).toMatchObject({ code: "VOICE_NOT_AUDIBLE" });
    expect([linkTo(ann, bob), linkTo(bob, ann)]).toEqual([link, link]);
    expect(voice.renew(ann, { to: "bob", link })).toBeUndefined();
    expect(linkTo(ann, bob)).toBeGreaterThan(link);
    expect(linkTo(bob, ann)).toBe(linkTo(ann, bob));
  });
});

describe("who hears whom", () => {
  it("ends for who turns it on anew, left, dropped, or came back by another connection", () => {
    for (const end of ["again", "left", "dropped", "returned"] as const) {
      const { voice, players, connect, ann, bob, link } = pair();
      if (end === "again") voice.turnOn(bob, { livekit: false });
      if (end === "left") players.delete("bob");
      if (end === "dropped") bob.hold = {} as never;
      if (end === "returned") bob.client = connect(bob.sent) as never;
      voice.round(1);
      expect(linkTo(ann, bob), end).not.toBe(link);
      if (end !== "again") expect(newsOf(ann).peers, end).toEqual([]);
      bob.hold = undefined;
      voice.round(2);
      // Who is back is asked whether voice is still on; who left is not.
      const asked = bob.sent.filter(([type]) => type === "voice.again").length;
      expect(asked, end).toBe(end === "dropped" || end === "returned" ? 1 : 0);
    }
  });

  it("is nobody while it is off, or muted, and is told once each time", () => {
    const { voice, state, ann, bob } = pair();
    const told = ann.sent.length;
    for (let n = 1; n < 9; n++) voice.round(n);
    expect(ann.sent).toHaveLength(told);
    state.off = true;
    voice.round(10);
    expect(newsOf(ann)).toMatchObject({ off: true, peers: [] });
    expect(voice.turnOn(ann, { livekit: false })).toMatchObject({ code: "VOICE_OFF" });
    state.off = false;
    voice.round(11);
    expect(newsOf(ann).peers).toHaveLength(1);
    bob.mutedUntilMs = Infinity;
    voice.round(12);
    expect([newsOf(ann).peers, newsOf(bob).muted]).toEqual([[], ""]);
    expect(ann.sent).toHaveLength(told + 3);
  });

  it("is nobody where the game fails to say the zone, not even another one for whom it fails", () => {
    const { voice, state, on, ann, bob } = pair();
    const [eve, kim] = [on("eve", 1), on("kim", 2)];
    state.fails = "eve kim";
    voice.round(1);
    expect([newsOf(eve).peers, newsOf(kim).peers, newsOf(ann).peers.length]).toEqual([[], [], 1]);
    expect(linkTo(bob, ann)).toBeGreaterThan(0);
    expect(state.faults).toBeGreaterThan(0);
  });

  it("goes by the limit of its way, and pages begin anew where the way changes", () => {
    const livekit = { livekitUrl: "wss://sfu.example.org", livekitKey: "k", livekitSecret: "s" };
    const { voice, on } = openHall({ ...livekit, peersMax: 1, livekitPeersMax: 2 });
    const [ann, bob] = [on("ann", 0, true), on("bob", 1, true)];
    voice.round(0);
    const link = linkTo(ann, bob);
    expect(voice.tokenRefusal(ann)).toMatchObject({ code: "VOICE_OFF" });
    const [cyd, dora] = [on("cyd", 2, true), on("dora", 3, true)];
    voice.round(1);
    voice.round(2);
    expect(newsOf(ann)).toMatchObject({ mode: "livekit" });
    expect(linkTo(ann, bob)).not.toBe(link);
    expect([ann, bob, cyd, dora].map((one) => newsOf(one).peers.length)).toEqual([2, 2, 2, 2]);
    expect(voice.signal(ann, offer(bob, linkTo(ann, bob)))).toMatchObject({ code: "VOICE_NOT_AUDIBLE" });
    expect(voice.tokenRefusal(ann)).toBeUndefined();
    ann.voiceMutedUntilMs = Infinity;
    expect(voice.tokenRefusal(ann)).toMatchObject({ code: "MUTED" });
  });
});

describe("the part of a room", () => {
  function openPart(given: Partial<VoiceSettings>, livekit: Voice["livekit"]) {
    const hall = openHall(given);
    const rooms = openVoiceRooms(hall.host, testLog);
    rooms.close();
    const part = voicePart(hall.room, { rooms, livekit, settings: hall.settings } as Voice);
    const receive = new Map<string, (player: RoomPlayer, message: unknown) => unknown>();
    for (const [type, message] of Object.entries(part.messages ?? {}))
      message.register({ reply: (_, __, act) => void receive.set(type, act as never) }, type);
    const send = (type: string, player: RoomPlayer, message: unknown = {}) =>
      receive.get(type)?.(player, message);
    return { ...hall, rooms, part, send };
  }
  const livekit = { livekitUrl: "wss://sfu.example.org", livekitKey: "k", livekitSecret: "s", mesh: false };

  it("gives no token to who is muted while it is made, none without LiveKit, and counts what it refuses", async () => {
    let muted: Talker | undefined;
    const { send, enter, rooms, room } = openPart(livekit, {
      async token() {
        if (muted) muted.mutedUntilMs = Infinity;
        return "secret";
      },
    });
    const ann = enter("ann");
    expect(await send("token", ann)).toMatchObject({ code: "VOICE_OFF" });
    send("on", ann, { livekit: true });
    expect(rooms.of(room).size).toBe(1);
    expect(await send("token", ann)).toBeUndefined();
    expect(ann.sent.filter(([type]) => type === "voice.token")).toHaveLength(1);
    muted = ann;
    expect(await send("token", ann)).toMatchObject({ code: "MUTED" });
    expect(ann.sent.filter(([type]) => type === "voice.token")).toHaveLength(1);
    const without = openPart(livekit, undefined);
    const bob = without.enter("bob");
    without.send("on", bob, { livekit: true });
    expect(await without.send("token", bob)).toMatchObject({ code: "VOICE_OFF" });
    expect((await rooms.measures.refusals.get()).values).toContainEqual(
      expect.objectContaining({ labels: { code: "MUTED" }, value: 1 }),
    );
  });

  it("lets go of who leaves, and of the room before an edit", () => {
    const { send, enter, part, rooms, room } = openPart({}, undefined);
    const ann = enter("ann");
    send("on", ann, { livekit: false });
    part.onLeave?.(ann, "left");
    expect(rooms.of(room).size).toBe(0);
    send("on", ann, { livekit: false });
    const edited = { ...room } as PluginRoom;
    expect(rooms.of(edited).size).toBe(0);
  });

  it("bounds each message by a rate of its own", () => {
    const { part } = openPart({}, undefined);
    const rates = Object.entries(part.messages ?? {}).map(([type, { rate }]) => [type, rate]);
    expect(Object.fromEntries(rates)).toEqual({
      on: { perSecond: 1, burst: 6 },
      off: { perSecond: 1, burst: 6 },
      signal: { perSecond: 20, burst: 160 },
      renew: { perSecond: 0.5, burst: 8 },
      token: { perSecond: 0.1, burst: 4 },
    });
  });
});

describe("a message", () => {
  const good = { to: "bob", link: 1, kind: "offer", part: 0, parts: 1, body: "v=0" };
  it.each<[object]>([
    [{ to: "" }],
    [{ to: "x".repeat(33) }],
    [{ to: { $ne: "" } }],
    [{ link: 0 }],
    [{ link: 1.5 }],
    [{ link: "1" }],
    [{ kind: "video" }],
    [{ part: -1 }],
    [{ part: 10_000 }],
    [{ part: 0.5 }],
    [{ parts: 0 }],
    [{ parts: 10_001 }],
    [{ parts: Number.NaN }],
    [{ body: 7 }],
    [{ body: "x".repeat(2_049) }],
    [{ from: "eve" }],
  ])("of signalling is refused as it is read: %j", (wrong) => {
    expect(voiceSignal.safeParse(good).success).toBe(true);
    expect(voiceSignal.safeParse({ ...good, ...wrong }).success).toBe(false);
  });

  it("has what it says and nothing else", () => {
    for (const [schema, message] of [
      [voiceOn, { livekit: "yes" }],
      [voiceOn, { livekit: true, as: "bob" }],
      [voiceRenew, { to: "bob" }],
      [voiceRenew, { to: "bob", link: 1, from: "eve" }],
      [nothing, { a: 1 }],
    ] as const)
      expect(schema.safeParse(message).success, JSON.stringify(message)).toBe(false);
  });
});
