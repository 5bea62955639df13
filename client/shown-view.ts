import { effect, type ReadonlySignal, type Signal, signal, untracked } from "@preact/signals";
import type { ComponentChild } from "preact";
import type { PlayTarget } from "./account/play-target.ts";
import type { HudStore } from "./hud-store.ts";
import type { Session } from "./network/session.ts";
import type { PanelView } from "./panel-view.ts";
import type { AnyRoom } from "./room/joined-room.ts";
import type { GameView, GameViews, ViewSource } from "./view.ts";

/** The view that stands in the page, under the HUD. */
export interface ShownView {
  readonly isWorld: boolean;
  /** What the HUD shows while a room is open. */
  renderHud(): ComponentChild;
  /** Shown in the place of the whole HUD: the view cannot be shown, and why. */
  renderInstead?(): ComponentChild;
  /** Asks a player to trade; undefined where there is nothing to trade. */
  trade?(): ((sessionId: string) => void) | undefined;
  /** Follows a person with the camera; undefined where the page plays, or there is no camera. */
  follow?(): ((sessionId: string) => void) | undefined;
  dispose(): void;
}

/** Opens views of one kind. */
export interface ViewKind<V> {
  /** Shows a view with a room, or without one behind the join form. */
  show(view: V, room: AnyRoom | undefined): ShownView;
  /** A view of the other kind is shown now. */
  rest(): void;
}

/** Session, stores and the parts of the page that {@link watchViews} loads when they are needed. */
export interface ViewsOptions {
  readonly session: Pick<Session, "room" | "problem" | "leave">;
  readonly playTarget: Pick<PlayTarget, "shownGame">;
  readonly hud: HudStore;
  readonly views: GameViews;
  readonly loadWorlds: () => Promise<ViewKind<GameView>>;
  readonly loadPanels: () => Promise<ViewKind<PanelView>>;
}

/** Tells the two kinds of views apart. */
export function isWorldView(view: GameView | PanelView): view is GameView {
  return "level" in view;
}

/**
 * Keeps the page in step with the session: the view of the room's game, or without a room what stands behind
 * the join form. Of two changes in a row only the last is shown.
 */
export function watchViews(options: ViewsOptions): ReadonlySignal<ShownView | undefined> {
  const { session, playTarget, views, hud } = options;
  const shown: Signal<ShownView | undefined> = signal(undefined);
  const open = openKinds(options);
  let changes = 0;
  effect(() => {
    const room = session.room.value;
    const game = room ? room.name : playTarget.shownGame.value;
    const change = ++changes;
    untracked(() => {
      shown.value?.dispose();
      shown.value = undefined;
    });
    const source = views[game];
    // Another game's view would show what is not there.
    if (room && !source) queueMicrotask(() => turnBack(session, room.name));
    if (!source) return;
    // After this effect, so that it does not depend on what opening reads.
    void load(source, hud, async (view) => {
      const show = await open(view);
      if (change === changes) shown.value = show(room);
    });
  });
  return shown;
}

/** The parts of the page, each loaded with its first view. @returns what shows a view */
function openKinds({ loadWorlds, loadPanels }: ViewsOptions) {
  let worlds: Promise<ViewKind<GameView>> | undefined;
  let panels: Promise<ViewKind<PanelView>> | undefined;
  return async (view: GameView | PanelView): Promise<(room: AnyRoom | undefined) => ShownView> => {
    if (isWorldView(view)) {
      worlds ??= loadWorlds();
      const [kind, other] = [await worlds, await panels];
      return (room) => {
        other?.rest();
        return kind.show(view, room);
      };
    }
    panels ??= loadPanels();
    const [kind, other] = [await panels, await worlds];
    return (room) => {
      other?.rest();
      return kind.show(view, room);
    };
  };
}

/** A part that a new deploy has taken away, or the network, is told of. */
async function load(
  source: ViewSource,
  hud: HudStore,
  show: (view: GameView | PanelView) => Promise<void>,
): Promise<void> {
  try {
    await show(typeof source === "function" ? await source() : source);
  } catch (error) {
    console.error("roomkeep: a view could not be loaded", error);
    hud.notice.value = "A part of the page could not be loaded. Reload the page.";
  }
}

/** The page has no view for a game of its server. */
const missingView = (game: string): string => `This page has no view for the game "${game}".`;

/** Out of a room that this page cannot show: through a link, or a portal. */
function turnBack(session: Pick<Session, "problem" | "leave">, game: string): void {
  session.leave();
  session.problem.value = missingView(game);
}

const told = new Set<string>();

/** Tells the builder, once a game, in the browser's console. */
export function tellMissingViews(games: Iterable<string>, views: GameViews): void {
  for (const game of games) {
    if (game in views || told.has(game)) continue;
    told.add(game);
    console.error(`roomkeep: ${missingView(game)} Add it to \`views\` of startPage.`);
  }
}
