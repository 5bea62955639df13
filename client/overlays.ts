import { type Signal, signal } from "@preact/signals";

/** The overlays; one is open at a time. */
export type Overlay = "none" | "help" | "settings" | "share" | "people" | "console" | "account";

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
  /** Session id of the avatar that was clicked last; empty. */
  readonly clickedPlayer: Signal<string>;
  close(): void;
  showAccount(page: AccountPage): void;
  /** Shows the players of the room. @param clicked session id of the one to show first */
  showPeople(clicked: string): void;
}

/** Opens the store with no overlay shown. */
export function openOverlays(): OverlayStore {
  const current = signal<Overlay>("none");
  const accountPage = signal<AccountPage>("you");
  const clickedPlayer = signal("");
  return {
    current,
    accountPage,
    clickedPlayer,
    close() {
      current.value = "none";
    },
    showAccount(page) {
      accountPage.value = page;
      current.value = "account";
    },
    showPeople(clicked) {
      clickedPlayer.value = clicked;
      current.value = "people";
    },
  };
}
