import { type Signal, signal } from "@preact/signals";
import { COLORS, SHAPES } from "roomkeep/shared";
import { type Api, ApiError, type Looks } from "./api.ts";
import { recall, remember } from "./memory.ts";
import { suggestName } from "./names.ts";

/** The guest of this browser: looks, token, recovery code. */
export interface Account {
  /** What the join screen shows and changes; sent to the server by `signIn`. */
  readonly looks: Signal<Looks>;
  readonly recoveryCode: Signal<string | undefined>;
  /** Whether this browser has a character already. */
  readonly known: Signal<boolean>;
  /** Reads the character of the stored token; forgets a token that the server no longer knows. */
  wake(): Promise<void>;
  /** Makes a guest, or changes the looks of the one there is. */
  signIn(): Promise<void>;
  recover(code: string): Promise<void>;
}

/** Opens the account that this browser remembers. */
export function openAccount(api: Api): Account {
  const stored = recall("looks") as Partial<Looks> | undefined;
  const looks = signal<Looks>({
    name: typeof stored?.name === "string" ? stored.name : suggestName(),
    color: whole(stored?.color, COLORS.length),
    shape: whole(stored?.shape, SHAPES.length),
  });
  const recoveryCode = signal(recall("recoveryCode") as string | undefined);
  const token = recall("token");
  const known = signal(typeof token === "string");
  api.token = typeof token === "string" ? token : undefined;
  api.onToken = (next) => remember("token", next);
  api.latestToken = () => {
    const kept = recall("token");
    return typeof kept === "string" ? kept : undefined;
  };
  let saved: Looks | undefined;

  const keep = (next: Looks) => {
    saved = { name: next.name, color: next.color, shape: next.shape };
    looks.value = saved;
    remember("looks", saved);
  };
  const forget = () => {
    api.token = undefined;
    known.value = false;
    remember("token", undefined);
  };
  const enter = (code: string) => {
    known.value = true;
    recoveryCode.value = code;
    remember("recoveryCode", code);
  };
  /** The sign-in ended; the code that this browser keeps brings a guest back without a step. */
  const comeBack = async (error: unknown): Promise<boolean> => {
    if (!(error instanceof ApiError) || !ENDED.has(error.code)) throw error;
    const code = recoveryCode.value;
    forget();
    if (!code) return false;
    try {
      keep((await api.recover(code)).character);
      enter(code);
      return true;
    } catch (refused) {
      if (!(refused instanceof ApiError) || refused.code !== "RECOVERY_INVALID") throw refused;
      return false;
    }
  };

  const account: Account = {
    looks,
    recoveryCode,
    known,
    async wake() {
      if (!api.token) return;
      try {
        keep((await api.me()).character);
      } catch (error) {
        await comeBack(error);
      }
    },
    async signIn() {
      const wanted = { ...looks.value, name: looks.value.name.trim() };
      const change = async () => {
        if (!saved || !same(saved, wanted)) keep((await api.changeMe(wanted)).character);
      };
      if (api.token) {
        try {
          return await change();
        } catch (error) {
          if (await comeBack(error)) return change();
        }
      }
      const guest = await api.createGuest(wanted);
      enter(guest.recoveryCode);
      keep(guest.character);
    },
    async recover(code) {
      const guest = await api.recover(code.trim());
      enter(code.trim());
      keep(guest.character);
    },
  };
  return account;
}

/** Codes that say that this browser is no longer signed in. */
const ENDED = new Set(["TOKEN_INVALID", "TOKEN_REVOKED", "TOKEN_REUSED"]);
const same = (a: Looks, b: Looks) => a.name === b.name && a.color === b.color && a.shape === b.shape;

function whole(value: unknown, end: number): number {
  const fits = typeof value === "number" && Number.isInteger(value) && value >= 0 && value < end;
  return fits ? value : Math.floor(Math.random() * end);
}
