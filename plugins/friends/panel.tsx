import { effect, signal } from "@preact/signals";
import type { ComponentChild } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { definePanel, type PanelContext, type PersonHere } from "roomkeep/client";

/** Somebody in the answer of `GET /v1/friends`. */
interface Person {
  account: string;
  name: string;
}

/** `where`: null for who is in no room. */
interface Friend extends Person {
  where: { name: string; game: string; joinable: boolean } | null;
}

interface FriendList {
  code: string;
  friends: Friend[];
  received: Person[];
  sent: Person[];
  blocked: Person[];
  presenceKnown: boolean;
}

/** An invitation into a room, as it arrives. */
interface Invitation {
  account: string;
  name: string;
  game: string;
  code: string;
}

const style = `
.panel:has(.friends) { background:#fffaf3; } .friends ul { max-height:38vh; overflow:auto; margin:.2em 0; }
.friends li { display:flex; flex-wrap:wrap; gap:.3em .4em; align-items:center; padding:.4em .1em; border-bottom:1px solid var(--line); }
.friends li span { flex:1 1 9em; min-width:0; overflow-wrap:anywhere; } .friends li small { display:block; white-space:normal; }
#hud .friends li button { width:auto; background:rgba(90,60,40,.09); padding:.45em .8em; min-height:40px; }
#hud .friends li button.main { background:var(--go); color:#fff; }
.friends form { display:flex; gap:.5em; margin:.6em 0; } .friends form input { flex:1; } #hud .friends form button { flex:none; }
`;

/** Grows with each message that says that the lists are not what they were. */
const changes = signal(0);
/** Requests that wait for an answer. */
const requests = signal(0);
const invitations = signal<readonly Invitation[]>([]);

/** Friends, requests and blocked accounts, behind the button "Friends". */
export const friendsPanel = definePanel({
  name: "friends",
  title: "Friends",
  slot: "people",
  waiting: requests,
  style,
  open({ room, request, hide }) {
    let asked: unknown;
    effect(() => {
      void changes.value;
      const open = room.value;
      if (!open) return;
      const read = (list: FriendList) => {
        count(list);
        // Once a room, and of no server that lacks the plugin.
        if (asked !== open) open.send("friends.hidden", {});
        asked = open;
      };
      request<FriendList>("GET", "/v1/friends").then(read, () => {});
    });
    effect(() => {
      const open = room.value;
      open?.onMessage("friends.changed", () => changes.value++);
      open?.onMessage("friends.presence", () => changes.value++);
      open?.onMessage("friends.hidden", ({ sessions }: { sessions: string[] }) => hide(sessions));
      open?.onMessage("friends.invited", (one: Invitation) => {
        const others = invitations.value.filter(({ account }) => account !== one.account);
        invitations.value = [...others, one];
      });
    });
  },
  render: (context) => <Friends {...context} />,
  renderPerson: (context, person) => (person.bot ? null : <PersonActs {...context} {...person} />),
});

/** Invitations of friends, over the world. */
export const friendInvitations = definePanel({
  name: "friend-invitations",
  title: "Invitations",
  slot: "top",
  render: (context) => <Invitations {...context} />,
});

function count({ received }: FriendList): void {
  requests.value = received.length;
}

/** Buttons at a player of the room: the page knows their session, the server their account. */
function PersonActs({ room, notice, sessionId, name }: PanelContext & PersonHere) {
  const act = (type: string, said: string) => () => {
    room.value?.send(`friends.${type}`, { who: sessionId });
    notice(said);
  };
  return (
    <>
      <Act label="Add friend" name={name} act={act("request", `${name} is asked.`)} />
      <Act label="Block" name={name} act={act("block", `${name} is blocked.`)} />
    </>
  );
}

function Invitations({ join, games, room }: PanelContext) {
  const [first, ...others] = invitations.value;
  if (!first) return null;
  const { name, game, code } = first;
  const label = games.value.find((one) => one.game === game)?.label ?? game;
  const close = () => {
    invitations.value = others;
  };
  const go = () => {
    close();
    if (room.value?.roomId !== code) void join(code);
  };
  return (
    <div class="banner invitation" role="alertdialog" aria-label="Invitation of a friend">
      <span>
        <b>{name}</b> invites you to {label}.
      </span>
      <button type="button" onClick={go}>
        Join
      </button>
      <button type="button" onClick={close}>
        No
      </button>
    </div>
  );
}

/** The lists of an account, with what can be done about each of them. */
export function Friends(context: PanelContext) {
  const { request, explain, join, games, room } = context;
  const [list, setList] = useState<FriendList>();
  const [problem, setProblem] = useState("");
  const change = changes.value;
  const failed = useCallback((error: unknown) => setProblem(explain(error)), [explain]);
  const load = useCallback(
    () =>
      request<FriendList>("GET", "/v1/friends").then((read) => {
        setList(read);
        count(read);
      }, failed),
    [request, failed],
  );
  useEffect(() => void load(), [load, change]);

  const act = (method: string, path: string, body?: unknown) => async () => {
    setProblem("");
    try {
      await request(method, `/v1/friends${path}`, body);
    } catch (error) {
      failed(error);
    }
    await load();
  };
  const joinFriend = ({ account }: Friend) => {
    setProblem("");
    request<{ code: string }>("POST", `/v1/friends/${account}/join`).then(({ code }) => join(code), failed);
  };
  const block = ({ account }: Person) => act("POST", "/blocks", { account });

  if (!list) return problem ? <p class="problem">{problem}</p> : <p role="status">Loading…</p>;
  const labels = new Map(games.value.map(({ game, label }) => [game, label]));
  const { roomId } = room.value ?? {};
  return (
    <section class="friends">
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <AddFriend {...context} code={list.code} added={load} />
      <People title="Requests" people={list.received}>
        {(one) => (
          <>
            <Act label="Accept" name={one.name} main act={act("POST", `/requests/${one.account}/accept`)} />
            <Act label="Refuse" name={one.name} act={act("DELETE", `/requests/${one.account}`)} />
            <Act label="Block" name={one.name} act={block(one)} />
          </>
        )}
      </People>
      <People title="Friends" people={list.friends} note={(one) => placeOf(one, labels, list.presenceKnown)}>
        {(one) => (
          <>
            {one.where?.joinable && <Act label="Join" name={one.name} main act={() => joinFriend(one)} />}
            {one.where && roomId !== undefined && (
              <Act
                label="Invite"
                name={one.name}
                act={() => room.value?.send("friends.invite", { account: one.account })}
              />
            )}
            <Act label="Remove" name={one.name} act={act("DELETE", `/${one.account}`)} />
            <Act label="Block" name={one.name} act={block(one)} />
          </>
        )}
      </People>
      <People title="Asked" people={list.sent}>
        {(one) => <Act label="Withdraw" name={one.name} act={act("DELETE", `/requests/${one.account}`)} />}
      </People>
      <People title="Blocked" people={list.blocked}>
        {(one) => <Act label="Unblock" name={one.name} act={act("DELETE", `/blocks/${one.account}`)} />}
      </People>
    </section>
  );
}

interface PeopleProps<P extends Person> {
  title: string;
  people: readonly P[];
  note?: (person: P) => string;
  children: (person: P) => ComponentChild;
}

/** A list with a heading; nothing where nobody is in it. */
function People<P extends Person>({ title, people, note, children }: PeopleProps<P>) {
  if (people.length === 0) return null;
  return (
    <>
      <span class="label">{title}</span>
      <ul class="rooms" aria-label={title}>
        {people.map((person) => (
          <li key={person.account}>
            <span>
              <b>{person.name || "Somebody"}</b>
              {note && <small>{note(person)}</small>}
            </span>
            {children(person)}
          </li>
        ))}
      </ul>
    </>
  );
}

interface ActProps {
  label: string;
  name: string;
  main?: boolean;
  act(): unknown;
}

function Act({ label, name, main = false, act }: ActProps) {
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

/** Asks by name or friend code, and shows the own code. */
function AddFriend({
  request,
  explain,
  code,
  added,
}: PanelContext & { code: string; added(): Promise<unknown> }) {
  const [text, setText] = useState("");
  const [said, setSaid] = useState("");
  const ask = async (event: Event) => {
    event.preventDefault();
    const name = text.trim();
    if (!name) return;
    const send = (body: object) => request<{ state: string }>("POST", "/v1/friends/requests", body);
    try {
      const { state } = await send({ name }).catch((error: { code?: string }) => {
        if (error.code !== "ACCOUNT_UNKNOWN" || name.length < 4 || name.length > 24) throw error;
        return send({ code: name });
      });
      setSaid(state === "friends" ? "You are friends now." : "Asked.");
      setText("");
      await added();
    } catch (error) {
      setSaid(explain(error));
    }
  };
  return (
    <>
      <form onSubmit={(event) => void ask(event)}>
        <input
          aria-label="Account name or friend code"
          placeholder="Account name or friend code"
          maxLength={96}
          autocomplete="off"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <button type="submit">Add</button>
      </form>
      <p role="status">{said}</p>
      <p>
        Your friend code: <code class="big">{`${code.slice(0, 4)}-${code.slice(4)}`}</code>
      </p>
    </>
  );
}

function placeOf({ where }: Friend, labels: ReadonlyMap<string, string>, presenceKnown: boolean): string {
  if (!presenceKnown) return "nobody knows just now where";
  if (!where) return "not online";
  return `plays ${labels.get(where.game) ?? where.game} as ${where.name}`;
}
