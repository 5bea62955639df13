import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Api } from "../network/api.ts";
import { explain } from "../network/error-messages.ts";
import type { Session } from "../network/session.ts";
import type { OverlayStore } from "../overlays.ts";
import type { Account } from "./account.ts";

/** The identity provider of this server. */
export interface ProviderStore {
  /** Its name for people; empty: the server has none. */
  readonly name: ReadonlySignal<string>;
  /** Leaves the page for the provider. @param link adds its identity to the account that is signed in */
  signIn(link: boolean): void;
}

/** Asks for the provider each time the account's overlay opens: the server may have been away before. */
export function watchProvider(
  api: Api,
  account: Account,
  session: Session,
  overlays: OverlayStore,
): ProviderStore {
  const name = signal("");
  effect(() => {
    if (overlays.current.value !== "account" || name.peek()) return;
    // Without an answer there is no button; signing in by password works all the same.
    api.provider().then(
      ({ provider }) => {
        name.value = provider?.name ?? "";
      },
      () => undefined,
    );
  });
  return {
    name,
    signIn(link) {
      account.openProvider(link).catch((error: unknown) => {
        session.problem.value = explain(error);
        overlays.close();
      });
    },
  };
}
