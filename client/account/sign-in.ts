import { type Signal, signal } from "@preact/signals";
import type { AccountProfile, Api } from "../network/api.ts";
import { ApiError } from "../network/http-client.ts";
import { readStored, writeStored } from "../storage.ts";
import { type CharacterList, openCharacterList } from "./character-list.ts";

/** Error codes of a sign-in that has ended. */
const SIGN_IN_ENDED = new Set(["TOKEN_INVALID", "TOKEN_REVOKED", "TOKEN_REUSED", "TOKEN_OUTDATED"]);
const GUEST: AccountProfile = { kind: "guest", name: null, email: null };

/** Whether a request failed because the sign-in has ended. */
export function isSignInEnded(error: unknown): boolean {
  return error instanceof ApiError && SIGN_IN_ENDED.has(error.code);
}

/**
 * The sign-in that this browser has stored: the tokens, the account's profile, the guest's recovery code, and
 * the characters.
 */
export class SignIn {
  readonly profile: Signal<AccountProfile | undefined>;
  readonly recoveryCode = signal(readStored("recoveryCode") as string | undefined);
  readonly characterList: CharacterList;
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
    this.characterList = openCharacterList(api);
    const { tokens } = api;
    tokens.token = readToken();
    tokens.onToken = (next) => writeStored("token", next);
    tokens.latestToken = readToken;
    const stored = (readStored("who") as AccountProfile | undefined) ?? GUEST;
    this.profile = signal(tokens.token ? stored : undefined);
  }

  get isGuest(): boolean {
    return this.profile.value?.kind === "guest";
  }

  storeCode(code: string | undefined): void {
    this.recoveryCode.value = code;
    writeStored("recoveryCode", code);
  }

  setProfile(next: AccountProfile | undefined): void {
    this.profile.value = next;
    writeStored("who", next);
  }

  /** Another account is signed in. */
  async switchTo(next: AccountProfile): Promise<void> {
    this.setProfile(next);
    this.characterList.chosen.value = undefined;
    await this.characterList.read();
  }

  /** A guest is signed in. @param code its recovery code */
  async switchToGuest(code: string): Promise<void> {
    this.storeCode(code);
    await this.switchTo(GUEST);
  }

  /** Forgets the tokens and the characters. The recovery code stays. */
  forget(): void {
    this.#api.tokens.token = undefined;
    writeStored("token", undefined);
    this.setProfile(undefined);
    this.characterList.clear();
  }

  async recover(code: string): Promise<void> {
    await this.#api.recover(code);
    await this.switchToGuest(code);
  }

  /** Signs in the guest of this browser by the stored recovery code. @returns false when there is none */
  async restoreGuest(): Promise<boolean> {
    if (!this.recoveryCode.value) return false;
    try {
      await this.recover(this.recoveryCode.value);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "RECOVERY_INVALID") throw error;
      this.storeCode(undefined);
      return false;
    }
  }

  /**
   * Runs `work` with the sign-in. If that has ended, a guest is signed in anew by its recovery code.
   *
   * @returns undefined when there is no guest to sign in
   * @throws ApiError TOKEN_REVOKED when the sign-in of a registered account has ended
   */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!isSignInEnded(error)) throw error;
      const isRegistered = this.profile.value?.kind === "registered";
      const appearance = this.characterList.appearance.value;
      this.forget();
      if (isRegistered) throw new ApiError("TOKEN_REVOKED", "Your sign-in has ended. Sign in again.");
      if (!(await this.restoreGuest())) return undefined;
      this.characterList.appearance.value = appearance;
      return work();
    }
  }
}

function readToken(): string | undefined {
  const stored = readStored("token");
  return typeof stored === "string" ? stored : undefined;
}
