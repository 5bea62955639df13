import { effect } from "@preact/signals";
import { render } from "preact";
import { openAccount } from "./account/account.ts";
import { watchMyGames } from "./account/my-games.ts";
import { takeOidcReturn } from "./account/oidc-return.ts";
import { type PlayTarget, readPlayTarget } from "./account/play-target.ts";
import { watchProvider } from "./account/provider.ts";
import { watchRoomList } from "./account/room-list.ts";
import { watchViewport } from "./device/viewport.ts";
import { accountStyle } from "./hud/account/style.ts";
import { addStyle } from "./hud/add-style.ts";
import { Hud } from "./hud/hud.tsx";
import type { HudProps } from "./hud/hud-props.ts";
import { style } from "./hud/style.ts";
import { openHudStore } from "./hud-store.ts";
import { type Api, openApi } from "./network/api.ts";
import { explain } from "./network/error-messages.ts";
import { openOverflowRooms } from "./network/overflow-rooms.ts";
import { openConsole } from "./network/room-console.ts";
import { openSession, type Session } from "./network/session.ts";
import { isInRoom } from "./network/session-phase.ts";
import { openOverlays } from "./overlays.ts";
import type { PageOptions } from "./page-options.ts";
import type { PagePanel } from "./panel.ts";
import { isScreen } from "./places/place.ts";
import { keepScreen } from "./places/screen-stay.ts";
import { openSounds, type Sounds } from "./scene/sounds.ts";
import { openSettings } from "./settings.ts";
import { watchViews } from "./shown-view.ts";
import { openDirectMessages } from "./social/direct-messages.ts";
import { openParty } from "./social/party.ts";
import { exposeProbe } from "./test-probe.ts";

/** Opens the page in the document. */
export function openPage({ views, title = "roomkeep", panels }: LoadedOptions): void {
  const root = prepareDocument(panels);
  // First of all: this restores the address that the player left from.
  const oidcReturn = takeOidcReturn();
  const sounds = openSounds();
  const stores = openStores({ views, title, panels, sounds });
  effect(() => sounds.setVolume(stores.settings.volume.value));
  const page = { ...stores, sounds };
  const shown = watchViews({
    ...stores,
    views,
    loadWorlds: () => import("./world/worlds.tsx").then(({ openWorlds }) => openWorlds(page)),
    loadPanels: () => import("./places/panel-rooms.tsx").then(({ openPanelRooms }) => openPanelRooms(page)),
  });
  closeByEscape(stores.overlays, shown);
  exposeProbe(stores.session);
  for (const panel of panels) panel.open?.(stores.panelContext);
  render(<Hud {...stores} shown={shown} />, root);
  void begin(stores, oidcReturn);
}

/** The options of the page, when its panels are loaded. */
type LoadedOptions = Omit<PageOptions, "panels"> & { readonly panels: readonly PagePanel[] };

interface StoreOptions extends Required<LoadedOptions> {
  sounds: Sounds;
}

type Stores = Omit<HudProps, "shown">;

/** Opens the stores of the page and wires those that need others. */
function openStores({ views, title, panels, sounds }: StoreOptions): Stores {
  const api = openApi();
  const settings = openSettings();
  const account = openAccount(api);
  const as = isScreen() ? "screen" : undefined;
  const session = openSession(api, account, undefined, undefined, as);
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
    myGames: watchMyGames(session, api, views),
    playTarget: openPlayTarget(views, session, api),
    console: openConsole(session),
    directMessages: openDirectMessages(session, { hud, party, settings, playSound: sounds.chat }),
    overflowRooms: openOverflowRooms(session),
    viewport: watchViewport(),
    panels,
    panelContext: {
      room: session.room,
      characters: account.characterList.characters,
      games: roomList.games,
      request: api.request,
      show(name) {
        const panel = panels.find((one) => one.name === name);
        if (panel) overlays.showPanel(panel);
      },
      notice(text) {
        hud.notice.value = text;
      },
      hide(sessionIds) {
        settings.hidden.value = new Set(sessionIds);
      },
      async join(code) {
        overlays.close();
        if (isInRoom(session.phase.value)) session.leave();
        await session.join({ code });
      },
      explain,
    },
  };
}

/** What Play joins; the game of an invitation is asked for, which a private room does not tell. */
function openPlayTarget(views: PageOptions["views"], session: Session, api: Api): PlayTarget {
  const target = readPlayTarget(views, session.problem);
  const code = target.invitation.value;
  if (code)
    api.findRoom(code).then(
      ({ game }) => target.foundGame(game),
      () => {},
    );
  return target;
}

/** Escape closes an overlay; in a world it closes more. */
function closeByEscape(overlays: Stores["overlays"], shown: HudProps["shown"]): void {
  addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && !shown.value?.isWorld) overlays.close();
  });
}

/**
 * Restores the account, or finishes a sign-in by the provider, then goes back to the last seat of this tab.
 */
async function begin(
  { account, session, playTarget }: Stores,
  oidcReturn: ReturnType<typeof takeOidcReturn>,
): Promise<void> {
  try {
    await account.restore();
    if (oidcReturn === "refused") session.problem.value = "The other site did not sign you in.";
    else if (oidcReturn) await account.finishProviderSignIn(oidcReturn);
    if (isScreen()) return keepScreen(session, playTarget);
    // A link to a game is followed instead.
    const toGame = new URLSearchParams(location.search).has("game");
    if (!toGame) await session.resume(playTarget.invitation.value);
  } catch (error) {
    session.problem.value = explain(error);
  }
  forgetInvitation(session, playTarget);
}

/** While a room is open the address names it; after leaving, Play means any room again. */
function forgetInvitation(session: Session, { invitation }: PlayTarget): void {
  effect(() => {
    if (isInRoom(session.phase.value)) invitation.value = "";
  });
}

function prepareDocument(panels: readonly PagePanel[]): HTMLElement {
  addStyle([style, accountStyle, ...panels.map((panel) => panel.style ?? "")].join("\n"));
  const root = document.createElement("div");
  root.id = "hud";
  document.body.append(root);
  return root;
}
