import type { PanelContext } from "roomkeep/client";

/** A group in the answers of `/v1/groups`. */
export interface Group {
  id: string;
  name: string;
  tag: string | null;
  text: string;
  access: "open" | "request" | "closed";
  members: number;
}

export interface MyGroup extends Group {
  role: Role;
  permissions: string[];
}

export type Role = "leader" | "officer" | "member";

export interface Mine {
  groups: MyGroup[];
  asked: Group[];
  invited: Group[];
}

export interface Person {
  account: string;
  name: string;
}

export interface Amount {
  coins: number;
  items: { template: string; qty: number }[];
}

export interface Bank extends Amount {
  left: { coins: number; items: number } | null;
}

export interface LogLine extends Amount {
  id: string;
  name: string;
  at: string;
}

export const ACCESS = { open: "open to all", request: "by request", closed: "by invitation" } as const;

/** Does something by a route, and shows why it was refused. */
export type Act = (method: string, path: string, body?: unknown) => () => Promise<void>;

/** What the parts of one group's page are given. */
export interface OneProps extends PanelContext {
  group: MyGroup;
  act: Act;
  /** Another number: read again. */
  changed: number;
  failed(error: unknown): void;
}
