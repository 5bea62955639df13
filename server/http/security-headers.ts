import type { IncomingMessage, ServerResponse } from "node:http";
import helmet from "helmet";

const secure = helmet({
  contentSecurityPolicy: {
    directives: {
      "default-src": ["'self'"],
      "script-src": ["'self'"],
      // The monitor's page brings inline styles.
      "style-src": ["'self'", "'unsafe-inline'"],
      "img-src": ["'self'", "data:", "blob:"],
      "connect-src": ["'self'", "ws:", "wss:", "http:", "https:"],
      "worker-src": ["'self'", "blob:"],
      "upgrade-insecure-requests": null,
    },
  },
  // By the scheme of each request: see `request-guard.ts`.
  strictTransportSecurity: false,
  crossOriginEmbedderPolicy: false,
});

/**
 * Sets helmet's headers, whoever answers: the page, an endpoint, the matchmaker, or the guard that refuses.
 */
export function setSecurityHeaders(request: IncomingMessage, response: ServerResponse): void {
  secure(request, response, (error?: unknown) => {
    if (error) throw error;
  });
}
