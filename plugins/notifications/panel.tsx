import { effect, signal } from "@preact/signals";
import { useCallback, useEffect, useState } from "preact/hooks";
import { definePanel, type PanelContext } from "roomkeep/client";

/** A button, as the server has filled it in. */
type Action = { id: string; label: string } & (
  | { method: string; path: string }
  | { message: string; payload: Record<string, unknown> }
  | { panel: string }
);

interface Notification {
  number: number;
  kind: string;
  text: string;
  actions: Action[];
  at: string;
  read: boolean;
}

interface NotificationList {
  notifications: Notification[];
  latest: number;
  unread: number;
}

const style = `
.panel:has(.notifications) { background:#fffaf3; }
.notifications ul { max-height:46vh; overflow:auto; margin:.2em 0; padding:0; list-style:none; }
.notifications li { display:flex; flex-wrap:wrap; gap:.3em .4em; align-items:center; padding:.5em .1em; border-bottom:1px solid var(--line); }
.notifications li p { flex:1 1 100%; margin:0; overflow-wrap:anywhere; white-space:pre-wrap; }
.notifications li.new p { font-weight:600; } .notifications li small { flex:1 1 6em; }
#hud .notifications li button { width:auto; background:rgba(90,60,40,.09); padding:.45em .8em; min-height:40px; }
#hud .notifications li button.main { background:var(--go); color:#fff; }
`;

/** Parts of the list that one request brings. */
const PAGE = 50;
/** Under which this browser remembers that its player agreed. */
const AGREED = "roomkeep-push";
const SCOPE = "/v1/notifications/";

/** How many are not read. */
const unread = signal(0);
/** Numbers that another page or a withdrawal has taken away. */
const gone = signal<ReadonlySet<number>>(new Set());
/** Grows with each change of marks. */
const changes = signal(0);
/** The highest number that was shown; undefined: nothing was asked for yet. */
let latest: number | undefined;
/** Whose number it is, by the first character of the account. */
let owner: string | undefined;

/** Notifications of the account, behind the button "Notifications". */
export const notificationsPanel = definePanel({
  name: "notifications",
  title: "Notifications",
  button: "News",
  slot: "people",
  style,
  waiting: unread,
  open(context) {
    effect(() => {
      const room = context.room.value;
      if (!room) return;
      // What came while this page was in no room, or had lost its connection.
      void catchUp(context);
      room.onReconnect(() => void catchUp(context));
      room.onMessage("notifications.new", (one: Notification) => take(context, one));
      room.onMessage(
        "notifications.changed",
        ({ unread: left, gone: taken = [] }: { unread: number; gone?: number[] }) => {
          unread.value = left;
          if (taken.length > 0) gone.value = new Set([...gone.value, ...taken]);
          changes.value++;
        },
      );
    });
    navigator.serviceWorker?.addEventListener("message", ({ data }) => {
      if (data?.notifications === "open") context.show("notifications");
    });
  },
  render: (context) => <Notifications {...context} />,
});

/** One after the other: a second request would ask for the same. */
let asking: Promise<void> = Promise.resolve();

/** Asks for those after the last one that was shown: none is left out, and none is shown twice. */
function catchUp(context: PanelContext): Promise<void> {
  asking = asking.then(async () => {
    try {
      const player = context.characters.peek()[0]?.id;
      if (player !== owner) {
        latest = undefined;
        gone.value = new Set();
      }
      owner = player;
      for (;;) {
        const from: number | undefined = latest;
        const query = from === undefined ? "?limit=1" : `?after=${from}&limit=${PAGE}`;
        const list = await context.request<NotificationList>("GET", `/v1/notifications${query}`);
        unread.value = list.unread;
        if (from !== undefined)
          for (const one of list.notifications) if (one.number > (latest ?? 0)) show(context, one);
        latest = Math.max(latest ?? 0, list.latest);
        if (from === undefined || list.notifications.length < PAGE) return;
      }
    } catch {
      // Nobody is signed in, or the server is away: the next one that arrives asks again.
    }
  });
  return asking;
}

/** One has arrived. If there are others before it that did not, all are asked for. */
function take(context: PanelContext, one: Notification): void {
  if (latest === undefined || one.number > latest + 1) return void catchUp(context);
  if (one.number <= latest) return;
  latest = one.number;
  unread.value++;
  show(context, one);
}

function show(context: PanelContext, one: Notification): void {
  changes.value++;
  context.notice(one.text);
}

/** The list of an account, with what can be done about each, and the switch for messages to this browser. */
export function Notifications(context: PanelContext) {
  const { request, explain } = context;
  const [list, setList] = useState<Notification[]>();
  const [isWhole, setWhole] = useState(false);
  const [problem, setProblem] = useState("");
  const change = changes.value;
  const failed = useCallback((error: unknown) => setProblem(explain(error)), [explain]);
  const load = useCallback(async () => {
    try {
      const answer = await request<NotificationList>("GET", `/v1/notifications?limit=${PAGE}`);
      latest = Math.max(latest ?? 0, answer.latest);
      // What was new when this list was opened stays marked as new in it.
      setList((shown = []) => {
        const fresh = new Set(shown.flatMap(({ number, read }) => (read ? [] : number)));
        return answer.notifications.map((one) => ({ ...one, read: one.read && !fresh.has(one.number) }));
      });
      setWhole(answer.notifications.length < PAGE);
      unread.value = answer.unread;
      // Who looks at the list has read it.
      if (answer.unread > 0 && answer.latest > 0)
        await request("POST", "/v1/notifications/read", { upTo: answer.latest });
    } catch (error) {
      failed(error);
    }
  }, [request, failed]);
  useEffect(() => void load(), [load, change]);

  const more = async () => {
    const last = list?.at(-1)?.number;
    const answer = await request<NotificationList>(
      "GET",
      `/v1/notifications?before=${last}&limit=${PAGE}`,
    ).catch(failed);
    if (!answer) return;
    setList([...(list ?? []), ...answer.notifications]);
    setWhole(answer.notifications.length < PAGE);
  };
  const act = async (action: Action) => {
    setProblem("");
    if ("panel" in action) return context.show(action.panel);
    if ("message" in action) return context.room.value?.send(action.message, action.payload);
    await request(action.method, action.path).catch(failed);
    await load();
  };
  const dismiss = async ({ number }: Notification) => {
    await request("DELETE", `/v1/notifications/${number}`).catch(failed);
    await load();
  };

  const shown = list?.filter(({ number }) => !gone.value.has(number));
  return (
    <section class="notifications">
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {!shown && !problem && <p role="status">Loading…</p>}
      {shown?.length === 0 && <p role="status">There is nothing new.</p>}
      {shown && shown.length > 0 && (
        <ul aria-label="Notifications">
          {shown.map((one) => (
            <li key={one.number} class={one.read ? "" : "new"}>
              <p>{one.text}</p>
              <small>
                <time dateTime={one.at}>{new Date(one.at).toLocaleString()}</time>
              </small>
              {one.actions
                .filter((action) => isPossible(context, action))
                .map((action, n) => (
                  <button
                    key={action.id}
                    type="button"
                    class={n === 0 ? "main" : ""}
                    aria-label={`${action.label}: ${one.text}`}
                    onClick={() => void act(action)}
                  >
                    {action.label}
                  </button>
                ))}
              <button type="button" aria-label={`Dismiss: ${one.text}`} onClick={() => void dismiss(one)}>
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
      {shown && !isWhole && (
        <button type="button" onClick={() => void more()}>
          Earlier ones
        </button>
      )}
      <PushSwitch {...context} />
    </section>
  );
}

/** A button that this page cannot carry out is not there. */
function isPossible(context: PanelContext, action: Action): boolean {
  if ("panel" in action) return true;
  return !("message" in action) || context.room.value !== undefined;
}

/**
 * Asks before it registers anything; without keys of the server, or in a browser without Push, it is not
 * there.
 */
function PushSwitch({ request, explain }: PanelContext) {
  const [key, setKey] = useState<string | null>(null);
  const [isOn, setOn] = useState(false);
  const [said, setSaid] = useState("");
  const canPush = "serviceWorker" in navigator && "PushManager" in window;
  useEffect(() => {
    if (!canPush) return;
    request<{ key: string | null }>("GET", "/v1/notifications/push").then(
      async (answer) => {
        setKey(answer.key);
        if (answer.key !== null) setOn(await renew(request));
      },
      () => {}, // the list says what is wrong
    );
  }, [request, canPush]);
  if (key === null) return null;

  const turnOn = async () => {
    setSaid("");
    try {
      if ((await Notification.requestPermission()) !== "granted")
        return setSaid("The browser does not allow it.");
      await subscribe(request, key);
      setOn(true);
    } catch (error) {
      setSaid(explain(error));
    }
  };
  const turnOff = async () => {
    setSaid("");
    try {
      await unsubscribe(request);
      setOn(false);
    } catch (error) {
      setSaid(explain(error));
    }
  };
  return (
    <>
      <button type="button" aria-pressed={isOn} onClick={() => void (isOn ? turnOff() : turnOn())}>
        {isOn ? "Do not tell me while the page is closed" : "Tell me while the page is closed"}
      </button>
      <p role="status">{said}</p>
    </>
  );
}

async function subscribe(request: PanelContext["request"], key: string): Promise<void> {
  const registration = await navigator.serviceWorker.register("/v1/notifications/worker", { scope: SCOPE });
  await settled(registration);
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: key,
  });
  await request("POST", "/v1/notifications/push", subscription.toJSON());
  localStorage.setItem(AGREED, "yes");
}

/** A browser subscribes once its worker is active; `ready` is that of the page's own scope. */
function settled({ installing, waiting, active }: ServiceWorkerRegistration): Promise<void> {
  const worker = installing ?? waiting;
  if (active || !worker) return Promise.resolve();
  return new Promise((resolve) => {
    worker.addEventListener("statechange", () => worker.state === "activated" && resolve());
  });
}

/** Whoever is signed in now gets what this browser agreed to. @returns whether it is on */
async function renew(request: PanelContext["request"]): Promise<boolean> {
  if (localStorage.getItem(AGREED) !== "yes") return false;
  const registration = await navigator.serviceWorker.getRegistration(SCOPE);
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return false;
  await request("POST", "/v1/notifications/push", subscription.toJSON());
  return true;
}

async function unsubscribe(request: PanelContext["request"]): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration(SCOPE);
  const subscription = await registration?.pushManager.getSubscription();
  localStorage.removeItem(AGREED);
  if (subscription) await request("POST", "/v1/notifications/push/stop", { endpoint: subscription.endpoint });
  await subscription?.unsubscribe();
  await registration?.unregister();
}
