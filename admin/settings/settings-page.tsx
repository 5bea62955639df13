import { useState } from "preact/hooks";
import { can } from "../api/session.ts";
import type { SettingRow } from "../api/shapes.ts";
import { Act, REASON } from "../kit/act.tsx";
import { agoText, countText, valueText } from "../kit/format.ts";
import { Empty, Loaded } from "../kit/loaded.tsx";
import { linkTo, route } from "../kit/route.ts";
import { Facts } from "../kit/table.tsx";
import { Tabs, tabOf } from "../kit/tabs.tsx";
import { useAsk } from "../kit/use-ask.ts";
import { History } from "./history.tsx";
import { FROM_TEXT, rangeText } from "./setting-text.ts";

const TABS = [
  ["settings", "Settings"],
  ["history", "History"],
] as const;

/** The settings of the server, to be changed while it runs. */
export function SettingsPage() {
  const tab = tabOf(route.value, TABS);
  return (
    <>
      <h1>Settings</h1>
      <Tabs route={route.value} tabs={TABS} label="Parts of the settings" />
      {tab === "history" ? <History name={route.value.query.name} /> : <SettingList />}
    </>
  );
}

function SettingList() {
  const asked = useAsk("settings.list", {});
  const [text, setText] = useState("");
  return (
    <Loaded asked={asked}>
      {({ profile, settings, leftOver }) => {
        const shown = settingsThat(settings as SettingRow[], text);
        return (
          <>
            <search class="filter">
              <p class="field">
                <label for="setting-search">Search</label>
                <input
                  id="setting-search"
                  type="search"
                  value={text}
                  onInput={({ currentTarget: { value } }) => setText(value)}
                />
              </p>
            </search>
            <p class="faint">
              Profile {profile} · {countText(shown.length, "setting")}
            </p>
            {shown.length === 0 && <Empty>No setting fits.</Empty>}
            {shown.map((setting) => (
              <Setting key={setting.name} setting={setting} again={asked.again} />
            ))}
            <LeftOver rows={leftOver} again={asked.again} />
          </>
        );
      }}
    </Loaded>
  );
}

/** Those whose name, owner or description has a text. */
function settingsThat(settings: readonly SettingRow[], text: string): SettingRow[] {
  const wanted = text.trim().toLowerCase();
  return settings.filter(({ name, owner, description }) =>
    `${name} ${owner} ${description}`.toLowerCase().includes(wanted),
  );
}

function Setting({ setting, again }: { setting: SettingRow; again: () => void }) {
  const { name, description, value, from, change, waiting, refused, changed } = setting;
  return (
    <section class="sheet">
      <div class="head">
        <h2>
          <code>{name}</code>
        </h2>
        <p class="buttons">
          {change !== "environment" && <SetSetting setting={setting} again={again} />}
          {(from === "live" || waiting !== undefined || refused !== undefined) &&
            change !== "environment" && (
              <Act
                op="settings.reset"
                label="Reset"
                title={`Reset ${name}`}
                params={{ name }}
                onDone={again}
              />
            )}
          {can("settings") && <a href={linkTo(["settings"], { tab: "history", name })}>History</a>}
        </p>
      </div>
      {description && <p>{description}</p>}
      <Facts
        of={[
          ["Value", <strong key="value">{valueText(value)}</strong>],
          ["From", FROM_TEXT[from] ?? from],
          ["Default", valueText(setting.default)],
          ["May be", rangeText(setting.schema)],
          ["A change", CHANGE_TEXT[change]],
          ...(changed
            ? [["Changed", `${agoText(changed.at)} by ${changed.by}: ${changed.reason}`] as const]
            : []),
        ]}
      />
      {waiting && (
        <p class="notice">After a restart: {"value" in waiting ? valueText(waiting.value) : "reset"}</p>
      )}
      {refused !== undefined && <p class="notice">A stored value does not fit and is set aside: {refused}</p>}
    </section>
  );
}

const CHANGE_TEXT = {
  live: "counts at once",
  restart: "counts after a restart",
  environment: "is made in the environment, before a start",
} as const;

function SetSetting({ setting, again }: { setting: SettingRow; again: () => void }) {
  const { name, value, schema, change } = setting;
  const choices = Array.isArray(schema.enum)
    ? schema.enum
    : schema.type === "boolean"
      ? [true, false]
      : undefined;
  return (
    <Act
      op="settings.set"
      label="Set"
      title={`Set ${name}`}
      text={`${rangeText(schema)}; it ${CHANGE_TEXT[change]}.`}
      params={{ name }}
      fields={[
        {
          name: "value",
          label: "Value",
          kind: choices ? "choice" : "line",
          required: true,
          first: value === undefined ? "" : valueText(value),
          ...(choices && { choices: choices.map((one) => [valueText(one), valueText(one)] as const) }),
        },
        REASON,
      ]}
      onDone={again}
    />
  );
}

function LeftOver(props: { rows: readonly { name: string; value?: unknown }[]; again: () => void }) {
  const { rows, again } = props;
  if (rows.length === 0) return null;
  return (
    <section class="sheet">
      <h2>Stored, but nothing here defines them</h2>
      <ul class="lines">
        {rows.map(({ name, value }) => (
          <li key={name}>
            <code>{name}</code> {valueText(value)}{" "}
            <Act op="settings.reset" label="Reset" title={`Reset ${name}`} params={{ name }} onDone={again} />
          </li>
        ))}
      </ul>
    </section>
  );
}
