import { effect, signal } from "@preact/signals";
import { render } from "preact";
import { EMOTES } from "roomkeep/shared";
import { openAccount } from "./account.ts";
import { ApiError, openApi } from "./api.ts";
import { readCode } from "./farewell.ts";
import { Hud } from "./hud/hud.tsx";
import type { Overlay, Page } from "./hud/page-state.ts";
import { style } from "./hud/style.ts";
import { openInput, takesTyping } from "./input.ts";
import { showPreview } from "./preview.ts";
import { exposeProbe } from "./probe.ts";
import type { Scenery } from "./scene/scenery.ts";
import { explain, openSession } from "./session.ts";
import { openSettings } from "./settings.ts";
import { openSounds } from "./sounds.ts";
import { openStage } from "./stage.ts";
import type { GameView, GameViews } from "./view.ts";
import { openBoard, openScenery, openWorld, type World } from "./world.ts";

/** How often the room list is read while it is shown, ms. */
const LIST_MS = 4_000;
/** How long an emote is shown, ms. */
const EMOTE_MS = 4_500;

/** What a page is made of. */
export interface PageOptions {
  /** Views by the name of their game. The first is the one that Play joins and that is seen behind the door screen. */
  views: GameViews;
  /** Shown on the door screen. */
  title?: string;
}

/**
 * Starts the page: the door screen, then the world. Everything it needs it puts into the document itself.
 *
 * @throws Error when the browser has no WebGL 2
 * @example
 * import { startPage } from "roomkeep/client";
 * import { yardView } from "../rooms/yard/view.ts";
 *
 * startPage({ title: "The yard", views: { yard: yardView } });
 */
export function startPage({ views, title = "roomkeep" }: PageOptions): void {
  const { canvas, root } = prepareDocument();
  const settings = openSettings();
  const sounds = openSounds();
  const stage = openStage(canvas);
  const input = openInput(canvas, stage.rig, settings);
  const api = openApi();
  const account = openAccount(api);
  const session = openSession(api, account);
  const board = openBoard();
  const asked = new URLSearchParams(location.search);
  const games = Object.keys(views);
  const wanted = asked.get("game");
  const quickGame = signal(wanted && games.includes(wanted) ? wanted : (games[0] ?? ""));
  const narrow = innerWidth <= 720;

  const page: Page = {
    title,
    session,
    account,
    settings,
    board,
    input,
    invited: signal(readCode(asked.get("room") ?? "") ?? ""),
    quickGame,
    list: signal({ rooms: [] }),
    games: signal([]),
    overlay: signal<Overlay>("none"),
    narrow,
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
  addEventListener("touchstart", () => (page.touch.value = true), { once: true, passive: true });
  listenToKeys(page);
  effect(() => sounds.setVolume(settings.volume.value));
  effect(() => stage.setQuality(settings.quality.value));
  effect(() => {
    input.enabled = session.phase.value === "playing" && page.overlay.value === "none";
  });

  const world = followSession({ page, stage, sounds, views });
  exposeProbe(session, world, stage);
  watchRooms(page, api, views);
  render(<Hud page={page} />, root);
  void begin(page, wanted !== null);
}

/** Wakes the account, then goes back to the seat that this tab had, if any. */
async function begin({ account, session, invited }: Page, gameWanted: boolean) {
  try {
    await account.wake();
    // An explicit link to somewhere else wins over the way back.
    if (!gameWanted) await session.resume();
  } catch (error) {
    session.problem.value = error instanceof ApiError ? error.message : explain(error);
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

interface Following {
  page: Page;
  stage: ReturnType<typeof openStage>;
  sounds: ReturnType<typeof openSounds>;
  views: GameViews;
}

/** Keeps the stage as the session is: preview at the door, the room's world in it, each with its game's scenery. */
function followSession({ page, stage, sounds, views }: Following): () => World | undefined {
  const { session, settings, account, board, input } = page;
  let world: World | undefined;
  let scenery: { view: GameView; built: Scenery } | undefined;
  let stopPreview: (() => void) | undefined;
  stage.onFrame((_dtS, now) => scenery?.built.update(now / 1000));

  const setScenery = (view: GameView) => {
    if (scenery?.view === view) return;
    scenery?.built.dispose();
    scenery = { view, built: openScenery(stage, view) };
  };
  effect(() => {
    const room = session.room.value;
    world?.dispose();
    world = undefined;
    stopPreview?.();
    stopPreview = undefined;
    const view = views[room ? room.name : page.quickGame.value] ?? Object.values(views)[0];
    if (!view) return;
    // Signals that this reads below belong to others: only the room shall rebuild the world.
    queueMicrotask(() => {
      if (session.room.value !== room) return;
      setScenery(view);
      if (room) {
        world = openWorld({ stage, room, view, input, board, settings, sounds });
        sounds.join();
      } else stopPreview = showPreview(stage, view.level, account, settings);
    });
  });
  return () => world;
}

/** Enter to the chat, digits for emotes, H and Escape for panels. */
function listenToKeys(page: Page) {
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") page.overlay.value = "none";
    if (takesTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (page.session.phase.value !== "playing") return;
    if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) {
      event.preventDefault();
      document.getElementById("say")?.focus();
    }
    if (event.key === "h" || event.key === "?")
      page.overlay.value = page.overlay.value === "help" ? "none" : "help";
    const digit = Number(event.key);
    if (digit >= 1 && digit <= EMOTES.length) page.emote(digit - 1);
  });
}

/** Shows an emote for a while; the same one again ends it. */
function openEmotes(session: Page["session"]): Page["emote"] {
  let shown = -1;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    if (shown < 0) return;
    shown = -1;
    session.room.value?.send("emote", { emote: 0 });
  };
  return (index) => {
    clearTimeout(timer);
    if (shown === index) {
      end();
      return;
    }
    shown = index;
    session.room.value?.send("emote", { emote: index + 1 });
    timer = setTimeout(end, EMOTE_MS);
  };
}

/** Reads rooms and games again and again while the door screen is open. */
function watchRooms(page: Page, api: ReturnType<typeof openApi>, views: GameViews) {
  const read = async () => {
    if (page.session.phase.value !== "door" || document.hidden) return;
    try {
      const { rooms, games } = await api.rooms();
      // What this page has no view for cannot be shown.
      page.list.value = { rooms: rooms.filter(({ game }) => game in views) };
      page.games.value = games.filter(({ game }) => game in views);
    } catch (error) {
      page.list.value = { rooms: [] };
      if (!page.session.problem.value) page.session.problem.value = explain(error);
    }
  };
  setInterval(() => void read(), LIST_MS);
  effect(() => {
    if (page.session.phase.value === "door") void read();
  });
}
