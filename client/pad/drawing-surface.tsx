import { useEffect, useRef, useState } from "preact/hooks";
import { DRAWING, type StrokeBatch } from "../../shared/index.ts";
import { DRAWING_COLORS, type Drawing, openDrawing } from "./drawing.ts";
import type { Messages, PadDrawing, PadNow } from "./pad.tsx";

/** Pause between two batches, ms. */
const BATCH_MS = 50;
/** Most points of a batch. */
const BATCH_POINTS = 64;
/** Points that lie nearer than this to the one before are left out, in the drawing's units. */
const NEAR = 3;
const WIDTHS = [10, 26, 60];

interface DrawingSurfaceProps {
  drawing: PadDrawing<object, Messages>;
  now: PadNow<object>;
}

/** Where a finger draws: paper, colours, widths, and the way back. */
export function DrawingSurface({ drawing, now }: DrawingSurfaceProps) {
  const { colors = DRAWING_COLORS, widths = WIDTHS } = drawing;
  const { context } = now;
  const canvas = useRef<HTMLCanvasElement>(null);
  const paper = useRef<Drawing | undefined>(undefined);
  const [color, setColor] = useState(0);
  const [width, setWidth] = useState(widths[1] ?? widths[0] ?? 26);
  const pen = useRef({ color, width });
  pen.current = { color, width };
  const first = useRef(now);
  useEffect(() => {
    if (!canvas.current) return;
    const opened = openDrawing(canvas.current, colors);
    paper.current = opened;
    opened.replace(drawing.strokes?.(first.current) ?? []);
    const send = (batch: StrokeBatch) => context.send(drawing.send, drawing.payload?.(batch) ?? batch);
    const stop = followFinger(canvas.current, opened, () => pen.current, send);
    return () => {
      stop();
      opened.dispose();
    };
  }, [context, colors, drawing]);
  const { undo, clear } = drawing;
  return (
    <section class="pad-drawing" aria-label="Drawing">
      <canvas ref={canvas} data-testid="drawing" />
      <div class="pad-pens">
        {colors.map((one, index) => (
          <button
            key={one}
            type="button"
            class="pad-color"
            aria-label={`Colour ${index + 1}`}
            aria-pressed={index === color}
            style={{ background: one }}
            onClick={() => setColor(index)}
          />
        ))}
      </div>
      <div class="pad-pens">
        {widths.map((one) => (
          <button
            key={one}
            type="button"
            aria-label={`Width ${one}`}
            aria-pressed={one === width}
            onClick={() => setWidth(one)}
          >
            <i style={{ width: `${6 + one / 3}px`, height: `${6 + one / 3}px` }} />
          </button>
        ))}
        {undo && (
          <button
            type="button"
            onClick={() => {
              paper.current?.undo();
              context.send(undo, {});
            }}
          >
            Undo
          </button>
        )}
        {clear && (
          <button
            type="button"
            onClick={() => {
              paper.current?.clear();
              context.send(clear, {});
            }}
          >
            Clear
          </button>
        )}
      </div>
    </section>
  );
}

type Point = readonly [x: number, y: number];

/** Draws what the first finger draws, at once, and sends it in batches. @returns stops */
function followFinger(
  canvas: HTMLCanvasElement,
  paper: Drawing,
  pen: () => { color: number; width: number },
  send: (batch: StrokeBatch) => void,
): () => void {
  const abort = new AbortController();
  let finger: { id: number; stroke: number; color: number; width: number; last: Point } | undefined;
  let waiting: number[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = (done: boolean) => {
    clearTimeout(timer);
    timer = undefined;
    if (!finger) return;
    const { stroke, color, width, last } = finger;
    // The last batch of a stroke says so, be it by the point where it ends.
    const left = waiting.length > 0 ? waiting : done ? [...last] : [];
    waiting = [];
    for (let from = 0; from < left.length; from += 2 * BATCH_POINTS) {
      const points = left.slice(from, from + 2 * BATCH_POINTS);
      send({ stroke, color, width, points, done: done && from + points.length === left.length });
    }
  };
  const pointOf = ({ clientX, clientY }: PointerEvent, box: DOMRect): Point => {
    const within = (part: number, most: number) => Math.round(Math.min(1, Math.max(0, part)) * most);
    return [
      within((clientX - box.left) / box.width, DRAWING.width),
      within((clientY - box.top) / box.height, DRAWING.height),
    ];
  };
  const draw = (points: readonly Point[]) => {
    if (!finger) return;
    const { stroke, color, width } = finger;
    const far = points.filter((point) => {
      if (!finger || Math.hypot(point[0] - finger.last[0], point[1] - finger.last[1]) < NEAR) return false;
      finger.last = point;
      return true;
    });
    if (far.length === 0) return;
    paper.add({ stroke, color, width, points: far.flat() });
    waiting.push(...far.flat());
    timer ??= setTimeout(() => flush(false), BATCH_MS);
  };
  const listen = <K extends keyof HTMLElementEventMap>(
    type: K,
    heard: (event: HTMLElementEventMap[K]) => void,
  ) => canvas.addEventListener(type, heard, { signal: abort.signal });

  listen("pointerdown", (event) => {
    if (finger) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    const stroke = Math.max(0, ...paper.strokes.map((one) => one.stroke)) + 1;
    const point = pointOf(event, canvas.getBoundingClientRect());
    finger = { id: event.pointerId, stroke, ...pen(), last: [-NEAR, -NEAR] };
    draw([point]);
  });
  listen("pointermove", (event) => {
    if (finger?.id !== event.pointerId) return;
    // Between two frames a finger goes through several points.
    const all = event.getCoalescedEvents?.() ?? [];
    const box = canvas.getBoundingClientRect();
    draw((all.length > 0 ? all : [event]).map((one) => pointOf(one, box)));
  });
  const end = (event: PointerEvent) => {
    if (finger?.id !== event.pointerId) return;
    flush(true);
    finger = undefined;
  };
  listen("pointerup", end);
  listen("pointercancel", end);
  return () => {
    flush(true);
    abort.abort();
  };
}
