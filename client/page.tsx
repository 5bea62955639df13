import { effect, signal } from "@preact/signals";
import { render } from "preact";
import { openAccount } from "./account/account.ts";
import { takeOidcReturn } from "./account/oidc-return.ts";
import { watchRooms } from "./account/room-list.ts";
import { accountStyle } from "./hud/account/style.ts";
import { Hud } from "./hud/hud.tsx";
import { itemStyle } from "./hud/items/style.ts";
import { style } from "./hud/style.ts";
import { openInput } from "./input/input.ts";
import { pickActors } from "./input/picking.ts";
import { listenToKeys, openEmotes } from "./input/shortcuts.ts";
import { openItems } from "./items/items-store.ts";
import { isItemActor, watchProximity } from "./items/proximity.ts";
import { openApi } from "./network/api.ts";
import { readCode } from "./network/disconnect-notice.ts";
import { explain } from "./network/error-messages.ts";
import { openOverflowRooms } from "./network/overflow-rooms.ts";
import { openConsole } from "./network/room-console.ts";
import { openSession } from "./network/session.ts";
import type { AccountPage, Overlay, Page } from "./page-state.ts";
import { openHudStore } from "./room-view.ts";
import { openSounds, type Sounds } from "./scene/sounds.ts";
import { openStage, type Stage } from "./scene/stage.ts";
import { syncScene } from "./scene-sync.ts";
import { openSettings, type Settings } from "./settings.ts";
import { openDirectMessages } from "./social/direct-messages.ts";
import { openParty } from "./social/party.ts";
import { exposeProbe } from "./test-probe.ts";
import type { GameViews } from "./view.ts";

/** What a page is made of. */
export interface PageOptions {
  /** Views by the name of their game. The first is the one that Play joins and that is seen behind the door screen. */
  views: GameViews;
  /** Shown on the door screen. */
  title?: string;
}

/**
 * Starts the page: the door screen, then the world. Everything it needs it puts into the document itself.
 A browser without WebGL 2 is told so.
 *
 * @example
 * import { startPage } from "roomkeep/client";
 * import { yardView } from "../games/yard/view.ts";
 *
 * startPage({ title: "The yard", views: { yard: yardView } });
 */
export function startPage({ views, title = "roomkeep" }: PageOptions): void {
  const { canvas, root } = prepareDocument();
  const stage = tryStage(canvas, root);
  if (!stage) return;
  // Before anything reads the address: this puts back the one that the player left from.
  const identity = takeOidcReturn();
  const settings = openSettings();
  const sounds = openSounds();
  const api = openApi();
  const page = openPage({ views, title, stage, settings, sounds, api });
  const { session } = page;
  listenToKeys(page);
  effect(() => sounds.setVolume(settings.volume.value));
  effect(() => stage.setQuality(settings.quality.value));
  effect(() => {
    // Beside the console one walks; its line takes the keys for itself.
    const covered = !["none", "console"].includes(page.overlay.value);
    const still = session.journey.value !== "" || covered;
    page.input.enabled = session.phase.value === "playing" && !still;
  });
  const world = syncScene({ page, stage, sounds, views });
  watchProximity({ session, items: page.things, stage, world });
  pickActors(stage, world, (id, kind) => {
    if (session.phase.value !== "playing" || id === session.room.value?.sessionId) return;
    if (isItemActor(kind)) return page.things.interact({ id, kind });
    page.picked.value = id;
    page.overlay.value = "people";
  });
  exposeProbe(session, world, stage);
  watchRooms(page, api, views);
  render(<Hud page={page} />, root);
  void begin(page, identity);
  // Asked again whenever somebody is about to sign in: the server may have been away.
  effect(() => {
    if (page.overlay.value !== "account" || page.provider.peek()) return;
    // Without an answer there is no button; signing in by password works all the same.
    const told = ({ provider }: Awaited<ReturnType<typeof api.provider>>) => {
      page.provider.value = provider?.name ?? "";
    };
    api.provider().then(told, () => undefined);
  });
}

interface PageParts extends Required<PageOptions> {
  stage: Stage;
  settings: Settings;
  sounds: Sounds;
  api: ReturnType<typeof openApi>;
}

function openPage({ views, title, stage, settings, sounds, api }: PageParts): Page {
  const account = openAccount(api);
  const session = openSession(api, account);
  const asked = new URLSearchParams(location.search);
  const games = Object.keys(views);
  const wanted = asked.get("game");
  const small = matchMedia("(max-width: 720px)");
  const invitation = asked.get("room");
  const invited = readCode(invitation ?? "") ?? "";
  if (invitation && !invited) session.problem.value = `"${invitation.slice(0, 12)}" is no room code.`;
  const [board, party] = [openHudStore(), openParty(session)];
  const page: Page = {
    title,
    session,
    account,
    settings,
    board,
    party,
    letters: openDirectMessages(session, { hud: board, party, settings, playSound: sounds.chat }),
    siblings: openOverflowRooms(session),
    console: openConsole(session),
    ratesOpen: signal(false),
    things: openItems(session),
    picked: signal(""),
    input: openInput(stage.canvas, stage.rig, settings),
    invited: signal(invited),
    quickGame: signal(wanted && games.includes(wanted) ? wanted : (games[0] ?? "")),
    rooms: signal([]),
    offline: signal(""),
    games: signal([]),
    overlay: signal<Overlay>("none"),
    accountPage: signal<AccountPage>("you"),
    provider: signal(""),
    narrow: signal(small.matches),
    touch: signal(matchMedia("(pointer: coarse)").matches),
    async recover(code) {
      session.problem.value = "";
      await account.recover(code).catch((error: unknown) => {
        session.problem.value = explain(error);
      });
    },
    leaveFor(link) {
      account.openProvider(link).catch((error: unknown) => {
        session.problem.value = explain(error);
        page.overlay.value = "none";
      });
    },
    readVisits: async () => (await api.playSessions()).visits,
    emote: openEmotes(session),
  };
  small.addEventListener("change", () => {
    page.narrow.value = small.matches;
  });
  const touched = () => {
    page.touch.value = true;
  };
  addEventListener("touchstart", touched, { once: true, passive: true });
  return page;
}

/** Wakes the account, or finishes a sign-in by a provider, then goes back to the seat that this tab had, if any. */
async function begin({ account, session, invited }: Page, identity: ReturnType<typeof takeOidcReturn>) {
  try {
    await account.restore();
    if (identity === "refused") session.problem.value = "The other site did not sign you in.";
    else if (identity) await account.finishProviderSignIn(identity);
    // An explicit link to somewhere else wins over the way back.
    if (!new URLSearchParams(location.search).has("game")) await session.resume(invited.value);
  } catch (error) {
    session.problem.value = explain(error);
  }
  // The address names the room while one plays; after leaving, Play means any room again.
  effect(() => {
    if (session.phase.value === "playing") invited.value = "";
  });
}

function prepareDocument() {
  const sheet = document.createElement("style");
  sheet.textContent = style + accountStyle + itemStyle;
  document.head.append(sheet);
  const canvas = document.createElement("canvas");
  canvas.id = "stage";
  canvas.setAttribute("aria-label", "The world");
  const root = document.createElement("div");
  root.id = "hud";
  document.body.append(canvas, root);
  return { canvas, root };
}

/** Opens the stage, or says why there will be no picture. */
function tryStage(canvas: HTMLCanvasElement, root: HTMLElement): Stage | undefined {
  try {
    return openStage(canvas);
  } catch (error) {
    console.error("roomkeep: no stage", error);
    render(
      <main class="card door">
        <h1>No 3D here</h1>
        <p>
          This browser could not start WebGL 2, which draws the world. Switch on hardware acceleration in its
          settings, or try another browser.
        </p>
      </main>,
      root,
    );
    return undefined;
  }
}
