import { effect, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { definePanel, type PanelContext } from "roomkeep/client";

/** A group in the answers of `/v1/groups`. */
interface Group {
  id: string;
  name: string;
  tag: string | null;
  text: string;
  access: "open" | "request" | "closed";
  members: number;
}

interface MyGroup extends Group {
  role: Role;
  permissions: string[];
}

type Role = "leader" | "officer" | "member";

interface Mine {
  groups: MyGroup[];
  asked: Group[];
  invited: Group[];
}

interface Person {
  account: string;
  name: string;
}

interface Amount {
  coins: number;
  items: { template: string; qty: number }[];
}

interface Bank extends Amount {
  left: { coins: number; items: number } | null;
}

interface LogLine extends Amount {
  id: string;
  name: string;
  at: string;
}

const style = `
.panel:has(.groups) { background:#fffaf3; } .groups ul { max-height:34vh; overflow:auto; margin:.2em 0; }
.groups li { display:flex; flex-wrap:wrap; gap:.3em .4em; align-items:center; padding:.4em .1em; border-bottom:1px solid var(--line); }
.groups li span { flex:1 1 9em; min-width:0; overflow-wrap:anywhere; } .groups li small { display:block; white-space:normal; }
#hud .groups li button, #hud .groups form button { width:auto; min-height:40px; padding:.45em .8em; }
#hud .groups li button { background:rgba(90,60,40,.09); } #hud .groups li button.main { background:var(--go); color:#fff; }
.groups form { display:flex; flex-wrap:wrap; gap:.5em; margin:.6em 0; } .groups form input { flex:1 1 7em; min-width:0; }
.groups .choice { display:flex; flex-wrap:wrap; gap:.4em; } .groups .choice [aria-pressed=true] { outline:2px solid var(--go); }
.groups h3 { margin:.2em 0; overflow-wrap:anywhere; } .groups .text { white-space:pre-wrap; overflow-wrap:anywhere; }
`;

const ACCESS = { open: "open to all", request: "by request", closed: "by invitation" } as const;
/** Grows with each message that says that the lists are not what they were. */
const changes = signal(0);

/** Groups of the account, with members, requests and banks, and those to join, behind the button "Groups". */
export const groupsPanel = definePanel({
  name: "groups",
  title: "Groups",
  slot: "people",
  style,
  open({ room }) {
    effect(() => {
      room.value?.onMessage("groups.changed", () => changes.value++);
    });
  },
  render: (context) => <Groups {...context} />,
});

/** Does something by a route, and shows why it was refused. */
type Act = (method: string, path: string, body?: unknown) => () => Promise<void>;

/** The lists of an account, or one of its groups. */
export function Groups(context: PanelContext) {
  const { request, explain } = context;
  const [mine, setMine] = useState<Mine>();
  const [openId, setOpenId] = useState<string>();
  const [problem, setProblem] = useState("");
  const [done, setDone] = useState(0);
  const change = changes.value;
  const failed = useCallback((error: unknown) => setProblem(explain(error)), [explain]);
  useEffect(() => {
    request<Mine>("GET", "/v1/groups/mine").then(setMine, failed);
  }, [request, failed, change, done]);

  const act: Act = (method, path, body) => async () => {
    setProblem("");
    await request(method, `/v1/groups${path}`, body).catch(failed);
    setDone((n) => n + 1);
  };
  if (!mine) return problem ? <p class="problem">{problem}</p> : <p role="status">Loading…</p>;
  const own = mine.groups.find(({ id }) => id === openId);
  return (
    <section class="groups">
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {own ? (
        <OneGroup
          {...context}
          group={own}
          act={act}
          changed={change + done}
          failed={failed}
          close={() => setOpenId(undefined)}
        />
      ) : (
        <Lists
          {...context}
          mine={mine}
          act={act}
          failed={failed}
          open={setOpenId}
          found={() => setDone((n) => n + 1)}
        />
      )}
    </section>
  );
}

interface ListsProps extends PanelContext {
  mine: Mine;
  act: Act;
  failed(error: unknown): void;
  open(id: string): void;
  found(): void;
}

function Lists({ request, mine, act, failed, open, found }: ListsProps) {
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

interface OneProps extends PanelContext {
  group: MyGroup;
  act: Act;
  /** Another number: read again. */
  changed: number;
  failed(error: unknown): void;
  close(): void;
}

function OneGroup(props: OneProps) {
  const { request, failed, group, act, changed, close } = props;
  const [members, setMembers] = useState<(Person & { role: Role })[]>([]);
  const [waiting, setWaiting] = useState<{ asked: Person[]; invited: Person[] }>();
  const path = `/${group.id}`;
  const may = (what: string) => group.permissions.includes(what);
  const answers = may("answer");
  useEffect(() => {
    const get = <T,>(what: string) => request<T>("GET", `/v1/groups/${group.id}/${what}`);
    get<{ members: typeof members }>("members").then((all) => setMembers(all.members), failed);
    if (answers) get<NonNullable<typeof waiting>>("requests").then(setWaiting, failed);
  }, [request, failed, group.id, answers, changed]);
  const isLeader = group.role === "leader";
  const isBeneath = (role: Role) => role === "member" || (role === "officer" && isLeader);
  const setRole = (account: string, role: Role) => act("POST", `${path}/members/${account}/role`, { role });
  return (
    <>
      <h3>
        {group.tag && `[${group.tag}] `}
        {group.name}
      </h3>
      <p class="text">{group.text}</p>
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
            {may("remove") && isBeneath(role) && (
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
      <BankOf {...props} />
      {may("edit") && (
        <>
          <span class="label">Who may join</span>
          <p class="choice">
            {(["open", "request", "closed"] as const).map((access) => (
              <button
                type="button"
                key={access}
                aria-pressed={group.access === access}
                onClick={() => void act("PATCH", path, { access })()}
              >
                {ACCESS[access]}
              </button>
            ))}
          </p>
          <Line
            label="What the group says of itself"
            button="Write"
            max={500}
            submit={(text) => act("PATCH", path, { text })()}
          />
        </>
      )}
      <ul class="rooms">
        <li>
          <Press label="All groups" name={group.name} act={close} />
          <Twice label="Leave" name={group.name} act={act("POST", `${path}/leave`)} />
          {isLeader && <Twice label="Disband" name={group.name} act={act("DELETE", path)} />}
        </li>
      </ul>
    </>
  );
}

function BankOf({ request, explain, failed, group, changed, characters }: OneProps) {
  const [bank, setBank] = useState<Bank>();
  const [lines, setLines] = useState<LogLine[]>([]);
  const [booked, setBooked] = useState(0);
  const [said, setSaid] = useState("");
  /** A request keeps its id until it is answered: sent again, it is booked once. */
  const pending = useRef<{ readonly id: string; readonly of: string } | undefined>(undefined);
  const mayLog = group.permissions.includes("log");
  useEffect(() => {
    const path = `/v1/groups/${group.id}/bank`;
    request<Bank>("GET", path).then(setBank, failed);
    if (mayLog)
      request<{ lines: LogLine[] }>("GET", `${path}/log`).then((log) => setLines(log.lines), failed);
  }, [request, failed, group.id, mayLog, changed, booked]);

  const [character] = characters.value;
  const book = (what: "deposit" | "withdraw") => async (text: string) => {
    const amount = readAmount(text);
    if (!amount || !character) return setSaid("Write it as 50, or as 3 herb.");
    const of = JSON.stringify([group.id, what, amount, character.id]);
    if (pending.current?.of !== of) pending.current = { id: newId(), of };
    try {
      const body = { request: pending.current.id, character: character.id, ...amount };
      await request("POST", `/v1/groups/${group.id}/bank/${what}`, body);
      pending.current = undefined;
      setSaid(what === "deposit" ? "It is in the bank." : "Taken; items come by mail.");
    } catch (error) {
      setSaid(explain(error));
    }
    setBooked((n) => n + 1);
  };
  if (!bank) return null;
  const may = (what: string) => group.permissions.includes(what) && character !== undefined;
  return (
    <>
      <span class="label">Bank</span>
      <p>
        <b>{amountOf(bank)}</b>
        {may("withdraw") &&
          bank.left &&
          ` · today you may take ${bank.left.coins} coins, ${bank.left.items} items`}
      </p>
      {may("deposit") && (
        <Line label="Coins, or 3 herb" button={`Put in as ${character?.name}`} submit={book("deposit")} />
      )}
      {may("withdraw") && (
        <Line label="Coins, or 3 herb to take" button="Take out" submit={book("withdraw")} />
      )}
      <p role="status">{said}</p>
      <List
        title="What was put in and taken out"
        of={lines}
        note={(one) => `${amountOf(one)} · ${new Date(one.at).toLocaleString()}`}
      >
        {() => null}
      </List>
    </>
  );
}

interface ListProps<T> {
  title: string;
  of: readonly T[];
  note?: (one: T) => string;
  keyOf?: (one: T) => string;
  children: (one: T) => ComponentChildren;
}

/** A list with a heading; nothing where nobody is in it. */
function List<T extends { name: string; id?: string }>({ title, of, note, keyOf, children }: ListProps<T>) {
  if (of.length === 0) return null;
  return (
    <>
      <span class="label">{title}</span>
      <ul class="rooms" aria-label={title}>
        {of.map((one) => (
          <li key={keyOf?.(one) ?? one.id}>
            <span>
              <b>{one.name || "Somebody"}</b>
              {note && <small>{note(one)}</small>}
            </span>
            {children(one)}
          </li>
        ))}
      </ul>
    </>
  );
}

interface PressProps {
  label: string;
  name: string;
  main?: boolean;
  act(): unknown;
}

function Press({ label, name, main = false, act }: PressProps) {
  return (
    <button
      type="button"
      class={main ? "main" : ""}
      aria-label={`${label}: ${name}`}
      onClick={() => void act()}
    >
      {label}
    </button>
  );
}

/** A button for what cannot be taken back: it asks once more. */
function Twice({ label, name, act }: PressProps) {
  const [asks, setAsks] = useState(false);
  return asks ? (
    <>
      <Press label={`Yes, ${label.toLowerCase()}`} name={name} main act={act} />
      <Press label="No" name={name} act={() => setAsks(false)} />
    </>
  ) : (
    <Press label={label} name={name} act={() => setAsks(true)} />
  );
}

interface LineProps {
  label: string;
  button: string;
  /** True: an empty text may be sent. */
  empty?: boolean;
  /** Longest text. */
  max?: number;
  submit(text: string): unknown;
}

/** One line of text with a button. */
function Line({ label, button, empty = false, max = 96, submit }: LineProps) {
  const [text, setText] = useState("");
  const send = async (event: Event) => {
    event.preventDefault();
    if (text.trim() === "" && !empty) return;
    await submit(text.trim());
    setText("");
  };
  return (
    <form onSubmit={(event) => void send(event)}>
      <input
        aria-label={label}
        placeholder={label}
        maxLength={max}
        autocomplete="off"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit">{button}</button>
    </form>
  );
}

/** "50" is coins, "3 herb" items; undefined: it is neither. */
function readAmount(text: string): Partial<Amount> | undefined {
  const [, number = "", template] = /^(\d{1,15})(?:\s+([\w-]{1,64}))?$/.exec(text) ?? [];
  const qty = Number(number);
  if (!(qty >= 1)) return undefined;
  return template ? { items: [{ template, qty }] } : { coins: qty };
}

function amountOf({ coins, items }: Amount): string {
  const parts = items.map(({ template, qty }) => `${qty} ${template}`);
  return [...(coins === 0 ? [] : [`${coins} coins`]), ...parts].join(", ") || "nothing";
}

/** By plain http a page has no `randomUUID`. */
const newId = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
