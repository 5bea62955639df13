import type { Signal } from "@preact/signals";
import { retry } from "../../shared/internal.ts";
import type { AccountProfile, Api, Registration } from "../network/api.ts";
import { ApiError } from "../network/http-client.ts";
import type { CharacterList } from "./character-list.ts";
import { type OidcReturn, openProvider, readBinding } from "./oidc-return.ts";
import { isSignInEnded, SignIn } from "./sign-in.ts";

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
  /** All that the server keeps of the account, as JSON text. */
  exportAll(): Promise<string>;
  /** Deletes the account for good. @param password of a registered account */
  deleteAccount(password?: string): Promise<void>;
  /**
   * Leaves the page for the identity provider.
   * @param link adds its identity to the account that is signed in
   */
  openProvider(link: boolean): Promise<void>;
  /** Finishes the sign-in that {@link openProvider} began. */
  finishProviderSignIn(answer: OidcReturn): Promise<void>;
  /** Signs out here, or on all devices. The guest of this browser is signed in again. */
  signOut(everywhere: boolean): Promise<void>;
}

/** Opens the account that this browser has stored. */
export function openAccount(api: Api): Account {
  const signIn = new SignIn(api);
  const { profile, characterList, recoveryCode } = signIn;
  return {
    profile,
    characterList,
    recoveryCode,
    async restore() {
      if (!api.tokens.token) return;
      await signIn.run(async () => {
        signIn.setProfile((await api.account()).account);
        await characterList.read();
      });
    },
    ensureCharacter: () => ensureCharacter(api, signIn),
    recover: (code) => signIn.recover(code.trim()),
    async signUp(wanted) {
      if (!signIn.isGuest) return signIn.switchTo((await api.register(wanted)).account);
      signIn.setProfile((await api.upgrade(wanted)).account);
      signIn.storeCode(undefined);
    },
    signIn: async (login, password) => signIn.switchTo((await api.signIn(login, password)).account),
    resetPassword: async (wanted) => signIn.switchTo((await api.resetPassword(wanted)).account),
    changePassword: (current, password) => api.changePassword(current, password),
    exportAll: () => exportAll(api),
    deleteAccount: (password) => deleteAccount(api, signIn, password),
    async openProvider(link) {
      openProvider(await api.beginOidc(link && api.tokens.token !== undefined));
    },
    finishProviderSignIn: (answer) => finishProviderSignIn(api, signIn, answer),
    signOut: (everywhere) => signOut(api, signIn, everywhere),
  };
}

async function ensureCharacter(api: Api, signIn: SignIn): Promise<string> {
  const { characterList } = signIn;
  const { appearance } = characterList;
  if (api.tokens.token) {
    const id = await signIn.run(async () => {
      // A page that was opened while the server was away has not read the characters yet.
      if (characterList.characters.value.length === 0) {
        const wanted = appearance.value;
        await characterList.read();
        if (signIn.isGuest) appearance.value = wanted;
      }
      return characterList.save();
    });
    if (id) return id;
  }
  const { name, color, shape } = appearance.value;
  const { recoveryCode, character } = await api.createGuest({ name: name.trim(), color, shape });
  await signIn.switchToGuest(recoveryCode);
  return character.id;
}

async function finishProviderSignIn(
  api: Api,
  signIn: SignIn,
  { code, state, iss }: OidcReturn,
): Promise<void> {
  const { characters, chosen } = signIn.characterList;
  const guestCharacter = signIn.isGuest ? chosen.value : undefined;
  const { account } = await api.finishOidc({ code, state, binding: readBinding(), ...iss });
  await signIn.switchTo(account);
  // The guest has become this account: its recovery code is of no use any more.
  if (guestCharacter && characters.value.some(({ id }) => id === guestCharacter)) signIn.storeCode(undefined);
}

async function exportAll(api: Api): Promise<string> {
  let part = await api.exportAccount();
  const ledger = [...part.ledger];
  while (part.nextLedger !== null) {
    part = await api.exportAccount(part.nextLedger);
    ledger.push(...part.ledger);
  }
  return JSON.stringify({ ...part, ledger }, null, 2);
}

async function deleteAccount(api: Api, signIn: SignIn, password?: string): Promise<void> {
  const recoveryCode = signIn.recoveryCode.value;
  const isGuest = signIn.isGuest;
  const proof = { ...(password && { password }), ...(isGuest && recoveryCode && { recoveryCode }) };
  // The room that was just left may still be saving the character.
  const again = (error: unknown, attempt: number) =>
    attempt < 5 && error instanceof ApiError && error.code === "CHARACTER_LIVE";
  await retry(() => api.deleteAccount(proof), { again });
  signIn.forget();
  if (isGuest) signIn.storeCode(undefined);
  else await signIn.restoreGuest();
}

async function signOut(api: Api, signIn: SignIn, everywhere: boolean): Promise<void> {
  try {
    await api.signOut(everywhere);
  } catch (error) {
    if (!isSignInEnded(error)) throw error;
  }
  const wasGuest = signIn.isGuest;
  signIn.forget();
  if (wasGuest) signIn.storeCode(undefined);
  else await signIn.restoreGuest();
}
