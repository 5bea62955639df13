import type { Flag } from "../api/shapes.ts";
import { valueText } from "../kit/format.ts";

/** A rule of a flag in words: "true for 10 % of accounts, role moderator or above". */
export function ruleText({ percent, role, versions, accounts, value }: Flag["rules"][number]): string {
  const conditions = [
    percent !== undefined && `${percent} % of accounts`,
    role !== undefined && `role ${role} or above`,
    versions !== undefined && `version ${versions.join(" or ")}`,
    accounts !== undefined && `${accounts.length} accounts of a list`,
  ].filter(Boolean);
  return `${valueText(value)} for ${conditions.length === 0 ? "everybody" : conditions.join(", ")}`;
}
