import { type Signal, signal } from "@preact/signals";
import type { PanelSlot } from "./panel.ts";

/** The overlays; one is open at a time. */
export type Overlay = "none" | "help" | "settings" | "share" | "people" | "contests" | "console" | "account";

/** The pages of the account's overlay; a plugin has one by its name. */
export type AccountPage =
  | "sign-in"
  | "sign-up"
  | "reset"
  | "password"
  | "privacy"
  | "you"
  | `plugin ${string}`;

/** Which overlay is open. */
export interface OverlayStore {
  readonly current: Signal<Overlay>;
  readonly accountPage: Signal<AccountPage>;
  /** Name of the panel that is the open tab of people or contests; empty: the first tab. */
  readonly tab: Signal<string>;
  /** Session id of the avatar that was clicked last; empty. */
  readonly clickedPlayer: Signal<string>;
  close(): void;
  showAccount(page: AccountPage): void;
  /** Shows the players of the room. @param clicked session id of the one to show first */
  showPeople(clicked: string): void;
  /** Shows a plugin's panel that has a page or a tab; others are shown anyway. */
  showPanel(panel: { readonly name: string; readonly slot: PanelSlot }): void;
}

/** Opens the store with no overlay shown. */
export function openOverlays(): OverlayStore {
  const current = signal<Overlay>("none");
  const accountPage = signal<AccountPage>("you");
  const clickedPlayer = signal("");
  const tab = signal("");
  const showAccount = (page: AccountPage) => {
    accountPage.value = page;
    current.value = "account";
  };
  return {
    current,
    accountPage,
    tab,
    clickedPlayer,
    close() {
      current.value = "none";
    },
    showAccount,
    showPeople(clicked) {
      clickedPlayer.value = clicked;
      tab.value = "";
      current.value = "people";
    },
    showPanel({ name, slot }) {
      if (slot === "account") showAccount(`plugin ${name}`);
      if (slot !== "people" && slot !== "contests") return;
      tab.value = name;
      current.value = slot;
    },
  };
}
