import type { Page } from "../../page-state.ts";
import type { Channel } from "../../social/chat-commands.ts";

/** Whom the next line is for: the room, the party, or somebody. Hidden while there is only the room. */
export function ChannelSwitch({ page: { letters, party } }: { page: Page }) {
  const chosen = letters.channel.value;
  const readers = letters.recipients.value;
  const isParty = party.view.value !== null;
  if (!isParty && readers.length === 0) return null;
  const optionOf = (channel: Channel) => (typeof channel === "string" ? channel : `@${channel.name}`);
  return (
    <select
      class={`to-${typeof chosen === "string" ? chosen : "whisper"}`}
      aria-label="Who hears it"
      value={optionOf(chosen)}
      onChange={(event) => {
        const { value } = event.currentTarget;
        const reader = readers.find(({ name }) => `@${name}` === value);
        letters.channel.value = reader ?? (value === "party" ? "party" : "room");
      }}
    >
      <option value="room">All</option>
      {isParty && <option value="party">Party</option>}
      {readers.map(({ name }) => (
        <option key={name} value={`@${name}`}>
          {name}
        </option>
      ))}
    </select>
  );
}
