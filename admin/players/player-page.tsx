import type { ComponentChildren } from "preact";
import { may } from "../api/session.ts";
import type { PlayerShown } from "../api/shapes.ts";
import { Loaded } from "../kit/loaded.tsx";
import { linkTo, route } from "../kit/route.ts";
import { Tabs, tabOf } from "../kit/tabs.tsx";
import { useAsk } from "../kit/use-ask.ts";
import { AccountTab } from "./account-tab.tsx";
import { CharactersTab } from "./characters-tab.tsx";
import { ItemsTab } from "./items-tab.tsx";
import { AuditTab, CheatFlagsTab, PlaySessionsTab, ReportsTab } from "./lists.tsx";
import { NotesTab } from "./notes-tab.tsx";
import { Marks } from "./players-page.tsx";
import { SanctionActs } from "./sanction-acts.tsx";
import { SanctionList } from "./sanction-list.tsx";

/** One player, with all that is known of them. */
export function PlayerPage({ player }: { player: string }) {
  const asked = useAsk("players.show", { player });
  return (
    <>
      <p>
        <a href={linkTo(["players"])}>Players</a>
      </p>
      <Loaded asked={asked}>{(shown) => <Shown player={shown} again={asked.again} />}</Loaded>
    </>
  );
}

function Shown({ player, again }: { player: PlayerShown; again: () => void }) {
  const { id, characters, counts, sanctions } = player;
  const live = sanctions.filter((one) => one.live);
  const count = (text: string, number: number | null) => (number ? `${text} (${number})` : text);
  const tabs: (readonly [string, string, () => ComponentChildren])[] = [
    ["account", "Account", () => <AccountTab player={player} again={again} />],
    [
      "characters",
      count("Characters", characters.length),
      () => <CharactersTab player={player} again={again} />,
    ],
    ["items", "Items and ledger", () => <ItemsTab characters={characters} />],
    [
      "sanctions",
      count("Sanctions", sanctions.length),
      () => <SanctionList sanctions={sanctions} again={again} />,
    ],
    ["sessions", "Play sessions", () => <PlaySessionsTab player={id} characters={characters} />],
    ...(may("players.notes")
      ? [["notes", count("Notes", counts.notes), () => <NotesTab player={id} again={again} />] as const]
      : []),
    ...(may("reports.list")
      ? [["reports", count("Reports", counts.reportsAbout), () => <ReportsTab player={id} />] as const]
      : []),
    ["flags", count("Cheat flags", counts.cheatFlags), () => <CheatFlagsTab player={id} />],
    ...(may("players.audit") ? [["audit", "Audit", () => <AuditTab player={id} />] as const] : []),
  ];
  const named = tabs.map(([tab, text]) => [tab, text] as const);
  const shown = tabOf(route.value, named);
  return (
    <>
      <div class="head">
        <h1>
          {player.name ?? characters[0]?.name ?? "A guest"} <Marks of={player} />
        </h1>
        <SanctionActs player={player} done={again} />
      </div>
      {live.length > 0 && (
        <p class="notice">In force: {live.map(({ kind, reason }) => `${kind} (${reason})`).join(", ")}</p>
      )}
      <Tabs route={route.value} tabs={named} label="Parts of the player" />
      <section class="sheet" key={shown}>
        {tabs.find(([tab]) => tab === shown)?.[2]()}
      </section>
    </>
  );
}
