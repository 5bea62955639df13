import { DRAWING, type StrokeBatch } from "roomkeep/shared";

type Point = readonly [x: number, y: number];
/** A line, in units from 0 to 100 of the paper's height, the middle of the paper at 50, 50. */
interface Line {
  readonly color: number;
  readonly points: readonly Point[];
}

/** Indices into the colours of the markers. */
const [INK, RED, BLUE, GREEN, YELLOW] = [0, 1, 2, 3, 4];

const line = (color: number, ...points: Point[]): Line => ({ color, points });
function arc(color: number, [x, y]: Point, radius: number, fromTurn = 0, toTurn = 1): Line {
  const steps = Math.max(6, Math.round(30 * Math.abs(toTurn - fromTurn)));
  const points = Array.from({ length: steps + 1 }, (_, i): Point => {
    const angle = 2 * Math.PI * (fromTurn + ((toTurn - fromTurn) * i) / steps);
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  });
  return { color, points };
}
const rays = (color: number, [x, y]: Point, from: number, to: number, count: number): Line[] =>
  Array.from({ length: count }, (_, i) => {
    const [cos, sin] = [Math.cos((2 * Math.PI * i) / count), Math.sin((2 * Math.PI * i) / count)];
    return line(color, [x + from * cos, y + from * sin], [x + to * cos, y + to * sin]);
  });

/** What bots can draw. */
const doodles: Readonly<Record<string, readonly Line[]>> = {
  sun: [arc(YELLOW, [50, 50], 18), ...rays(YELLOW, [50, 50], 24, 36, 8)],
  house: [
    line(INK, [30, 80], [30, 48], [70, 48], [70, 80], [30, 80]),
    line(RED, [24, 50], [50, 24], [76, 50]),
    line(INK, [45, 80], [45, 62], [55, 62], [55, 80]),
    line(BLUE, [35, 54], [42, 54], [42, 61], [35, 61], [35, 54]),
  ],
  tree: [line(INK, [46, 84], [48, 56]), line(INK, [54, 84], [52, 56]), arc(GREEN, [50, 38], 22)],
  snowman: [
    arc(INK, [50, 70], 18),
    arc(INK, [50, 40], 13),
    arc(INK, [50, 20], 8),
    line(RED, [50, 20], [58, 22]),
    line(INK, [37, 40], [22, 30]),
    line(INK, [63, 40], [78, 30]),
  ],
  balloon: [
    arc(RED, [50, 36], 20),
    line(RED, [50, 56], [47, 60], [53, 60], [50, 56]),
    line(INK, [50, 60], [46, 74], [53, 90]),
  ],
  fish: [arc(BLUE, [46, 50], 20), line(BLUE, [66, 50], [84, 36], [84, 64], [66, 50]), arc(INK, [38, 45], 2)],
  flower: [
    arc(YELLOW, [50, 36], 7),
    ...rays(RED, [50, 36], 8, 19, 9),
    line(GREEN, [50, 56], [50, 88]),
    line(GREEN, [50, 76], [62, 68], [50, 80]),
  ],
  star: [
    line(
      YELLOW,
      [50, 18],
      [59, 42],
      [84, 42],
      [64, 58],
      [72, 84],
      [50, 68],
      [28, 84],
      [36, 58],
      [16, 42],
      [41, 42],
      [50, 18],
    ),
  ],
  moon: [arc(YELLOW, [50, 50], 28, 0.15, 0.85), arc(YELLOW, [60, 50], 22, 0.17, 0.83)],
  apple: [arc(RED, [50, 55], 22), line(INK, [50, 34], [53, 22]), line(GREEN, [53, 26], [66, 20], [54, 29])],
  cat: [
    arc(INK, [50, 54], 22),
    line(INK, [32, 42], [32, 22], [44, 33]),
    line(INK, [56, 33], [68, 22], [68, 42]),
    arc(GREEN, [42, 50], 3),
    arc(GREEN, [58, 50], 3),
    line(INK, [46, 62], [50, 65], [54, 62]),
    line(INK, [56, 60], [80, 56]),
    line(INK, [44, 60], [20, 56]),
  ],
  sailboat: [
    line(INK, [24, 66], [76, 66], [66, 80], [34, 80], [24, 66]),
    line(INK, [50, 66], [50, 20]),
    line(BLUE, [50, 22], [74, 60], [50, 60]),
  ],
  umbrella: [
    arc(RED, [50, 46], 28, 0.5, 1),
    line(RED, [22, 46], [78, 46]),
    line(INK, [50, 46], [50, 80]),
    arc(INK, [45, 80], 5, 0, 0.5),
  ],
  ladder: [
    line(INK, [40, 12], [36, 90]),
    line(INK, [60, 12], [64, 90]),
    ...[22, 36, 50, 64, 78].map((y) => line(INK, [39, y], [61, y])),
  ],
  glasses: [
    arc(INK, [34, 50], 13),
    arc(INK, [66, 50], 13),
    arc(INK, [50, 48], 4, 0.5, 1),
    line(INK, [21, 48], [8, 42]),
    line(INK, [79, 48], [92, 42]),
  ],
  rainbow: [
    arc(RED, [50, 74], 38, 0.5, 1),
    arc(YELLOW, [50, 74], 32, 0.5, 1),
    arc(GREEN, [50, 74], 26, 0.5, 1),
    arc(BLUE, [50, 74], 20, 0.5, 1),
  ],
};

/** Words that bots can draw. */
export const DRAWABLE: readonly string[] = Object.keys(doodles);

const SCALE = DRAWING.height / 100;
const LEFT = (DRAWING.width - DRAWING.height) / 2;
/** Where a word has no doodle: a question mark. */
const puzzled: readonly Line[] = [
  arc(INK, [50, 36], 16, 0.5, 1.25),
  line(INK, [50, 52], [50, 66]),
  arc(INK, [50, 78], 2),
];

/** The strokes of a bot's picture; a question mark for a word that bots cannot draw. */
export function doodleOf(word: string): StrokeBatch[] {
  return (doodles[word] ?? puzzled).map(({ color, points }, i) => ({
    stroke: i + 1,
    color,
    width: 18,
    points: points.flatMap(([x, y]) => [Math.round(LEFT + x * SCALE), Math.round(y * SCALE)]),
    done: true,
  }));
}
