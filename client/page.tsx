import { effect, signal } from "@preact/signals";
import { render } from "preact";
import { openAccount } from "./account.ts";
import { openApi } from "./api.ts";
import { readCode } from "./farewell.ts";
import { followSession } from "./follow.ts";
import { Hud } from "./hud/hud.tsx";
import type { Overlay, Page } from "./hud/page-state.ts";
import { style } from "./hud/style.ts";
import { openInput } from "./input.ts";
import { openParty } from "./party.ts";
import { pickAvatars } from "./pick.ts";
import { exposeProbe } from "./probe.ts";
import { watchRooms } from "./room-list.ts";
import { explain, openSession } from "./session.ts";
import { openSettings, type Settings } from "./settings.ts";
import { listenToKeys, openEmotes } from "./shortcuts.ts";
import { openSounds } from "./sounds.ts";
import { openStage, type Stage } from "./stage.ts";
import type { GameViews } from "./view.ts";
import { openBoard } from "./world.ts";

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
 * import { yardView } from "../rooms/yard/view.ts";
 *
 * startPage({ title: "The yard", views: { yard: yardView } });
 */
export function startPage({ views, title = "roomkeep" }: PageOptions): void {
  const { canvas, root } = prepareDocument();
  const stage = tryStage(canvas, root);
  if (!stage) return;
  const settings = openSettings();
  const sounds = openSounds();
  const api = openApi();
  const page = openPage({ views, title, stage, settings, api });
  const { session } = page;
  listenToKeys(page);
  effect(() => sounds.setVolume(settings.volume.value));
  effect(() => stage.setQuality(settings.quality.value));
  effect(() => {
    const still = session.journey.value !== "" || page.overlay.value !== "none";
    page.input.enabled = session.phase.value === "playing" && !still;
  });
  const world = followSession({ page, stage, sounds, views });
  pickAvatars(stage, world, (id) => {
    if (session.phase.value !== "playing" || id === session.room.value?.sessionId) return;
    page.picked.value = id;
    page.overlay.value = "people";
  });
  exposeProbe(session, world, stage);
  watchRooms(page, api, views);
  render(<Hud page={page} />, root);
  void begin(page);
}

interface PageParts extends Required<PageOptions> {
  stage: Stage;
  settings: Settings;
  api: ReturnType<typeof openApi>;
}

function openPage({ views, title, stage, settings, api }: PageParts): Page {
  const account = openAccount(api);
  const session = openSession(api, account);
  const asked = new URLSearchParams(location.search);
  const games = Object.keys(views);
  const wanted = asked.get("game");
  const small = matchMedia("(max-width: 720px)");
  const invitation = asked.get("room");
  const invited = readCode(invitation ?? "") ?? "";
  if (invitation && !invited) session.problem.value = `"${invitation.slice(0, 12)}" is no room code.`;
  const page: Page = {
    title,
    session,
    account,
    settings,
    board: openBoard(),
    party: openParty(session),
    picked: signal(""),
    input: openInput(stage.canvas, stage.rig, settings),
    invited: signal(invited),
    quickGame: signal(wanted && games.includes(wanted) ? wanted : (games[0] ?? "")),
    rooms: signal([]),
    offline: signal(""),
    games: signal([]),
    overlay: signal<Overlay>("none"),
    narrow: signal(small.matches),
    touch: signal(matchMedia("(pointer: coarse)").matches),
    async recover(code) {
      session.problem.value = "";
      await account.recover(code).catch((error: unknown) => {
        session.problem.value = explain(error);
      });
    },
    say: (text) => session.room.value?.send("chat", { text }),
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

/** Wakes the account, then goes back to the seat that this tab had, if any. */
async function begin({ account, session, invited }: Page) {
  try {
    await account.wake();
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
  sheet.textContent = style;
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
