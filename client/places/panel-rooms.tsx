import { effect, type Signal, signal } from "@preact/signals";
import { render } from "preact";
import { stayOverKeyboard } from "../device/keyboard.ts";
import { keepAwake } from "../device/wake-lock.ts";
import { addStyle } from "../hud/add-style.ts";
import type { HudProps } from "../hud/hud-props.ts";
import type { InvitationSize, MountPanel, PanelView, Place } from "../panel-view.ts";
import { onceStateIsHere } from "../room/first-state.ts";
import type { AnyRoom } from "../room/joined-room.ts";
import { followNotices } from "../room/room-notices.ts";
import { roleIn } from "../room/room-role.ts";
import type { Sounds } from "../scene/sounds.ts";
import type { ViewKind } from "../shown-view.ts";
import { PanelHud } from "./panel-hud.tsx";
import { placeOf } from "./place.ts";
import { ScreenFrame } from "./screen-frame.tsx";
import { placeStyle } from "./style.ts";
import { openViewContext } from "./view-context.tsx";

/** The stores of the page, and its sounds. */
export interface PanelRoomsOptions extends Omit<HudProps, "shown"> {
  readonly sounds: Sounds;
}

/** Opens what only panel views need. Loaded with the first one that is shown. */
export function openPanelRooms(page: PanelRoomsOptions): ViewKind<PanelView> {
  addStyle(placeStyle);
  const { viewport } = page;
  return {
    show(view, room) {
      const place = placeOf(viewport.phone, roleIn(room) === "spectator");
      document.documentElement.classList.add("panels");
      const stops = [view.style ? addStyle(view.style) : () => {}];
      if (room) stops.push(openPlace(page, view, room, place));
      return {
        isWorld: false,
        renderHud: () => <PanelHud {...page} place={place} chat={view.chat ?? true} />,
        dispose() {
          for (const stop of stops.reverse()) stop();
        },
      };
    },
    rest: () => document.documentElement.classList.remove("panels"),
  };
}

/** Mounts a room's view in its place. @returns takes it out */
function openPlace(page: PanelRoomsOptions, view: PanelView, room: AnyRoom, place: Place): () => void {
  const { session, hud, settings, sounds } = page;
  const frame = document.createElement("div");
  frame.id = "place";
  frame.className = place;
  document.body.insertBefore(frame, document.getElementById("hud"));
  const invitation: Signal<InvitationSize> = signal("side");
  const root = place === "screen" ? frameScreen(frame, view, room, invitation) : frame;
  const stops = [followNotices({ room, hud, settings, sounds }), restWhileAway(frame, session)];
  if (place !== "page") stops.push(keepAwake());
  if (place === "pad") stops.push(stayOverKeyboard(frame));
  const waiting = onceStateIsHere(room, () => {
    const invite = (size: InvitationSize) => {
      invitation.value = size;
    };
    const opened = openViewContext({ room, root, place, hud, settings, sounds, invite });
    stops.push(opened.close);
    const unmount = mountOf(view, place)(root, opened.context);
    if (unmount) stops.push(unmount);
  });
  sounds.join();
  return () => {
    waiting();
    for (const stop of stops.reverse()) stop();
    render(null, frame);
    frame.remove();
  };
}

/** What the game shows in a place: a part of its own, or what its page shows. */
function mountOf(view: PanelView, place: Place): MountPanel {
  if (place === "pad" && view.pad) return view.pad;
  if (place === "screen" && view.screen) return view.screen;
  return (root, context) => view.mount(root, context);
}

/** Code, QR code and players beside the game. @returns the game's own root */
function frameScreen(
  frame: HTMLElement,
  { title }: PanelView,
  room: AnyRoom,
  invitation: Signal<InvitationSize>,
): HTMLElement {
  const root = document.createElement("main");
  const aside = document.createElement("aside");
  frame.append(root, aside);
  render(<ScreenFrame title={title} room={room} frame={frame} invitation={invitation} />, aside);
  return root;
}

/** While the connection is away, nothing that is pressed would arrive. @returns stops */
function restWhileAway(frame: HTMLElement, { phase }: PanelRoomsOptions["session"]): () => void {
  return effect(() => {
    frame.inert = phase.value.kind === "reconnecting";
  });
}
