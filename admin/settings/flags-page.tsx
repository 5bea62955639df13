import { useState } from "preact/hooks";
import type { Flag } from "../api/shapes.ts";
import { Act, REASON } from "../kit/act.tsx";
import { agoText, valueText } from "../kit/format.ts";
import { Empty, Loaded } from "../kit/loaded.tsx";
import { Facts, Table } from "../kit/table.tsx";
import { useAsk } from "../kit/use-ask.ts";
import { ruleText } from "./rule-text.ts";

/** Flags by segment. */
export function FlagsPage() {
  const asked = useAsk("flags.list", {});
  return (
    <>
      <h1>Flags</h1>
      <FlagsOf />
      <Loaded asked={asked}>
        {({ flags, leftOver }) => (
          <>
            {flags.length === 0 && <Empty>This server's games define no flag.</Empty>}
            {(flags as Flag[]).map((flag) => (
              <OneFlag key={flag.name} flag={flag} again={asked.again} />
            ))}
            {leftOver.map(({ name }) => (
              <p key={name}>
                <code>{name}</code> is stored, but nothing here defines it.{" "}
                <Act
                  op="flags.reset"
                  label="Reset"
                  title={`Reset ${name}`}
                  params={{ flag: name }}
                  onDone={asked.again}
                />
              </p>
            ))}
          </>
        )}
      </Loaded>
    </>
  );
}

function OneFlag({ flag, again }: { flag: Flag; again: () => void }) {
  const { name, description, values, rules, page, refused, changed } = flag;
  const choices = values.map((one) => [valueText(one), valueText(one)] as const);
  return (
    <section class="sheet">
      <div class="head">
        <h2>
          <code>{name}</code> {page && <span class="badge">sent to pages</span>}
        </h2>
        <p class="buttons">
          <Act
            op="flags.set"
            label="One rule"
            title={`${name} by one rule`}
            text="It takes the place of all rules."
            params={{ flag: name }}
            fields={[
              { name: "value", label: "Value", kind: "choice", choices, required: true },
              {
                name: "percent",
                label: "Per cent of accounts",
                kind: "number",
                from: 0,
                to: 100,
                hint: "Empty: all",
              },
              {
                name: "role",
                label: "Role, or above",
                kind: "choice",
                choices: [
                  ["", "Any"],
                  ["moderator", "moderator"],
                  ["operator", "operator"],
                  ["admin", "admin"],
                ],
              },
              REASON,
            ]}
            onDone={again}
          />
          <Act
            op="flags.set"
            label="Rules"
            title={`The rules of ${name}`}
            text="A list as JSON. Within a rule all conditions hold; the first rule that fits gives the value."
            params={{ flag: name }}
            fields={[
              {
                name: "rules",
                label: "Rules",
                kind: "code",
                required: true,
                first: JSON.stringify(rules, null, 2),
                hint: 'Such as [{ "percent": 10, "role": "moderator", "versions": [">=1.5"], "value": true }]',
              },
              REASON,
            ]}
            onDone={again}
          />
          {rules.length > 0 && (
            <Act
              op="flags.reset"
              label="Reset"
              title={`Reset ${name}`}
              params={{ flag: name }}
              onDone={again}
            />
          )}
        </p>
      </div>
      {description && <p>{description}</p>}
      <Facts
        of={[
          ["Without a rule that fits", valueText(flag.default)],
          ["Values", values.map(valueText).join(", ")],
          ...(changed
            ? [["Changed", `${agoText(changed.at)} by ${changed.by}: ${changed.reason}`] as const]
            : []),
        ]}
      />
      {refused !== undefined && (
        <p class="notice">The stored rules do not fit and are set aside: {refused}</p>
      )}
      {rules.length === 0 ? (
        <Empty>No rule: everybody gets the default.</Empty>
      ) : (
        <ol>
          {rules.map((rule) => (
            <li key={JSON.stringify(rule)}>{ruleText(rule)}</li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** Which values an account gets, and why. */
function FlagsOf() {
  const [typed, setTyped] = useState("");
  const [account, setAccount] = useState("");
  const asked = useAsk("flags.account", account ? { account } : undefined);
  return (
    <details class="sheet">
      <summary>Which values does an account get?</summary>
      <form
        class="filter"
        onSubmit={(event) => {
          event.preventDefault();
          setAccount(typed.trim());
        }}
      >
        <p class="field">
          <label for="flags-of">Id of the account</label>
          <input id="flags-of" value={typed} onInput={({ currentTarget: { value } }) => setTyped(value)} />
        </p>
        <button type="submit">Look</button>
      </form>
      {account !== "" && (
        <Loaded asked={asked}>
          {({ flags }) => (
            <Table
              label="Flags of the account"
              rows={flags}
              keyOf={({ name }) => name}
              columns={[
                { head: "Flag", cell: ({ name }) => <code>{name}</code> },
                { head: "Value", cell: ({ value }) => valueText(value) },
                { head: "By", cell: ({ rule }) => (rule === null ? "the default" : `rule ${rule + 1}`) },
              ]}
            />
          )}
        </Loaded>
      )}
    </details>
  );
}
