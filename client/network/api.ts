import { type HttpClient, openHttpClient } from "./http-client.ts";

/** A character as the server tells it. */
export interface Character {
  id: string;
  name: string;
  /** Index into COLORS. */
  color: number;
  /** Index into SHAPES. */
  shape: number;
}

/** What a player looks like and is called. */
export type Appearance = Pick<Character, "name" | "color" | "shape">;

/** A character in the account's list. */
export interface OwnCharacter extends Character {
  /** The one that plays unless a ticket names another. */
  chosen: boolean;
  /** ISO time; null: it was not deleted. */
  deletedAt: string | null;
}

/** Whose browser this is. */
export interface AccountProfile {
  kind: "guest" | "registered";
  /** A guest has none. */
  name: string | null;
  email: string | null;
}

/** What somebody registers with. */
export interface Registration {
  name: string;
  password: string;
  email?: string | undefined;
}

/** A stay of a character in a room. */
export interface PlaySession {
  characterId: string;
  game: string;
  roomId: string;
  /** Where the player came from, as the server saw it. */
  address: string;
  /** ISO times; null: it is still there. */
  startedAt: string;
  endedAt: string | null;
  ending: string | null;
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
}

/** A game on offer. */
export interface GameEntry {
  game: string;
  label: string;
  description: string;
  maxPlayers: number;
  private?: boolean;
}

/** What an identity provider's answer brings back to the page, with the secret that this browser kept. */
export interface OidcAnswer {
  code: string;
  state: string;
  binding: string;
  iss?: string;
}

interface SignedIn {
  account: AccountProfile;
}

/** The endpoints under /v1 that the page uses. Every call throws `ApiError`. */
export type Api = ReturnType<typeof openApi>;

/** Opens the API of an origin; "" is the page's own. */
export function openApi(origin = "", send: typeof fetch = (...args) => fetch(...args)) {
  const calls = openHttpClient(origin, send);
  const { send: ask, sendSignedIn: call, signIn: enter } = calls;
  return {
    /** Who is signed in: its tokens are read and set here. */
    tokens: calls as Pick<HttpClient, "token" | "onToken" | "latestToken">,

    createGuest: (looks: Appearance) =>
      enter<{ recoveryCode: string; character: Character }>("/v1/guests", looks),
    recover: (code: string) => enter<{ character: Character }>("/v1/guests/recover", { code }),
    register: (wanted: Registration) => enter<SignedIn>("/v1/accounts", wanted),
    /** The guest who is signed in becomes a registered account: the same one, with all it has. */
    upgrade: (wanted: Registration) => call<SignedIn>("POST", "/v1/account/upgrade", wanted),
    /** `login`: name or e-mail address. */
    signIn: (login: string, password: string) => enter<SignedIn>("/v1/sign-in", { login, password }),
    signOut: (everywhere: boolean) =>
      call<void>("POST", everywhere ? "/v1/sign-out/everywhere" : "/v1/sign-out"),
    account: () => call<SignedIn>("GET", "/v1/account"),
    changePassword: (current: string, password: string) =>
      call<void>("POST", "/v1/account/password", { current, password }),
    /** `code`: from whoever runs the server. */
    resetPassword: (wanted: { login: string; code: string; password: string }) =>
      enter<SignedIn>("/v1/password-reset", wanted),

    provider: () => ask<{ provider: { name: string } | null }>("GET", "/v1/identity"),
    /** `link`: whoever is signed in gets the provider's identity; else it signs in by itself. */
    beginOidc: (link: boolean) =>
      (link ? call : ask)<{ url: string; binding: string }>("POST", "/v1/identity", {}),
    finishOidc: (came: OidcAnswer) => enter<SignedIn>("/v1/identity/finish", came),

    characters: () => call<{ max: number; characters: OwnCharacter[] }>("GET", "/v1/characters"),
    createCharacter: (looks: Appearance) =>
      call<{ character: OwnCharacter }>("POST", "/v1/characters", looks),
    changeCharacter: (id: string, looks: Appearance) =>
      call<{ character: Character }>("PATCH", `/v1/characters/${id}`, looks),
    chooseCharacter: (id: string) => call<void>("POST", `/v1/characters/${id}/choose`),
    deleteCharacter: (id: string) => call<void>("DELETE", `/v1/characters/${id}`),
    restoreCharacter: (id: string) => call<void>("POST", `/v1/characters/${id}/restore`),
    playSessions: () => call<{ visits: PlaySession[] }>("GET", "/v1/visits"),

    /** A ticket for one join of one character: to any room of a game, or to one room. */
    ticket: async (door: { game: string } | { roomId: string }, characterId: string) =>
      (await call<{ ticket: string }>("POST", "/v1/tickets", { ...door, characterId })).ticket,
    rooms: () => ask<{ rooms: RoomEntry[]; games: GameEntry[] }>("GET", "/v1/rooms"),
    /** @throws ApiError ROOM_UNKNOWN */
    findRoom: (code: string) =>
      ask<{ roomId: string; game: string }>("GET", `/v1/rooms/${encodeURIComponent(code)}`),
  };
}
