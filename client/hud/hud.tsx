import { isInRoom } from "../network/session-phase.ts";
import { isScreen } from "../places/place.ts";
import { DisconnectScreen } from "./connection/disconnect-screen.tsx";
import { SanctionDialog } from "./connection/sanction.tsx";
import type { HudProps } from "./hud-props.ts";
import { JoinForm } from "./join-form.tsx";
import { OverlayHost } from "./overlays/overlay-host.tsx";
import { ScreenWait } from "./screen-wait.tsx";

/** Everything over the world, or the panel, of a game. */
export function Hud(props: HudProps) {
  const { title, session, account, roomList, myGames, playTarget, overlays, viewport } = props;
  const phase = session.phase.value;
  const shown = props.shown.value;
  const isOut = phase.kind === "idle" || phase.kind === "joining";
  if (shown?.renderInstead) return <>{shown.renderInstead()}</>;
  return (
    <>
      {isInRoom(phase) && (shown ? shown.renderHud() : <Loading />)}
      {isOut && isScreen() && <ScreenWait session={session} title={title} />}
      {isOut && !isScreen() && (
        <JoinForm
          title={title}
          session={session}
          account={account}
          roomList={roomList}
          myGames={myGames}
          playTarget={playTarget}
          overlays={overlays}
          viewport={viewport}
          panels={props.panels}
          isPanel={shown ? !shown.isWorld : false}
        />
      )}
      <OverlayHost {...props} />
      {!isScreen() && <SanctionDialog hud={props.hud} session={session} />}
      {!isScreen() && <DisconnectScreen session={session} hud={props.hud} />}
    </>
  );
}

/** The view of the game is on its way. */
function Loading() {
  return (
    <div class="banner" role="status">
      <span class="spin" />
      Loading the game…
    </div>
  );
}
