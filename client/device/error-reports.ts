/** Tells the server of errors of this page that nobody caught. What tells it is loaded with the first one. */
export function reportErrors(): void {
  const report = (event: ErrorEvent | PromiseRejectionEvent): void => {
    import("./error-sender.ts").then(
      ({ sendError }) => sendError(event),
      () => {}, // offline: that is told otherwise
    );
  };
  addEventListener("error", report);
  addEventListener("unhandledrejection", report);
}
