import { useEffect, useState } from "preact/hooks";
import type { Input } from "../../input/input.ts";
import type { ItemsStore } from "../../items/items-store.ts";
import type { Session } from "../../network/session.ts";
import { onceStateIsHere } from "../../room/first-state.ts";
import type { AnyRoom } from "../../room/joined-room.ts";
import { nameIn } from "../../room/room-players.ts";
import type { SpectatorCamera } from "../../scene/spectator-camera.ts";
import { OutdatedBanner } from "../connection/outdated-banner.tsx";
import { ReconnectBanner } from "../connection/reconnect-banner.tsx";
import type { HudProps } from "../hud-props.ts";
import { NoticeLine } from "../notices.tsx";
import { Slots } from "../slots.tsx";
import { Chat } from "../social/chat.tsx";
import { FeedList } from "../social/feed.tsx";
import { SeatButton } from "../social/seat-button.tsx";
import { TopBar } from "./top-bar.tsx";
import { TouchStick } from "./touch-controls.tsx";

interface WatchHudProps extends Omit<HudProps, "shown"> {
  items: ItemsStore;
  input: Input;
  camera: SpectatorCamera;
}

/** Everything over a world that is watched. */
export function WatchHud(props: WatchHudProps) {
  const { session, hud, party, directMessages, viewport, input, camera } = props;
  return (
    <>
      <TopBar {...props} />
      <Slots hud={hud} panels={[]} panelContext={props.panelContext} />
      <ReconnectBanner session={session} />
      <OutdatedBanner session={session} />
      <NoticeLine hud={hud} />
      <FeedList feed={hud.feed} />
      {viewport.touch.value && <TouchStick input={input} />}
      <WatchBar session={session} camera={camera} />
      {session.viewing.value?.chat && (
        <Chat session={session} hud={hud} directMessages={directMessages} party={party} viewport={viewport} />
      )}
    </>
  );
}

/** Whom the camera follows, and the seat that one may take. */
function WatchBar({ session, camera }: Pick<WatchHudProps, "session" | "camera">) {
  const room = session.room.value;
  const followed = camera.following.value;
  const name = room && followed ? nameIn(room, followed) : "";
  const hasState = useHasState(room);
  if (!hasState) return <Waiting session={session} />;
  return (
    <section class="watch" aria-label="Camera">
      <span class="pill">{watchingText(session)}</span>
      <div class="row">
        <button
          type="button"
          aria-label="The person before"
          title="The person before"
          onClick={() => camera.turn(-1)}
        >
          ‹
        </button>
        <span class="pill followed" role="status">
          {name || "Flying"}
        </span>
        <button
          type="button"
          aria-label="The next person"
          title="The next person (N)"
          onClick={() => camera.turn(1)}
        >
          ›
        </button>
        <button
          type="button"
          aria-pressed={!followed}
          title="Move freely (F), by the keys of a walk or the stick"
          onClick={() => (followed ? camera.free() : camera.turn(1))}
        >
          {followed ? "Fly" : "Follow"}
        </button>
        <SeatButton session={session} />
      </div>
    </section>
  );
}

function Waiting({ session }: { session: Session }) {
  const { delayS = 0 } = session.viewing.value ?? {};
  return (
    <div class="banner" role="status">
      <span class="spin" />
      {delayS > 0 ? `The picture comes in ${delayS} s…` : "The picture comes…"}
    </div>
  );
}

function watchingText({ viewing }: Session): string {
  const { delayS = 0 } = viewing.value ?? {};
  return delayS > 0 ? `You watch · ${delayS} s behind` : "You watch";
}

/** Whether the room's first state has come. */
function useHasState(room: AnyRoom | undefined): boolean {
  const [has, setHas] = useState(false);
  useEffect(() => {
    setHas(false);
    return room && onceStateIsHere(room, () => setHas(true));
  }, [room]);
  return has;
}
