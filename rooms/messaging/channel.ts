/**
 * What players of every room may send each other, by the message's type. Emotes are those of rooms with a
 * world.
 */
export type Channel = "chat" | "whisper" | "party.say" | "emote";
