import { effect, type Signal, signal } from "@preact/signals";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { definePanel, type PanelContext } from "roomkeep/client";
import {
  addOlder,
  EMPTY,
  type LineList,
  type LinesNews,
  type ShownLine,
  shownNames,
  takeLines,
} from "./live/line-list.ts";

/** A channel in the answer of `GET /v1/chat`. */
interface Channel {
  kind: string;
  id: string;
  title: string;
  last: number;
  unread: number;
}

/** The kind of the party's channel: the page reads it also while it is not shown. */
const PARTY = "party";
/** Longest line, UTF-16 units; the server counts characters and says what it takes. */
const LINE_MAX = 480;
const style = `
.panel:has(.chat-channels) { background:#fffaf3; }
.chat-channels ul { list-style:none; padding:0; margin:.3em 0; max-height:46vh; overflow:auto; overflow-wrap:anywhere; }
#hud .chat-channels .channel { display:flex; gap:.5em; width:100%; min-height:44px; align-items:center; text-align:left; background:rgba(90,60,40,.09); margin:.2em 0; }
.chat-channels .channel span { flex:1; min-width:0; } .chat-channels .channel b { background:var(--go); color:#fff; border-radius:1em; padding:0 .5em; }
.chat-channels li { padding:.25em .1em; border-bottom:1px solid var(--line); } .chat-channels li small { color:var(--soft); }
#hud .chat-channels li button { width:auto; min-height:32px; padding:.1em .5em; background:none; text-decoration:underline; color:inherit; }
.chat-channels form { display:flex; gap:.5em; } .chat-channels form input { flex:1; min-width:0; } #hud .chat-channels form button { flex:none; min-height:44px; }
`;

const keyOf = ({ kind, id }: { kind: string; id: string }) => `${kind}/${id}`;
/** What the page has of each channel that was open, and how often something was new in the others. */
const lists = new Map<string, Signal<LineList>>();
const listOf = (key: string): Signal<LineList> => {
  const known = lists.get(key) ?? signal(EMPTY);
  lists.set(key, known);
  return known;
};
const news = signal(0);
const opened = signal<Channel | undefined>(undefined);
/** The open channel while its lines are on the screen. */
let shown: Channel | undefined;

/** Channels with their unread marks, lines and writing, behind the button "Chat". */
export const chatPanel = definePanel({
  name: "chat",
  title: "Chat",
  slot: "people",
  style,
  open({ room }) {
    effect(() => {
      const open = room.value;
      if (!open) return;
      const follow = (channel: { kind: string; id: string }) => {
        const { last } = listOf(keyOf(channel)).peek();
        open.send("chat.follow", { kind: channel.kind, id: channel.id, ...(last > 0 && { after: last }) });
      };
      open.onMessage("chat.lines", (lines: LinesNews) => {
        const list = listOf(keyOf(lines));
        const next = takeLines(list.peek(), lines);
        if (next) list.value = next;
        else follow(lines);
      });
      open.onMessage("chat.closed", () => news.value++);
      open.onMessage("chat.news", (channel: { kind: string; id: string; last: number }) => {
        news.value++;
        // It has no history to be opened later: what is said there is read from this line on.
        if (channel.kind !== PARTY) return;
        const { kind, id, last } = channel;
        const list = listOf(keyOf(channel));
        if (list.peek().last === 0) list.value = { ...EMPTY, last: last - 1 };
        open.send("chat.follow", { kind, id, after: list.peek().last });
      });
      // In another room channels go on from their last lines.
      for (const [key, list] of lists) {
        const [kind = "", id = ""] = key.split("/");
        const isShown = shown !== undefined && keyOf(shown) === key;
        if (isShown || (kind === PARTY && list.peek().last > 0)) follow({ kind, id });
      }
    });
  },
  render: (context) => <Chat {...context} />,
});

function Chat(context: PanelContext) {
  const { request, explain } = context;
  const [channels, setChannels] = useState<readonly Channel[]>();
  const [problem, setProblem] = useState("");
  const change = news.value;
  const channel = opened.value;
  const failed = useCallback((error: unknown) => setProblem(explain(error)), [explain]);
  useEffect(() => {
    if (channel) return;
    request<{ channels: Channel[] }>("GET", "/v1/chat").then(
      (answer) => setChannels(answer.channels),
      failed,
    );
  }, [request, failed, change, channel]);
  const show = (next: Channel | undefined) => {
    setProblem("");
    opened.value = next;
  };
  return (
    <section class="chat-channels">
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {channel ? (
        <OpenChannel
          key={keyOf(channel)}
          {...context}
          channel={channel}
          close={() => show(undefined)}
          whisper={(id, title) => show({ kind: "whisper", id, title, last: 0, unread: 0 })}
        />
      ) : (
        <ChannelList channels={channels} show={show} />
      )}
    </section>
  );
}

function ChannelList({
  channels,
  show,
}: {
  channels: readonly Channel[] | undefined;
  show(one: Channel): void;
}) {
  if (!channels) return <p role="status">Loading…</p>;
  if (channels.length === 0) return <p>There are no channels for you yet.</p>;
  return (
    <ul aria-label="Channels">
      {channels.map((one) => (
        <li key={keyOf(one)}>
          <button type="button" class="channel" onClick={() => show(one)}>
            <span>{one.kind === "whisper" ? `With ${one.title}` : one.title}</span>
            {one.unread > 0 && (
              <b role="status" aria-label={`${one.unread} unread`}>
                {one.unread > 99 ? "99+" : one.unread}
              </b>
            )}
          </button>
        </li>
      ))}
    </ul>
  );
}

interface OpenChannelProps extends PanelContext {
  channel: Channel;
  close(): void;
  whisper(account: string, name: string): void;
}

function OpenChannel({ request, explain, room, channel, close, whisper }: OpenChannelProps) {
  const list = listOf(keyOf(channel));
  const { lines, last, more } = list.value;
  const [problem, setProblem] = useState("");
  const path = `/v1/chat/${channel.kind}/${channel.id}`;
  const end = useRef<HTMLLIElement>(null);
  const failed = (error: unknown) => setProblem(explain(error));
  const load = useCallback(async () => {
    const page = await request<{ lines: ShownLine[]; last: number; more: boolean }>("GET", `${path}/lines`);
    list.value = takeLines(list.peek(), { ...channel, ...page, after: 0, reset: true }) ?? list.peek();
  }, [request, path, channel, list]);
  useEffect(() => {
    shown = channel;
    const open = room.value;
    const known = list.peek().last;
    // Outside of a room there is nobody to follow: the page is read as it is now.
    if (open)
      open.send("chat.follow", { kind: channel.kind, id: channel.id, ...(known > 0 && { after: known }) });
    else load().catch(failed);
    return () => {
      shown = undefined;
      if (channel.kind !== PARTY) room.value?.send("chat.unfollow", { kind: channel.kind, id: channel.id });
    };
  }, [channel, load]);
  useEffect(() => {
    end.current?.scrollIntoView?.({ block: "nearest" });
    if (last > 0) request("POST", `${path}/read`, { n: last }).catch(() => {}); // it stays unread
  }, [last]);
  const older = () =>
    request<{ lines: ShownLine[]; more: boolean }>("GET", `${path}/lines?before=${lines[0]?.n ?? 0}`).then(
      (page) => {
        list.value = addOlder(list.peek(), page.lines, page.more);
      },
      failed,
    );
  const names = shownNames(lines);
  return (
    <>
      <p>
        <button type="button" onClick={close}>
          ← Channels
        </button>{" "}
        <b>{channel.title}</b>
      </p>
      <ul aria-label={`Lines of ${channel.title}`} aria-live="polite">
        {more && (
          <li>
            <button type="button" onClick={() => void older()}>
              Older lines
            </button>
          </li>
        )}
        {lines.map((line) => (
          <Line
            key={line.n}
            line={line}
            name={names.get(line.account) ?? line.name}
            whisper={channel.kind === "whisper" ? undefined : whisper}
            report={() =>
              request("POST", `${path}/lines/${line.n}/report`, { reason: "other" }).then(
                () => setProblem("Reported to the moderators."),
                failed,
              )
            }
          />
        ))}
        <li ref={end} />
      </ul>
      <WriteLine request={request} explain={explain} path={path} written={room.value ? undefined : load} />
      <p role="status">{problem}</p>
    </>
  );
}

interface LineProps {
  line: ShownLine;
  name: string;
  whisper: ((account: string, name: string) => void) | undefined;
  report(): unknown;
}

function Line({ line, name, whisper, report }: LineProps) {
  const time = new Date(line.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return (
    <li>
      <small>{time}</small> <b>{name}</b>: {line.deleted ? <i>deleted</i> : line.text}{" "}
      {line.edited && !line.deleted && <small>(changed)</small>}
      {whisper && (
        <button type="button" aria-label={`Write to ${name}`} onClick={() => whisper(line.account, name)}>
          ✉
        </button>
      )}
      {!line.deleted && (
        <button type="button" aria-label={`Report the line of ${name}`} onClick={() => void report()}>
          ⚑
        </button>
      )}
    </li>
  );
}

interface WriteLineProps extends Pick<PanelContext, "request" | "explain"> {
  path: string;
  /** Outside of a room nobody tells the page of its own line. */
  written: (() => Promise<unknown>) | undefined;
}

/** Sends by the route: it answers when the line is kept, and what failed is sent again as the same line. */
function WriteLine({ request, explain, path, written }: WriteLineProps) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const [isSending, setSending] = useState(false);
  const attempt = useRef({ text: "", request: "" });
  const send = async (event: Event) => {
    event.preventDefault();
    const line = text.trim();
    if (line === "" || isSending) return;
    if (attempt.current.text !== line) attempt.current = { text: line, request: newId() };
    setSending(true);
    setProblem("");
    try {
      await request("POST", `${path}/lines`, attempt.current);
      attempt.current = { text: "", request: "" };
      setText("");
      await written?.();
    } catch (error) {
      setProblem(explain(error));
    } finally {
      setSending(false);
    }
  };
  return (
    <>
      <form onSubmit={(event) => void send(event)}>
        <input
          aria-label="Line"
          placeholder="Write a line"
          maxLength={LINE_MAX}
          autocomplete="off"
          enterkeyhint="send"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <button type="submit" disabled={isSending}>
          Send
        </button>
      </form>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

/** A random UUID; `crypto.randomUUID` is there on https alone. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
