import { type Signal, signal } from "@preact/signals";
import type { AccountProfile, Api, PlaySession, Registration } from "../network/api.ts";
import { ApiError } from "../network/http-client.ts";
import { readStored, writeStored } from "../storage.ts";
import { type CharacterList, openCharacterList } from "./character-list.ts";
import { type OidcReturn, openProvider, readBinding } from "./oidc-return.ts";

/** Who plays in this browser: nobody yet, a guest, or a registered account. All calls throw `ApiError`. */
export interface Account {
  readonly profile: Signal<AccountProfile | undefined>;
  readonly characterList: CharacterList;
  /** Brings the guest of this browser to another one; kept here also while somebody else is signed in. */
  readonly recoveryCode: Signal<string | undefined>;
  /** Reads who is signed in, after the page was opened. */
  restore(): Promise<void>;
  /** Makes sure that there is a character to play: a guest's at least. @returns its id */
  ensureCharacter(): Promise<string>;
  recover(code: string): Promise<void>;
  /** Registers; a guest who is signed in becomes the account and keeps all it has. */
  signUp(wanted: Registration): Promise<void>;
  signIn(login: string, password: string): Promise<void>;
  resetPassword(wanted: { login: string; code: string; password: string }): Promise<void>;
  changePassword(current: string, password: string): Promise<void>;
  /** Leaves for the identity provider; `link`: whoever is signed in gets its identity. */
  openProvider(link: boolean): Promise<void>;
  /** Finishes what {@link openProvider} began. */
  finishProviderSignIn(came: OidcReturn): Promise<void>;
  /** The play sessions of the account, the latest first. */
  playSessions(): Promise<readonly PlaySession[]>;
  /** Ends this sign-in, or all of them. A guest that this browser keeps plays again. */
  signOut(everywhere: boolean): Promise<void>;
}

/** Codes that say that this browser is no longer signed in. */
const ENDED = new Set(["TOKEN_INVALID", "TOKEN_REVOKED", "TOKEN_REUSED", "TOKEN_OUTDATED"]);
const GUEST: AccountProfile = { kind: "guest", name: null, email: null };

/** Opens the account that this browser remembers. */
export function openAccount(api: Api): Account {
  const { tokens } = api;
  const roster = openCharacterList(api);
  const readToken = () => {
    const kept = readStored("token");
    return typeof kept === "string" ? kept : undefined;
  };
  tokens.token = readToken();
  tokens.onToken = (next) => writeStored("token", next);
  tokens.latestToken = readToken;
  const who = signal(tokens.token ? ((readStored("who") as AccountProfile | undefined) ?? GUEST) : undefined);
  const recoveryCode = signal(readStored("recoveryCode") as string | undefined);

  const keepCode = (code: string | undefined) => {
    recoveryCode.value = code;
    writeStored("recoveryCode", code);
  };
  const become = (next: AccountProfile | undefined) => {
    who.value = next;
    writeStored("who", next);
  };
  const enter = async (next: AccountProfile) => {
    become(next);
    roster.chosen.value = undefined;
    await roster.read();
  };
  const forget = () => {
    tokens.token = undefined;
    writeStored("token", undefined);
    become(undefined);
    roster.clear();
  };
  const recover = async (code: string) => {
    await api.recover(code);
    keepCode(code);
    await enter(GUEST);
  };
  /** The code that this browser keeps brings its guest back without a step. */
  const bringGuest = async () => {
    if (!recoveryCode.value) return false;
    try {
      await recover(recoveryCode.value);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "RECOVERY_INVALID") throw error;
      keepCode(undefined);
      return false;
    }
  };
  /** Does something as who is signed in; if that has ended, its guest comes back, or the player is told. */
  const whileSignedIn = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApiError) || !ENDED.has(error.code)) throw error;
      const registered = who.value?.kind === "registered";
      const wanted = roster.appearance.value;
      forget();
      if (registered) throw new ApiError("TOKEN_REVOKED", "Your sign-in was ended. Please sign in again.");
      if (!(await bringGuest())) return undefined;
      roster.appearance.value = wanted;
      return work();
    }
  };

  return {
    profile: who,
    characterList: roster,
    recoveryCode,
    async restore() {
      if (!tokens.token) return;
      await whileSignedIn(async () => {
        become((await api.account()).account);
        await roster.read();
      });
    },
    async ensureCharacter() {
      if (tokens.token) {
        const id = await whileSignedIn(async () => {
          // A page that was opened while the server was away knows no characters yet.
          if (roster.characters.value.length === 0) {
            const wanted = roster.appearance.value;
            await roster.read();
            if (who.value?.kind === "guest") roster.appearance.value = wanted;
          }
          return roster.save();
        });
        if (id) return id;
      }
      const { name, color, shape } = roster.appearance.value;
      const { recoveryCode: code, character } = await api.createGuest({ name: name.trim(), color, shape });
      keepCode(code);
      await enter(GUEST);
      return character.id;
    },
    recover: (code) => recover(code.trim()),
    async signUp(wanted) {
      if (who.value?.kind === "guest") {
        become((await api.upgrade(wanted)).account);
        keepCode(undefined);
      } else await enter((await api.register(wanted)).account);
    },
    async signIn(login, password) {
      await enter((await api.signIn(login, password)).account);
    },
    async resetPassword(wanted) {
      await enter((await api.resetPassword(wanted)).account);
    },
    changePassword: (current, password) => api.changePassword(current, password),
    async openProvider(link) {
      openProvider(await api.beginOidc(link && tokens.token !== undefined));
    },
    async finishProviderSignIn({ code, state, iss }) {
      const wasGuest = who.value?.kind === "guest" ? roster.chosen.value : undefined;
      const { account } = await api.finishOidc({ code, state, binding: readBinding(), ...iss });
      await enter(account);
      // The guest became this account: its code has ended.
      if (wasGuest && roster.characters.value.some(({ id }) => id === wasGuest)) keepCode(undefined);
    },
    playSessions: async () => (await api.playSessions()).visits,
    async signOut(everywhere) {
      try {
        await api.signOut(everywhere);
      } catch (error) {
        if (!(error instanceof ApiError) || !ENDED.has(error.code)) throw error;
      }
      const wasGuest = who.value?.kind === "guest";
      forget();
      if (wasGuest) keepCode(undefined);
      else await bringGuest();
    },
  };
}
