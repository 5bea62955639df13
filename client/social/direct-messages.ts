import { effect, type Signal, signal } from "@preact/signals";
import type { ServerMessages } from "../../shared/index.ts";
import type { DeliveryOutcome } from "../../shared/internal.ts";
import { addLine, type HudStore } from "../hud-store.ts";
import type { Session } from "../network/session.ts";
import type { AnyRoom } from "../room/joined-room.ts";
import type { Settings } from "../settings.ts";
import { type Channel, parseLine, type Recipient } from "./chat-commands.ts";
import type { PartyStore } from "./party.ts";

/** Direct messages, which stand in the chat between the lines of the room. */
export interface DirectMessageStore {
  /** Where a line without a command goes. */
  readonly channel: Signal<Channel>;
  /** Players who whispered or were whispered to, the latest first. */
  readonly recipients: Signal<readonly Recipient[]>;
  /**
   * Sends a line: `/w Name text` whispers, `/r text` answers the last whisper, `/p text` goes to the party.
   */
  say(text: string): void;
  /** Further lines go to this recipient. */
  whisperTo(recipient: Recipient): void;
}

/** Most recipients that the switch beside the chat offers. */
const RECIPIENTS_MAX = 4;
const OUTCOMES: Readonly<Record<DeliveryOutcome, string>> = {
  delivered: "delivered",
  offline: "not online",
  unknown: "may not have arrived",
};

/** Opens whispers and party chat for all rooms of a session. */
export function openDirectMessages(
  session: Session,
  { hud, party, settings, playSound }: DirectMessageOptions,
): DirectMessageStore {
  const channel = signal<Channel>("room");
  const recipients = signal<readonly Recipient[]>([]);
  let last: Recipient | undefined;
  /** Names by the `to` of a whisper: its answer has the `to` only. */
  const names = new Map<string, string>();

  const remember = (recipient: Recipient) => {
    const others = recipients.value.filter(({ to }) => to !== recipient.to);
    recipients.value = [recipient, ...others].slice(0, RECIPIENTS_MAX);
  };
  const isMuted = (character: string) => settings.muted.value.some(({ id }) => id === character);
  /** A session id is good in one room only; the character id of the answer is good everywhere. */
  const settle = (to: string, recipient: Recipient) => {
    recipients.value = recipients.value.filter((one) => one.to !== to);
    remember(recipient);
    const now = channel.value;
    if (typeof now === "object" && now.to === to) channel.value = recipient;
  };

  function listen(room: AnyRoom): void {
    room.onMessage("whisper", ({ from, name, text }: ServerMessages["whisper"]) => {
      if (isMuted(from)) return;
      last = { to: from, name };
      remember(last);
      addLine(hud, { from: "", name: `${name} → you`, text, channel: "whisper" });
      if (settings.chatSound.value !== "none") playSound();
    });
    room.onMessage("whisper.sent", ({ to, character, text, outcome }: ServerMessages["whisper.sent"]) => {
      const name = names.get(to) ?? to;
      if (character) {
        names.set(character, name);
        settle(to, { to: character, name });
      }
      addLine(hud, { from: "", name: `you → ${name}`, text, channel: "whisper", note: OUTCOMES[outcome] });
    });
    room.onMessage("party.say", ({ from, name, text }: ServerMessages["party.say"]) => {
      if (isMuted(from)) return;
      addLine(hud, { from: "", name: `${name} · party`, text, channel: "party" });
      if (settings.chatSound.value === "all") playSound();
    });
    room.onMessage("party.said", ({ text, missed }: ServerMessages["party.said"]) => {
      const note = missed.length > 0 ? `${missed.join(", ")} missed it` : "delivered";
      addLine(hud, { from: "", name: "you · party", text, channel: "party", note });
    });
  }
  effect(() => {
    const room = session.room.value;
    if (room) listen(room);
  });
  effect(() => {
    if (!party.view.value && channel.peek() === "party") channel.value = "room";
  });

  /** Players of the room by session id, other members of the party by character id. */
  function known(): Recipient[] {
    const view = party.view.value;
    const members = (view?.members ?? []).filter(({ id }) => id !== view?.you);
    return [
      ...party.roomPlayers().map(({ sessionId, name }) => ({ to: sessionId, name })),
      ...members.map(({ id, name }) => ({ to: id, name })),
      ...recipients.value,
    ];
  }

  return {
    channel,
    recipients,
    say(line) {
      const room = session.room.value;
      const parsed = parseLine(line, channel.value, known(), last);
      if ("problem" in parsed) hud.notice.value = parsed.problem;
      else if (parsed.text === "") channel.value = parsed.channel;
      else if (parsed.channel === "room") room?.send("chat", { text: parsed.text });
      else if (parsed.channel === "party") room?.send("party.say", { text: parsed.text });
      else {
        const { to, name } = parsed.channel;
        names.set(to, name);
        remember({ to, name });
        room?.send("whisper", { to, text: parsed.text });
      }
    },
    whisperTo(recipient) {
      remember(recipient);
      channel.value = recipient;
    },
  };
}

/** Stores and sound of {@link openDirectMessages}. */
export interface DirectMessageOptions {
  readonly hud: HudStore;
  readonly party: PartyStore;
  readonly settings: Settings;
  /** Called for each line of another player. */
  playSound(): void;
}
