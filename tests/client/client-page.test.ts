import { signal } from "@preact/signals";
import { CLOSE, defineLevel, layGround, seeded } from "roomkeep/shared";
import { PerspectiveCamera } from "three";
import { describe, expect, it } from "vitest";
import { suggestName } from "../../client/account/name-suggestions.ts";
import { FOCUS, FOCUS_RIM, GLASS, GO, OWN_NAME, PAPER, style } from "../../client/hud/style.ts";
import { toFrame } from "../../client/input/move-direction.ts";
import { type Api, openApi } from "../../client/network/api.ts";
import { noticeFor, unreachableNotice } from "../../client/network/disconnect-notice.ts";
import { ApiError } from "../../client/network/http-client.ts";
import { readRoomCode } from "../../client/network/room-code.ts";
import * as places from "../../client/places/style.ts";
import { rigCamera } from "../../client/scene/camera-rig.ts";
import { wrap } from "../../client/scene/wrap-text.ts";
import type { ChatSound } from "../../client/settings.ts";
import { pings } from "../../client/social/chat-sound.ts";
import { backoffMs } from "../../shared/async.ts";
import { playerName } from "../../shared/protocol/messages.ts";

describe("a direction on the screen", () => {
  it("is a direction in the world, seen from behind the avatar", () => {
    expect(toFrame(0, 1, 0, 0)).toEqual({ moveX: 0, moveZ: 127, buttons: 0 });
    // +x is to the left of an avatar that looks along +z.
    expect(toFrame(1, 0, 0, 0)).toEqual({ moveX: -127, moveZ: 0, buttons: 0 });
    expect(toFrame(0, 1, Math.PI / 2, 2)).toEqual({ moveX: 127, moveZ: 0, buttons: 2 });
  });

  it("is never longer than a full one, also on the diagonal", () => {
    const { moveX, moveZ } = toFrame(1, 1, 0.3, 0);
    expect(Math.hypot(moveX, moveZ)).toBeLessThanOrEqual(128);
    expect(Math.hypot(moveX, moveZ)).toBeGreaterThan(125);
  });

  it("keeps half a push of the stick half", () => {
    expect(toFrame(0, 0.5, 0, 0).moveZ).toBe(64);
  });
});

describe("a room code", () => {
  it("is read in any case, with spaces, or out of a whole link", () => {
    expect(readRoomCode(" q7 kx ")).toBe("Q7KX");
    expect(readRoomCode("http://play.example:2567/?room=q7kx&x=1")).toBe("Q7KX");
    expect(readRoomCode("q7kx q7kx q7kx")).toBe("Q7KXQ7KXQ7KX");
  });

  it("is refused when it has another length or a letter that codes do not use", () => {
    for (const text of ["", "Q7K", "Q7KXQ7KXQ7KXQ", "O0IL", "<script>"])
      expect(readRoomCode(text)).toBeUndefined();
  });
});

describe("the end of a session", () => {
  it("has a notice for a takeover, a kick, abuse and an unreachable server, each of its own kind", () => {
    const notices = [CLOSE.TAKEN_OVER, CLOSE.KICKED, CLOSE.ABUSE].map((code) => [code, noticeFor(code)]);
    for (const [code, notice] of [...notices, [1006, unreachableNotice(1006)]])
      expect(notice).toMatchObject({ code, title: expect.any(String), action: expect.any(String) });
    expect(notices.map(([, notice]) => (notice as { kind: string }).kind)).toEqual([
      "taken-over",
      "kicked",
      "abuse",
    ]);
    expect(noticeFor(CLOSE.TAKEN_OVER)?.text).toContain("another tab");
  });

  it("is no end for a drop, a restart or a lost lease: the page comes back by itself", () => {
    for (const code of [1006, 4001, 4003, CLOSE.FENCED, CLOSE.TOO_SLOW])
      expect(noticeFor(code)).toBeUndefined();
  });
});

describe("coming back", () => {
  it("waits longer each time, with jitter, never more than three and a half seconds", () => {
    const random = seeded(1);
    const waits = Array.from({ length: 40 }, (_, attempt) => backoffMs(attempt, random));
    expect(Math.max(...waits)).toBeLessThanOrEqual(3_500);
    expect(waits[0]).toBeLessThan(300);
    expect(new Set(waits.slice(10)).size).toBeGreaterThan(20);
  });
});

describe("a suggested name", () => {
  it("always is a valid one", () => {
    const random = seeded(4);
    for (let i = 0; i < 200; i++) expect(playerName.safeParse(suggestName(random)).success).toBe(true);
  });
});

describe("a speech bubble", () => {
  const ruler = { measureText: (text: string) => ({ width: text.length * 10 }) };

  it("breaks lines between words, and a word that is too long inside", () => {
    expect(wrap(ruler, "one two three", 80)).toEqual(["one two", "three"]);
    expect(wrap(ruler, "abcdefghij", 40)).toEqual(["abcd", "efgh", "ij"]);
  });

  it("has at most four lines", () => {
    const lines = wrap(ruler, "word ".repeat(60), 100);
    expect(lines).toHaveLength(4);
    expect(lines.at(-1)).toMatch(/…$/);
  });
});

describe("the camera", () => {
  const wall = defineLevel({
    name: "wall",
    bounds: { min: [-20, -20], max: [20, 20] },
    spawns: [{ at: [0, 0, 0] }],
    solids: [{ shape: "box", at: [0, 0, -3], size: [20, 8, 0.5] }],
  });

  it("stays in front of a wall behind the player", () => {
    const camera = new PerspectiveCamera();
    const rig = rigCamera(camera);
    rig.ground = layGround(wall);
    rig.follow(0, 0, 0, 0.016);
    expect(camera.position.z).toBeGreaterThan(-2.75);
  });

  it("stays in front of a portal that the player has come out of", () => {
    const camera = new PerspectiveCamera();
    const rig = rigCamera(camera);
    const level = {
      name: "gate",
      bounds: { min: [-20, -20], max: [20, 20] },
      spawns: [{ at: [0, 0, 0] }],
    } as const;
    const distanceWith = (x: number, z: number) => {
      rig.ground = layGround(
        defineLevel({ ...level, portals: [{ at: [x, 0, z], yaw: 0, to: "cave" }] } as never),
      );
      for (let i = 0; i < 100; i++) rig.follow(0, 0, 0, 1);
      return -camera.position.z;
    };
    expect(distanceWith(0, -4)).toBeLessThan(4);
    // One that is ahead, farther off, or beside, is in nobody's way.
    for (const [x, z] of [
      [0, 4],
      [0, -12],
      [4, -4],
    ] as const) {
      expect(distanceWith(x, z)).toBeGreaterThan(rig.distance * 0.9);
    }
  });

  it("does not hang in a garland", () => {
    const camera = new PerspectiveCamera();
    const rig = rigCamera(camera);
    rig.ground = layGround({ ...wall, solids: [] });
    rig.pitch = 0.24;
    const follow = () => {
      for (let i = 0; i < 100; i++) rig.follow(0, 0, 0, 1);
      return camera.position.clone();
    };
    // Right where the lens would be, though it sags half a metre.
    const free = follow();
    const [y, z] = [free.y + 0.5, free.z];
    rig.garlands = [{ from: [-6, y, z], to: [6, y, z], sag: 0.5 }];
    expect(follow().distanceTo(free)).toBeGreaterThan(0.65);
    rig.garlands = [{ from: [-6, y + 4, z], to: [6, y + 4, z], sag: 0.5 }];
    expect(follow().distanceTo(free)).toBeLessThan(0.01);
  });

  it("keeps its distance in the open", () => {
    const camera = new PerspectiveCamera();
    const rig = rigCamera(camera);
    rig.ground = layGround(wall);
    rig.yaw = Math.PI;
    rig.follow(0, 0, 0, 0.016);
    expect(camera.position.z).toBeGreaterThan(rig.distance * 0.9);
  });
});

describe("colours", () => {
  const luminance = (hex: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  /** @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
  const contrast = (one: string, other: string) => {
    const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };

  it("of texts are told apart at 4.5 : 1, and the focus ring at 3 : 1 on light and dark ground", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
    for (const ground of [...GO, OWN_NAME]) expect(contrast("#ffffff", ground)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(FOCUS, PAPER)).toBeGreaterThanOrEqual(3);
    expect(contrast(FOCUS, FOCUS_RIM)).toBeGreaterThanOrEqual(3);
    expect(contrast(FOCUS_RIM, GLASS)).toBeGreaterThanOrEqual(3);
    // They are what the page is drawn with.
    for (const color of [...GO, FOCUS, FOCUS_RIM]) expect(style).toContain(color);
    for (const ground of [places.GROUND, places.SHEET]) {
      for (const text of [places.INK, places.SOFT, places.GOOD, places.BAD])
        expect(contrast(text, ground), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(places.ACCENT_INK, places.ACCENT)).toBeGreaterThanOrEqual(4.5);
    for (const text of [places.NIGHT_INK, places.CODE])
      expect(contrast(text, places.NIGHT)).toBeGreaterThanOrEqual(4.5);
    for (const color of Object.values(places).filter((one) => /^#\w{6}$/.test(one)))
      expect(places.placeStyle).toContain(color);
    expect(style).toMatch(new RegExp(`button.big \\{[^}]*background:${GO[0]}`));
  });
});

describe("the sound of the chat", () => {
  const sound = (chatSound: ChatSound) => (text: string, own: string) =>
    pings({ chatSound: signal(chatSound) }, text, own);

  it("is for lines with the own name, for all, or for none", () => {
    const mine = sound("mine");
    expect(mine("hey ANN, look", "Ann")).toBe(true);
    expect(mine("hey ann lee!", "Ann Lee #a1b2")).toBe(true);
    expect(mine("Annual meeting", "Ann")).toBe(false);
    expect(mine("hello", "")).toBe(false);
    expect([sound("all")("hello", "Ann"), sound("none")("Ann", "Ann")]).toEqual([true, false]);
  });
});

describe("the server's answers", () => {
  const answering = (status: number, body: string): Api =>
    openApi("http://server.example", async () => new Response(body, { status }));

  it("become errors with the server's code and words", async () => {
    const api = answering(
      404,
      JSON.stringify({ code: "ROOM_UNKNOWN", message: "No open room has the code Q7KX." }),
    );
    await expect(api.findRoom("Q7KX")).rejects.toMatchObject({ code: "ROOM_UNKNOWN", message: /Q7KX/ });
  });

  it("become a calm error when they are no JSON or do not come", async () => {
    await expect(answering(502, "<html>").rooms()).rejects.toBeInstanceOf(ApiError);
    const dead = openApi("http://server.example", () => Promise.reject(new TypeError("Failed to fetch")));
    await expect(dead.rooms()).rejects.toMatchObject({ code: "OFFLINE" });
  });
});
