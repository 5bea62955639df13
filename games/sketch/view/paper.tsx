import { useEffect, useRef } from "preact/hooks";
import { type Drawing, openDrawing } from "roomkeep/client";
import { unpackPicture } from "../picture.ts";
import type { SketchState } from "../state.ts";
import { MARKERS } from "./markers.ts";

/** The picture as all see it. */
export function Paper({ state }: { state: SketchState }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = useRef<Drawing | undefined>(undefined);
  const shown = useRef<readonly string[]>([]);
  useEffect(() => {
    if (!canvas.current) return;
    const opened = openDrawing(canvas.current, MARKERS);
    drawing.current = opened;
    shown.current = [];
    return () => opened.dispose();
  }, []);
  useEffect(() => {
    if (!drawing.current) return;
    const next = [...state.picture];
    show(drawing.current, shown.current, next);
    shown.current = next;
  });
  return (
    <div class="sk-paper">
      <canvas ref={canvas} data-testid="picture" />
    </div>
  );
}

/** Draws what came to a picture; all of it anew if something was taken back. */
function show(drawing: Drawing, before: readonly string[], next: readonly string[]): void {
  if (before.length === next.length && before.every((piece, i) => piece === next[i])) return;
  const strokes = unpackPicture(next);
  if (before.length > next.length || before.some((piece, i) => piece !== next[i]))
    return void drawing.replace(strokes);
  const known = drawing.strokes.map(({ points }) => points.length);
  for (const [i, stroke] of strokes.entries()) {
    const points = stroke.points.slice(known[i] ?? 0);
    if (points.length > 0) drawing.add({ ...stroke, points });
  }
}
