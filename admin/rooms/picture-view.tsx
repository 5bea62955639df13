import { useEffect, useRef, useState } from "preact/hooks";
import { type Camera, cameraOf, dragged, toPixels, zoomed } from "./camera.ts";
import { type Drawn, draw } from "./draw.ts";

/** How near a click has to be to an actor, in pixels. */
const NEAR_PX = 18;
/** Steps of the keys. */
const STEP_PX = 40;
const STEP_TIMES = 1.3;

/** A level and its actors from above; dragged and zoomed by pointer, wheel and keys. */
export function PictureView({
  drawn,
  pick,
  label,
}: {
  drawn: Drawn;
  pick: (id: string) => void;
  label: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [camera, setCamera] = useState<Camera>();
  const [size, setSize] = useState({ width: 0, height: 0 });
  const bounds = drawn.level?.bounds;
  const shown = camera ?? (bounds && cameraOf(bounds, size));

  useEffect(() => {
    const place = canvas.current;
    if (!place) return;
    const observer = new ResizeObserver(() => {
      const next = { width: place.clientWidth, height: place.clientHeight };
      const ratio = devicePixelRatio || 1;
      place.width = Math.round(next.width * ratio);
      place.height = Math.round(next.height * ratio);
      setSize(next);
    });
    observer.observe(place);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const place = canvas.current;
    const pen = place?.getContext("2d");
    if (!place || !pen || !shown || size.width === 0) return;
    const ratio = devicePixelRatio || 1;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const css = getComputedStyle(place);
    const color = (name: string) => css.getPropertyValue(name).trim();
    draw({ pen, ...size, camera: shown, color }, drawn);
  });

  const zoom = (times: number, left = size.width / 2, top = size.height / 2) =>
    shown && setCamera(zoomed(shown, size, times, left, top));
  const pickAt = (left: number, top: number) => {
    if (!shown) return;
    const near = (drawn.frame?.actors ?? [])
      .map(([id, x, z]) => {
        const [atLeft, atTop] = toPixels(shown, size, x, z);
        return { id, far: Math.hypot(atLeft - left, atTop - top) - (drawn.who[id]?.player ? 6 : 0) };
      })
      .sort((a, b) => a.far - b.far)[0];
    if (near && near.far <= NEAR_PX) pick(near.id);
  };
  const pointer = usePointer({
    drag: (right, down) => shown && setCamera(dragged(shown, right, down)),
    click: pickAt,
  });
  return (
    <>
      <canvas
        ref={canvas}
        class="picture"
        role="img"
        tabIndex={0}
        aria-label={`${label}. Arrow keys move it, plus and minus zoom, 0 shows all.`}
        onWheel={(event) => {
          event.preventDefault();
          zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, event.offsetX, event.offsetY);
        }}
        onKeyDown={({ key }) => {
          const moves: Record<string, readonly [number, number]> = {
            ArrowLeft: [STEP_PX, 0],
            ArrowRight: [-STEP_PX, 0],
            ArrowUp: [0, STEP_PX],
            ArrowDown: [0, -STEP_PX],
          };
          const move = moves[key];
          if (move && shown) setCamera(dragged(shown, ...move));
          if (key === "+") zoom(STEP_TIMES);
          if (key === "-") zoom(1 / STEP_TIMES);
          if (key === "0") setCamera(undefined);
        }}
        {...pointer}
      />
      <p class="buttons">
        <button type="button" onClick={() => zoom(STEP_TIMES)} aria-label="Nearer">
          +
        </button>
        <button type="button" onClick={() => zoom(1 / STEP_TIMES)} aria-label="Farther">
          −
        </button>
        <button type="button" onClick={() => setCamera(undefined)}>
          Show all
        </button>
      </p>
    </>
  );
}

/** Tells a drag from a click. */
function usePointer({
  drag,
  click,
}: {
  drag: (right: number, down: number) => void;
  click: (left: number, top: number) => void;
}) {
  const from = useRef<{ x: number; y: number; moved: number } | undefined>(undefined);
  return {
    onPointerDown(event: PointerEvent) {
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      from.current = { x: event.clientX, y: event.clientY, moved: 0 };
    },
    onPointerMove({ clientX, clientY }: PointerEvent) {
      const was = from.current;
      if (!was) return;
      const [right, down] = [clientX - was.x, clientY - was.y];
      from.current = { x: clientX, y: clientY, moved: was.moved + Math.abs(right) + Math.abs(down) };
      drag(right, down);
    },
    onPointerUp({ offsetX, offsetY }: PointerEvent) {
      const was = from.current;
      from.current = undefined;
      if (was && was.moved < 5) click(offsetX, offsetY);
    },
    onPointerCancel() {
      from.current = undefined;
    },
  };
}
