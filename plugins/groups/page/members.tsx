import { useEffect, useState } from "preact/hooks";
import type { OneProps, Person, Role } from "./answers.ts";
import { Line, List, Press, Twice } from "./list.tsx";

/** Members and their roles, requests, invitations, and who was removed. */
export function Members({ request, failed, group, act, changed }: OneProps) {
  const [members, setMembers] = useState<(Person & { role: Role })[]>([]);
  const [waiting, setWaiting] = useState<{ asked: Person[]; invited: Person[] }>();
  const [banned, setBanned] = useState<Person[]>([]);
  const path = `/${group.id}`;
  const may = (what: string) => group.permissions.includes(what);
  const [answers, removes] = [may("answer"), may("remove")];
  useEffect(() => {
    const get = <T,>(what: string) => request<T>("GET", `/v1/groups/${group.id}/${what}`);
    get<{ members: typeof members }>("members").then((all) => setMembers(all.members), failed);
    if (answers) get<NonNullable<typeof waiting>>("requests").then(setWaiting, failed);
    if (removes) get<{ banned: Person[] }>("bans").then((all) => setBanned(all.banned), failed);
  }, [request, failed, group.id, answers, removes, changed]);
  const isLeader = group.role === "leader";
  const isBeneath = (role: Role) => role === "member" || (role === "officer" && isLeader);
  const setRole = (account: string, role: Role) => act("POST", `${path}/members/${account}/role`, { role });
  return (
    <>
      <List title="Requests" of={answers ? (waiting?.asked ?? []) : []} keyOf={(one) => one.account}>
        {({ account, name }) => (
          <>
            <Press label="Accept" name={name} main act={act("POST", `${path}/requests/${account}/accept`)} />
            <Press label="Refuse" name={name} act={act("DELETE", `${path}/requests/${account}`)} />
          </>
        )}
      </List>
      <List title="Members" of={members} keyOf={(one) => one.account} note={({ role }) => role}>
        {({ account, name, role }) => (
          <>
            {may("promote") && role === "member" && (
              <Press label="Make officer" name={name} act={setRole(account, "officer")} />
            )}
            {may("promote") && role === "officer" && isLeader && (
              <Press label="Make member" name={name} act={setRole(account, "member")} />
            )}
            {isLeader && role !== "leader" && (
              <Twice label="Hand over the lead" name={name} act={setRole(account, "leader")} />
            )}
            {removes && isBeneath(role) && (
              <Twice label="Remove" name={name} act={act("DELETE", `${path}/members/${account}`)} />
            )}
          </>
        )}
      </List>
      {may("invite") && (
        <Line
          label="Account name to invite"
          button="Invite"
          submit={(name) => act("POST", `${path}/invitations`, { name })()}
        />
      )}
      <List title="Invited" of={may("invite") ? (waiting?.invited ?? []) : []} keyOf={(one) => one.account}>
        {({ account, name }) => (
          <Press label="Withdraw" name={name} act={act("DELETE", `${path}/requests/${account}`)} />
        )}
      </List>
      <List title="Removed" of={removes ? banned : []} keyOf={(one) => one.account}>
        {({ account, name }) => (
          <Press label="Allow back" name={name} act={act("DELETE", `${path}/bans/${account}`)} />
        )}
      </List>
    </>
  );
}
