import { useState } from "preact/hooks";
import type { PanelContext } from "roomkeep/client";
import { ACCESS, type Act, type Group, type Mine } from "./answers.ts";
import { Line, List, Press } from "./list.tsx";

interface ListsProps extends PanelContext {
  mine: Mine;
  act: Act;
  failed(error: unknown): void;
  open(id: string): void;
  found(): void;
}

/** Groups of the account, what it has asked for, and groups to join. */
export function Lists({ request, mine, act, failed, open, found }: ListsProps) {
  const [results, setResults] = useState<Group[]>();
  const search = (text: string) =>
    request<{ groups: Group[] }>("GET", `/v1/groups?search=${encodeURIComponent(text)}`).then(
      (page) => setResults(page.groups),
      failed,
    );
  const create = async (name: string) => {
    await request("POST", "/v1/groups", { name }).then(found, failed);
  };
  const isMine = (id: string) => mine.groups.some((one) => one.id === id);
  return (
    <>
      <List title="My groups" of={mine.groups} note={(one) => `${one.role}, ${one.members} members`}>
        {(one) => <Press label="Open" name={one.name} main act={() => open(one.id)} />}
      </List>
      <List title="Invitations" of={mine.invited} note={(one) => one.text}>
        {(one) => (
          <>
            <Press label="Join" name={one.name} main act={act("POST", `/${one.id}/requests`)} />
            <Press label="Decline" name={one.name} act={act("DELETE", `/${one.id}/requests/mine`)} />
          </>
        )}
      </List>
      <List title="Asked" of={mine.asked}>
        {(one) => <Press label="Withdraw" name={one.name} act={act("DELETE", `/${one.id}/requests/mine`)} />}
      </List>
      <Line label="Search by name or tag" button="Search" empty submit={search} />
      {results?.length === 0 && <p role="status">No group has this name.</p>}
      <List
        title="Groups"
        of={results ?? []}
        note={(one) => [`${one.members} members, ${ACCESS[one.access]}`, one.text].join("\n")}
      >
        {(one) =>
          !isMine(one.id) &&
          one.access !== "closed" && (
            <Press
              label={one.access === "open" ? "Join" : "Ask"}
              name={one.name}
              main
              act={act("POST", `/${one.id}/requests`)}
            />
          )
        }
      </List>
      <Line label="Name of a new group" button="Found" submit={create} />
    </>
  );
}
