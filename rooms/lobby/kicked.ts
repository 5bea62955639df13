import type { Client } from "@colyseus/core";
import { RoomkeepError } from "../../shared/index.ts";
import { joinErrorOf } from "../travel/join-error.ts";

/** Most tokens that are remembered of those who were kicked. */
const TOKENS_MAX = 200;

/** The accounts that the leader has removed from a room: they stay out until it closes. */
export class Kicked {
  readonly #accounts = new Set<string>();
  /** Tokens by which their clients would come back. */
  readonly #tokens = new Set<string>();

  add(accountId: string, client: Pick<Client, "reconnectionToken">): void {
    this.#accounts.add(accountId);
    if (client.reconnectionToken && this.#tokens.size < TOKENS_MAX)
      this.#tokens.add(client.reconnectionToken);
  }

  has(accountId: string): boolean {
    return this.#accounts.has(accountId);
  }

  /** @throws KICKED */
  refuseAccount(id: string): void {
    if (this.#accounts.has(id)) throw new RoomkeepError("KICKED");
  }

  /** @throws KICKED */
  refuseToken(token: string): void {
    if (this.#tokens.has(token)) throw joinErrorOf(new RoomkeepError("KICKED"));
  }

  /** What a hot reload keeps. */
  keep(): readonly string[] {
    return [...this.#accounts];
  }

  restore(accounts: readonly string[]): void {
    for (const id of accounts) this.#accounts.add(id);
  }
}
