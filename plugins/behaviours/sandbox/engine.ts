import type { QuickJSSyncVariant, QuickJSWASMModule } from "quickjs-emscripten-core";

/** A page of a module's memory, bytes. */
const PAGE = 65_536;
/** The memory that a module begins with. */
const BEGIN_MB = 16;

/** One QuickJS module: its runtimes share a memory that grows and never shrinks. */
export interface Engine {
  readonly module: QuickJSWASMModule;
  /** Its memory now, bytes. */
  bytes(): number;
}

/**
 * Loads a QuickJS module of its own.
 *
 * @param moduleMb more memory than that it never gets: QuickJS's own limit counts a part of what a script
 *   allocates only
 * @throws Error the packages of the engine are not there
 */
export async function loadEngine(moduleMb: number): Promise<Engine> {
  const { newQuickJSWASMModuleFromVariant, newVariant } = await import("quickjs-emscripten-core");
  const { default: imported } = await import("@jitl/quickjs-wasmfile-release-sync");
  // Its types are those of the CommonJS file, where there is one `default` more.
  const variant = imported as unknown as QuickJSSyncVariant;
  const wasmMemory = new WebAssembly.Memory({
    initial: (BEGIN_MB * 1024 * 1024) / PAGE,
    maximum: (Math.max(moduleMb, BEGIN_MB) * 1024 * 1024) / PAGE,
  });
  const module = await newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmMemory }));
  return { module, bytes: () => module.getWasmMemory().buffer.byteLength };
}
