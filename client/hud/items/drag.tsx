import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { ItemsView } from "../../view.ts";
import { Picture } from "./picture.tsx";

/** The stack that is being dragged. */
interface Dragged {
  readonly id: string;
  readonly template: string;
  readonly qty: number;
  readonly x: number;
  readonly y: number;
  /** The place under the pointer: see {@link DragSource.drop}. */
  readonly over: string;
}

/** A press that moves farther begins to drag, pixels. */
const DRAG_PX = 6;

/** The stack that is being dragged; undefined. */
export const dragged = signal<Dragged | undefined>(undefined);

/** A stack that can be dragged. */
export interface DragSource {
  readonly id: string;
  readonly template: string;
  readonly qty: number;
  /** Called with the `data-drop` of the element under the pointer; "ground": the world; "": none. */
  drop(over: string): void;
}

/**
 * Handlers of an element that can be dragged by mouse, pen or finger. A press that does not move is a click.
 */
export function useDrag(source: DragSource | undefined) {
  const from = useRef<{ x: number; y: number; pointer: number } | undefined>(undefined);
  const dragEnded = useRef(false);
  const move = (event: PointerEvent) => {
    const start = from.current;
    if (!start || !source || start.pointer !== event.pointerId) return;
    const { clientX: x, clientY: y } = event;
    if (!dragged.value && Math.hypot(x - start.x, y - start.y) < DRAG_PX) return;
    const { id, template, qty } = source;
    dragged.value = { id, template, qty, x, y, over: dropTargetAt(x, y) };
  };
  const end = (event: PointerEvent) => {
    if (from.current?.pointer !== event.pointerId) return;
    from.current = undefined;
    const { over } = dragged.value ?? {};
    dragEnded.current = over !== undefined;
    dragged.value = undefined;
    if (over !== undefined && event.type === "pointerup") source?.drop(over);
  };
  return {
    onPointerDown(event: PointerEvent & { currentTarget: HTMLElement }) {
      dragEnded.current = false;
      if (!source || event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      from.current = { x: event.clientX, y: event.clientY, pointer: event.pointerId };
    },
    onPointerMove: move,
    onPointerUp: end,
    onPointerCancel: end,
    /** True for the click that ends a drag. */
    wasDrag: () => dragEnded.current,
  };
}

function dropTargetAt(x: number, y: number): string {
  const element = document.elementFromPoint(x, y);
  if (element instanceof HTMLCanvasElement) return "ground";
  return element?.closest<HTMLElement>("[data-drop]")?.dataset.drop ?? "";
}

/** The dragged stack, under the pointer. */
export function DragPreview({ itemsView }: { itemsView: ItemsView }) {
  const stack = dragged.value;
  if (!stack) return null;
  return (
    <div class="ghost" style={{ transform: `translate(${stack.x}px, ${stack.y}px)` }}>
      <Picture itemsView={itemsView} template={stack.template} />
      {stack.qty > 1 && <b>{stack.qty}</b>}
      {stack.over === "ground" && <span>drop</span>}
    </div>
  );
}
