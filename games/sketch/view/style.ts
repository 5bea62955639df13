import hand from "@fontsource/patrick-hand/files/patrick-hand-latin-400-normal.woff2?url";
import handMore from "@fontsource/patrick-hand/files/patrick-hand-latin-ext-400-normal.woff2?url";
import marker from "@fontsource/permanent-marker/files/permanent-marker-latin-400-normal.woff2?url";

const face = (family: string, url: string, range = "") =>
  `@font-face { font-family:"${family}"; src:url(${url}) format("woff2"); font-display:swap; ${range} }`;

/** A line as a marker draws it: no corner is like another. */
const WOBBLE = "255px 18px 225px 16px / 16px 225px 18px 255px";
const WOBBLE_SMALL = "125px 12px 105px 10px / 10px 105px 12px 125px";

/** Paper with dots, ink, and a yellow marker. Letters are large: a TV is three metres away. */
export const sketchStyle = `
${face("Sketch Hand", handMore, "unicode-range:U+0100-02BA,U+1E00-1E9F,U+1EF2-1EFF;")}
${face("Sketch Hand", hand)}
${face("Sketch Marker", marker)}
:root { --ground:#f4eddc; --accent:#c3203a; --accent-ink:#fff; --night:#1f1b2b; --night-ink:#fdf7e8; --radius:14px; --yellow:#ffdf4f; }
.panels { --ink:#1f1b2b; --soft:#5b5468; --paper:#fffdf6; }
.panels body { background:radial-gradient(circle at 1px 1px, #1f1b2b24 1.3px, transparent 1.6px) 0 0 / 26px 26px var(--ground); }
.panels #hud .door { font-family:"Sketch Hand",system-ui,sans-serif; border:3px solid var(--ink); border-radius:${WOBBLE_SMALL}; } .panels .door h1, .panels #hud .door button.go { font-family:"Sketch Marker","Sketch Hand",sans-serif; font-weight:400; }
#place { font-family:"Sketch Hand",system-ui,sans-serif; font-size:20px; background:radial-gradient(circle at 1px 1px, #1f1b2b24 1.3px, transparent 1.6px) 0 0 / 26px 26px var(--ground); }
#place :is(h1,h2,.sk-word,.sk-clock,.sk-answer,.sk-chooses,.sk-code,.code) { font-family:"Sketch Marker","Sketch Hand",sans-serif; font-weight:400; letter-spacing:.01em; }
#place :is(button,input:not([type=checkbox]),textarea) { font-family:inherit; font-weight:400; border:3px solid var(--ink); border-radius:${WOBBLE_SMALL}; }
#place button { box-shadow:3px 4px 0 #1f1b2b33; } #place button.go { border-color:var(--ink); } #place button:active { box-shadow:none; }
#place mark { color:inherit; padding:0 .18em; background:linear-gradient(100deg, transparent 1%, var(--yellow) 3%, var(--yellow) 97%, transparent 99%) 0 55% / 100% 62% no-repeat; }
.sk { width:100%; min-height:0; display:flex; flex-direction:column; }

.sk-top { display:flex; align-items:center; gap:1em; min-height:4em; }
.sk-clock { flex:none; display:inline-grid; place-items:center; width:2.1em; height:2.1em; font-size:1.5em; line-height:1; border:4px solid var(--ink); border-radius:52% 48% 55% 45% / 47% 54% 46% 53%; background:var(--paper); }
.sk-clock.hurry { color:#fff; background:var(--accent); animation:sk-tick 1s infinite; } @keyframes sk-tick { 50% { transform:scale(1.08) rotate(3deg); } }
.sk-word { flex:1; display:flex; flex-wrap:wrap; justify-content:center; gap:.3em 1em; font-size:2.1em; line-height:1.15; text-transform:lowercase; }
.sk-part { display:inline-flex; align-items:flex-end; gap:.12em; position:relative; } .sk-part b { font-weight:400; min-width:.62em; text-align:center; border-bottom:.1em solid transparent; } .sk-part b.open { border-color:var(--ink); min-height:1.15em; } .sk-part b:not(.open) { border-color:#1f1b2b40; } .sk-word.told .sk-part b { border-color:transparent; min-width:0; } .sk-word.told .sk-part { gap:0; }
.sk-part small { font:400 .42em "Sketch Hand",sans-serif; color:var(--soft); margin-left:.4em; } .sk-word.told small { display:none; }
.sk-round { flex:none; color:var(--soft); } .sk-chooses { flex:1; text-align:center; font-size:1.7em; }

.sk-table { flex:1; min-height:0; display:grid; grid-template-columns:minmax(0,1fr) minmax(240px,24%); gap:1.4em; }
.sk-sheet { position:relative; min-height:0; container-type:size; display:grid; place-items:center; }
.sk-paper { position:relative; background:#fff; box-shadow:0 2px 2px #1f1b2b1f, 0 14px 34px #1f1b2b2b; } .sk-paper canvas { display:block; width:100%; }
.sk-sheet .sk-paper { width:min(100cqw - 16px, (100cqh - 26px) * 4 / 3); rotate:-.5deg; }
.sk-sheet .sk-paper::before, .sk-sheet .sk-paper::after { content:""; position:absolute; z-index:1; top:-.6em; width:5em; height:1.5em; background:#f0d98cc9; box-shadow:0 1px 2px #1f1b2b26; } .sk-paper::before { left:-1.4em; rotate:-32deg; } .sk-paper::after { right:-1.4em; rotate:30deg; }
.sk-answer { position:absolute; margin:0; bottom:-.1em; left:50%; translate:-50% 0; rotate:-1.5deg; max-width:96%; white-space:nowrap; font-size:2em; line-height:1.2; text-align:center; background:var(--paper); border:4px solid var(--ink); border-radius:${WOBBLE}; padding:.25em .8em; box-shadow:6px 8px 0 #1f1b2b33; }
.sk-blank { position:absolute; margin:0; color:var(--soft); font-size:1.3em; text-align:center; max-width:60%; }
.sk-side { min-height:0; display:flex; flex-direction:column; gap:.9em; overflow:hidden; }

.sk-seats { text-align:left; list-style:none; margin:0; padding:0; display:flex; flex-direction:column; gap:.3em; }
.sk-seats li { display:flex; align-items:center; gap:.5em; padding:.18em .6em; border-radius:${WOBBLE_SMALL}; border:2.5px solid transparent; }
.sk-seats li.draws { border-color:var(--ink); background:var(--paper); } .sk-seats li.found { background:#bfe6c4; } .sk-seats li.away { opacity:.55; }
.sk-seats i, .sk-scores i { flex:none; width:.85em; height:.85em; border-radius:50%; border:2.5px solid var(--ink); } .sk-seats .name { flex:1; min-width:0; overflow:hidden; text-overflow:ellipsis; white-space:nowrap; } .sk-seats em { font-style:normal; color:var(--soft); font-size:.85em; }
.sk-seats small { color:var(--soft); } .sk-seats .mark { font-weight:400; font-size:.85em; color:var(--soft); } .sk-seats .mark.good { color:#17623a; } .sk-seats .points { font-weight:400; min-width:2.2em; text-align:right; position:relative; } .sk-seats sup { color:#17623a; margin-left:.25em; line-height:0; }
#place .kick { min-height:44px; min-width:44px; padding:0; box-shadow:none; border-width:2px; }
.sk-talk { list-style:none; margin:0; padding:0; flex:1; min-height:0; overflow:hidden; display:flex; flex-direction:column; justify-content:flex-end; gap:.1em; overflow-wrap:anywhere; } .sk-talk b { font-weight:400; color:var(--soft); } .sk-talk .found, .sk-talk .found b { color:#17623a; }

.sk-scores { display:flex; flex-direction:column; justify-content:center; align-items:center; min-height:0; } .sk-scores h1 { font-size:3em; text-align:center; }
.sk-scores ol { text-align:left; list-style:none; margin:0; padding:0; width:min(100%,24em); display:flex; flex-direction:column; gap:.25em; } .sk-scores li { display:flex; align-items:center; gap:.7em; padding:.1em .7em; border-radius:${WOBBLE}; border:3px solid transparent; } .sk-scores li > b:first-child { font-weight:400; color:var(--soft); min-width:2.2em; } .sk-scores .name { flex:1; } .sk-scores .points { font-weight:400; }
.sk-scores .place-1 { font-size:1.7em; background:var(--paper); border-color:var(--ink); } .sk-scores .place-2 { font-size:1.35em; } .sk-scores .place-3 { font-size:1.15em; }

.sk-settings { text-align:left; margin:.6em 0; display:flex; flex-direction:column; gap:.3em; } .sk-settings .row { display:flex; align-items:center; gap:.5em; margin:0; min-height:48px; } .sk-settings .row > :first-child { flex:1; } .sk-settings .row b { font-weight:400; min-width:2.4em; text-align:center; font-size:1.15em; }
#place .sk-settings button { min-width:52px; min-height:48px; padding:.2em .6em; } .sk-settings summary { cursor:pointer; min-height:48px; display:flex; align-items:center; gap:.4em; } .sk-settings summary::before { content:"▸"; } .sk-settings [open] summary::before { content:"▾"; } .sk-settings textarea { width:100%; resize:vertical; } #place .sk-settings .on { background:var(--yellow); }

#place.screen .sk { flex:1; font-size:1.18em; } #place.screen > main { padding:clamp(10px,1.4vw,28px) clamp(16px,2.4vw,48px); } #place.screen .sk-seats { font-size:1.12em; } #place.screen .sk-scores { grid-column:1/-1; font-size:1.5em; } #place.screen .scores > .sk-top { display:none; }
#place.screen > aside { background:transparent; color:var(--ink); } #place.screen > aside button { color:var(--ink); border-color:var(--ink); border-width:2px; box-shadow:none; } #place.screen .code { color:var(--ink); background:linear-gradient(100deg, transparent 1%, var(--yellow) 2%, var(--yellow) 98%, transparent 99%) 0 55% / 100% 60% no-repeat; padding:0 .15em; letter-spacing:.06em; width:fit-content; }
#place.screen[data-invitation=large] > aside { justify-content:center; } #place.screen[data-invitation=large] .way-in .qr { width:min(52vh,40vw); } #place.screen[data-invitation=large] .who ul { font-size:1.6em; }
#place.screen[data-invitation=large] > aside h1 { font:400 clamp(44px,5.4vw,110px)/1 "Sketch Marker"; } #place.screen[data-invitation=bar] > aside { border-bottom:4px solid var(--ink); border-radius:0 0 220px 20px / 0 0 10px 14px; background:var(--paper); } #place.screen[data-invitation=bar] > aside h1 { font-size:1.3em; }
#place.screen .way-in .qr { border:4px solid var(--ink); border-radius:16px; background:#fff; } #place.screen .who li { background:var(--paper); border:3px solid var(--ink); border-radius:${WOBBLE_SMALL}; font-weight:400; } #place.screen .who h2 { font-weight:400; }

.sk-page { flex:1; padding:0 20px 16px; height:calc(100dvh - 60px); } .sk-guess { display:flex; gap:8px; } .sk-guess input { flex:1; min-width:0; } .sk-choices { display:flex; flex-direction:column; gap:16px; align-items:center; justify-content:center; } #place .sk-choices button { font:400 1.9em "Sketch Marker"; padding:.4em 1.2em; min-width:9em; background:var(--paper); } #place .sk-choices button:nth-of-type(odd) { rotate:-1.2deg; } #place .sk-choices button:nth-of-type(even) { rotate:1deg; }
.sk-lobby { flex-direction:row; flex-wrap:wrap; justify-content:center; align-items:flex-start; gap:24px; padding:8px 20px 24px; } .sk-card { flex:1 1 320px; max-width:460px; background:var(--paper); border:4px solid var(--ink); border-radius:${WOBBLE}; padding:22px 26px; display:flex; flex-direction:column; gap:8px; } .sk-card h1 { font-size:3em; rotate:-2deg; } .sk-code { font-size:3.2em; margin:0; line-height:1.1; letter-spacing:.05em; } .sk-qr { width:190px; } .sk-qr .qr { width:100%; display:block; } .sk-card .note { color:var(--soft); margin:0; }
.sk-page .pad-drawing { min-height:0; display:flex; flex-direction:column; gap:10px; container-type:size; align-items:center; justify-content:center; } .sk-page .pad-drawing canvas { width:min(100cqw, (100cqh - 130px) * 4 / 3); background:#fff; touch-action:none; cursor:crosshair; box-shadow:0 2px 2px #1f1b2b1f, 0 14px 34px #1f1b2b2b; } .sk-page .pad-pens { display:flex; gap:8px; width:min(100cqw,640px); }
#place .pad-pens button { flex:1; min-width:0; min-height:50px; padding:0; display:grid; place-items:center; } #place .pad-pens i { background:var(--ink); border-radius:50%; display:block; } #place .pad-pens .pad-color { border:3px solid var(--ink); border-radius:10px 10px 5px 5px; max-width:none; box-shadow:inset 0 -12px 0 #0000002e; } #place .pad-pens button[aria-pressed=true] { outline:none; translate:0 -4px; box-shadow:0 0 0 4px var(--yellow), 0 0 0 7px var(--ink); } #place .pad-pens .pad-color[aria-pressed=true] { translate:0 -9px; }

#place.pad { font-size:19px; } .pad-bar, #hud .notice { font-family:"Sketch Hand",system-ui,sans-serif; font-size:1.1em; } #place.pad :is(.sk-seats,.sk-paper,.sk-scores) { margin-top:.7em; } #place.pad .sk-scores h1 { display:none; } #place.pad .sk-scores .place-1 { font-size:1.4em; } #place.pad .sk-scores .place-2 { font-size:1.2em; } #place.pad .sk-scores li > b:first-child { min-width:1.8em; } #place.pad .pad-head h1 { font-size:1.75em; } #place.pad .pad-head p { font-size:1.1em; } #place.pad .sk-settings .row { color:var(--ink); font-size:1em; margin:0; } #place.pad .sk-settings summary { font-weight:400; }
#place.pad .sk-line { display:flex; align-items:center; gap:.6em; margin:.2em 0 .5em; } #place.pad .sk-word { font-size:1.5em; gap:.2em .6em; } #place.pad .sk-clock { font-size:1.15em; border-width:3px; } #place.pad .sk-paper { box-shadow:0 1px 6px #1f1b2b33; } #place.pad .sk-talk { margin-top:.4em; min-height:0; flex:none; } #place.pad .sk-talk li { white-space:nowrap; overflow:hidden; text-overflow:ellipsis; }
#place.pad .pad-drawing canvas { margin-block:auto; border-radius:0; background:#fff; box-shadow:0 1px 6px #1f1b2b33; } #place.pad .pad-choices { padding:6px 6px 10px 2px; } #place.pad .pad-choices button { flex:1 1 120px; max-height:190px; text-align:center; font:400 1.6em "Sketch Marker"; } #place.pad .pad-choices button:nth-of-type(odd) { rotate:-1deg; } #place.pad .pad-head:has(.sk-settings) { flex:1 1 auto; }
@media (max-width:760px) { .sk-page .sk-table { grid-template-columns:1fr; grid-template-rows:minmax(0,1.4fr) minmax(0,1fr); } .sk-page .sk-word { font-size:1.3em; } .sk-page .sk-round { display:none; } }
@media (prefers-reduced-motion:reduce) { .sk-clock.hurry { animation:none; } }
`;
