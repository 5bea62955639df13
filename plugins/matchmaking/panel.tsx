import { effect, signal } from "@preact/signals";
import { useCallback, useEffect, useState } from "preact/hooks";
import { definePanel, type PanelContext } from "roomkeep/client";
import { measureLatency } from "./latency.ts";

/** A queue in the answer of `GET /v1/matchmaking`. */
interface ShownQueue {
  name: string;
  label: string;
  teams: number[];
  party: number;
  roles: string[];
  properties: Record<
    string,
    { kind: string; values?: (string | number | boolean)[]; min?: number; max?: number }
  >;
  regions: { name: string; url: string }[];
  rating: number;
  games: number;
}
/** The answer of `GET /v1/matchmaking/ticket`. */
interface Ticket {
  state: "none" | "waiting" | "ready" | "opening" | "open";
  queue: string | null;
  party: number;
  waitedS: number | null;
  estimateS: number | null;
  match: string | null;
  leftS: number | null;
  isReady: boolean;
  ready: number;
  seats: number;
  role: string | null;
  code: string | null;
  penaltyS: number | null;
}
interface Played {
  match: string;
  queue: string;
  rank: number | null;
  before: number;
  after: number | null;
}
type PropertyValue = string | number | boolean | (string | number | boolean)[];

const style = `
.panel:has(.matches) { background:#fffaf3; }
.matches fieldset { border:0; padding:0; margin:.5em 0; display:flex; flex-wrap:wrap; gap:.4em; align-items:center; }
.matches legend { float:left; margin-right:.6em; }
.matches label { display:inline-flex; gap:.35em; align-items:center; min-height:44px; }
.matches select, .matches input[type=number] { min-height:44px; }
.matches .tabs { display:flex; gap:.4em; overflow-x:auto; padding-bottom:.3em; }
.matches .tabs button { flex:none; min-height:44px; } #hud :is(.matches .tabs [aria-pressed=true], .matches .main, .match-found .main) { background:var(--go); color:#fff; }
.match-found { display:flex; flex-wrap:wrap; gap:.6em; align-items:center; }
.match-found meter { flex:1 1 6em; } .match-found button { min-height:44px; }
.banner.match-found { width:max-content; border-radius:22px; justify-content:center; pointer-events:auto; z-index:2; }
.matches ol { list-style:none; margin:.4em 0; padding:0; } .matches li { padding:.3em 0; border-bottom:1px solid var(--line); }
`;

/** How often a ticket is asked for, ms: while the page is in no room nobody tells it of changes. */
const ASK_MS = 2_000;

const ticket = signal<Ticket | undefined>(undefined);
/** When the ticket was read, ms; seconds go on from there. */
const readAt = signal(0);
/** Whether the panel is open, which has the ready check itself. */
const isOpen = signal(false);
let ask: () => Promise<unknown> = async () => {};

/** Finds a match: queues, what a ticket says, how long it takes, and the latest results. */
export const matchmakingPanel = definePanel({
  name: "matchmaking",
  title: "Find a match",
  slot: "contests",
  style,
  open(context) {
    follow(context);
  },
  render: (context) => <Matches {...context} />,
});

/** The ready check, over the world. */
export const matchFound = definePanel({
  name: "match-found",
  title: "A match was found",
  slot: "top",
  render: (context) =>
    ticket.value?.state === "ready" && !isOpen.value ? <ReadyCheck {...context} isOver /> : null,
});

/** Asks for the ticket at the start, so that one outlives a reload, and for as long as there is one. */
function follow({ request, room, join }: PanelContext): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let joined: string | undefined;
  ask = async () => {
    clearTimeout(timer);
    const read = await request<Ticket>("GET", "/v1/matchmaking/ticket").catch(() => undefined);
    if (read) {
      ticket.value = read;
      readAt.value = Date.now();
      // Once a room: who leaves it again is not drawn back.
      if (read.code !== null && read.code !== joined && room.value?.roomId !== read.code) {
        joined = read.code;
        void join(read.code);
      }
    }
    clearTimeout(timer);
    if (read ? read.state !== "none" : ticket.value !== undefined)
      timer = setTimeout(() => void ask(), ASK_MS);
  };
  effect(() => room.value?.onMessage("matchmaking.changed", () => void ask()));
  void ask();
}

/** The panel, also for a page of one's own. */
export function Matches(context: PanelContext) {
  const { request, explain } = context;
  const [queues, setQueues] = useState<ShownQueue[]>();
  const [played, setPlayed] = useState<Played[]>([]);
  const [problem, setProblem] = useState("");
  const state = ticket.value?.state ?? "none";
  const failed = useCallback((error: unknown) => setProblem(explain(error)), [explain]);
  useEffect(() => {
    isOpen.value = true;
    return () => {
      isOpen.value = false;
    };
  }, []);
  useEffect(() => {
    void ask();
    request<{ queues: ShownQueue[] }>("GET", "/v1/matchmaking").then(
      ({ queues: all }) => setQueues(all),
      failed,
    );
    request<{ matches: Played[] }>("GET", "/v1/matchmaking/matches").then(
      ({ matches }) => setPlayed(matches),
      failed,
    );
  }, [request, failed, state]);
  if (!queues) return problem ? <p class="problem">{problem}</p> : <p role="status">Loading…</p>;
  const labels = new Map(queues.map(({ name, label }) => [name, label]));
  return (
    <section class="matches">
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {state === "none" && <Choice {...context} queues={queues} failed={failed} />}
      {state === "waiting" && (
        <Waiting {...context} label={labels.get(ticket.value?.queue ?? "")} failed={failed} />
      )}
      {state === "ready" && <ReadyCheck {...context} />}
      {state === "opening" && <p role="status">All are ready. The room opens…</p>}
      {state === "open" && <Open {...context} failed={failed} />}
      {played.length > 0 && (
        <>
          <span class="label">Latest matches</span>
          <ol aria-label="Latest matches">
            {played.map((one) => (
              <li key={one.match}>{resultOf(one, labels.get(one.queue) ?? one.queue)}</li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

interface Part extends PanelContext {
  failed(error: unknown): void;
}

function Choice({ request, queues, failed }: Part & { queues: readonly ShownQueue[] }) {
  const [name, setName] = useState(queues[0]?.name);
  const [asked, setAsked] = useState<Record<string, PropertyValue>>({});
  const [roles, setRoles] = useState<string[]>();
  const [isBusy, setBusy] = useState(false);
  const queue = queues.find((one) => one.name === name);
  if (!queue) return <p>This server has no queues.</p>;
  const offered = roles ?? queue.roles;
  const seek = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const latency = queue.regions.length > 0 ? await measureLatency(queue.regions) : undefined;
      await request("POST", "/v1/matchmaking/ticket", {
        queue: queue.name,
        properties: asked,
        ...(queue.roles.length > 0 && { roles: offered }),
        ...(latency && { latency }),
      });
    } catch (error) {
      failed(error);
    }
    setBusy(false);
    await ask();
  };
  const penaltyS = ticket.value?.penaltyS ?? 0;
  return (
    <form onSubmit={(event) => void seek(event)}>
      <div class="tabs">
        {queues.map((one) => (
          <button
            key={one.name}
            type="button"
            aria-pressed={one.name === name}
            onClick={() => {
              setName(one.name);
              setAsked({});
              setRoles(undefined);
            }}
          >
            {one.label}
          </button>
        ))}
      </div>
      <p>
        {queue.teams.join(" against ")}
        {queue.games > 0 && `; your rating: ${queue.rating.toFixed(1)} after ${queue.games} games`}
      </p>
      {queue.roles.length > 0 && (
        <Boxes legend="Roles that you take" values={queue.roles} chosen={offered} choose={setRoles} />
      )}
      {Object.entries(queue.properties).map(([property, { kind, values = [], min, max }]) => {
        const wish = (value: PropertyValue) => setAsked((before) => ({ ...before, [property]: value }));
        if (kind === "any")
          return (
            <Boxes
              key={property}
              legend={property}
              values={values}
              chosen={(asked[property] as typeof values | undefined) ?? values}
              choose={wish}
            />
          );
        return kind === "near" ? (
          <label key={property}>
            {property}
            <input
              type="number"
              min={min}
              max={max}
              value={Number(asked[property] ?? min)}
              onInput={({ currentTarget }) => wish(currentTarget.valueAsNumber)}
            />
          </label>
        ) : (
          <label key={property}>
            {property}
            <select onChange={({ currentTarget }) => wish(values[currentTarget.selectedIndex] ?? "")}>
              {values.map((value) => (
                <option key={String(value)}>{String(value)}</option>
              ))}
            </select>
          </label>
        );
      })}
      <button type="submit" class="main" disabled={isBusy || penaltyS > 0}>
        {penaltyS > 0 ? `Wait ${timeOf(penaltyS)}` : "Find a match"}
      </button>
    </form>
  );
}

interface BoxesProps<T> {
  legend: string;
  values: readonly T[];
  chosen: readonly T[];
  choose(values: T[]): void;
}

function Boxes<T extends string | number | boolean>({ legend, values, chosen, choose }: BoxesProps<T>) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {values.map((value) => (
        <label key={String(value)}>
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={() => {
              const next = values.filter((one) => (one === value) !== chosen.includes(one));
              if (next.length > 0) choose(next);
            }}
          />
          {String(value)}
        </label>
      ))}
    </fieldset>
  );
}

function Waiting({ request, label, failed }: Part & { label: string | undefined }) {
  const now = useSeconds();
  const { waitedS, estimateS, party } = ticket.value ?? {};
  const since = (waitedS ?? 0) + Math.max(0, (now - readAt.value) / 1000);
  const leave = () => request("DELETE", "/v1/matchmaking/ticket").catch(failed).then(ask);
  return (
    <>
      <p role="status">
        Looking for a match{label && ` in ${label}`}
        {(party ?? 1) > 1 && `, with your party of ${party}`}.
      </p>
      <p role="timer">
        {timeOf(since)} so far
        {estimateS === null || estimateS === undefined ? "" : `, about ${timeOf(estimateS)} to go`}
      </p>
      <button type="button" onClick={() => void leave()}>
        Leave the queue
      </button>
    </>
  );
}

function ReadyCheck({ request, isOver = false }: PanelContext & { isOver?: boolean }) {
  const now = useSeconds();
  const { match, leftS, isReady, ready, seats } = ticket.value ?? {};
  const left = Math.max(0, (leftS ?? 0) - (now - readAt.value) / 1000);
  const answer = (how: string) => () =>
    // What came too late shows in the ticket.
    void request("POST", `/v1/matchmaking/matches/${match}/${how}`)
      .catch(() => {})
      .then(ask);
  return (
    <div
      class={isOver ? "banner match-found" : "match-found"}
      role="alertdialog"
      aria-label="A match was found"
    >
      <b>A match was found.</b>
      <span role="timer">{Math.ceil(left)} s</span>
      <meter min={0} max={seats} value={ready} aria-label={`${ready} of ${seats} are ready`} />
      <button type="button" class="main" disabled={isReady} onClick={answer("ready")}>
        {isReady ? "You are ready" : "Ready"}
      </button>
      {!isReady && (
        <button type="button" onClick={answer("decline")}>
          Decline
        </button>
      )}
    </div>
  );
}

function Open({ join, room, request, failed }: Part) {
  const { code, role } = ticket.value ?? {};
  if (!code || room.value?.roomId === code) return <p role="status">You are in your match.</p>;
  const leave = () => request("DELETE", "/v1/matchmaking/ticket").catch(failed).then(ask);
  return (
    <>
      <p role="status">Your match is ready{role && `; you are ${role}`}.</p>
      <button type="button" class="main" onClick={() => void join(code)}>
        Enter
      </button>
      <button type="button" onClick={() => void leave()}>
        Give up the seat
      </button>
    </>
  );
}

/** The time, each half second while it is shown. */
function useSeconds(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return now;
}

function timeOf(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function resultOf({ rank, before, after }: Played, label: string): string {
  if (rank === null || after === null) return `${label}: not rated`;
  const gain = after - before;
  return `${label}: place ${rank}, rating ${after.toFixed(1)} (${gain < 0 ? "−" : "+"}${Math.abs(gain).toFixed(1)})`;
}
