import { AccountPanel } from "../account/account.tsx";
import type { HudProps } from "../hud-props.ts";
import { PeopleOverlay } from "../social/people-overlay.tsx";
import { Console } from "./console.tsx";
import { Contests } from "./contests.tsx";
import { Help } from "./help.tsx";
import { SettingsPanel } from "./settings.tsx";
import { Share } from "./share.tsx";

/** The overlay that is open, if it can be shown in this phase. */
export function OpenOverlay(props: HudProps) {
  const { session, account, settings, overlays, console, panels, panelContext } = props;
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
        isWorld={props.shown.value?.isWorld ?? true}
      />
    );
  if (overlay === "account") {
    const { provider, viewport } = props;
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
  if (overlay === "contests")
    return <Contests panels={panels} panelContext={panelContext} overlays={overlays} />;
  const room = session.room.value;
  if (room && overlay === "share") return <Share room={room} close={close} />;
  if (room && overlay === "console") return <Console store={console} close={close} />;
  if (overlay !== "people") return null;
  const { party, hud, directMessages, overflowRooms } = props;
  return (
    <PeopleOverlay
      isInRoom={room !== undefined}
      panels={panels}
      panelContext={panelContext}
      party={party}
      trade={props.shown.value?.trade?.()}
      follow={props.shown.value?.follow?.()}
      isWatching={session.viewing.value !== undefined}
      hud={hud}
      directMessages={directMessages}
      overflowRooms={overflowRooms}
      overlays={overlays}
      report={(report) => room?.send("report", report)}
    />
  );
}
