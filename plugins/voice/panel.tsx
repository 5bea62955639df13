import { effect, signal } from "@preact/signals";
import { definePanel, type PanelContext } from "roomkeep/client";
import type { VoiceOffer, VoiceSession } from "./page/voice-box.tsx";

const style = `
.voice { background:var(--paper); border-radius:18px; box-shadow:var(--shadow); padding:6px; width:max-content; max-width:min(260px,calc(100vw - 24px)); pointer-events:auto; margin-left:auto; }
.voice p { margin:.3em .4em; font-size:.85em; } .voice ul { list-style:none; margin:0; padding:0; }
#hud .voice button { min-height:44px; min-width:44px; padding:.4em .6em; touch-action:none; user-select:none; -webkit-user-select:none; -webkit-touch-callout:none; }
#hud .voice button[aria-pressed=true] { background:var(--go); color:#fff; } .voice meter { width:52px; height:10px; vertical-align:middle; }
.voice .speakers li { padding:.15em .5em; font-weight:700; overflow-wrap:anywhere; }
.voice .settings { display:flex; flex-direction:column; gap:.35em; padding:0 .5em .5em; max-height:min(60vh,calc(100vh - 190px)); overflow:auto; } .voice .label { margin:.6em 0 0; }
.voice .settings label { display:flex; gap:.5em; align-items:center; min-height:32px; } .voice .heard li { display:grid; grid-template-columns:1fr 44px; gap:.1em .4em; align-items:center; padding:.3em 0; border-bottom:1px solid var(--line); }
.voice .heard b { overflow-wrap:anywhere; } .voice .heard meter { width:100%; } .voice .heard li button { grid-column:2; grid-row:1/3; } .voice .heard input { grid-column:1; width:100%; } .voice .heard li b, .voice .heard li meter { grid-column:1; }
#hud .voice input[type=radio], #hud .voice input[type=checkbox] { width:20px; height:20px; flex:none; } .voice .settings > * { flex:none; } .voice .icon { vertical-align:middle; }
.voice .threshold { flex-wrap:wrap; } .voice .threshold input { width:100%; }
@media (max-width:720px) { .voice { position:fixed; right:12px; bottom:calc(12px + env(safe-area-inset-bottom)); z-index:2; } .voice .speakers { position:absolute; right:calc(100% + 8px); bottom:0; width:max-content; max-width:130px; padding:.3em .2em; border-radius:14px; background:var(--paper); box-shadow:var(--shadow); } #hud .voice .talk { min-width:104px; min-height:52px; } }
`;

/** What the server offers; undefined: it is not known yet, or there is no voice. */
const offer = signal<VoiceOffer | undefined>(undefined);
type Loaded = typeof import("./page/voice-box.tsx");
const on = signal<{ session: VoiceSession; Box: Loaded["VoiceBox"] } | undefined>(undefined);
const state = signal<"" | "starting" | "failed">("");

/** A button that turns voice on, where the server has it. All that it needs is loaded by the tap. */
export const voicePanel = definePanel({
  name: "voice",
  title: "Voice",
  slot: "side",
  style,
  open({ room, request }) {
    effect(() => {
      // A page that was reloaded has voice off, and need not answer.
      room.value?.onMessage("voice.again", () => {});
      if (!room.value || offer.peek()) return;
      request<VoiceOffer>("GET", "/v1/voice").then(
        (answer) => {
          if (answer.mesh) offer.value = answer;
        },
        // A server without the plugin, or one that is away: there is no button.
        () => {},
      );
    });
  },
  render: (context) => <Voice {...context} />,
});

function Voice(context: PanelContext) {
  const now = on.value;
  if (now) {
    const { session, Box } = now;
    const turnOff = () => {
      session.close();
      on.value = undefined;
    };
    return <Box session={session} turnOff={turnOff} />;
  }
  const offered = offer.value;
  if (!offered) return null;
  const turnOn = async () => {
    if (state.value === "starting") return;
    state.value = "starting";
    try {
      const { openVoiceSession, VoiceBox } = await import("./page/voice-box.tsx");
      on.value = { session: await openVoiceSession(context, offered), Box: VoiceBox };
      state.value = "";
    } catch (error) {
      console.error("roomkeep: voice could not be turned on", error);
      state.value = "failed";
    }
  };
  return (
    <section class="voice" aria-label="Voice">
      <button type="button" onClick={() => void turnOn()}>
        Voice
      </button>
      {state.value === "failed" && <p role="alert">It could not be turned on. Try again.</p>}
    </section>
  );
}
