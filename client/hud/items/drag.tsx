import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { ItemsView } from "../../view.ts";
import { Picture } from "./picture.tsx";

/** What is carried by mouse or finger just now. */
interface Dragged {
  readonly id: string;
  readonly template: string;
  readonly qty: number;
  readonly x: number;
  readonly y: number;
  /** Where it would land: see {@link useDrag}. */
  readonly over: string;
}

/** A press that moves farther takes the thing up, pixels. */
const LIFT_PX = 6;

/** What is dragged; undefined. */
export const dragged = signal<Dragged | undefined>(undefined);

/** What may be gripped. */
export interface DragSource {
  readonly id: string;
  readonly template: string;
  readonly qty: number;
  /** Dropped over an element with this `data-drop`; "ground": over the world; "": beside everything. */
  drop(over: string): void;
}

/** Handlers of an element that can be dragged, by mouse, pen and finger alike. A press that stays is a click. */
export function useDrag(grip: DragSource | undefined) {
  const from = useRef<{ x: number; y: number; pointer: number } | undefined>(undefined);
  const landed = useRef(false);
  const move = (event: PointerEvent) => {
    const start = from.current;
    if (!start || !grip || start.pointer !== event.pointerId) return;
    const { clientX: x, clientY: y } = event;
    if (!dragged.value && Math.hypot(x - start.x, y - start.y) < LIFT_PX) return;
    const { id, template, qty } = grip;
    dragged.value = { id, template, qty, x, y, over: underneath(x, y) };
  };
  const end = (event: PointerEvent) => {
    if (from.current?.pointer !== event.pointerId) return;
    from.current = undefined;
    const { over } = dragged.value ?? {};
    landed.current = over !== undefined;
    dragged.value = undefined;
    if (over !== undefined && event.type === "pointerup") grip?.drop(over);
  };
  return {
    onPointerDown(event: PointerEvent & { currentTarget: HTMLElement }) {
      landed.current = false;
      if (!grip || event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      from.current = { x: event.clientX, y: event.clientY, pointer: event.pointerId };
    },
    onPointerMove: move,
    onPointerUp: end,
    onPointerCancel: end,
    /** True for the click that ends a drag. */
    wasDrag: () => landed.current,
  };
}

function underneath(x: number, y: number): string {
  const element = document.elementFromPoint(x, y);
  if (element instanceof HTMLCanvasElement) return "ground";
  return element?.closest<HTMLElement>("[data-drop]")?.dataset.drop ?? "";
}

/** What is dragged, under the pointer. */
export function DragPreview({ look }: { look: ItemsView }) {
  const what = dragged.value;
  if (!what) return null;
  return (
    <div class="ghost" style={{ transform: `translate(${what.x}px, ${what.y}px)` }}>
      <Picture look={look} template={what.template} />
      {what.qty > 1 && <b>{what.qty}</b>}
      {what.over === "ground" && <span>drop</span>}
    </div>
  );
}
