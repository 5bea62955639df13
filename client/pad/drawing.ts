import { DRAWING, type StrokeBatch } from "../../shared/index.ts";

/** A stroke that is drawn so far. */
export type Stroke = Pick<StrokeBatch, "stroke" | "color" | "width"> & { readonly points: readonly number[] };

/** A drawing on a canvas, as it grows. */
export interface Drawing {
  /** Draws the next piece of a stroke. */
  add(batch: Pick<StrokeBatch, "stroke" | "color" | "width" | "points">): void;
  /** Takes a stroke out, by default the last one. */
  undo(stroke?: number): void;
  clear(): void;
  /** Shows these strokes and no others, such as those of the state when the room is joined. */
  replace(strokes: Iterable<Stroke>): void;
  readonly strokes: readonly Stroke[];
  /** Stops following the size of the canvas. */
  dispose(): void;
}

/** Colours that a pad offers unless its game names others. */
export const DRAWING_COLORS = ["#241a30", "#d92d20", "#1864ab", "#1d6b4d", "#f2a900", "#8a3ffc", "#ffffff"];

/**
 * Opens a drawing on a canvas, in the proportion of `DRAWING`: what a pad sends looks the same on a screen of
 * any size.
 *
 * @param colors CSS colours; what is sent is their index
 * @example
 * screen(root, { room }) {
 *   const canvas = root.appendChild(document.createElement("canvas"));
 *   const drawing = openDrawing(canvas);
 *   room.onMessage("draw", drawing.add);
 *   return drawing.dispose;
 * },
 */
export function openDrawing(canvas: HTMLCanvasElement, colors: readonly string[] = DRAWING_COLORS): Drawing {
  let strokes: (Stroke & { points: number[] })[] = [];
  const pen = canvas.getContext("2d");
  canvas.style.aspectRatio = `${DRAWING.width} / ${DRAWING.height}`;

  /** Draws a stroke from one of its points on. */
  const draw = ({ color, width, points }: Stroke, from = 0) => {
    if (!pen) return;
    const [x = 0, y = 0] = points.slice(from);
    pen.strokeStyle = pen.fillStyle = colors[color] ?? colors[0] ?? "#000";
    pen.lineWidth = width;
    pen.lineCap = pen.lineJoin = "round";
    pen.beginPath();
    pen.moveTo(x, y);
    // A dot is a line to itself.
    if (points.length - from <= 2) pen.lineTo(x + 0.1, y);
    for (let i = from + 2; i < points.length; i += 2) pen.lineTo(points[i] ?? 0, points[i + 1] ?? 0);
    pen.stroke();
  };
  const redraw = () => {
    pen?.setTransform(1, 0, 0, 1, 0, 0);
    pen?.clearRect(0, 0, canvas.width, canvas.height);
    pen?.scale(canvas.width / DRAWING.width, canvas.height / DRAWING.height);
    for (const stroke of strokes) draw(stroke);
  };
  const resize = () => {
    const width = Math.round(canvas.clientWidth * devicePixelRatio);
    if (width === 0 || width === canvas.width) return;
    canvas.width = width;
    canvas.height = Math.round((width * DRAWING.height) / DRAWING.width);
    redraw();
  };
  const watch = new ResizeObserver(resize);
  watch.observe(canvas);
  resize();

  return {
    get strokes() {
      return strokes;
    },
    add({ stroke, color, width, points }) {
      const known = strokes.find((one) => one.stroke === stroke);
      if (!known) {
        strokes.push({ stroke, color, width, points: [...points] });
        draw({ stroke, color, width, points });
        return;
      }
      const from = Math.max(0, known.points.length - 2);
      known.points.push(...points);
      draw(known, from);
    },
    undo(stroke) {
      const last = stroke ?? strokes.at(-1)?.stroke;
      strokes = strokes.filter((one) => one.stroke !== last);
      redraw();
    },
    clear() {
      strokes = [];
      redraw();
    },
    replace(next) {
      strokes = [...next].map((stroke) => ({ ...stroke, points: [...stroke.points] }));
      redraw();
    },
    dispose: () => watch.disconnect(),
  };
}
