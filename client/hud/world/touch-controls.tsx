import { useRef } from "preact/hooks";
import type { Input } from "../../input/input.ts";

/** Reach of the stick's knob, pixels. */
const REACH_PX = 46;

/** A stick for the left thumb. */
export function TouchStick({ input }: { input: Input }) {
  const knob = useRef<HTMLDivElement>(null);
  const stick = useRef<HTMLDivElement>(null);
  const finger = useRef<{ id: number; x: number; y: number } | undefined>(undefined);

  const move = (x: number, y: number) => {
    const length = Math.hypot(x, y);
    const scale = length > REACH_PX ? REACH_PX / length : 1;
    if (knob.current) knob.current.style.transform = `translate(${x * scale}px, ${y * scale}px)`;
    input.stick.x = (x * scale) / REACH_PX;
    input.stick.y = (-y * scale) / REACH_PX;
  };
  const release = (event: PointerEvent) => {
    if (finger.current?.id !== event.pointerId) return;
    finger.current = undefined;
    move(0, 0);
    if (stick.current) Object.assign(stick.current.style, { left: "", top: "", bottom: "" });
  };
  return (
    <div
      class="touchpad"
      data-testid="stick"
      onPointerDown={(event: PointerEvent & { currentTarget: HTMLElement }) => {
        if (finger.current) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        finger.current = { id: event.pointerId, x: event.clientX, y: event.clientY };
        const box = event.currentTarget.getBoundingClientRect();
        // The stick moves under the thumb.
        const place = {
          left: `${event.clientX - box.left - 59}px`,
          top: `${event.clientY - box.top - 59}px`,
          bottom: "auto",
        };
        if (stick.current) Object.assign(stick.current.style, place);
      }}
      onPointerMove={(event: PointerEvent) => {
        const from = finger.current;
        if (from?.id === event.pointerId) move(event.clientX - from.x, event.clientY - from.y);
      }}
      onPointerUp={release}
      onPointerCancel={release}
    >
      <div class="stick" ref={stick}>
        <div class="knob" ref={knob} />
      </div>
    </div>
  );
}

/** A stick for the left thumb, jump and run for the right. */
export function TouchControls({ input }: { input: Input }) {
  const buttonOf = (button: "jump" | "run") => ({
    onPointerDown: (event: PointerEvent) => {
      event.preventDefault();
      input.setButton(button, true);
    },
    onPointerUp: () => input.setButton(button, false),
    onPointerCancel: () => input.setButton(button, false),
    onPointerLeave: () => input.setButton(button, false),
  });
  return (
    <>
      <TouchStick input={input} />
      <div class="thumbs">
        <button type="button" aria-label="Run" {...buttonOf("run")}>
          Run
        </button>
        <button type="button" class="big" aria-label="Jump" {...buttonOf("jump")}>
          Jump
        </button>
      </div>
    </>
  );
}
