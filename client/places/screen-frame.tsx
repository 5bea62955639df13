import type { Signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { COLORS } from "../../shared/index.ts";
import { codeOf } from "../network/last-seat.ts";
import type { InvitationSize } from "../panel-view.ts";
import type { AnyRoom } from "../room/joined-room.ts";
import type { RoomPlayer } from "../room/room-players.ts";
import { isOnlyHere, linkTo } from "../room/share-link.ts";
import { Qr } from "./qr.tsx";
import { usePlayers } from "./use-players.ts";

interface ScreenFrameProps {
  title: string;
  room: AnyRoom;
  /** Gets the size of the invitation as `data-invitation`: the layout depends on it. */
  frame: HTMLElement;
  invitation: Signal<InvitationSize>;
}

/** The way into the room, for those who sit before the screen: address, code, QR code, and who is in. */
export function ScreenFrame({ title, room, frame, invitation }: ScreenFrameProps) {
  const size = invitation.value;
  const players = usePlayers(room);
  const code = codeOf(room);
  useEffect(() => {
    frame.dataset.invitation = size;
  }, [frame, size]);
  return (
    <>
      <header>
        <h1>{title}</h1>
        <FullScreenButton />
      </header>
      <section class="way-in" aria-label="Join">
        <Qr text={linkTo(code)} />
        <div>
          <p>
            Scan, or open <b>{location.host + location.pathname.replace(/\/$/u, "")}</b> and enter
          </p>
          <strong class="code" data-testid="code">
            {code}
          </strong>
          {isOnlyHere() && (
            <p class="only-here">
              This address works on this computer only. Open the page by the computer's network address.
            </p>
          )}
        </div>
      </section>
      <Players players={players} />
    </>
  );
}

function Players({ players }: { players: readonly RoomPlayer[] }) {
  return (
    <section class="who" aria-label="Players">
      <h2>{players.length === 0 ? "Nobody is in yet" : `${players.length} in`}</h2>
      <ul>
        {players.map(({ sessionId, name, color, away, bot }) => (
          <li key={sessionId} class={away ? "away" : ""}>
            <i style={{ background: COLORS[color] }} />
            <span>{name}</span>
            {bot && <small>bot</small>}
            {away && <small>away</small>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function FullScreenButton() {
  const [full, setFull] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const follow = () => setFull(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", follow);
    return () => document.removeEventListener("fullscreenchange", follow);
  }, []);
  if (!document.fullscreenEnabled) return null;
  const turn = () => (full ? document.exitFullscreen() : document.documentElement.requestFullscreen());
  // A browser may refuse; the page is as large as before then.
  return (
    <button type="button" onClick={() => void turn().catch(() => {})}>
      {full ? "Leave full screen" : "Full screen"}
    </button>
  );
}
