import { useState } from "preact/hooks";
import { COLORS } from "../../shared/index.ts";
import { OutdatedBanner } from "../hud/connection/outdated-banner.tsx";
import { ReconnectBanner } from "../hud/connection/reconnect-banner.tsx";
import { TravelOverlay } from "../hud/connection/travel-overlay.tsx";
import type { HudProps } from "../hud/hud-props.ts";
import { NoticeLine } from "../hud/notices.tsx";
import { OverlayButtons } from "../hud/overlays/overlay-buttons.tsx";
import { Slots } from "../hud/slots.tsx";
import { Chat } from "../hud/social/chat.tsx";
import { FeedList } from "../hud/social/feed.tsx";
import { InvitationBanner } from "../hud/social/party-list.tsx";
import { SeatButton } from "../hud/social/seat-button.tsx";
import { codeOf } from "../network/last-seat.ts";
import type { Place } from "../panel-view.ts";
import { usePlayers } from "./use-players.ts";

interface PanelHudProps extends Omit<HudProps, "shown"> {
  place: Place;
  /** Whether there is a chat beside the game. */
  chat: boolean;
}

/** Everything over an open panel. A screen has no player, so it shows what concerns the room alone. */
export function PanelHud(props: PanelHudProps) {
  const { session, hud, party, place } = props;
  const isPlayer = place !== "screen";
  return (
    <>
      {place === "page" && <PageBar {...props} />}
      {place === "pad" && <PadBar {...props} />}
      {place === "page" && <Slots hud={hud} panels={props.panels} panelContext={props.panelContext} />}
      <ReconnectBanner session={session} />
      {isPlayer && <OutdatedBanner session={session} />}
      {isPlayer && <InvitationBanner party={party} />}
      <NoticeLine hud={hud} />
      {isPlayer && <FeedList feed={hud.feed} />}
      <TravelOverlay session={session} />
    </>
  );
}

/** The room at the left, the buttons at the right; the chat folds out of it. */
function PageBar(props: PanelHudProps) {
  const { session, hud, overlays, viewport, directMessages, party, panels, chat } = props;
  const [open, setOpen] = useState(false);
  const last = hud.lines.value.at(-1)?.key ?? 0;
  const [read, setRead] = useState(last);
  if (open && read !== last) setRead(last);
  const room = session.room.value;
  const narrow = viewport.narrow.value;
  const viewing = session.viewing.value;
  const mayChat = viewing ? viewing.chat : chat;
  return (
    <>
      <div class="bar left">
        <button
          type="button"
          aria-label="Leave the room"
          title="Leave the room"
          onClick={() => session.leave()}
        >
          ←
        </button>
        <span class="pill" data-testid="room">
          {room ? codeOf(room) : ""}
          <span style={{ opacity: 0.85 }}>
            {" · "}
            {hud.players.value}
            {viewing && ` · you watch${viewing.delayS > 0 ? `, ${viewing.delayS} s behind` : ""}`}
          </span>
        </span>
      </div>
      <div class="bar right">
        <SeatButton session={session} />
        {mayChat && (
          <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
            Chat{last > read && ` · ${last - read}`}
          </button>
        )}
        <OverlayButtons overlays={overlays} narrow={narrow} panels={panels} />
      </div>
      {mayChat && open && (
        <Chat session={session} hud={hud} directMessages={directMessages} party={party} viewport={viewport} />
      )}
    </>
  );
}

/** Who one is, and where; the rest is behind one button, out of the thumb's way. */
function PadBar({ session, overlays }: PanelHudProps) {
  const room = session.room.value;
  const me = usePlayers(room).find(({ sessionId }) => sessionId === room?.sessionId);
  return (
    <div class="pad-bar">
      <i style={{ background: COLORS[me?.color ?? 0] }} />
      <b>{me?.name ?? ""}</b>
      <span data-testid="room">{room ? codeOf(room) : ""}</span>
      <button
        type="button"
        aria-label="Settings"
        title="Settings"
        onClick={() => (overlays.current.value = "settings")}
      >
        ☰
      </button>
    </div>
  );
}
