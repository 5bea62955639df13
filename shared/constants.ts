/** Fixed steps a second that a room simulates unless it says otherwise. */
export const TICK_HZ = 20;
/** Milliseconds between state patches: one a tick, so that a patch always carries a whole step. */
export const PATCH_MS = 1000 / TICK_HZ;
/** How far in the past, in ms, other players are shown: two patches, so that one late patch is not seen. */
export const INTERPOLATION_MS = 2 * PATCH_MS;
/** Seconds that a dropped player's seat stays reserved. */
export const RECONNECT_S = 30;
/** Milliseconds between saves of a character whose pose or stats changed. */
export const AUTOSAVE_MS = 30_000;
/** Milliseconds between saves of a persistent zone whose world changed. */
export const ZONE_SAVE_MS = 30_000;
/** Default port of the page, the API and the sockets. */
export const DEFAULT_PORT = 2567;

/** Most members of a party. */
export const PARTY_MAX = 8;
/** Seconds for which a member who left the server keeps the place in the party. */
export const PARTY_KEEP_S = 300;
/** Seconds for which an invitation to a party stands. */
export const PARTY_INVITE_S = 60;

/** Longest player name, in characters (code points). */
export const NAME_MAX = 24;
/** Longest chat line, in characters (code points). */
export const CHAT_MAX = 240;
/** Longest text of a report about a player, in characters (code points). */
export const REPORT_MAX = 500;
/** Why a player is reported; what is stored and sent. */
export const REPORT_REASONS = ["insult", "harassment", "cheating", "spam", "name", "other"] as const;
/** Longest line of a console, in UTF-16 units. */
export const COMMAND_MAX = 200;
/** Letters of a room code: no 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V, so that it can be read out aloud. */
export const CODE_ALPHABET = "ACDEFGHJKMNPQRTWXY34679";
/** Length of a room code: 23^4, about 280,000 codes. */
export const CODE_LENGTH = 4;
/** Most letters that a server may give its codes. */
export const CODE_LENGTH_MAX = 12;

/** Close codes that a roomkeep server adds to Colyseus's own (4000–4003, 4010). */
export const CLOSE = {
  /** The same character joined from another tab or device; the newest login wins. */
  TAKEN_OVER: 4101,
  /** The lease on the character was lost; this copy was dropped unsaved. */
  FENCED: 4102,
  /** Repeated malformed messages. */
  ABUSE: 4103,
  /** An admin removed the player. */
  KICKED: 4104,
  /** The reader was too slow for too long. */
  TOO_SLOW: 4105,
  /** The character is in another room now, and its player has joined there. */
  TRAVELLED: 4106,
  /**
   * The sign-in of the player has ended: signed out elsewhere, a new password, an account recovered or
   * deleted.
   */
  SIGNED_OUT: 4107,
  /** While you develop: an edit changed the classes of the state. The page joins anew by itself. */
  RESHAPED: 4108,
  /** The player did nothing for so long that the seat was given up. */
  IDLE: 4109,
  /** To who watches: the room goes on in another process, under the same code. The page joins anew. */
  ROOM_MOVED: 4110,
  /** To who watches: the last player has left, and the room is over. */
  ROOM_ENDED: 4111,
  /** The account, the character or the address is banned. The message "sanction" before it says why. */
  BANNED: 4112,
  /** An operator closed the room. The page goes back to the start. */
  CLOSED: 4115,
} as const;

/** Colours a player may choose, as CSS hex; the index is what is stored and sent. */
export const COLORS = [
  "#ff6b6b",
  "#ffa94d",
  "#ffd43b",
  "#69db7c",
  "#38d9a9",
  "#4dabf7",
  "#748ffc",
  "#da77f2",
  "#f783ac",
  "#adb5bd",
] as const;

/** Body shapes a player may choose; the index is what is stored and sent. */
export const SHAPES = ["bean", "cube", "cone", "drop"] as const;

/** Emotes, in the order of keys 1–6; the index + 1 is what is sent, 0 is none. */
export const EMOTES = ["wave", "heart", "laugh", "wow", "dance", "sleep"] as const;
