import type { Account } from "../account/account.ts";
import type { PlayTarget } from "../account/play-target.ts";
import type { ProviderStore } from "../account/provider.ts";
import type { RoomListStore } from "../account/room-list.ts";
import type { HudStore } from "../hud-store.ts";
import type { Input } from "../input/input.ts";
import type { ItemsStore } from "../items/items-store.ts";
import type { OverflowRoomsStore } from "../network/overflow-rooms.ts";
import type { ConsoleStore } from "../network/room-console.ts";
import type { Session } from "../network/session.ts";
import { isInRoom } from "../network/session-phase.ts";
import type { OverlayStore } from "../overlays.ts";
import type { PagePanel, PanelContext } from "../panel.ts";
import type { Settings } from "../settings.ts";
import type { DirectMessageStore } from "../social/direct-messages.ts";
import type { PartyStore } from "../social/party.ts";
import type { Viewport } from "../viewport.ts";
import { AccountPanel } from "./account/account.tsx";
import { DisconnectScreen } from "./connection/disconnect-screen.tsx";
import { OutdatedBanner } from "./connection/outdated-banner.tsx";
import { ReconnectBanner } from "./connection/reconnect-banner.tsx";
import { TravelOverlay } from "./connection/travel-overlay.tsx";
import { Console } from "./console.tsx";
import { Emotes } from "./emotes.tsx";
import { Help } from "./help.tsx";
import { Items } from "./items/items.tsx";
import { JoinForm } from "./join-form.tsx";
import { NetStatsPanel } from "./net-stats.tsx";
import { NoticeLine } from "./notices.tsx";
import { SettingsPanel } from "./settings.tsx";
import { Share } from "./share.tsx";
import { Chat } from "./social/chat.tsx";
import { FeedList } from "./social/feed.tsx";
import { InvitationBanner, PartyList } from "./social/party-list.tsx";
import { People } from "./social/people.tsx";
import { TopBar } from "./top-bar.tsx";
import { TouchControls } from "./touch-controls.tsx";

/** The stores of the page. Only the root of the HUD has them all; each panel gets those that it shows. */
export interface HudProps {
  title: string;
  session: Session;
  account: Account;
  provider: ProviderStore;
  roomList: RoomListStore;
  playTarget: PlayTarget;
  settings: Settings;
  hud: HudStore;
  overlays: OverlayStore;
  console: ConsoleStore;
  items: ItemsStore;
  party: PartyStore;
  directMessages: DirectMessageStore;
  overflowRooms: OverflowRoomsStore;
  input: Input;
  viewport: Viewport;
  /** The parts of plugins in the page. */
  panels: readonly PagePanel[];
  panelContext: PanelContext;
  /** Shows an emote, by index into EMOTES. */
  emote(index: number): void;
}

/** Everything over the world. */
export function Hud(props: HudProps) {
  const { title, session, account, roomList, playTarget, overlays, viewport } = props;
  const phase = session.phase.value;
  return (
    <>
      {isInRoom(phase) && <Playing {...props} />}
      {(phase.kind === "idle" || phase.kind === "joining") && (
        <JoinForm
          title={title}
          session={session}
          account={account}
          roomList={roomList}
          playTarget={playTarget}
          overlays={overlays}
          viewport={viewport}
        />
      )}
      <OpenOverlay {...props} />
      <DisconnectScreen session={session} />
    </>
  );
}

/** The overlay that is open, if it can be shown in this phase. */
function OpenOverlay(props: HudProps) {
  const { session, account, settings, overlays, console } = props;
  const overlay = overlays.current.value;
  const { close } = overlays;
  if (overlay === "help") return <Help close={close} />;
  if (overlay === "settings")
    return (
      <SettingsPanel
        settings={settings}
        session={session}
        hud={props.hud}
        account={account}
        overlays={overlays}
      />
    );
  if (overlay === "account") {
    const { provider, panels, panelContext, viewport } = props;
    return (
      <AccountPanel
        account={account}
        provider={provider}
        panels={panels}
        panelContext={panelContext}
        session={session}
        overlays={overlays}
        viewport={viewport}
      />
    );
  }
  const room = session.room.value;
  if (!room) return null;
  if (overlay === "share") return <Share room={room} close={close} />;
  if (overlay === "console") return <Console store={console} close={close} />;
  if (overlay !== "people") return null;
  const { party, items, hud, directMessages, overflowRooms } = props;
  return (
    <People
      party={party}
      items={items}
      hud={hud}
      directMessages={directMessages}
      overflowRooms={overflowRooms}
      overlays={overlays}
    />
  );
}

function Playing(props: HudProps) {
  const { session, hud, settings, items, party, directMessages, overlays, viewport, input } = props;
  const { panels, panelContext } = props;
  return (
    <>
      <TopBar session={session} hud={hud} items={items} overlays={overlays} viewport={viewport} />
      {(["top", "side", "center"] as const).map((slot) => (
        <div key={slot} class={`slot ${slot}`}>
          {hud.slots[slot].value?.render()}
          {panels.filter((panel) => panel.slot === slot).map((panel) => panel.render(panelContext))}
        </div>
      ))}
      <ReconnectBanner session={session} />
      <OutdatedBanner session={session} />
      <InvitationBanner party={party} />
      <NoticeLine hud={hud} />
      <div class="corner">
        <PartyList party={party} session={session} />
        <NetStatsPanel hud={hud} settings={settings} session={session} />
      </div>
      <FeedList feed={hud.feed} />
      {viewport.touch.value && <TouchControls input={input} />}
      <Chat session={session} hud={hud} directMessages={directMessages} party={party} viewport={viewport} />
      <Emotes emote={props.emote} />
      <Items session={session} items={items} hud={hud} />
      <TravelOverlay session={session} />
    </>
  );
}
