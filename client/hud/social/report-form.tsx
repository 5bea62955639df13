import { useState } from "preact/hooks";
import { REPORT_MAX, type REPORT_REASONS } from "../../../shared/internal.ts";
import type { RoomPlayer } from "../../room/room-players.ts";

type Reason = (typeof REPORT_REASONS)[number];

/** A report about a player. */
export interface Report {
  readonly who: string;
  readonly reason: Reason;
  readonly text: string;
}

const REASONS: Readonly<Record<Reason, string>> = {
  insult: "Insults or hate",
  harassment: "Harassment",
  cheating: "Cheating",
  spam: "Spam or advertising",
  name: "An offensive name",
  other: "Something else",
};

interface ReportFormProps {
  player: Pick<RoomPlayer, "sessionId" | "name">;
  send(report: Report): void;
  cancel(): void;
}

/** Reports a player to the moderators. The server adds what was said in the room. */
export function ReportForm({ player: { sessionId: who, name }, send, cancel }: ReportFormProps) {
  const [reason, setReason] = useState<Reason>("insult");
  const [text, setText] = useState("");
  return (
    <form
      class="sheet"
      aria-label={`Report ${name}`}
      onSubmit={(event) => {
        event.preventDefault();
        send({ who, reason, text });
      }}
    >
      <p>
        The moderators get your report with the last lines of the chat. <b>{name}</b> is not told who sent it.
      </p>
      <label>
        <span class="label">What is it about?</span>
        <select
          name="reason"
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value as Reason)}
        >
          {Object.entries(REASONS).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="label">What happened? (optional)</span>
        <textarea
          name="text"
          rows={3}
          maxLength={REPORT_MAX}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button class="go" type="submit" style={{ marginTop: "1em" }}>
        Send the report
      </button>
      <p class="row ways">
        <button type="button" onClick={cancel}>
          Cancel
        </button>
      </p>
    </form>
  );
}
