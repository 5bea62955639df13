import { useEffect, useRef, useState } from "preact/hooks";
import type { Amount, Bank, LogLine, OneProps } from "./answers.ts";
import { Line, List } from "./list.tsx";

/** What the bank holds, and what was put in and taken out. */
export function BankOf({ request, explain, failed, group, changed, characters }: OneProps) {
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
