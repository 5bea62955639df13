import { AccountPanel } from "../account/account.tsx";
import type { HudProps } from "../hud-props.ts";
import { People } from "../social/people.tsx";
import { Console } from "./console.tsx";
import { Help } from "./help.tsx";
import { SettingsPanel } from "./settings.tsx";
import { Share } from "./share.tsx";

/** The overlay that is open, if it can be shown in this phase. */
export function OpenOverlay(props: HudProps) {
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
        isWorld={props.shown.value?.isWorld ?? true}
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
  const { party, hud, directMessages, overflowRooms } = props;
  return (
    <People
      party={party}
      trade={props.shown.value?.trade?.()}
      hud={hud}
      directMessages={directMessages}
      overflowRooms={overflowRooms}
      overlays={overlays}
    />
  );
}
