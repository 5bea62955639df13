import type { Channel } from "../../social/chat-commands.ts";
import type { DirectMessageStore } from "../../social/direct-messages.ts";
import type { PartyStore } from "../../social/party.ts";

interface ChannelSwitchProps {
  directMessages: DirectMessageStore;
  party: PartyStore;
}

/** The channel of the next line: the room, the party, or a recipient. Hidden while there is only the room. */
export function ChannelSwitch({ directMessages, party }: ChannelSwitchProps) {
  const channel = directMessages.channel.value;
  const recipients = directMessages.recipients.value;
  const hasParty = party.view.value !== null;
  if (!hasParty && recipients.length === 0) return null;
  const optionOf = (one: Channel) => (typeof one === "string" ? one : `@${one.name}`);
  return (
    <select
      class={`to-${typeof channel === "string" ? channel : "whisper"}`}
      aria-label="Send to"
      value={optionOf(channel)}
      onChange={(event) => {
        const { value } = event.currentTarget;
        const recipient = recipients.find(({ name }) => `@${name}` === value);
        directMessages.channel.value = recipient ?? (value === "party" ? "party" : "room");
      }}
    >
      <option value="room">All</option>
      {hasParty && <option value="party">Party</option>}
      {recipients.map(({ name }) => (
        <option key={name} value={`@${name}`}>
          {name}
        </option>
      ))}
    </select>
  );
}
