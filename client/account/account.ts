import { type Signal, signal } from "@preact/signals";
import type { AccountProfile, Api, PlaySession, Registration } from "../network/api.ts";
import { ApiError } from "../network/http-client.ts";
import { readStored, writeStored } from "../storage.ts";
import { type CharacterList, openCharacterList } from "./character-list.ts";
import { type OidcReturn, openProvider, readBinding } from "./oidc-return.ts";

/** The account of this browser: none yet, a guest, or a registered one. All calls throw `ApiError`. */
export interface Account {
  readonly profile: Signal<AccountProfile | undefined>;
  readonly characterList: CharacterList;
  /**
   * Restores the guest of this browser in another one. It stays here while a registered account is signed in.
   */
  readonly recoveryCode: Signal<string | undefined>;
  /** Reads the account that is signed in, after the page was opened. */
  restore(): Promise<void>;
  /** Saves the chosen character; without an account it makes a guest. @returns the character's id */
  ensureCharacter(): Promise<string>;
  /** Signs in as the guest of a recovery code. */
  recover(code: string): Promise<void>;
  /** Registers. A guest who is signed in becomes the account and keeps everything. */
  signUp(wanted: Registration): Promise<void>;
  signIn(login: string, password: string): Promise<void>;
  resetPassword(wanted: { login: string; code: string; password: string }): Promise<void>;
  changePassword(current: string, password: string): Promise<void>;
  /**
   * Leaves the page for the identity provider.
   * @param link adds its identity to the account that is signed in
   */
  openProvider(link: boolean): Promise<void>;
  /** Finishes the sign-in that {@link openProvider} began. */
  finishProviderSignIn(answer: OidcReturn): Promise<void>;
  /** The play sessions of the account, the latest first. */
  playSessions(): Promise<readonly PlaySession[]>;
  /** Signs out here, or on all devices. The guest of this browser is signed in again. */
  signOut(everywhere: boolean): Promise<void>;
}

/** Error codes of a sign-in that has ended. */
const SIGN_IN_ENDED = new Set(["TOKEN_INVALID", "TOKEN_REVOKED", "TOKEN_REUSED", "TOKEN_OUTDATED"]);
const GUEST: AccountProfile = { kind: "guest", name: null, email: null };

/** Opens the account that this browser has stored. */
export function openAccount(api: Api): Account {
  const { tokens } = api;
  const characterList = openCharacterList(api);
  const readToken = () => {
    const stored = readStored("token");
    return typeof stored === "string" ? stored : undefined;
  };
  tokens.token = readToken();
  tokens.onToken = (next) => writeStored("token", next);
  tokens.latestToken = readToken;
  const profile = signal(
    tokens.token ? ((readStored("who") as AccountProfile | undefined) ?? GUEST) : undefined,
  );
  const recoveryCode = signal(readStored("recoveryCode") as string | undefined);

  const storeCode = (code: string | undefined) => {
    recoveryCode.value = code;
    writeStored("recoveryCode", code);
  };
  const setProfile = (next: AccountProfile | undefined) => {
    profile.value = next;
    writeStored("who", next);
  };
  const switchTo = async (next: AccountProfile) => {
    setProfile(next);
    characterList.chosen.value = undefined;
    await characterList.read();
  };
  const forgetSignIn = () => {
    tokens.token = undefined;
    writeStored("token", undefined);
    setProfile(undefined);
    characterList.clear();
  };
  const recover = async (code: string) => {
    await api.recover(code);
    storeCode(code);
    await switchTo(GUEST);
  };
  /** Signs in the guest of this browser by the stored recovery code. @returns false when there is none */
  const restoreGuest = async () => {
    if (!recoveryCode.value) return false;
    try {
      await recover(recoveryCode.value);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "RECOVERY_INVALID") throw error;
      storeCode(undefined);
      return false;
    }
  };
  /**
   * Runs `work` with the sign-in. If that has ended, a guest is signed in anew; a registered player has to do
   * it.
   */
  const whileSignedIn = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApiError) || !SIGN_IN_ENDED.has(error.code)) throw error;
      const registered = profile.value?.kind === "registered";
      const wanted = characterList.appearance.value;
      forgetSignIn();
      if (registered) throw new ApiError("TOKEN_REVOKED", "Your sign-in has ended. Sign in again.");
      if (!(await restoreGuest())) return undefined;
      characterList.appearance.value = wanted;
      return work();
    }
  };

  return {
    profile,
    characterList,
    recoveryCode,
    async restore() {
      if (!tokens.token) return;
      await whileSignedIn(async () => {
        setProfile((await api.account()).account);
        await characterList.read();
      });
    },
    async ensureCharacter() {
      if (tokens.token) {
        const id = await whileSignedIn(async () => {
          // A page that was opened while the server was away has not read the characters yet.
          if (characterList.characters.value.length === 0) {
            const wanted = characterList.appearance.value;
            await characterList.read();
            if (profile.value?.kind === "guest") characterList.appearance.value = wanted;
          }
          return characterList.save();
        });
        if (id) return id;
      }
      const { name, color, shape } = characterList.appearance.value;
      const { recoveryCode: code, character } = await api.createGuest({ name: name.trim(), color, shape });
      storeCode(code);
      await switchTo(GUEST);
      return character.id;
    },
    recover: (code) => recover(code.trim()),
    async signUp(wanted) {
      if (profile.value?.kind === "guest") {
        setProfile((await api.upgrade(wanted)).account);
        storeCode(undefined);
      } else await switchTo((await api.register(wanted)).account);
    },
    async signIn(login, password) {
      await switchTo((await api.signIn(login, password)).account);
    },
    async resetPassword(wanted) {
      await switchTo((await api.resetPassword(wanted)).account);
    },
    changePassword: (current, password) => api.changePassword(current, password),
    async openProvider(link) {
      openProvider(await api.beginOidc(link && tokens.token !== undefined));
    },
    async finishProviderSignIn({ code, state, iss }) {
      const wasGuest = profile.value?.kind === "guest" ? characterList.chosen.value : undefined;
      const { account } = await api.finishOidc({ code, state, binding: readBinding(), ...iss });
      await switchTo(account);
      // The guest has become this account: the recovery code is of no use any more.
      if (wasGuest && characterList.characters.value.some(({ id }) => id === wasGuest)) storeCode(undefined);
    },
    playSessions: async () => (await api.playSessions()).visits,
    async signOut(everywhere) {
      try {
        await api.signOut(everywhere);
      } catch (error) {
        if (!(error instanceof ApiError) || !SIGN_IN_ENDED.has(error.code)) throw error;
      }
      const wasGuest = profile.value?.kind === "guest";
      forgetSignIn();
      if (wasGuest) storeCode(undefined);
      else await restoreGuest();
    },
  };
}
