import { useEffect, useState } from "preact/hooks";
import { COLORS } from "../../../shared/index.ts";
import type { HudStore } from "../../hud-store.ts";
import type { OverflowRoomsStore } from "../../network/overflow-rooms.ts";
import type { OverlayStore } from "../../overlays.ts";
import type { PagePanel, PanelContext } from "../../panel.ts";
import type { RoomPlayer } from "../../room/room-players.ts";
import type { DirectMessageStore } from "../../social/direct-messages.ts";
import type { PartyStore } from "../../social/party.ts";
import { OverflowRooms } from "./overflow-rooms.tsx";

export interface PeopleHereProps {
  party: PartyStore;
  /** Asks a player to trade; undefined where there is nothing to trade. */
  trade: ((sessionId: string) => void) | undefined;
  /** Follows a player with the camera of a spectator. */
  follow: ((sessionId: string) => void) | undefined;
  /** A spectator says nothing to players. */
  isWatching: boolean;
  hud: HudStore;
  directMessages: DirectMessageStore;
  overflowRooms: OverflowRoomsStore;
  overlays: OverlayStore;
  /** Plugins that can do something with a player. */
  panels: readonly PagePanel[];
  panelContext: PanelContext;
  report(player: RoomPlayer): void;
}

/** The other players of the room: to trade with, whisper to and invite. Below them the overflow rooms. */
export function PeopleHere(props: PeopleHereProps) {
  const { party, overlays, overflowRooms } = props;
  useClock(1_000);
  const clicked = overlays.clickedPlayer.value;
  const people = party.roomPlayers();
  const first = people.filter(({ sessionId }) => sessionId === clicked);
  const rest = people.filter(({ sessionId }) => sessionId !== clicked);
  const Row = props.isWatching ? WatchedRow : PlayerRow;
  return (
    <>
      <ul class="rooms people">
        {[...first, ...rest].map((player) => (
          <Row key={player.sessionId} {...props} player={player} />
        ))}
      </ul>
      {people.length === 0 && <p>Nobody else is here.</p>}
      {!props.isWatching && <OverflowRooms overflowRooms={overflowRooms} close={overlays.close} />}
    </>
  );
}

/** Of a spectator's list: whom the camera may follow. */
function WatchedRow({ player, follow, overlays }: PeopleHereProps & { player: RoomPlayer }) {
  const { sessionId, name, color } = player;
  const go = () => {
    follow?.(sessionId);
    overlays.close();
  };
  return (
    <li class="row">
      <span class="dot" style={{ background: COLORS[color] }} />
      <b class="grow">{name}</b>
      {follow && (
        <button type="button" aria-label={`Follow ${name}`} onClick={go}>
          Follow
        </button>
      )}
    </li>
  );
}

function PlayerRow({
  player,
  party,
  trade,
  hud,
  directMessages,
  overlays,
  panels,
  panelContext,
  report,
}: PeopleHereProps & { player: RoomPlayer }) {
  const { sessionId, name, color } = player;
  const isMember = party.view.value?.members.some((member) => member.sessionId === sessionId);
  const closing = (act: () => void) => () => {
    act();
    overlays.close();
  };
  const askToTrade = closing(() => {
    trade?.(sessionId);
    hud.notice.value = `You ask ${name} to trade…`;
  });
  const whisper = () => {
    directMessages.whisperTo({ to: sessionId, name });
    overlays.close();
    // The panel gives the focus back first.
    setTimeout(() => document.getElementById("say")?.focus());
  };
  return (
    <li class="row">
      <span class="dot" style={{ background: COLORS[color] }} />
      <b class="grow">{name}</b>
      {trade && (
        <button type="button" aria-label={`Trade with ${name}`} onClick={askToTrade}>
          Trade
        </button>
      )}
      <button type="button" aria-label={`Whisper to ${name}`} onClick={whisper}>
        Whisper
      </button>
      {isMember ? (
        <small>in your party</small>
      ) : (
        <button type="button" onClick={closing(() => party.invite(sessionId))}>
          Invite to party
        </button>
      )}
      {panels.map((panel) => panel.renderPerson?.(panelContext, player))}
      {!player.bot && (
        <button type="button" class="report" aria-label={`Report ${name}`} onClick={() => report(player)}>
          Report
        </button>
      )}
    </li>
  );
}

/** Renders again and again: players come and go while the list is open. */
function useClock(ms: number): void {
  const [, render] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => render((count) => count + 1), ms);
    return () => clearInterval(timer);
  }, [ms]);
}
