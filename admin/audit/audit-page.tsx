import { useState } from "preact/hooks";
import { may } from "../api/session.ts";
import type { AuditEntry } from "../api/shapes.ts";
import { Failure } from "../kit/failure.tsx";
import { countText, numberText } from "../kit/format.ts";
import { Empty, Loaded } from "../kit/loaded.tsx";
import { saveAs } from "../kit/save-as.ts";
import { useAsk } from "../kit/use-ask.ts";
import { entriesThat } from "./audit-filter.ts";
import { AuditTable } from "./audit-table.tsx";

const LENGTHS = [100, 1_000, 10_000];
/** Rows that are drawn at most; an export has them all. */
const SHOWN = 500;

/** Who did what. */
export function AuditPage() {
  const [last, setLast] = useState(100);
  const [text, setText] = useState("");
  const [outcome, setOutcome] = useState("");
  const asked = useAsk("audit.list", { last });
  return (
    <>
      <h1>Audit</h1>
      <Verified />
      <search class="filter">
        <p class="field">
          <label for="audit-search">Search</label>
          <input
            id="audit-search"
            type="search"
            value={text}
            placeholder="Name, action, room or account"
            onInput={({ currentTarget: { value } }) => setText(value)}
          />
        </p>
        <p class="field narrow">
          <label for="audit-outcome">Outcome</label>
          <select
            id="audit-outcome"
            value={outcome}
            onChange={({ currentTarget: { value } }) => setOutcome(value)}
          >
            <option value="">All</option>
            <option value="done">Done</option>
            <option value="refused">Refused</option>
          </select>
        </p>
        <p class="field narrow">
          <label for="audit-last">Newest</label>
          <select
            id="audit-last"
            value={last}
            onChange={({ currentTarget: { value } }) => setLast(Number(value))}
          >
            {LENGTHS.map((count) => (
              <option key={count} value={count}>
                {numberText(count)}
              </option>
            ))}
          </select>
        </p>
        <button type="button" onClick={asked.again}>
          Read again
        </button>
      </search>
      <Loaded asked={asked}>
        {({ entries }) => <Entries entries={entriesThat(entries as AuditEntry[], text, outcome)} />}
      </Loaded>
    </>
  );
}

function Entries({ entries }: { entries: readonly AuditEntry[] }) {
  if (entries.length === 0) return <Empty>No entry fits.</Empty>;
  return (
    <section class="sheet">
      <div class="head">
        <p class="faint" role="status">
          {countText(entries.length, "entry", "entries")}
          {entries.length > SHOWN && `, the newest ${SHOWN} are shown`}
        </p>
        <button type="button" onClick={() => saveAs("audit.json", entries)}>
          Export
        </button>
      </div>
      <AuditTable entries={entries.slice(0, SHOWN)} />
    </section>
  );
}

/** Whether the chain of hashes holds. */
function Verified() {
  const [isAsked, setAsked] = useState(false);
  const asked = useAsk("audit.verify", isAsked ? {} : undefined);
  if (!may("audit.verify")) return null;
  const { answer, error, isAsking } = asked;
  return (
    <>
      <p class="buttons">
        <button
          type="button"
          disabled={isAsking && isAsked}
          onClick={() => (isAsked ? asked.again() : setAsked(true))}
        >
          Verify the chain
        </button>
      </p>
      {error && <Failure error={error} />}
      {answer && (
        <p class={answer.verified ? "notice good" : "notice"} role="status">
          {answer.verified
            ? `The chain is whole: ${countText(answer.entries, "entry", "entries")}, ${countText(answer.heads, "signed head")}.`
            : `The chain is broken at entry ${answer.fault?.seq} (${answer.fault?.kind}): ${answer.fault?.text}`}
        </p>
      )}
    </>
  );
}
