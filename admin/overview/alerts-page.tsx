import { useEffect } from "preact/hooks";
import type { Alert } from "../api/shapes.ts";
import { hear } from "../api/stream.ts";
import { timeText } from "../kit/format.ts";
import { Empty, Loaded } from "../kit/loaded.tsx";
import { route, setQuery } from "../kit/route.ts";
import { useAsk } from "../kit/use-ask.ts";
import { AlertTable } from "./alert-table.tsx";

/** What rules have found, and what the pages of players have told. */
export function AlertsPage() {
  const isAll = route.value.query.all === "yes";
  const asked = useAsk("alerts.list", isAll ? { last: 100 } : { open: true, last: 100 });
  const { again } = asked;
  useEffect(() => hear("alert", again), [again]);
  return (
    <>
      <div class="head">
        <h1>Alerts</h1>
        <label class="check">
          <input
            type="checkbox"
            checked={isAll}
            onChange={() => setQuery({ all: isAll ? undefined : "yes" })}
          />
          with recovered ones
        </label>
      </div>
      <section class="sheet">
        <Loaded asked={asked}>
          {({ alerts }) =>
            alerts.length === 0 ? (
              <Empty>{isAll ? "There was no alert yet." : "No alert is open."}</Empty>
            ) : (
              <AlertTable alerts={alerts as Alert[]} changed={again} />
            )
          }
        </Loaded>
      </section>
      <BrowserErrors />
    </>
  );
}

function BrowserErrors() {
  const asked = useAsk("errors.list", { last: 50 });
  return (
    <section class="sheet">
      <h2>Errors of players' pages</h2>
      <Loaded asked={asked}>
        {({ errors }) =>
          errors.length === 0 ? (
            <Empty>No page has told of an error.</Empty>
          ) : (
            <ul class="lines">
              {errors.map(({ id, message, stack, build, page, count, lastAt }) => (
                <li key={id}>
                  <details>
                    <summary>
                      {message} <span class="badge">{count} times</span>
                    </summary>
                    <p class="faint">
                      Last {timeText(lastAt)} · {page} · build {build}
                    </p>
                    <pre>{stack}</pre>
                  </details>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}
