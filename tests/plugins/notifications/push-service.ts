import { execFileSync } from "node:child_process";
import { createDecipheriv, createECDH, createHmac, createPublicKey, randomBytes, verify } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a push service was sent. */
export interface Received {
  readonly path: string;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

/** A push service of the test's own: real TLS, by a name, and answers as the test says. */
export interface PushService {
  /** `localhost:port`. */
  readonly host: string;
  /** PEM file of the authority that signed its certificate: itself. */
  readonly ca: string;
  readonly received: Received[];
  /** Status and headers of the next answers, by path; 201 without. */
  readonly answers: Map<string, { status: number; headers?: Record<string, string> }>;
  close(): Promise<void>;
}

export async function openPushService(): Promise<PushService> {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-push-"));
  const [key, ca] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", "-x509", ...kind, "-keyout", key, "-out", ca, ...subject], {
    stdio: "ignore",
  });
  const received: Received[] = [];
  const answers: PushService["answers"] = new Map();
  const server = createServer(
    { key: readFileSync(key), cert: readFileSync(ca) },
    async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const path = request.url ?? "";
      received.push({ path, headers: request.headers, body: Buffer.concat(parts) });
      const { status, headers } = answers.get(path) ?? { status: 201 };
      response.writeHead(status, headers).end("x".repeat(100_000));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return {
    host: `localhost:${(server.address() as AddressInfo).port}`,
    ca,
    received,
    answers,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A browser that has subscribed: it alone can read what it is sent. */
export function newBrowser(host: string, path = `/${randomBytes(8).toString("hex")}`) {
  const own = createECDH("prime256v1");
  own.generateKeys();
  const auth = randomBytes(16);
  return {
    path,
    subscription: {
      endpoint: `https://${host}${path}`,
      keys: { p256dh: own.getPublicKey("base64url"), auth: auth.toString("base64url") },
    },
    /** Decrypts a message by RFC 8291 and RFC 8188, written from their text alone. */
    open(body: Buffer): unknown {
      const salt = body.subarray(0, 16);
      const idLength = body.readUInt8(20);
      const sender = body.subarray(21, 21 + idLength);
      const sealed = body.subarray(21 + idLength);
      const secret = own.computeSecret(sender);
      const about = Buffer.concat([Buffer.from("WebPush: info\0"), own.getPublicKey(), sender]);
      const ikm = expand(extract(auth, secret), about, 32);
      const prk = extract(salt, ikm);
      const key = expand(prk, Buffer.from("Content-Encoding: aes128gcm\0"), 16);
      const nonce = expand(prk, Buffer.from("Content-Encoding: nonce\0"), 12);
      const opener = createDecipheriv("aes-128-gcm", key, nonce);
      opener.setAuthTag(sealed.subarray(-16));
      const padded = Buffer.concat([opener.update(sealed.subarray(0, -16)), opener.final()]);
      return JSON.parse(padded.subarray(0, padded.lastIndexOf(2)).toString("utf8"));
    },
  };
}

/** The claims of a VAPID header, whose signature was checked by the key in it. */
export function readVapidHeader(header: string): { claims: Record<string, unknown>; key: string } {
  const [, token = "", key = ""] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(header) ?? [];
  const [head = "", body = "", signature = ""] = token.split(".");
  const point = Buffer.from(key, "base64url");
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString("base64url"));
  const publicKey = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
  const isSigned = verify(
    "sha256",
    Buffer.from(`${head}.${body}`),
    { key: publicKey, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  if (!isSigned) throw new Error("the VAPID token is not signed by its key");
  return { claims: JSON.parse(Buffer.from(body, "base64url").toString()), key };
}

const extract = (salt: Buffer, key: Buffer) => createHmac("sha256", salt).update(key).digest();
const expand = (key: Buffer, about: Buffer, length: number) =>
  createHmac("sha256", key)
    .update(Buffer.concat([about, Buffer.from([1])]))
    .digest()
    .subarray(0, length);
