import type { Viewport } from "../../device/viewport.ts";
import type { HudStore } from "../../hud-store.ts";
import type { ItemsStore } from "../../items/items-store.ts";
import { codeOf } from "../../network/last-seat.ts";
import type { Session } from "../../network/session.ts";
import type { OverlayStore } from "../../overlays.ts";
import type { PagePanel } from "../../panel.ts";
import { BagButton } from "../items/bag-button.tsx";
import { OverlayButtons } from "../overlays/overlay-buttons.tsx";
import { NetStatsPill } from "./net-stats.tsx";

interface TopBarProps {
  session: Session;
  hud: HudStore;
  items: ItemsStore;
  overlays: OverlayStore;
  viewport: Viewport;
  panels: readonly PagePanel[];
}

/** The room at the left; the buttons of the overlays at the right. */
export function TopBar({ session, hud, items, overlays, viewport, panels }: TopBarProps) {
  const room = session.room.value;
  const narrow = viewport.narrow.value;
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
          {narrow ? "" : `${room?.name ?? ""} `}
          {room ? codeOf(room) : ""}
          <span style={{ opacity: 0.8 }}>
            {" · "}
            {hud.players.value}
            {narrow ? "" : " here"}
          </span>
        </span>
      </div>
      <div class="bar right">
        <NetStatsPill hud={hud} />
        <BagButton items={items} />
        <OverlayButtons overlays={overlays} narrow={narrow} panels={panels} help />
      </div>
    </>
  );
}
