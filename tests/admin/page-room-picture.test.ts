import { describe, expect, it } from "vitest";
import { cameraOf, dragged, toMetres, toPixels, zoomed } from "../../admin/rooms/camera.ts";
import { FrameTrack } from "../../admin/scrub/frame-track.ts";

const size = { width: 400, height: 300 };
type Bounds = Parameters<typeof cameraOf>[0];

describe("the picture of a room", () => {
  it("shows all of a level, whatever its form", () => {
    const levels: Bounds[] = [
      { min: [-10, -10], max: [10, 10] },
      { min: [0, -100], max: [5, 100] },
      { min: [-300, 3], max: [300, 4] },
    ];
    for (const bounds of levels) {
      const camera = cameraOf(bounds, size);
      for (const [x, z] of [bounds.min, bounds.max]) {
        const [left, top] = toPixels(camera, size, x, z);
        expect(left).toBeGreaterThanOrEqual(0);
        expect(top).toBeGreaterThanOrEqual(0);
        expect(left).toBeLessThanOrEqual(size.width);
        expect(top).toBeLessThanOrEqual(size.height);
      }
    }
  });

  it("has +x to the right and +z towards the viewer, which is down, a metre as long in both", () => {
    const camera = cameraOf({ min: [-10, -20], max: [10, 10] }, size);
    const [left, top] = toPixels(camera, size, 0, 0);
    const [right, below] = toPixels(camera, size, 2, 2);
    expect(right).toBeGreaterThan(left);
    expect(below - top).toBeCloseTo(right - left);
  });

  it("zooms about the pointer, also where it can come no nearer", () => {
    for (const scale of [7, 180]) {
      const camera = { scale, x: 3, z: -4 };
      const [x, z] = toMetres(camera, size, 50, 220);
      const [nextX, nextZ] = toMetres(zoomed(camera, size, 1.5, 50, 220), size, 50, 220);
      expect(nextX).toBeCloseTo(x);
      expect(nextZ).toBeCloseTo(z);
    }
    expect(zoomed({ scale: 180, x: 0, z: 0 }, size, 10, 0, 0).scale).toBe(200);
  });

  it("follows the hand when it is dragged", () => {
    const camera = { scale: 10, x: 0, z: 0 };
    const before = toPixels(camera, size, 1, 1);
    const after = toPixels(dragged(camera, 30, -20), size, 1, 1);
    expect(after[0] - before[0]).toBeCloseTo(30);
    expect(after[1] - before[1]).toBeCloseTo(-20);
  });
});

describe("pictures of the past", () => {
  const piece = (ticks: number[], exact: boolean | null): Parameters<FrameTrack["add"]>[0] => ({
    frames: ticks.map((tick) => ({ tick, actors: [["ann", tick / 2, -tick / 2, 0, 0]] })),
    who: { ann: { kind: "avatar", name: "Ann", player: true } },
    exact,
  });

  it("are found by the tick, the last one before it, and are there once", () => {
    const track = new FrameTrack();
    expect(track.at(5)).toBeUndefined();
    track.add(piece([10, 12, 14], null));
    track.add(piece([14, 16], null));
    expect(track.frames.map(({ tick }) => tick)).toEqual([10, 12, 14, 16]);
    expect([9, 10, 13, 14, 99].map((tick) => track.at(tick)?.tick)).toEqual([10, 10, 12, 14, 16]);
  });

  it("show the way of one who is marked, up to the tick that is shown", () => {
    const track = new FrameTrack();
    track.add(piece([10, 12, 14, 16], null));
    expect(track.trail("ann", 14, 2)).toEqual([
      [6, -6],
      [7, -7],
    ]);
    expect(track.trail("bob", 14, 2)).toEqual([]);
  });

  it("are exact only if each piece is, and that is not known before one says so", () => {
    const track = new FrameTrack();
    track.add(piece([1], null));
    expect(track.exact).toBeNull();
    track.add(piece([2], true));
    expect(track.exact).toBe(true);
    track.add(piece([3], false));
    track.add(piece([4], true));
    expect(track.exact).toBe(false);
  });
});
