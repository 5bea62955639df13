// To be imported before the SDK. From Node 22 on it takes the WebSocket of Node itself, which can neither be
// cut nor send single frames; without that one it takes `ws`, which can.
Reflect.deleteProperty(globalThis, "WebSocket");

export {};
