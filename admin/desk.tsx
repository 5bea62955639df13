import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { can, me, readSession, signOut } from "./api/session.ts";
import { isLive } from "./api/stream.ts";
import { AuditPage } from "./audit/audit-page.tsx";
import { Failure } from "./kit/failure.tsx";
import { linkTo, type Route, route } from "./kit/route.ts";
import { AlertsPage } from "./overview/alerts-page.tsx";
import { OverviewPage } from "./overview/overview-page.tsx";
import { PlayerPage } from "./players/player-page.tsx";
import { PlayersPage } from "./players/players-page.tsx";
import { PluginPage, PluginsPage } from "./plugins/plugins-page.tsx";
import { ReportPage } from "./reports/report-page.tsx";
import { ReportsPage } from "./reports/reports-page.tsx";
import { RoomPage } from "./rooms/room-page.tsx";
import { RoomsPage } from "./rooms/rooms-page.tsx";
import { RecordingPage } from "./scrub/recording-page.tsx";
import { RecordingsPage } from "./scrub/recordings-page.tsx";
import { FlagsPage } from "./settings/flags-page.tsx";
import { SettingsPage } from "./settings/settings-page.tsx";
import { SignIn, Welcome } from "./sign-in/sign-in.tsx";
import { OwnAccount, TotpFirst } from "./sign-in/totp.tsx";
import { welcomeCode } from "./sign-in/welcome-code.ts";

/** A part of the desk in the menu; `permission`: who sees it. */
interface Section {
  readonly id: string;
  readonly text: string;
  readonly permission: string;
  readonly list: () => ComponentChildren;
  readonly one?: (id: string) => ComponentChildren;
}

const SECTIONS: readonly Section[] = [
  { id: "overview", text: "Overview", permission: "look", list: () => <OverviewPage /> },
  {
    id: "rooms",
    text: "Rooms",
    permission: "look",
    list: () => <RoomsPage />,
    one: (id) => <RoomPage key={id} roomId={id} />,
  },
  {
    id: "players",
    text: "Players",
    permission: "look",
    list: () => <PlayersPage />,
    one: (id) => <PlayerPage key={id} player={id} />,
  },
  {
    id: "reports",
    text: "Reports",
    permission: "reports",
    list: () => <ReportsPage />,
    one: (id) => <ReportPage key={id} report={id} />,
  },
  {
    id: "recordings",
    text: "Recordings",
    permission: "recordings",
    list: () => <RecordingsPage />,
    one: (id) => <RecordingPage key={id} recording={id} />,
  },
  {
    id: "plugins",
    text: "Plugins",
    permission: "look",
    list: () => <PluginsPage />,
    one: (plugin) => <PluginPage key={plugin} plugin={plugin} />,
  },
  { id: "alerts", text: "Alerts", permission: "look", list: () => <AlertsPage /> },
  { id: "audit", text: "Audit", permission: "audit", list: () => <AuditPage /> },
  { id: "settings", text: "Settings", permission: "settings", list: () => <SettingsPage /> },
  { id: "flags", text: "Flags", permission: "flags", list: () => <FlagsPage /> },
];

/** The whole page: the sign-in, or the menu and the part that the address names. */
export function Desk() {
  const [error, setError] = useState<unknown>();
  const read = () => {
    setError(undefined);
    readSession().catch(setError);
  };
  useEffect(read, []);
  const who = me.value;
  if (error !== undefined)
    return (
      <section class="sheet alone">
        <Failure error={error} again={read} />
      </section>
    );
  if (who === undefined) return <p class="loading alone">Loading…</p>;
  if (who === null) return welcomeCode.value ? <Welcome /> : <SignIn />;
  if (who.totp.required && !who.totp.set) return <TotpFirst />;
  return (
    <div class="frame">
      <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
        Skip the menu
      </button>
      <Menu at={route.value} />
      <main id="main" tabIndex={-1}>
        <Shown at={route.value} />
      </main>
    </div>
  );
}

function Menu({ at }: { at: Route }) {
  const [isOpen, setOpen] = useState(false);
  const [first = "overview"] = at.parts;
  return (
    <header class={isOpen ? "side open" : "side"}>
      <a class="brand" href={linkTo([])}>
        roomkeep desk
      </a>
      <button type="button" class="menu-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        Menu
      </button>
      <nav aria-label="Parts of the desk">
        {SECTIONS.filter(({ permission }) => can(permission)).map(({ id, text }) => (
          <a
            key={id}
            href={linkTo([id])}
            aria-current={first === id ? "page" : undefined}
            onClick={() => setOpen(false)}
          >
            {text}
          </a>
        ))}
      </nav>
      <div class="who">
        <a href={linkTo(["me"])} onClick={() => setOpen(false)}>
          {me.value?.name}
        </a>
        <small>
          {me.value?.role} · {isLive.value ? "live" : "not live"}
        </small>
        <a href="../monitor/">Monitor</a>
        <button type="button" onClick={() => void signOut()}>
          Sign out
        </button>
      </div>
    </header>
  );
}

function Shown({ at }: { at: Route }) {
  const [first = "overview", id] = at.parts;
  if (first === "me") return <OwnAccount />;
  const section = SECTIONS.find((one) => one.id === first);
  if (!section) return <p class="empty">There is nothing at this address.</p>;
  if (!can(section.permission))
    return <p class="empty">Your role may not see this. It needs the permission {section.permission}.</p>;
  return <>{id !== undefined && section.one ? section.one(id) : section.list()}</>;
}
