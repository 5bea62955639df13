import type { Input } from "../../input/input.ts";
import type { ItemsStore } from "../../items/items-store.ts";
import { OutdatedBanner } from "../connection/outdated-banner.tsx";
import { ReconnectBanner } from "../connection/reconnect-banner.tsx";
import { TravelOverlay } from "../connection/travel-overlay.tsx";
import type { HudProps } from "../hud-props.ts";
import { Items } from "../items/items.tsx";
import { NoticeLine } from "../notices.tsx";
import { Slots } from "../slots.tsx";
import { Chat } from "../social/chat.tsx";
import { FeedList } from "../social/feed.tsx";
import { InvitationBanner, PartyList } from "../social/party-list.tsx";
import { Emotes } from "./emotes.tsx";
import { NetStatsPanel } from "./net-stats.tsx";
import { TopBar } from "./top-bar.tsx";
import { TouchControls } from "./touch-controls.tsx";

interface WorldHudProps extends Omit<HudProps, "shown"> {
  items: ItemsStore;
  input: Input;
  /** Shows an emote, by index into EMOTES. */
  emote(index: number): void;
}

/** Everything over an open world. */
export function WorldHud(props: WorldHudProps) {
  const { session, hud, settings, items, party, directMessages, overlays, viewport, input } = props;
  return (
    <>
      <TopBar
        session={session}
        hud={hud}
        items={items}
        overlays={overlays}
        viewport={viewport}
        panels={props.panels}
      />
      <Slots hud={hud} panels={props.panels} panelContext={props.panelContext} />
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
