import { Encoder } from "@colyseus/schema";
import { DRAWING, seeded } from "roomkeep/shared";
import { expect, it } from "vitest";
import { PICTURE_MAX, Picture, unpackPicture } from "../../../games/sketch/picture.ts";
import { SketchState } from "../../../games/sketch/state.ts";
import { stroke } from "./pads.ts";

/** A list as the state has it. */
function open() {
  const state = new SketchState();
  return { state, picture: new Picture(state.picture), strokes: () => unpackPicture(state.picture) };
}

it("unpacks what was packed, over all of the paper and in several pieces", () => {
  const { picture, strokes } = open();
  const { width, height } = DRAWING;
  const far = [0, 0, width, height, 0, height, width, 0, 7, 8];
  expect(picture.add(stroke(1, far, { color: 31, width: 200 }))).toBeUndefined();
  expect(picture.add(stroke(1, [9, 10]))).toBeUndefined();
  expect(picture.add(stroke(2, [800, 600]))).toBeUndefined();
  expect(strokes()).toEqual([
    { stroke: 1, color: 31, width: 200, points: [...far, 9, 10] },
    { stroke: 2, color: 1, width: 20, points: [800, 600] },
  ]);
});

it("takes the last stroke back, whole, and goes on by the numbers of a page", () => {
  const { picture, strokes } = open();
  picture.undo();
  for (const [number, x] of [
    [1, 10],
    [2, 20],
    [2, 22],
  ] as const)
    picture.add(stroke(number, [x, x]));
  picture.undo();
  expect(strokes().map(({ points }) => points)).toEqual([[10, 10]]);
  expect(picture.add(stroke(2, [30, 30]))).toBeUndefined();
  expect(picture.add(stroke(1, [40, 40]))).toMatchObject({ code: "ACTION_REFUSED" });
  expect(strokes().map(({ points }) => points)).toEqual([
    [10, 10],
    [30, 30],
  ]);
  picture.clear();
  expect(strokes()).toEqual([]);
  expect(picture.add(stroke(1, [50, 50]))).toBeUndefined();
});

it("goes on with a picture that it finds", () => {
  const { state, picture, strokes } = open();
  picture.add(stroke(1, [10, 10, 20, 20]));
  const next = new Picture(state.picture);
  expect(next.add(stroke(1, [25, 25]))).toBeUndefined();
  expect(strokes()).toEqual([{ stroke: 1, color: 1, width: 20, points: [10, 10, 20, 20, 25, 25] }]);
});

it("refuses what is off the paper, too long, or too much", () => {
  const { picture, strokes } = open();
  expect(picture.add(stroke(1, [10, DRAWING.height + 1]))).toMatchObject({ code: "MESSAGE_INVALID" });
  const dots = Array.from({ length: 128 }, (_, i) => i);
  for (let points = 64; points <= PICTURE_MAX.pointsOfStroke; points += 64)
    expect(picture.add(stroke(1, dots))).toBeUndefined();
  expect(picture.add(stroke(1, dots))).toMatchObject({ code: "ACTION_REFUSED", reason: /Lift the pen/u });
  picture.clear();
  for (let number = 1; number <= PICTURE_MAX.strokes; number++) picture.add(stroke(number, [1, 1]));
  const full = { code: "ACTION_REFUSED", reason: /full/u };
  expect(picture.add(stroke(PICTURE_MAX.strokes + 1, [1, 1]))).toMatchObject(full);
  expect(strokes()).toHaveLength(PICTURE_MAX.strokes);
  picture.clear();
  let number = 1;
  while (!picture.add(stroke(number, dots))) number++;
  const points = strokes().reduce((sum, one) => sum + one.points.length / 2, 0);
  expect(points).toBeLessThanOrEqual(PICTURE_MAX.points);
  expect(points).toBeGreaterThan(PICTURE_MAX.points - 64);
});

it("is small in a full state: a full paper under 64 kB, 80 s of drawing under 12 kB", () => {
  const bytesOf = (pieces: number, pointsOfPiece: number) => {
    const { state, picture } = open();
    const random = seeded(3);
    let [x, y, number] = [800, 600, 1];
    for (let i = 0; i < pieces; i++) {
      if (i % 12 === 0) number++;
      const points = Array.from({ length: pointsOfPiece }, () => {
        x = Math.min(DRAWING.width, Math.max(0, x + Math.round(50 * (random() - 0.5))));
        y = Math.min(DRAWING.height, Math.max(0, y + Math.round(50 * (random() - 0.5))));
        return [x, y];
      }).flat();
      if (picture.add(stroke(number, points))) break;
    }
    return { bytes: new Encoder(state).encodeAll().length, state };
  };
  // A finger that draws half of the time: 20 pieces a second of three points.
  const usual = bytesOf(40 * 20, 3).bytes;
  const full = bytesOf(PICTURE_MAX.points / 3, 3).bytes;
  console.info(`a picture of 80 s: ${usual} bytes; a full paper: ${full} bytes`);
  expect(usual).toBeLessThan(12_000);
  expect(full).toBeLessThan(64_000);
});
