import { expect, test } from "vitest";
import { addressKey } from "../../../server/accounts/rate-limit.ts";
import { settleAddress } from "../../../server/http/client-address.ts";

const addressOf = (proxies: number, headers: Record<string, string>, remoteAddress = "192.0.2.7") => {
  const request = { headers: { ...headers }, socket: { remoteAddress } };
  settleAddress(request as unknown as Parameters<typeof settleAddress>[0], proxies);
  return request.headers as Record<string, string>;
};

test("no header is believed unless a proxy is trusted, and none of them reaches Colyseus", () => {
  const spoofed = {
    "x-real-ip": "1.1.1.1",
    "x-forwarded-for": "2.2.2.2",
    "x-client-ip": "3.3.3.3",
    forwarded: "for=4.4.4.4",
  };
  expect(addressOf(0, spoofed)).toEqual({ "x-real-ip": "192.0.2.7" });
});

test("behind trusted proxies the entry that the outermost of them wrote counts, not what a client wrote", () => {
  const chain = { "x-forwarded-for": "6.6.6.6, 198.51.100.4, 10.0.0.2" };
  expect(addressOf(1, chain)["x-real-ip"]).toBe("10.0.0.2");
  expect(addressOf(2, chain)["x-real-ip"]).toBe("198.51.100.4");
  expect(addressOf(9, chain)["x-real-ip"]).toBe("192.0.2.7");
  expect(addressOf(1, {})["x-real-ip"]).toBe("192.0.2.7");
  expect(addressOf(1, { "x-forwarded-for": "unknown" })["x-real-ip"]).toBe("192.0.2.7");
  expect(addressOf(0, {}, "::ffff:192.0.2.9")["x-real-ip"]).toBe("192.0.2.9");
});

test("limits count an IPv6 network of 64 bits as one, however it is written", () => {
  expect(addressKey("2001:db8:0:1::5")).toBe(addressKey("2001:0db8::1:ffff:0:0:9"));
  expect(addressKey("2001:db8:0:1::5")).not.toBe(addressKey("2001:db8:0:2::5"));
  expect(addressKey("192.0.2.1")).toBe("192.0.2.1");
  expect(addressKey("::1")).toBe(addressKey("0:0:0:0:0:0:0:1"));
});
