import { DRAWING, type Refusal, refuse, type StrokeBatch } from "roomkeep/shared";

/** Bounds of a picture: they keep what a late joiner is sent small. */
export const PICTURE_MAX = { strokes: 500, points: 12_000, pointsOfStroke: 3_000 } as const;

/** A stroke as a canvas draws it. */
export interface PictureStroke {
  readonly stroke: number;
  readonly color: number;
  readonly width: number;
  readonly points: readonly number[];
}

/** The end of the last stroke: the next piece continues from it. */
interface End {
  x: number;
  y: number;
}

const BEGINS = 1;
const CONTINUES = 0;
const START: End = { x: DRAWING.width / 2, y: DRAWING.height / 2 };

/** Small numbers of either sign as small ones without: 0, −1, 1, −2, 2 … become 0, 1, 2, 3, 4 … */
const fold = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
const unfold = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

/**
 * Packs a piece of a stroke into a text whose characters are numbers: UTF-8 sends those under 128 as one
 * byte, those under 2,048 as two. Points are told as the way from the point before.
 */
function pack({ color, width, points }: Omit<StrokeBatch, "stroke" | "done">, from: End | undefined): string {
  const head = from ? [CONTINUES] : [BEGINS, color, width];
  let { x, y } = from ?? START;
  const ways = points.map((value, i) => {
    const way = value - (i % 2 === 0 ? x : y);
    if (i % 2 === 0) x = value;
    else y = value;
    return fold(way);
  });
  return String.fromCharCode(...head, ...ways);
}

const begins = (piece: string): boolean => piece.charCodeAt(0) === BEGINS;
const headOf = (piece: string): number => (begins(piece) ? 3 : 1);

/** The strokes of a packed picture, numbered from 1. */
export function unpackPicture(pieces: Iterable<string>): PictureStroke[] {
  const strokes: { stroke: number; color: number; width: number; points: number[] }[] = [];
  for (const piece of pieces) {
    if (begins(piece)) {
      const [color, width] = [piece.charCodeAt(1), piece.charCodeAt(2)];
      strokes.push({ stroke: strokes.length + 1, color, width, points: [] });
    }
    const points = strokes.at(-1)?.points ?? [];
    let { x, y } = endOf(points) ?? START;
    for (let i = headOf(piece); i + 1 < piece.length; i += 2) {
      x += unfold(piece.charCodeAt(i));
      y += unfold(piece.charCodeAt(i + 1));
      points.push(x, y);
    }
  }
  return strokes;
}

const endOf = (points: readonly number[]): End | undefined =>
  points.length < 2 ? undefined : { x: points.at(-2) ?? 0, y: points.at(-1) ?? 0 };

/** The list that a picture is kept in: an array, or that of a state. */
interface Pieces extends Iterable<string> {
  push(piece: string): unknown;
  pop(): string | undefined;
  clear(): void;
}

/** The picture that is drawn now. It is in the state, so that who comes late sees it. */
export class Picture {
  readonly #pieces: Pieces;
  /** Points of each stroke. */
  #lengths: number[] = [];
  #end: End | undefined;
  /** Number that the page gave the last stroke. */
  #last = 0;

  /** Goes on with what is in the list. */
  constructor(pieces: Pieces) {
    this.#pieces = pieces;
    this.#count();
  }

  /** Adds the next piece of a stroke. @returns the paper is full, or the stroke is not the last one */
  add(batch: StrokeBatch): Refusal | undefined {
    const { stroke, points } = batch;
    if (points.some((value, i) => i % 2 === 1 && value > DRAWING.height))
      return refuse("MESSAGE_INVALID", "draw: points are on the paper.");
    if (stroke < this.#last) return refuse("ACTION_REFUSED", "That stroke is finished.");
    const isNew = stroke > this.#last || this.#lengths.length === 0;
    const length = (isNew ? 0 : (this.#lengths.at(-1) ?? 0)) + points.length / 2;
    const all = this.#lengths.reduce((sum, one) => sum + one, 0) + points.length / 2;
    if (length > PICTURE_MAX.pointsOfStroke)
      return refuse("ACTION_REFUSED", "Lift the pen: begin a new line.");
    if (all > PICTURE_MAX.points || (isNew && this.#lengths.length >= PICTURE_MAX.strokes))
      return refuse("ACTION_REFUSED", "The paper is full: undo something, or clear it.");
    this.#pieces.push(pack(batch, isNew ? undefined : this.#end));
    this.#end = endOf(points);
    this.#last = stroke;
    if (isNew) this.#lengths.push(length);
    else this.#lengths[this.#lengths.length - 1] = length;
    return undefined;
  }

  /** Takes the last stroke back. */
  undo(): void {
    for (let piece = this.#pieces.pop(); piece !== undefined && !begins(piece); ) piece = this.#pieces.pop();
    this.#count();
  }

  clear(): void {
    this.#pieces.clear();
    this.#count();
  }

  #count(): void {
    const strokes = unpackPicture(this.#pieces);
    this.#lengths = strokes.map(({ points }) => points.length / 2);
    this.#end = endOf(strokes.at(-1)?.points ?? []);
    // A page numbers on from the strokes that it has.
    this.#last = strokes.length;
  }
}
