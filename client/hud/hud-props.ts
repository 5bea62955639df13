import type { ReadonlySignal } from "@preact/signals";
import type { Account } from "../account/account.ts";
import type { PlayTarget } from "../account/play-target.ts";
import type { ProviderStore } from "../account/provider.ts";
import type { RoomListStore } from "../account/room-list.ts";
import type { Viewport } from "../device/viewport.ts";
import type { HudStore } from "../hud-store.ts";
import type { MatchEntry } from "../network/api.ts";
import type { OverflowRoomsStore } from "../network/overflow-rooms.ts";
import type { ConsoleStore } from "../network/room-console.ts";
import type { Session } from "../network/session.ts";
import type { OverlayStore } from "../overlays.ts";
import type { PagePanel, PanelContext } from "../panel.ts";
import type { Settings } from "../settings.ts";
import type { ShownView } from "../shown-view.ts";
import type { DirectMessageStore } from "../social/direct-messages.ts";
import type { PartyStore } from "../social/party.ts";

/** The stores of the page. Only the root of the HUD has them all; each panel gets those that it shows. */
export interface HudProps {
  title: string;
  session: Session;
  account: Account;
  provider: ProviderStore;
  roomList: RoomListStore;
  /** Matches that the account plays in. */
  myGames: ReadonlySignal<readonly MatchEntry[]>;
  playTarget: PlayTarget;
  settings: Settings;
  hud: HudStore;
  overlays: OverlayStore;
  console: ConsoleStore;
  party: PartyStore;
  directMessages: DirectMessageStore;
  overflowRooms: OverflowRoomsStore;
  viewport: Viewport;
  /** The parts of plugins in the page. */
  panels: readonly PagePanel[];
  panelContext: PanelContext;
  /** The view under the HUD; undefined while none is loaded. */
  shown: ReadonlySignal<ShownView | undefined>;
}
