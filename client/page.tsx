import { effect } from "@preact/signals";
import { render } from "preact";
import { openAccount } from "./account/account.ts";
import { takeOidcReturn } from "./account/oidc-return.ts";
import { type PlayTarget, readPlayTarget } from "./account/play-target.ts";
import { watchProvider } from "./account/provider.ts";
import { watchRoomList } from "./account/room-list.ts";
import { accountStyle } from "./hud/account/style.ts";
import { Hud, type HudProps } from "./hud/hud.tsx";
import { itemStyle } from "./hud/items/style.ts";
import { style } from "./hud/style.ts";
import { openHudStore } from "./hud-store.ts";
import { openInput } from "./input/input.ts";
import { pickActors } from "./input/picking.ts";
import { listenToKeys, openEmotes } from "./input/shortcuts.ts";
import { openItems } from "./items/items-store.ts";
import { isItemActor, watchProximity } from "./items/proximity.ts";
import { openApi } from "./network/api.ts";
import { explain } from "./network/error-messages.ts";
import { openOverflowRooms } from "./network/overflow-rooms.ts";
import { openConsole } from "./network/room-console.ts";
import { openSession } from "./network/session.ts";
import { destinationOf, isInRoom } from "./network/session-phase.ts";
import { openOverlays } from "./overlays.ts";
import type { PageOptions } from "./page-options.ts";
import type { PagePanel } from "./panel.ts";
import { openSounds, type Sounds } from "./scene/sounds.ts";
import { openStage, type Stage } from "./scene/stage.ts";
import { syncScene } from "./scene/view/scene-sync.ts";
import { openSettings } from "./settings.ts";
import { openDirectMessages } from "./social/direct-messages.ts";
import { openParty } from "./social/party.ts";
import { exposeProbe } from "./test-probe.ts";
import { watchViewport } from "./viewport.ts";

/** Opens the page in the document. */
export function openPage({ views, title = "roomkeep", panels = [] }: PageOptions): void {
  const { canvas, root } = prepareDocument(panels);
  const stage = tryStage(canvas, root);
  if (!stage) return;
  // First of all: this restores the address that the player left from.
  const oidcReturn = takeOidcReturn();
  const sounds = openSounds();
  const stores = openStores({ views, title, panels, stage, sounds });
  const { session, settings, items } = stores;
  listenToKeys(stores);
  effect(() => sounds.setVolume(settings.volume.value));
  effect(() => stage.setQuality(settings.quality.value));
  enableInput(stores);
  const world = syncScene({ ...stores, stage, sounds, views });
  watchProximity({ session, items, stage, world });
  pickActors(stage, world, (id, kind) => click(stores, id, kind));
  exposeProbe(session, world, stage);
  render(<Hud {...stores} />, root);
  void begin(stores, oidcReturn);
}

interface StoreOptions extends Required<PageOptions> {
  stage: Stage;
  sounds: Sounds;
}

/** Opens the stores of the page and wires those that need others. */
function openStores({ views, title, panels, stage, sounds }: StoreOptions): HudProps {
  const api = openApi();
  const settings = openSettings();
  const account = openAccount(api);
  const session = openSession(api, account);
  const overlays = openOverlays();
  const hud = openHudStore();
  const party = openParty(session);
  const roomList = watchRoomList(session, api, views);
  return {
    title,
    session,
    account,
    settings,
    hud,
    overlays,
    party,
    provider: watchProvider(api, account, session, overlays),
    roomList,
    playTarget: readPlayTarget(views, session.problem),
    console: openConsole(session),
    items: openItems(session),
    directMessages: openDirectMessages(session, { hud, party, settings, playSound: sounds.chat }),
    overflowRooms: openOverflowRooms(session),
    input: openInput(stage.canvas, stage.rig, settings),
    viewport: watchViewport(),
    emote: openEmotes(session),
    panels,
    panelContext: {
      room: session.room,
      characters: account.characterList.characters,
      games: roomList.games,
      request: api.request,
      explain,
    },
  };
}

/** The avatar walks while a room is open, no hand-over is under way and no overlay has the keys. */
function enableInput({ session, overlays, input }: Pick<HudProps, "session" | "overlays" | "input">): void {
  effect(() => {
    const phase = session.phase.value;
    // The console leaves the world visible; its command line takes the keys for itself.
    const isCovered = !["none", "console"].includes(overlays.current.value);
    input.enabled = isInRoom(phase) && destinationOf(phase) === "" && !isCovered;
  });
}

/** An actor in the world was clicked or tapped. */
function click({ session, items, overlays }: HudProps, id: string, kind: string): void {
  if (!isInRoom(session.phase.value) || id === session.room.value?.sessionId) return;
  if (isItemActor(kind)) items.interact({ id, kind });
  else overlays.showPeople(id);
}

/**
 * Restores the account, or finishes a sign-in by the provider, then goes back to the last seat of this tab.
 */
async function begin(
  { account, session, playTarget }: HudProps,
  oidcReturn: ReturnType<typeof takeOidcReturn>,
): Promise<void> {
  try {
    await account.restore();
    if (oidcReturn === "refused") session.problem.value = "The other site did not sign you in.";
    else if (oidcReturn) await account.finishProviderSignIn(oidcReturn);
    // A link to a game is followed instead.
    const toGame = new URLSearchParams(location.search).has("game");
    if (!toGame) await session.resume(playTarget.invitation.value);
  } catch (error) {
    session.problem.value = explain(error);
  }
  forgetInvitation(session, playTarget);
}

/** While a room is open the address names it; after leaving, Play means any room again. */
function forgetInvitation(session: HudProps["session"], { invitation }: PlayTarget): void {
  effect(() => {
    if (isInRoom(session.phase.value)) invitation.value = "";
  });
}

function prepareDocument(panels: readonly PagePanel[]) {
  const sheet = document.createElement("style");
  sheet.textContent = [style, accountStyle, itemStyle, ...panels.map((panel) => panel.style ?? "")].join(
    "\n",
  );
  document.head.append(sheet);
  const canvas = document.createElement("canvas");
  canvas.id = "stage";
  canvas.setAttribute("aria-label", "The world");
  const root = document.createElement("div");
  root.id = "hud";
  document.body.append(canvas, root);
  return { canvas, root };
}

/** Opens the stage, or shows why the browser cannot draw the world. */
function tryStage(canvas: HTMLCanvasElement, root: HTMLElement): Stage | undefined {
  try {
    return openStage(canvas);
  } catch (error) {
    console.error("roomkeep: no stage", error);
    render(
      <main class="card door">
        <h1>This browser cannot draw the world</h1>
        <p>
          The page needs WebGL 2, which this browser could not start. Switch on hardware acceleration in its
          settings, or use another browser.
        </p>
      </main>,
      root,
    );
    return undefined;
  }
}
