import { signal } from "@preact/signals";
import { render } from "preact";
import { vibrate } from "../device/vibration.ts";
import type { HudStore } from "../hud-store.ts";
import { codeOf } from "../network/last-seat.ts";
import { predictEffects } from "../network/optimistic-effects.ts";
import { listenToEvents } from "../network/room-events.ts";
import type { InvitationSize, PanelViewContext, Place } from "../panel-view.ts";
import type { AnyRoom } from "../room/joined-room.ts";
import { linkTo } from "../room/share-link.ts";
import type { Sounds } from "../scene/sounds.ts";
import type { Settings } from "../settings.ts";
import { Qr } from "./qr.tsx";

/** Room, stores and place of {@link openViewContext}. */
export interface ViewContextOptions {
  readonly room: AnyRoom;
  readonly root: HTMLElement;
  readonly place: Place;
  readonly hud: HudStore;
  readonly settings: Settings;
  readonly sounds: Sounds;
  invite(size: InvitationSize): void;
}

/** The context of a game's panel view, and how it ends. */
export interface OpenViewContext {
  readonly context: PanelViewContext;
  close(): void;
}

/** Opens the context of a panel view whose room has its state. */
export function openViewContext(options: ViewContextOptions): OpenViewContext {
  const { room, root, place, hud, settings, sounds, invite } = options;
  const changes = followState(room);
  const events = listenToEvents(room);
  const code = codeOf(room);
  const address = linkTo(code);
  let isDrawn = false;
  const context: PanelViewContext = {
    room: room as unknown as PanelViewContext["room"],
    place,
    share: { code, address, qr: () => <Qr text={address} /> },
    settings,
    sounds,
    me: () => room.state?.seats?.get(room.sessionId),
    send: (type, payload = {}) => room.send(type, payload),
    predict: predictEffects(room),
    show(draw) {
      isDrawn = true;
      const Drawn = () => {
        changes.count.value;
        return <>{draw()}</>;
      };
      render(<Drawn />, root);
    },
    onChange: changes.listen,
    notice: (text) => {
      hud.notice.value = text;
    },
    tell: hud.feed.add,
    onEvent: events.onEvent,
    invite,
    vibrate,
  };
  return {
    context,
    close() {
      changes.stop();
      events.stop();
      if (isDrawn) render(null, root);
    },
  };
}

/** Follows the state of a room: many patches make one change a frame. */
function followState(room: AnyRoom) {
  const count = signal(0);
  const listeners: (() => void)[] = [];
  let frame = 0;
  const settle = () => {
    frame = 0;
    count.value++;
    for (const listener of listeners) listener();
  };
  const follow = () => {
    frame ||= requestAnimationFrame(settle);
  };
  room.onStateChange(follow);
  return {
    count,
    listen: (listener: () => void) => void listeners.push(listener),
    stop() {
      cancelAnimationFrame(frame);
      room.onStateChange.remove(follow);
    },
  };
}
