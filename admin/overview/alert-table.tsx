import { useState } from "preact/hooks";
import { ask } from "../api/ask.ts";
import { may } from "../api/session.ts";
import type { Alert } from "../api/shapes.ts";
import { Failure } from "../kit/failure.tsx";
import { agoText, timeText } from "../kit/format.ts";
import { Table } from "../kit/table.tsx";

const TONE = { critical: "badge bad", warning: "badge warn", info: "badge" } as const;

/** Alerts, to be acknowledged. */
export function AlertTable({
  alerts,
  changed,
}: {
  alerts: readonly Alert[];
  changed: (alert: Alert) => void;
}) {
  const [error, setError] = useState<unknown>();
  const acknowledge = (alert: string) =>
    ask("alerts.acknowledge", { alert }).then((answer) => changed(answer.alert as Alert), setError);
  return (
    <>
      {error !== undefined && <Failure error={error} />}
      <Table
        label="Alerts"
        rows={alerts}
        keyOf={({ id }) => id}
        columns={[
          {
            head: "Alert",
            cell: ({ severity, text, rule }) => (
              <span>
                <span class={TONE[severity]}>{severity}</span> {text} <small>{rule}</small>
              </span>
            ),
          },
          { head: "Where", cell: ({ subject }) => subject },
          { head: "Since", cell: ({ firedAt }) => <time title={timeText(firedAt)}>{agoText(firedAt)}</time> },
          {
            head: "State",
            cell: ({ state, recoveredAt }) =>
              state === "firing" ? (
                <span class="badge bad">firing</span>
              ) : (
                <span>
                  <span class="badge good">recovered</span> {agoText(recoveredAt)}
                </span>
              ),
          },
          {
            head: "Acknowledged",
            cell: ({ id, acknowledgedBy, acknowledgedAt }) =>
              acknowledgedAt !== null ? (
                <span>
                  by {acknowledgedBy} {agoText(acknowledgedAt)}
                </span>
              ) : may("alerts.acknowledge") ? (
                <button type="button" onClick={() => void acknowledge(id)}>
                  Acknowledge
                </button>
              ) : (
                "no"
              ),
          },
        ]}
      />
    </>
  );
}
