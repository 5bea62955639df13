import type { ListedRoom, SanctionMessage } from "../../shared/internal.ts";
import { type HttpClient, openHttpClient } from "./http-client.ts";

/** A character as the server sends it. */
export interface Character {
  id: string;
  name: string;
  /** Index into COLORS. */
  color: number;
  /** Index into SHAPES. */
  shape: number;
}

/** Name and appearance of a character. */
export type Appearance = Pick<Character, "name" | "color" | "shape">;

/** A character in the account's list. */
export interface OwnCharacter extends Character {
  /** The character to play unless a ticket names another. */
  chosen: boolean;
  /** ISO time; null: it is not deleted. */
  deletedAt: string | null;
}

/** The account that is signed in. */
export interface AccountProfile {
  kind: "guest" | "registered";
  /** Null for a guest. */
  name: string | null;
  email: string | null;
  /** What moderators have given and is in force; absent of a server of an earlier version. */
  sanctions?: (Omit<SanctionMessage, "over"> & { characterId: string | null })[];
  /** ISO time at which an operator has it deleted. */
  deleteAt?: string | null;
}

/** The fields of a new account. */
export interface Registration {
  name: string;
  password: string;
  email?: string | undefined;
}

/** An open room in the list. */
export interface RoomEntry {
  roomId: string;
  code: string;
  game: string;
  label: string;
  players: number;
  maxPlayers: number;
  open: boolean;
  /** Spectators in it; absent: its game takes none. */
  watching?: number;
}

/** A game on offer. */
export interface GameEntry {
  game: string;
  label: string;
  description: string;
  maxPlayers: number;
  private?: boolean;
  spectators?: { max: number };
}

/** A match that the account plays in, whether its room is open or not. */
export interface MatchEntry {
  /** To join by. */
  code: string;
  game: string;
  phase: string;
  /** ISO time of the last change. */
  changedAt: string;
  players: { name: string; hasTurn: boolean; isMe: boolean }[];
}

/** The answer of an identity provider, with the secret that this browser stored. */
export interface OidcAnswer {
  code: string;
  state: string;
  binding: string;
  iss?: string;
}

/** All that the server keeps of an account; a part where the ledger is long. */
export interface AccountExport {
  ledger: unknown[];
  nextLedger: string | null;
}

interface SignedIn {
  account: AccountProfile;
}

/** The endpoints under /v1 that the page uses. All throw `ApiError`. */
export type Api = ReturnType<typeof openApi>;

/** Opens the API of an origin; "" is the page's own. */
export function openApi(origin = "", fetcher: typeof fetch = (...args) => fetch(...args)) {
  const client = openHttpClient(origin, fetcher);
  const { send, sendSignedIn, signIn } = client;
  return {
    /** The tokens of the account that is signed in. */
    tokens: client as Pick<HttpClient, "token" | "onToken" | "latestToken">,

    createGuest: (appearance: Appearance) =>
      signIn<{ recoveryCode: string; character: Character }>("/v1/guests", appearance),
    recover: (code: string) => signIn<{ character: Character }>("/v1/guests/recover", { code }),
    register: (wanted: Registration) => signIn<SignedIn>("/v1/accounts", wanted),
    /** Registers the guest who is signed in. It keeps its characters. */
    upgrade: (wanted: Registration) => sendSignedIn<SignedIn>("POST", "/v1/account/upgrade", wanted),
    /** `login`: name or e-mail address. */
    signIn: (login: string, password: string) => signIn<SignedIn>("/v1/sign-in", { login, password }),
    signOut: (everywhere: boolean) =>
      sendSignedIn<void>("POST", everywhere ? "/v1/sign-out/everywhere" : "/v1/sign-out"),
    account: () => sendSignedIn<SignedIn>("GET", "/v1/account"),
    /** Of a long ledger a part. @param after `nextLedger` of the part before */
    exportAccount: (after = "0") =>
      sendSignedIn<AccountExport>("GET", `/v1/account/export?after=${encodeURIComponent(after)}`),
    deleteAccount: (proof: { password?: string; recoveryCode?: string }) =>
      sendSignedIn<{ deleteAt: string | null } | undefined>("POST", "/v1/account/delete", proof),
    changePassword: (current: string, password: string) =>
      sendSignedIn<void>("POST", "/v1/account/password", { current, password }),
    /** `code`: from an admin of the server. */
    resetPassword: (wanted: { login: string; code: string; password: string }) =>
      signIn<SignedIn>("/v1/password-reset", wanted),

    provider: () => send<{ provider: { name: string } | null }>("GET", "/v1/identity"),
    /** `link`: adds the provider's identity to the account that is signed in; else the identity signs in. */
    beginOidc: (link: boolean) =>
      (link ? sendSignedIn : send)<{ url: string; binding: string }>("POST", "/v1/identity", {}),
    finishOidc: (answer: OidcAnswer) => signIn<SignedIn>("/v1/identity/finish", answer),

    characters: () => sendSignedIn<{ max: number; characters: OwnCharacter[] }>("GET", "/v1/characters"),
    createCharacter: (appearance: Appearance) =>
      sendSignedIn<{ character: OwnCharacter }>("POST", "/v1/characters", appearance),
    changeCharacter: (id: string, appearance: Appearance) =>
      sendSignedIn<{ character: Character }>("PATCH", `/v1/characters/${id}`, appearance),
    chooseCharacter: (id: string) => sendSignedIn<void>("POST", `/v1/characters/${id}/choose`),
    deleteCharacter: (id: string) => sendSignedIn<void>("DELETE", `/v1/characters/${id}`),
    restoreCharacter: (id: string) => sendSignedIn<void>("POST", `/v1/characters/${id}/restore`),
    /** Any route, such as one of a plugin, as the account that is signed in. */
    request: sendSignedIn,

    /** A ticket for one join of one character, to any room of a game or to one room. */
    ticket: async (target: { game: string } | { roomId: string }, characterId: string) =>
      (await sendSignedIn<{ ticket: string }>("POST", "/v1/tickets", { ...target, characterId })).ticket,
    /** Lasting matches of the account, the last changed first. */
    matches: () => sendSignedIn<{ matches: MatchEntry[] }>("GET", "/v1/matches"),
    rooms: () => send<{ rooms: RoomEntry[]; games: GameEntry[] }>("GET", "/v1/rooms"),
    /** A private room is told to those who are in it. @throws ApiError ROOM_UNKNOWN */
    findRoom: (code: string) =>
      (client.token ? sendSignedIn : send)<ListedRoom & { game: string }>(
        "GET",
        `/v1/rooms/${encodeURIComponent(code)}`,
      ),
  };
}
