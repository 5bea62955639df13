/** The look of a pad's controls: large, from the thumb's end of the phone upwards. */
export const padStyle = `
.pad-sheet { flex:1; min-height:0; display:flex; flex-direction:column; gap:14px; padding:16px 16px max(16px,env(safe-area-inset-bottom)); max-width:640px; width:100%; margin:0 auto; }
.pad-head { flex:0 1 auto; min-height:0; overflow:auto; touch-action:pan-y; } .pad-head h1 { font-size:1.55em; margin:0; } .pad-head p { margin:.3em 0 0; color:var(--soft); }
.pad-sheet:not(:has(.pad-drawing,.pad-choices,.pad-stick)) > .pad-head { flex:1; display:flex; flex-direction:column; justify-content:safe center; text-align:center; } .pad-sheet:not(:has(.pad-drawing,.pad-choices,.pad-stick)) > .pad-head h1 { font-size:clamp(1.8em,9vw,2.6em); }
.pad-buttons { display:grid; gap:12px; grid-template-columns:1fr; } .pad-buttons:is(.of-2,.of-4) { grid-template-columns:1fr 1fr; } .pad-buttons.of-3 > :first-child { grid-column:1/-1; } .pad-buttons.of-3 { grid-template-columns:1fr 1fr; }
#place .pad-buttons button { min-height:clamp(64px,13vh,120px); font-size:1.3em; touch-action:none; } #place .pad-buttons .down { transform:scale(.97); background:color-mix(in srgb, var(--paper) 75%, var(--ink)); } #place .pad-buttons .go.down { background:color-mix(in srgb, var(--accent) 80%, #000); }
.pad-choices { flex:1; min-height:0; border:0; margin:0; padding:0; display:flex; flex-direction:column; gap:12px; justify-content:flex-end; overflow:auto; touch-action:pan-y; } .pad-choices legend { font-weight:800; padding:0; margin-bottom:.5em; }
#place .pad-choices button { flex:0 1 96px; min-height:60px; font-size:1.2em; text-align:left; padding:.5em 1em; overflow-wrap:anywhere; } #place .pad-choices .chosen { background:var(--accent); color:var(--accent-ink); border-color:transparent; }
.pad-text { display:flex; gap:10px; } .pad-text input { flex:1; } #place .pad-text :is(input,button) { min-height:60px; font-size:1.15em; }
.pad-stick { flex:1; min-height:180px; display:grid; place-items:center; touch-action:none; border-radius:calc(var(--radius) + 6px); background:color-mix(in srgb, var(--ink) 7%, transparent); }
.pad-stick-base { width:min(44vw,26vh,200px); aspect-ratio:1; border-radius:50%; background:color-mix(in srgb, var(--ink) 12%, transparent); display:grid; place-items:center; pointer-events:none; } .pad-stick-knob { width:46%; aspect-ratio:1; border-radius:50%; background:var(--accent); box-shadow:0 4px 14px rgba(60,30,20,.3); }
.pad-drawing { flex:1; min-height:0; display:flex; flex-direction:column; gap:10px; justify-content:flex-end; align-items:center; } .pad-drawing canvas { flex:none; width:min(100%,calc((100vh - 270px) * 4 / 3)); width:min(100%,calc((100dvh - 270px) * 4 / 3)); background:#fff; border-radius:var(--radius); box-shadow:0 4px 16px rgba(80,40,20,.16); touch-action:none; cursor:crosshair; }
.pad-pens { display:flex; gap:8px; width:100%; justify-content:space-between; } #place .pad-pens button { flex:1; min-width:0; min-height:46px; padding:0; display:grid; place-items:center; border-radius:14px; } .pad-pens i { border-radius:50%; background:var(--ink); display:block; }
#place .pad-color { max-width:64px; border:3px solid #fff; box-shadow:0 1px 5px rgba(60,30,20,.35); } #place .pad-pens [aria-pressed=true] { outline:3px solid var(--ink); outline-offset:1px; }
@media (orientation:landscape) and (max-height:520px) {
  .pad-sheet { max-width:none; padding:10px 16px; gap:10px; display:grid; grid-template-columns:minmax(0,1fr) minmax(0,1.3fr); grid-auto-rows:auto; align-content:center; }
  .pad-head { grid-column:1; align-self:center; } .pad-sheet > :is(.pad-drawing,.pad-choices,.pad-stick) { grid-column:2; grid-row:1 / span 3; height:calc(100vh - 70px); height:calc(100dvh - 70px); } .pad-sheet > :is(.pad-buttons,.pad-text) { grid-column:1; }
  .pad-sheet:not(:has(.pad-drawing,.pad-choices,.pad-stick)) > :is(.pad-buttons,.pad-text) { grid-column:2; }
  .pad-sheet:has(.pad-drawing) { grid-template-columns:minmax(0,.55fr) minmax(0,1.7fr); }
  .pad-drawing canvas { justify-self:end; width:min(100%,calc((100vh - 70px) * 4 / 3)); width:min(100%,calc((100dvh - 70px) * 4 / 3)); } #place .pad-buttons button { min-height:56px; }
  .pad-drawing { display:grid; grid-template-columns:1fr 56px 56px; grid-template-rows:100%; align-items:center; } .pad-pens { flex-direction:column; height:100%; gap:5px; } #place .pad-pens button { min-height:0; font-size:.8em; }
}
`;
