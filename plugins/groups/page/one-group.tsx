import type { OneProps } from "./answers.ts";
import { BankOf } from "./bank.tsx";
import { Press, Twice } from "./list.tsx";
import { Looks } from "./looks.tsx";
import { Members } from "./members.tsx";

/** One of the account's groups. */
export function OneGroup(props: OneProps & { close(): void }) {
  const { group, act, close } = props;
  const path = `/${group.id}`;
  return (
    <>
      <h3>
        {group.tag && `[${group.tag}] `}
        {group.name}
      </h3>
      <p class="text">{group.text}</p>
      <Members {...props} />
      <BankOf {...props} />
      {group.permissions.includes("edit") && <Looks group={group} act={act} />}
      <ul class="rooms">
        <li>
          <Press label="All groups" name={group.name} act={close} />
          <Twice label="Leave" name={group.name} act={act("POST", `${path}/leave`)} />
          {group.role === "leader" && <Twice label="Disband" name={group.name} act={act("DELETE", path)} />}
        </li>
      </ul>
    </>
  );
}
