/**
 * Stable error codes. A code is never renamed once released; `docs/errors.md` lists what each means
 * and what to do. Clients switch on the code, people read the message.
 */
export const ERROR_CODES = {
  // joining
  NAME_INVALID: "The name is empty, too long, or holds characters that cannot be shown.",
  NAME_REFUSED: "The name holds an obscene word, or is reserved for those who run the server.",
  LOOKS_INVALID: "The colour or shape is not one of those offered.",
  TOKEN_INVALID: "The sign-in token is missing, unknown, or was revoked.",
  TOKEN_EXPIRED: "The access token has run out; the refresh token brings a new one.",
  TOKEN_OUTDATED: "This page is from before an update of the server. Reload it; your character is safe.",
  TOKEN_REVOKED: "This sign-in was ended. Sign in again.",
  TOKEN_REUSED: "This refresh token was used before, so its sign-in was ended. Sign in again.",
  TICKET_INVALID: "The join ticket is missing or unknown.",
  TICKET_USED: "The join ticket was used before.",
  TICKET_EXPIRED: "The join ticket was not used in time.",
  TICKET_ELSEWHERE: "The join ticket is for another room.",
  RECOVERY_INVALID: "No character has this recovery code.",
  ROOM_UNKNOWN: "No open room has this code.",
  ROOM_SILENT: "The room does not answer now. Try again in a moment.",
  ROOM_FULL: "The room has no free place.",
  SPECTATORS_CLOSED: "This game takes no spectators.",
  SPECTATORS_FULL: "The room has as many spectators as it may have.",
  SCREENS_CLOSED: "This game takes no screens.",
  SCREEN_TAKEN: "The room has its screen already.",
  KICKED: "The leader of this room has removed you from it; you cannot come back.",
  ROOM_OPEN: "A room with this code is open already; join it.",
  MATCH_OVER: "This match has ended.",
  MATCH_CLOSED: "This match is under way among others; only its players may come in.",
  MATCH_SEALED:
    "This match is closed: its saved state cannot be opened. Please tell an admin of this server.",
  MATCH_INVALID: "A join option by which rooms are matched has no value that the game knows.",
  ROOM_CLOSED: "The room closed before the join was through.",
  ROOMS_FULL: "This server has as many rooms open as it may have.",
  MEMORY_SHORT: "This server is short of memory; try again in a moment.",
  SEATS_LIMITED: "Too many seats are reserved by this account or address and not taken yet.",
  SEAT_EXPIRED: "The seat was not taken in time, or the character joined anew meanwhile. Try again.",
  ROOM_NOT_OPEN: "A part of a room was used before the room opened.",
  CHARACTER_CLAIMED: "The character is live elsewhere and was not released in time.",
  CHARACTER_MISSING: "No such character.",
  TRANSFER_INVALID: "The ticket of this journey is not known, or it ran out; join the usual way.",
  JOIN_FAILED: "The room could not let you in; nothing was saved. Try again in a moment.",
  JOIN_TIMEOUT: "The join did not finish in time; nothing was saved. Try again.",
  // accounts
  SIGN_IN_REFUSED: "The name or the password is wrong.",
  ACCOUNT_NAME_INVALID: "The account's name is too short, too long, or holds what a name may not hold.",
  NAME_TAKEN: "Another account has this name, or one that looks like it.",
  EMAIL_INVALID: "This is no e-mail address.",
  EMAIL_TAKEN: "Another account has this e-mail address.",
  PASSWORD_WEAK: "The password is too short, too long, or too easy to guess.",
  ALERT_UNKNOWN: "There is no such alert.",
  ALREADY_REGISTERED: "This account is registered already.",
  ACCOUNT_UNKNOWN: "No account has this name.",
  RESET_INVALID: "The reset code is wrong, was used, or has run out.",
  ROLE_NEEDED: "This needs a role that the account does not have.",
  ACCOUNT_LEAVING: "This account is about to be deleted; nobody can play with it.",
  DELETION_NONE: "No deletion of this account is under way.",
  CHARACTERS_FULL: "The account has as many characters as it may have.",
  CHARACTER_LIVE: "The character is in a room; leave it first.",
  IDENTITY_OFF: "This server has no external sign-in.",
  IDENTITY_REFUSED: "The external sign-in failed or was begun elsewhere. Try again.",
  IDENTITY_TAKEN: "This external identity belongs to another account.",
  // in a room
  MESSAGE_INVALID: "The message does not fit its schema; nothing was changed.",
  MESSAGE_TAKEN: "A room registers two actions for one type of message.",
  CHANNEL_CLOSED: "This cannot be sent in this room.",
  MESSAGE_UNKNOWN: "The room knows no message of this type.",
  RATE_LIMITED: "Too many of these in too short a time.",
  ACTION_REFUSED: "The rules of the room do not allow this now.",
  BANNED: "A moderator has banned this account, character or network.",
  MUTED: "A moderator has muted you: you cannot write to others now.",
  WORLD_NONE: "This room has no world.",
  STATE_PATH_UNKNOWN: "The state of the room has nothing at this path.",
  ROOM_STAYS: "This room cannot be moved to another process.",
  REPLAY_NONE: "This room keeps none of its last seconds.",
  SCRUB_UNKNOWN: "This look into the past was closed, or its room is gone. Open it again.",
  SCRUB_BUSY: "The past is being run again. Ask once more.",
  RECORDING_UNKNOWN: "No kept recording has this id.",
  VIEWER_ONLY: "Who only watches cannot do this; a spectator may take a seat when one is free.",
  NOT_LEADER: "Only the leader of the room may do this.",
  PHASE_WRONG: "This is not for the phase that the game is in.",
  TURN_OTHER: "It is another player's turn.",
  GAME_PAUSED: "The game is paused.",
  SEAT_NONE: "Only who has a seat in the game may do this.",
  SETTINGS_INVALID: "The settings do not fit; nothing was changed.",
  TRAVELLING: "Not while the character is on its way to another room.",
  COMMAND_UNKNOWN: "The console knows no command of this name.",
  AUDIT_WAITING: "The command was given, but the database has not taken its audit entry yet.",
  COMMAND_INVALID: "The command's arguments do not fit; nothing was done.",
  PROTOCOL_ABUSE: "Too many malformed messages; the connection was closed.",
  // travel and parties
  TRAVEL_UNAVAILABLE: "The place could not be opened; nobody went.",
  TRAVEL_REFUSED: "The place did not let the player in; the player is back where they stood.",
  TRAVEL_LATE: "The player did not arrive in time and is back where they stood.",
  INSTANCE_CLOSED: "This place belongs to the party that opened it.",
  PLAYER_UNKNOWN: "Nobody here has this name or id.",
  PLAYER_AMBIGUOUS: "Several players here have this name.",
  PARTY_NONE: "The player is in no party.",
  PARTY_MEMBER: "The player is in a party already.",
  PARTY_STRANGER: "Nobody of the party has this id.",
  PARTY_FULL: "The party has no free place.",
  PARTY_UNINVITED: "There is no such invitation, or it ran out.",
  PARTY_LEADER_ONLY: "Only the leader of the party may do this.",
  PARTY_ELSEWHERE: "The member is in another room and was not taken along.",
  PARTY_AWAY: "The member has lost the connection and was not taken along.",
  // friends
  FRIEND_SELF: "That is yourself.",
  FRIEND_UNKNOWN: "There is no such friend, request or invitation; nothing was changed.",
  FRIEND_BLOCKED: "You have blocked this account; unblock it first.",
  FRIEND_AWAY: "The friend is in no room now.",
  FRIEND_PRIVATE: "This room is private; who is to come needs an invitation from somebody inside.",
  FRIENDS_FULL: "One of the two has as many friends as one may have.",
  REQUESTS_FULL: "As many of your requests wait for an answer as may.",
  BLOCKS_FULL: "You have blocked as many accounts as you may.",
  // groups
  GROUP_UNKNOWN: "There is no such group.",
  GROUP_NAME_TAKEN: "Another group has this name or tag, or one that looks like it.",
  GROUP_STRANGER: "Who acts or is named is no member of this group; nothing was changed.",
  GROUP_MEMBER: "The account is a member of this group already.",
  GROUP_FULL: "The group has as many members as it may have.",
  GROUPS_FULL: "The account is in as many groups as it may be.",
  GROUP_CLOSED: "This group takes nobody without an invitation.",
  GROUP_UNINVITED: "There is no such request or invitation; it was withdrawn, answered, or ran out.",
  GROUP_PERMISSION: "Your role in the group does not allow this; nothing was changed.",
  GROUP_BANK_LIMIT: "That is more than your role may withdraw from the bank within a day.",
  // notifications
  NOTIFICATION_INVALID: "The notification cannot be sent as it is; nothing was kept.",
  NOTIFICATION_UNKNOWN: "There is no such notification; nothing was changed.",
  PUSH_OFF: "This server sends no messages to closed pages.",
  PUSH_INVALID: "This is no place that messages to closed pages may be sent to; nothing was kept.",
  DEVICES_FULL: "Messages go to as many devices of the account as they may.",
  // chat channels
  CHAT_CHANNEL_UNKNOWN: "There is no such channel, or it is not for this account.",
  CHAT_READ_ONLY: "This account may read the channel, and not write in it.",
  CHAT_SLOW: "This channel is in slow mode: wait before the next line.",
  CHAT_LINK_REFUSED: "This channel takes no links.",
  CHAT_WORD_REFUSED: "The line has a word that this server refuses.",
  CHAT_LINE_UNKNOWN: "There is no such line in this channel.",
  CHAT_LINE_FIXED: "Only its writer may change a line, for some minutes.",
  // behaviours
  BEHAVIOUR_FORBIDDEN: "This behaviour may not do that.",
  // voice
  VOICE_OFF: "Voice is not on here.",
  VOICE_NOT_AUDIBLE: "You do not hear this person now.",
  VOICE_SIGNAL_LARGE: "The offer, answer or candidate of this connection is too large.",
  // items
  ITEM_MISSING: "There is no such item where you can reach it.",
  ITEM_UNKNOWN: "The game has no item of this name.",
  QUANTITY_INVALID: "The quantity is no whole number of at least 1, or is too large.",
  NOT_ENOUGH: "There is not enough of it.",
  NO_SPACE: "There is no room for it.",
  CHARACTER_DEAD: "The character is dead and holds nothing until it is revived.",
  TRADE_OVER: "The trade is over, or there never was one.",
  REQUEST_REUSED: "This request id was used for something else.",
  // stored values
  COLLECTION_UNKNOWN: "This server has no collection of this name.",
  COLLECTION_FORBIDDEN: "Players may not do this with the values of this collection.",
  KEY_INVALID: "A key is 1 to 128 letters, digits and _ . : -, and begins with a letter or digit.",
  KEY_UNKNOWN: "Nothing is stored under this key.",
  KEYS_FULL: "The collection has as many keys of this owner as it may have.",
  VALUE_INVALID: "The value does not fit its collection; nothing was changed.",
  VALUE_TOO_LARGE: "The value is larger than its collection allows; nothing was changed.",
  VERSION_STALE: "The stored value is of another version than the one named; nothing was changed.",
  // leaderboards
  SCORE_INVALID: "The score is no number that can be ranked; nothing was changed.",
  BOARD_UNKNOWN: "There is no such leaderboard, or no such season of it.",
  // matchmaking
  QUEUE_UNKNOWN: "This server has no queue of this name.",
  QUEUE_CLOSED: "The queue is closed for now.",
  TICKETS_FULL: "As many wait in this queue as may.",
  QUEUE_MEMBER: "The account, or one of its party, waits in a queue or has a match already.",
  QUEUE_NONE: "This account waits in no queue.",
  QUEUE_PENALTY: "Somebody who asks did not come to a match that was found, and waits for a while.",
  QUEUE_PARTY_TOO_LARGE: "The party is larger than the queue takes.",
  QUEUE_PROPERTY_INVALID: "A property of the ticket does not fit its queue; nothing was changed.",
  QUEUE_ROLE_UNKNOWN: "No team of this queue has such a role; nothing was changed.",
  QUEUE_LATENCY_INVALID: "A latency is of no region of the queue, or no number of ms; nothing was changed.",
  READY_OVER: "This ready check is over, or was answered already; nothing was changed.",
  MATCH_RESERVED: "The seats of this match are for the players it was made for.",
  MATCH_UNKNOWN: "There is no such match.",
  RESULT_INVALID: "The result does not fit its match; nothing was rated.",
  RESULT_REUSED: "The match was rated already, with another result; nothing was changed.",
  // tournaments
  TOURNAMENT_UNKNOWN: "There is no such tournament.",
  TOURNAMENT_INVALID: "Such a tournament cannot be held; nothing was changed.",
  TOURNAMENT_CLOSED: "The registration of this tournament is not open.",
  TOURNAMENT_FULL: "This tournament has as many entrants as it takes.",
  TOURNAMENT_MEMBER: "This account is in the tournament already.",
  TOURNAMENT_STRANGER: "This account is not in the tournament.",
  TOURNAMENT_TRIES: "All tries of this tournament are used.",
  TOURNAMENT_OVER: "This tournament is over.",
  TOURNAMENT_MATCH_UNKNOWN: "There is no such match of a tournament.",
  TOURNAMENT_MATCH_OVER: "This match is over, or cannot be played yet; nothing was changed.",
  TOURNAMENT_RESULT_INVALID: "The result does not fit its match; nothing was changed.",
  // moderation
  SANCTION_UNKNOWN: "There is no such sanction, or it is over.",
  SANCTION_INVALID: "The sanction has no end or target that it may have; nothing was done.",
  REPORT_UNKNOWN: "There is no such report.",
  REPORT_TAKEN: "Another moderator has claimed this report, or it is decided.",
  // persistence
  CHARACTER_FENCED: "Another owner holds the character; this copy was dropped, not saved.",
  STATE_INVALID: "A stored or saved state does not fit its schema; nothing was changed.",
  ZONE_CLAIMED: "The zone is open in another room; only one room keeps it.",
  ZONE_SEALED: "This place is closed: its saved world cannot be opened. Please tell an admin of this server.",
  ZONE_UNKNOWN: "No saved world has this name or id.",
  DATABASE_UNAVAILABLE: "The database did not answer.",
  DATABASE_FORBIDDEN: "The database's user may not make tables.",
  DATABASE_FOREIGN: "The database holds tables of another program; nothing was changed.",
  BACKUP_INVALID: "The backup is incomplete, was changed, or does not fit this version or database.",
  LEDGER_DIFFERS: "A balance is not what the ledger says.",
  DATA_DIR_LOCKED: "Another process uses this data folder.",
  DATA_DIR_UNWRITABLE: "The data folder cannot be written.",
  DISK_FULL: "The disk of the data folder or of the database is full.",
  DATA_DIR_DAMAGED: "The embedded database in the data folder does not start; nothing was changed.",
  // world kit
  COMPONENT_INVALID:
    "A component's field has a value of the wrong type or out of its limits; nothing was changed.",
  WRITE_REFUSED: "The component does not let this writer change it; nothing was changed.",
  COMPONENT_UNKNOWN: "The actor has no such component, or the class was not made by defineComponent.",
  FIELD_INVALID: "A field of a state has a value of the wrong type or out of its range; nothing was changed.",
  NUMBER_NOT_FINITE: "A number of an avatar was not finite; the avatar was put back to what it was before.",
  ACTOR_INVALID: "The value is not an actor of a known class.",
  ACTOR_EXISTS: "An actor with this id is in the world already.",
  ACTOR_UNKNOWN: "The world has no actor with this id, or the snapshot names a class it was not given.",
  BATCH_INVALID: "A batch must be a plain synchronous function.",
  QUEUE_FULL: "Too much was queued for one tick.",
  SYSTEM_INVALID: "A system's definition cannot be used.",
  SYSTEM_MISSING: "A system needs another that the room does not have.",
  SYSTEM_CYCLE: "Systems wait for each other in a circle.",
  SYSTEM_OFF: "A system failed too often in a row and was switched off.",
  EVENT_FILTER_INVALID: "The filter of kept events cannot be used.",
  EVENT_INVALID: "The event's payload does not fit its schema; nothing was emitted.",
  SNAPSHOT_UNSUPPORTED: "The world holds a value that a snapshot cannot keep.",
  SNAPSHOT_NEWER: "The snapshot was written by a newer version.",
  SNAPSHOT_CORRUPT: "The snapshot is damaged or is none.",
  SNAPSHOT_FOREIGN_KEY: "The snapshot was encrypted with a key that is not configured here.",
  // operators
  SESSION_NEEDED: "This needs a sign-in at the desk, or the one there was has ended.",
  ORIGIN_FOREIGN: "The request came from the page of another site; nothing was done.",
  CSRF_NEEDED: "The request lacks the token of its session; nothing was done.",
  TOTP_NEEDED: "This sign-in needs the code of the authenticator as well.",
  TOTP_INVALID: "The code of the authenticator is wrong, was used, or is too old.",
  WELCOME_INVALID: "The link for the first admin is wrong, was used, or has run out.",
  SERVER_NEEDED: "Only a running server can do this, and none was found.",
  AUDIT_TAMPERED: "The audit log is not as it was written.",
  // process
  SETTING_UNKNOWN: "There is no setting of this name.",
  SETTING_INVALID: "The value does not fit the setting; nothing was changed.",
  SETTING_FIXED: "The environment says this setting; it cannot be changed here.",
  FLAG_UNKNOWN: "There is no flag of this name.",
  FLAG_INVALID: "The rules do not fit the flag; nothing was changed.",
  CONFIG_INVALID: "A setting has a value that cannot be used.",
  PORT_IN_USE: "Another program listens on this port.",
  HTTPS_NEEDED: "This server is reached by https only; nothing was done.",
  NODE_TOO_OLD: "This version of Node is too old.",
  REDIS_UNAVAILABLE: "Redis did not answer, or takes no writes.",
  REDIS_UNSUITABLE: "What answers at REDIS_URL is no Redis that roomkeep can use.",
  PAGE_MISSING: "The page has not been built.",
  PACKAGE_MISSING: "A package that only this needs is not installed.",
  LEVEL_INVALID: "The level description has an error.",
  INPUT_SCHEMA_INVALID: "An input's schema has a field that is neither a number nor a boolean.",
  INTERNALS_MISSING: "An installed version of Colyseus, schema or ws lacks a part that roomkeep rests on.",
  PLUGIN_INVALID: "A plugin is named wrongly, or has a name, route or migration that is taken.",
  PLUGIN_MISSING: "A plugin is needed that the server does not have.",
  PLUGIN_CYCLE: "Plugins need each other in a circle.",
  GAME_INVALID: "A game's room class lacks something, or names what there is not.",
  STATE_UNTRACKED: "Changes of a state class would never be sent, as it was compiled.",
  PORTAL_UNKNOWN: "A portal leads to a game or a spawn that there is not.",
} as const;

/** One of the stable codes in {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * The error that roomkeep throws: a stable {@link ErrorCode}, a message that says what happened and what to
 * do, and the cause where there is one.
 *
 * @example
 * throw new RoomkeepError("CHARACTER_CLAIMED", "Character 7 is live in room x.", { cause });
 */
export class RoomkeepError extends Error {
  /** For logs, and for code that meets the error across a bundle. */
  override readonly name = "RoomkeepError";
  /** Stable code, for programs; listed in docs/errors.md. */
  readonly code: ErrorCode;
  /** Seconds after which a retry is worthwhile; undefined: not known. */
  readonly retryAfterS: number | undefined;

  constructor(
    code: ErrorCode,
    message: string = ERROR_CODES[code],
    options: ErrorOptions & { retryAfterS?: number } = {},
  ) {
    super(message, options);
    this.code = code;
    this.retryAfterS = options.retryAfterS;
  }
}

/** A refusal that is expected in normal play: returned, not thrown. */
export interface Refusal {
  /** Always false: a good answer has true here, so that one test tells them apart. */
  readonly ok: false;
  /** Stable code, for programs; listed in docs/errors.md. */
  readonly code: ErrorCode;
  /** Safe to show to a player. */
  readonly reason: string;
}

/**
 * Builds a {@link Refusal}. The reason defaults to the text of the code.
 *
 * @example
 * if (round !== "lobby") return refuse("ACTION_REFUSED", "The round has begun.");
 */
export function refuse(code: ErrorCode, reason: string = ERROR_CODES[code]): Refusal {
  return { ok: false, code, reason };
}

/**
 * Reads the stable code in front of the text of a refused join ("ROOM_FULL: …"), as it arrives through
 * Colyseus. Colyseus's own refusals carry no such code and are recognised by their text.
 *
 * @example
 * try {
 *   await client.joinById(code);
 * } catch (error) {
 *   const { code, reason } = readErrorCode(error.message);
 * }
 */
export function readErrorCode(text: string): { code: ErrorCode | undefined; reason: string } {
  const [, code, reason] = /^([A-Z][A-Z_]+): (.*)$/s.exec(text) ?? [];
  if (code !== undefined && code in ERROR_CODES) return { code: code as ErrorCode, reason: reason ?? "" };
  if (/is already full|is locked/i.test(text)) return { code: "ROOM_FULL", reason: ERROR_CODES.ROOM_FULL };
  if (/not found|no rooms found|invalid room/i.test(text)) {
    return { code: "ROOM_UNKNOWN", reason: ERROR_CODES.ROOM_UNKNOWN };
  }
  if (/seat reservation expired/i.test(text)) {
    return { code: "SEAT_EXPIRED", reason: ERROR_CODES.SEAT_EXPIRED };
  }
  if (/seat reservation|no longer available|disposing/i.test(text)) {
    return { code: "ROOM_CLOSED", reason: ERROR_CODES.ROOM_CLOSED };
  }
  return { code: undefined, reason: text };
}
