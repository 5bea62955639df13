import { BUTTON } from "../../shared/index.ts";
import type { InputFrame } from "../network/predict.ts";
import type { CameraRig } from "../scene/camera-rig.ts";
import type { Settings } from "../settings.ts";
import { toFrame } from "./move-direction.ts";

/** Direction of the touch stick, each −1…1, y forward. */
export interface Stick {
  x: number;
  y: number;
}

/** Movement and camera by keys, mouse, touch and gamepad. */
export interface Input {
  /** The input as it is now, in world directions. `consumed`: the frame is sent, a short press is used up. */
  frame(consumed: boolean): InputFrame;
  /** Reads gamepads and turns the camera by keys; once a frame. */
  poll(dtS: number): void;
  /** Set by the touch controls. */
  readonly stick: Stick;
  /** Presses or releases a button of the touch controls. */
  setButton(button: keyof typeof BUTTON, down: boolean): void;
  /** While false the avatar stands still. */
  enabled: boolean;
  dispose(): void;
}

const MOVES: Record<string, readonly [number, number]> = {
  KeyW: [0, 1],
  ArrowUp: [0, 1],
  KeyS: [0, -1],
  ArrowDown: [0, -1],
  KeyA: [-1, 0],
  ArrowLeft: [-1, 0],
  KeyD: [1, 0],
  ArrowRight: [1, 0],
};
const USED_KEYS = new Set([...Object.keys(MOVES), "Space", "ShiftLeft", "ShiftRight", "KeyQ", "KeyE"]);
const DEAD_ZONE = 0.18;

/** Whether an element takes typed text, so that its keys do not move the avatar. */
export function takesTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  )
    return true;
  return target instanceof HTMLInputElement && !["button", "checkbox", "radio"].includes(target.type);
}

/** Listens to keys, pointers and gamepads. Pointers turn the camera rig. */
export function openInput(surface: HTMLElement, rig: CameraRig, settings: Settings): Input {
  const keys = new Set<string>();
  const pressed = new Set<keyof typeof BUTTON>();
  const stick: Stick = { x: 0, y: 0 };
  const pad = { x: 0, y: 0, buttons: 0, jumped: false };
  const abort = new AbortController();
  const { signal } = abort;
  let jumpPressed = false;

  addEventListener(
    "keydown",
    (event) => {
      // Space presses a focused button.
      const onControl = event.target instanceof HTMLButtonElement && event.code === "Space";
      if (!USED_KEYS.has(event.code) || takesTyping(event.target) || onControl) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      keys.add(event.code);
      if (event.code === "Space" && !event.repeat) jumpPressed = true;
      if (input.enabled) event.preventDefault();
    },
    { signal },
  );
  addEventListener("keyup", (event) => keys.delete(event.code), { signal });
  // A key that is released in another window or in a text field sends no keyup here.
  addEventListener("blur", () => keys.clear(), { signal });
  addEventListener("focusin", (event) => takesTyping(event.target) && keys.clear(), { signal });
  lookAround(surface, rig, settings, signal);

  const input: Input = {
    stick,
    enabled: true,
    setButton(button, down) {
      if (down) pressed.add(button);
      else pressed.delete(button);
      if (button === "jump" && down) jumpPressed = true;
    },
    frame(consumed) {
      if (!input.enabled) return { moveX: 0, moveZ: 0, buttons: 0 };
      let x = stick.x + pad.x;
      let y = stick.y + pad.y;
      for (const key of keys) {
        const move = MOVES[key];
        if (move) {
          x += move[0];
          y += move[1];
        }
      }
      const run = keys.has("ShiftLeft") || keys.has("ShiftRight") || pressed.has("run");
      const jump = jumpPressed || keys.has("Space") || pressed.has("jump");
      if (consumed) jumpPressed = false;
      return toFrame(x, y, rig.yaw, (run ? BUTTON.run : 0) | (jump ? BUTTON.jump : 0) | pad.buttons);
    },
    poll(dtS) {
      const direction = Number(keys.has("KeyQ")) - Number(keys.has("KeyE"));
      if (direction) rig.orbit(direction * 2 * dtS * settings.sensitivity.value, 0);
      readPad(pad, rig, dtS * settings.sensitivity.value);
    },
    dispose: () => abort.abort(),
  };
  return input;
}

/** A drag turns the camera; the wheel or two fingers zoom. */
function lookAround(surface: HTMLElement, rig: CameraRig, settings: Settings, signal: AbortSignal) {
  const pointers = new Map<number, { x: number; y: number }>();
  surface.addEventListener(
    "pointerdown",
    (event) => {
      // Clicking the world takes the focus out of the chat.
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      surface.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    },
    { signal },
  );
  surface.addEventListener(
    "pointermove",
    (event) => {
      const before = pointers.get(event.pointerId);
      if (!before) return;
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      const at = { x: event.clientX, y: event.clientY };
      if (other) {
        const was = Math.hypot(before.x - other.x, before.y - other.y);
        const is = Math.hypot(at.x - other.x, at.y - other.y);
        if (was > 0 && is > 0) rig.zoom(was / is);
      } else {
        const pace = 0.0052 * settings.sensitivity.value;
        rig.orbit(-(at.x - before.x) * pace, (at.y - before.y) * pace);
      }
      pointers.set(event.pointerId, at);
    },
    { signal },
  );
  for (const type of ["pointerup", "pointercancel"] as const) {
    surface.addEventListener(type, (event) => pointers.delete(event.pointerId), { signal });
  }
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    rig.zoom(Math.exp(Math.sign(event.deltaY) * Math.min(Math.abs(event.deltaY), 120) * 0.0012));
  };
  surface.addEventListener("wheel", wheel, { signal, passive: false });
  surface.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
}

function readPad(pad: { x: number; y: number; buttons: number }, rig: CameraRig, dtS: number) {
  const found = navigator.getGamepads?.().find((one) => one?.connected);
  pad.x = pad.y = pad.buttons = 0;
  if (!found) return;
  const [x = 0, y = 0, lookX = 0, lookY = 0] = found.axes.map((axis) =>
    Math.abs(axis) < DEAD_ZONE ? 0 : axis,
  );
  pad.x = x;
  pad.y = -y;
  const down = (index: number) => found.buttons[index]?.pressed ?? false;
  pad.buttons = (down(0) ? BUTTON.jump : 0) | (down(1) || down(6) || down(7) || down(10) ? BUTTON.run : 0);
  rig.orbit(-lookX * 2.6 * dtS, lookY * 1.6 * dtS);
}
