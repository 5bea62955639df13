import type { Transporter } from "nodemailer";
import { needPackages } from "../../optional-packages.ts";
import type { Channel } from "./delivery.ts";

/** Whom alerts are mailed to, from whom, and by which server: `smtp://user:password@host:587`. */
export interface SmtpSetting {
  readonly to: readonly string[];
  readonly from: string;
  readonly smtp: string;
}

/** Longest wait, ms, for each step of the mail server. */
const STEP_MS = 8_000;

/** Tells alerts by mail. `nodemailer` is an optional peer. @throws PACKAGE_MISSING */
export async function smtpChannel({ to, from, smtp }: SmtpSetting): Promise<Channel & { close(): void }> {
  needPackages(["nodemailer"], "Mail of alerts (ROOMKEEP_ALERT_MAIL)", "");
  const { createTransport } = await import("nodemailer");
  const times = { connectionTimeout: STEP_MS, greetingTimeout: STEP_MS, socketTimeout: STEP_MS };
  const transport: Transporter = createTransport({ url: smtp, ...times });
  return {
    name: "mail",
    async send({ text, severity, state, id, rule, subject, firedAt }) {
      const lines = [
        text,
        "",
        `rule: ${rule}`,
        `of: ${subject}`,
        `severity: ${severity}`,
        `since: ${new Date(firedAt).toISOString()}`,
        `id: ${id}`,
      ];
      const word = state === "recovered" ? "recovered" : severity;
      await transport.sendMail({
        from,
        to: [...to],
        subject: `[roomkeep] ${word}: ${text}`,
        text: lines.join("\n"),
      });
    },
    close: () => transport.close(),
  };
}
