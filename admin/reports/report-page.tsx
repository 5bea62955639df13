import type { Report } from "../api/shapes.ts";
import { Act, REASON } from "../kit/act.tsx";
import type { Field } from "../kit/fields.tsx";
import { timeText } from "../kit/format.ts";
import { Empty, Loaded } from "../kit/loaded.tsx";
import { linkTo } from "../kit/route.ts";
import { Facts } from "../kit/table.tsx";
import { useAsk } from "../kit/use-ask.ts";
import { SanctionActs } from "../players/sanction-acts.tsx";

/** One report: what was said, what was kept, and the decision. */
export function ReportPage({ report }: { report: string }) {
  const asked = useAsk("reports.show", { report });
  return (
    <>
      <p>
        <a href={linkTo(["reports"])}>Reports</a>
      </p>
      <Loaded asked={asked}>{(shown) => <Shown report={shown} again={asked.again} />}</Loaded>
    </>
  );
}

function Shown({ report, again }: { report: Report; again: () => void }) {
  const { reporterId, reporterName, reportedId, reportedName, recording, chat } = report;
  return (
    <>
      <div class="head">
        <h1>
          {report.reason}: {reportedName}
        </h1>
        <Decisions report={report} again={again} />
      </div>
      <section class="sheet">
        <Facts
          of={[
            ["State", stateText(report)],
            [
              "About",
              <a key="about" href={linkTo(["players", reportedId])}>
                {reportedName}
              </a>,
            ],
            [
              "By",
              reporterId ? (
                <a key="by" href={linkTo(["players", reporterId])}>
                  {reporterName}
                </a>
              ) : (
                reporterName
              ),
            ],
            ["When", timeText(report.at)],
            [
              "Room",
              <a key="room" href={linkTo(["rooms", report.roomId])}>{`${report.game} ${report.roomId}`}</a>,
            ],
            ["Reopened", String(report.reopened)],
          ]}
        />
        <p>{report.text || <span class="faint">Without a text</span>}</p>
        {report.decision && (
          <p class="notice good">
            {report.outcome}: {report.decision} ({timeText(report.decidedAt)})
          </p>
        )}
      </section>
      <section class="sheet">
        <h2>The time before it</h2>
        {recording ? (
          <a href={linkTo(["recordings", recording])}>Scrub the kept recording</a>
        ) : (
          <Empty>The room kept nothing.</Empty>
        )}
      </section>
      <section class="sheet">
        <h2>Chat before it</h2>
        {chat.length === 0 ? <Empty>Nobody has said anything.</Empty> : <Chat lines={chat} />}
      </section>
      <AboutPlayer player={reportedId} />
    </>
  );
}

function stateText({ state, claimedBy, claimedAt }: Report): string {
  return state === "open" ? "open" : `${state}, claimed by ${claimedBy} ${timeText(claimedAt)}`;
}

function Chat({ lines }: { lines: Report["chat"] }) {
  return (
    <ul class="lines">
      {lines.map(({ at, name, text, channel }) => (
        <li key={`${at} ${name} ${text}`}>
          <small>{timeText(at)}</small> <strong>{name}</strong>{" "}
          {channel && <span class="badge">{channel}</span>} {text}
        </li>
      ))}
    </ul>
  );
}

const OUTCOME: Field = {
  name: "outcome",
  label: "Outcome",
  kind: "choice",
  choices: [
    ["sanctioned", "A sanction was given"],
    ["no-action", "Nothing needs to be done"],
    ["unfounded", "Unfounded"],
    ["abusive", "The report itself is abuse"],
  ],
};

function Decisions({ report, again }: { report: Report; again: () => void }) {
  const { id, state } = report;
  const params = { report: id };
  return (
    <p class="buttons">
      {state === "open" && (
        <Act
          op="reports.claim"
          label="Claim"
          title="Claim this report"
          text="Others see that you are at it."
          params={params}
          fields={[]}
          onDone={again}
        />
      )}
      {state !== "decided" && (
        <Act
          op="reports.decide"
          label="Decide"
          title="Decide this report"
          params={params}
          fields={[OUTCOME, { name: "decision", label: "Decision", kind: "text", required: true, max: 500 }]}
          onDone={again}
        />
      )}
      {state === "decided" && (
        <Act
          op="reports.reopen"
          label="Reopen"
          title="Reopen this report"
          params={params}
          fields={[REASON]}
          onDone={again}
        />
      )}
    </p>
  );
}

/** So that one acts without leaving the report. */
function AboutPlayer({ player }: { player: string }) {
  const asked = useAsk("players.show", { player });
  return (
    <section class="sheet">
      <h2>The one who was reported</h2>
      <Loaded asked={asked}>
        {(shown) => {
          const { counts, sanctions } = shown;
          return (
            <>
              <p>
                {counts.reportsAbout} reports about them, {sanctions.length} sanctions, {counts.cheatFlags}{" "}
                cheat flags
              </p>
              <SanctionActs player={shown} done={asked.again} />
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
