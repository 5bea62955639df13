import { useEffect, useRef } from "preact/hooks";
import type { Messages, PadNow, PadStick } from "./pad.tsx";

/** Messages a second, unless the pad says otherwise. */
const PER_SECOND = 15;

interface StickProps {
  stick: PadStick<object, Messages>;
  now: PadNow<object>;
  label: string | undefined;
}

/** A stick that stands where the thumb comes down. */
export function Stick({ stick, now, label = "Stick" }: StickProps) {
  const knob = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLDivElement>(null);
  const finger = useRef<{ id: number; x: number; y: number } | undefined>(undefined);
  const latest = useRef(now);
  latest.current = now;
  const sender = useRef(pacedSender(stick, (payload) => latest.current.context.send(stick.send, payload)));
  useEffect(() => sender.current.stop, []);

  const move = (x: number, y: number) => {
    const reach = (base.current?.clientWidth ?? 140) / 2;
    const scale = reach / Math.max(reach, Math.hypot(x, y));
    if (knob.current) knob.current.style.transform = `translate(${x * scale}px, ${y * scale}px)`;
    const part = (px: number) => Math.round((px * scale * 100) / reach) / 100;
    sender.current.send({ x: part(x), y: part(-y) });
  };
  const release = ({ pointerId }: PointerEvent) => {
    if (finger.current?.id !== pointerId) return;
    finger.current = undefined;
    move(0, 0);
    if (base.current) base.current.style.translate = "";
  };
  return (
    <div
      class="pad-stick"
      role="application"
      aria-label={label}
      onPointerDown={(event: PointerEvent & { currentTarget: HTMLElement }) => {
        if (finger.current) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        finger.current = { id: event.pointerId, x: event.clientX, y: event.clientY };
        const box = event.currentTarget.getBoundingClientRect();
        const [x, y] = [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
        if (base.current) base.current.style.translate = `${x}px ${y}px`;
      }}
      onPointerMove={(event: PointerEvent) => {
        const from = finger.current;
        if (from?.id === event.pointerId) move(event.clientX - from.x, event.clientY - from.y);
      }}
      onPointerUp={release}
      onPointerCancel={release}
    >
      <div class="pad-stick-base" ref={base}>
        <div class="pad-stick-knob" ref={knob} />
      </div>
    </div>
  );
}

interface Direction {
  readonly x: number;
  readonly y: number;
}

/** Sends directions that differ, at most so often; the last one always. */
function pacedSender(
  { perSecond = PER_SECOND, payload }: StickProps["stick"],
  send: (payload: unknown) => void,
) {
  const pauseMs = 1000 / perSecond;
  let sent: Direction = { x: 0, y: 0 };
  let next: Direction = sent;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    if (next.x === sent.x && next.y === sent.y) return;
    sent = next;
    send(payload?.(sent) ?? sent);
    timer = setTimeout(flush, pauseMs);
  };
  return {
    send(direction: Direction) {
      next = direction;
      if (timer === undefined) flush();
    },
    stop: () => clearTimeout(timer),
  };
}
