import { jwtVerify } from "jose";
import { WorldRoom } from "roomkeep/rooms";
import { WorldState } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf, callApi } from "../../../bots/index.ts";
import { voice } from "../../../plugins/voice/index.ts";
import { giveSanction } from "../../../server/moderation/sanctions.ts";

class Hall extends WorldRoom {
  static override readonly listing = { label: "Hall", description: "", maxPlayers: 24 };
  override state = new WorldState();
}
const SECRET = "a secret of at least thirty-two bytes";

let world: TestServer;
beforeAll(async () => {
  const livekit = { livekitUrl: "wss://sfu.example.org", livekitKey: "APIkey", livekitSecret: SECRET };
  // Without the plugin `friends`, which it wants and does not need.
  const plugins = [voice.with({ ...livekit, peersMax: 2, livekitPeersMax: 3, livekitMinutes: 5 })];
  world = await bootServer({ hall: Hall }, { plugins });
});
afterAll(() => world.close());

interface News {
  mode: string;
  peers: unknown[];
}
const newsOf = ({ received }: TestPlayer) => received.get("voice.peers")?.at(-1) as News | undefined;
async function refusal(player: TestPlayer, type: string, payload: unknown = {}): Promise<string> {
  const refused = player.message<{ code: string }>("refused");
  player.send(type, payload);
  return (await refused).code;
}

it("takes over where more stand together than a mesh connects, by a token with each right said", async () => {
  const [ann, ...others] = await Promise.all(
    ["Ann", "Bob", "Eve"].map(async (name) => {
      const player = await world.join("hall", { name });
      player.send("voice.on", { livekit: true });
      await player.until("the news", () => newsOf(player) !== undefined);
      return player;
    }),
  );
  if (!ann) throw new Error("nobody came");
  const accessToken = await accessTokenOf(world.url, ann.token);
  expect(await callApi(world.url, "GET", "/v1/voice", { accessToken })).toMatchObject({
    mesh: true,
    livekit: true,
  });
  await ann.until("two others", () => newsOf(ann)?.peers.length === 2);
  expect(newsOf(ann)?.mode).toBe("mesh");
  expect(await refusal(ann, "voice.token")).toBe("VOICE_OFF");
  const kim = await world.join("hall", { name: "Kim" });
  kim.send("voice.on", {});
  await kim.patches(30);
  // Her page cannot, and nobody loses their voice by it.
  expect(newsOf(kim)?.mode).toBe("mesh");
  kim.send("voice.on", { livekit: true });
  await ann.until("LiveKit", () => newsOf(ann)?.mode === "livekit" && newsOf(ann)?.peers.length === 3);

  ann.send("voice.token", {});
  const { url, token } = await ann.message<{ url: string; token: string }>("voice.token");
  expect(url).toBe("wss://sfu.example.org");
  const { payload, protectedHeader } = await jwtVerify(token, new TextEncoder().encode(SECRET));
  expect(protectedHeader.alg).toBe("HS256");
  expect(payload).toMatchObject({ iss: "APIkey", sub: ann.room.sessionId });
  expect((payload.exp ?? 0) - Math.floor(Date.now() / 1000)).toBeGreaterThan(200);
  expect((payload.exp ?? 0) - Math.floor(Date.now() / 1000)).toBeLessThanOrEqual(300);
  expect(payload.video).toEqual({
    room: ann.room.roomId,
    roomJoin: true,
    canPublish: true,
    canPublishSources: ["microphone"],
    canSubscribe: true,
    canPublishData: false,
    canUpdateOwnMetadata: false,
    canSubscribeMetrics: false,
    canManageAgentSession: false,
    roomCreate: false,
    roomList: false,
    roomRecord: false,
    roomAdmin: false,
    ingressAdmin: false,
    hidden: false,
    recorder: false,
    agent: false,
    destinationRoom: "",
  });

  // Pages do not signal to each other meanwhile.
  const peer = newsOf(ann)?.peers[0] as { id: string; link: number } | undefined;
  const offer = { to: peer?.id, link: peer?.link, kind: "offer", part: 0, parts: 1, body: "v=0" };
  expect(await refusal(ann, "voice.signal", offer)).toBe("VOICE_NOT_AUDIBLE");

  // A muted player gets no token, nor does somebody who has not turned voice on.
  const { ds } = world.server.foundation.database;
  const [row] = await ds.query("SELECT account_id AS id FROM character WHERE id = $1", [kim.characterId]);
  const by = { name: "operator" };
  await giveSanction(ds, { kind: "mute", target: { accountId: row.id }, minutes: 5, reason: "noise", by });
  await world.server.foundation.sanctions.look();
  expect(await refusal(kim, "voice.token")).toBe("MUTED");
  ann.send("voice.off", {});
  expect(await refusal(ann, "voice.token")).toBe("VOICE_OFF");
  for (const one of [ann, ...others, kim]) await one.leave();
});
