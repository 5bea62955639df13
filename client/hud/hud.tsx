import { useEffect } from "preact/hooks";
import { EMOTES } from "roomkeep/shared";
import { codeOf } from "../network/session.ts";
import type { Page } from "../page-state.ts";
import { emoteImage } from "../scene/emote-art.ts";
import { AccountPanel } from "./account/account.tsx";
import { Console } from "./console.tsx";
import { BagButton, Items } from "./items/items.tsx";
import { JoinForm } from "./join-form.tsx";
import { NetStatsPanel, NetStatsPill } from "./net-stats.tsx";
import { Help, SettingsPanel, Share } from "./overlays.tsx";
import { Chat } from "./social/chat.tsx";
import { FeedList } from "./social/feed.tsx";
import { InvitationBanner, PartyList, People, TravelOverlay } from "./social/party.tsx";
import { TouchControls } from "./touch.tsx";

/** All that lies over the world. */
export function Hud({ page }: { page: Page }) {
  const { session, overlay } = page;
  const playing = session.phase.value === "playing";
  return (
    <>
      {playing && <Playing page={page} />}
      {(session.phase.value === "door" || session.phase.value === "joining") && <JoinForm page={page} />}
      {overlay.value === "help" && <Help page={page} />}
      {overlay.value === "settings" && <SettingsPanel page={page} />}
      {overlay.value === "share" && playing && <Share page={page} />}
      {overlay.value === "people" && playing && <People page={page} />}
      {overlay.value === "console" && playing && <Console page={page} />}
      {overlay.value === "account" && <AccountPanel page={page} />}
      <DisconnectScreen page={page} />
    </>
  );
}

function Playing({ page }: { page: Page }) {
  const { board, session } = page;
  return (
    <>
      <TopBar page={page} />
      {(["top", "side", "center"] as const).map((slot) => (
        <div key={slot} class={`slot ${slot}`}>
          {board.slots[slot].value?.()}
        </div>
      ))}
      {session.away.value && (
        <div class="banner" role="status">
          <span class="spin" />
          {session.away.value}
        </div>
      )}
      <InvitationBanner page={page} />
      <Notice page={page} />
      <div class="corner">
        <PartyList page={page} />
        <NetStatsPanel page={page} />
      </div>
      <FeedList page={page} />
      {page.touch.value && <TouchControls page={page} />}
      <Chat page={page} />
      <Emotes page={page} />
      <Items page={page} />
      <TravelOverlay page={page} />
    </>
  );
}

function TopBar({ page }: { page: Page }) {
  const { board, session, overlay } = page;
  const room = session.room.value;
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
          {page.narrow.value ? "" : `${session.game.value} `}
          {room ? codeOf(room) : ""}
          <span style={{ opacity: 0.8 }}>
            {" · "}
            {board.players.value}
            {page.narrow.value ? "" : " here"}
          </span>
        </span>
      </div>
      <div class="bar right">
        <NetStatsPill page={page} />
        <BagButton page={page} />
        <button
          type="button"
          aria-label="People here"
          title="People here, and your party"
          onClick={() => {
            page.picked.value = "";
            overlay.value = "people";
          }}
        >
          ☻
        </button>
        <button
          type="button"
          aria-label="Invite friends"
          title="Invite friends"
          onClick={() => (overlay.value = "share")}
        >
          {page.narrow.value ? "+" : "+ Invite"}
        </button>
        <button type="button" aria-label="Help" title="Help (H)" onClick={() => (overlay.value = "help")}>
          ?
        </button>
        <button
          type="button"
          aria-label="Settings"
          title="Settings"
          onClick={() => (overlay.value = "settings")}
        >
          ☰
        </button>
      </div>
    </>
  );
}

/** A line that goes by itself. */
function Notice({ page: { board } }: { page: Page }) {
  const text = board.notice.value;
  useEffect(() => {
    if (!text) return;
    const timer = setTimeout(() => {
      board.notice.value = "";
    }, 4000);
    return () => clearTimeout(timer);
  }, [text, board]);
  return text ? (
    <div class="notice" role="status">
      {text}
    </div>
  ) : null;
}

const PICTURES: string[] = [];

function Emotes({ page }: { page: Page }) {
  if (PICTURES.length === 0) PICTURES.push(...EMOTES.map((_, index) => emoteImage(index)));
  return (
    <div class="emotes" role="toolbar" aria-label="Emotes">
      {EMOTES.map((emote, index) => (
        <button
          key={emote}
          type="button"
          title={`${emote} (${index + 1})`}
          aria-label={emote}
          onClick={() => page.emote(index)}
        >
          <img src={PICTURES[index]} alt="" draggable={false} />
          <kbd>{index + 1}</kbd>
        </button>
      ))}
    </div>
  );
}

function DisconnectScreen({ page: { session } }: { page: Page }) {
  const farewell = session.farewell.value;
  if (!farewell) return null;
  return (
    <div class="over" role="dialog" aria-modal="true" aria-labelledby="farewell">
      <div class="panel">
        <h2 id="farewell">{farewell.title}</h2>
        <p>{farewell.text}</p>
        <button class="go" type="button" onClick={() => session.again()}>
          {farewell.action}
        </button>
      </div>
    </div>
  );
}
