// Colours whose contrast a test computes: text against what it stands on, and marks against what is around.

/** The button that goes on, from top to bottom; its text is white. */
export const GO = ["#cc4a24", "#c8441f"] as const;
/** Ground of the own name; the name is white. */
export const OWN_NAME = "#c8441f";
/** Ring about what has the focus; on dark ground its white rim is seen. */
export const FOCUS = "#1864ab";
export const FOCUS_RIM = "#ffffff";
/** Ground of cards and panels. */
export const PAPER = "#fffaf3";
/** Ground of pills over the world. */
export const GLASS = "#281e34";

/** The look of the HUD. A string, so that the published package needs no CSS step in a builder's project. */
export const style = `
:root { --ink:#33283f; --soft:#6d6178; --paper:rgba(255,250,243,.93); --line:rgba(90,60,40,.14); --sun:#ff7a59; --sun-deep:#e85f3e; --leaf:#3fa37a;
  --go:${GO[1]}; --glass:rgba(40,30,52,.56); --shadow:0 10px 34px rgba(80,40,20,.22); font-family:'Nunito','Segoe UI','DejaVu Sans',system-ui,sans-serif; }
* { box-sizing:border-box; }
body { overflow:hidden; color:var(--ink); -webkit-tap-highlight-color:transparent; overscroll-behavior:none; }
#stage { position:fixed; inset:0; width:100%; height:100%; display:block; touch-action:none; outline:none; }
#hud { position:fixed; inset:0; pointer-events:none; font-size:15px; line-height:1.35;
  padding:env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left); }
#hud :is(button,input,select,a,.card,.panel,.pill,.touchpad) { pointer-events:auto; }
#hud button { font:inherit; color:inherit; cursor:pointer; border:0; border-radius:14px; background:rgba(90,60,40,.09); padding:.55em .9em; font-weight:700;
  transition:transform .12s, background .15s; }
#hud button:hover { background:rgba(90,60,40,.16); }
#hud button:active { transform:scale(.96); }
#hud button:disabled { opacity:.5; cursor:default; }
#hud :is(button,input,select,a,summary):focus-visible { outline:3px solid ${FOCUS}; outline-offset:2px; box-shadow:0 0 0 2px ${FOCUS_RIM}, 0 0 0 7px ${FOCUS_RIM}; }
#hud input:not([type=range],[type=checkbox]), #hud select { font:inherit; color:inherit; width:100%; border:2px solid var(--line); border-radius:14px; background:#fff; padding:.6em .8em; min-width:0; }
#hud button.go { background:linear-gradient(${GO[0]},${GO[1]}); color:#fff; font-size:1.2em; padding:.75em 1em; width:100%; border-radius:18px; box-shadow:0 5px 0 #9c3414, 0 12px 22px rgba(232,95,62,.3); }
#hud button.go:hover { background:${GO[1]}; }
#hud button.go:active { transform:translateY(4px); box-shadow:0 1px 0 #9c3414; }
.card, .panel { background:var(--paper); border-radius:26px; box-shadow:var(--shadow); }
.card h1 { margin:0; font-size:2.15em; letter-spacing:-.02em; line-height:1; }
.card h1 b { color:var(--sun); }
.card p, .panel p { margin:.35em 0; color:var(--soft); }
.row { display:flex; gap:.5em; align-items:center; }
.grow { flex:1; min-width:0; }
.label { display:block; font-weight:800; font-size:.8em; margin:.9em 0 .35em; color:var(--soft); letter-spacing:.02em; }
.door { position:absolute; left:clamp(16px,5vw,72px); top:50%; transform:translateY(-50%); width:min(400px,calc(100vw - 32px)); max-height:calc(100% - 32px); overflow:auto; padding:26px 26px 22px; scrollbar-width:thin; }
.swatches { display:grid; grid-template-columns:repeat(10,1fr); justify-items:center; }
#hud .swatches button { width:29px; height:29px; padding:0; border-radius:50%; border:3px solid #fff; box-shadow:0 1px 5px rgba(60,30,20,.25); }
#hud .swatches button[aria-checked=true] { box-shadow:0 0 0 3px var(--ink); transform:scale(1.1); }
.shapes { display:grid; grid-template-columns:repeat(4,1fr); gap:7px; }
#hud .shapes button { padding:.35em 0 .4em; font-size:.85em; }
#hud .shapes button svg { display:block; margin:0 auto 2px; height:30px; }
#hud .shapes button[aria-checked=true] { background:#fff; box-shadow:0 0 0 3px var(--sun); }
.rooms { display:grid; gap:6px; margin:0; padding:0; list-style:none; }
#hud .rooms button { width:100%; display:flex; gap:.6em; align-items:center; text-align:left; padding:.5em .75em; background:#fff; }
#hud .rooms button.look { width:auto; flex:none; padding:.5em .8em; } .rooms small, .count { color:var(--soft); font-weight:600; font-variant-numeric:tabular-nums; white-space:nowrap; }
.dot { width:9px; height:9px; border-radius:50%; background:var(--leaf); flex:none; }
.full { margin-top:.6em; } .card p.problem { background:#ffe4dc; color:#9b3015; border-radius:14px; padding:.6em .8em; margin:1.2em 0 0; font-weight:700; }
details summary.label { display:list-item; list-style-position:inside; }
details summary { cursor:pointer; font-weight:800; color:var(--soft); padding:.3em 0; border-radius:8px; }
.pill { background:var(--glass); color:#fff; border-radius:999px; padding:.42em .85em; font-weight:700; white-space:nowrap; }
#hud .bar button { background:var(--glass); color:#fff; border-radius:999px; padding:.42em .8em; min-width:2.4em; min-height:2.4em; }
#hud .bar button:hover { background:rgba(40,30,52,.75); }
.bar { position:absolute; top:12px; display:flex; gap:8px; align-items:center; }
.bar.left { left:12px; } .bar.right { right:12px; }
#hud .bar .rates { font-size:.8em; font-weight:600; opacity:.95; font-variant-numeric:tabular-nums; white-space:nowrap; }
.rates-panel { background:rgba(32,25,44,.78); color:#fff; border-radius:16px; padding:.7em 1em; font-size:.82em; max-width:min(385px,calc(100vw - 24px)); pointer-events:auto; }
.rates-panel dl { margin:0; display:grid; gap:.15em; } .rates-panel dl div { display:flex; justify-content:space-between; gap:1.6em; } .rates-panel dt { opacity:.75; } .rates-panel dd { margin:0; font-weight:700; font-variant-numeric:tabular-nums; }
.rates-panel pre { margin:.7em 0 0; padding-top:.6em; border-top:1px solid rgba(255,255,255,.2); font:11px/1.5 ui-monospace,'DejaVu Sans Mono',monospace; white-space:pre-wrap; overflow-wrap:anywhere; }
.feed { position:absolute; right:12px; bottom:72px; margin:0; padding:0; list-style:none; display:flex; flex-direction:column; gap:4px; align-items:flex-end; max-width:min(330px,60vw); }
.feed li { background:var(--glass); color:#fff; border-radius:14px; padding:.32em .8em; font-size:.92em; font-weight:700; animation:arrive .25s ease-out; } .feed b { color:#ffe08a; }
@keyframes arrive { from { opacity:0; transform:translateY(8px); } }
.console { position:absolute; left:50%; top:60px; transform:translateX(-50%); width:min(640px,calc(100vw - 24px)); background:rgba(26,20,38,.95); color:#f3ecff; border-radius:18px; padding:10px 12px 12px; box-shadow:var(--shadow); pointer-events:auto; display:flex; flex-direction:column; gap:8px; }
.console header { display:flex; gap:6px; align-items:center; } .console header b { flex:1; padding-left:.3em; } #hud .console header button { background:rgba(255,255,255,.12); padding:.3em .8em; min-height:34px; min-width:36px; }
.console ul { margin:0; padding:2px 4px; list-style:none; max-height:min(38vh,320px); overflow:auto; font:13px/1.5 ui-monospace,'DejaVu Sans Mono',monospace; white-space:pre-wrap; overflow-wrap:anywhere; scrollbar-width:thin; user-select:text; }
.console li.given { color:#ffd9a8; margin-top:.35em; } .console li.refused { color:#ff9d8a; }
#hud .console input { background:rgba(255,255,255,.1); border-color:rgba(255,255,255,.22); color:#fff; font:16px ui-monospace,'DejaVu Sans Mono',monospace; border-radius:12px; padding:.5em .7em; } .console input::placeholder { color:rgba(255,255,255,.45); }
.offers { display:flex; flex-wrap:wrap; gap:6px; max-height:118px; overflow:auto; } #hud .offers button { background:rgba(255,255,255,.12); font:600 13px ui-monospace,'DejaVu Sans Mono',monospace; padding:.45em .7em; min-height:34px; }
.slot { position:absolute; pointer-events:none; }
.slot.top { top:62px; left:50%; transform:translateX(-50%); } .slot.side { right:12px; top:66px; } .slot.center { left:50%; top:42%; transform:translate(-50%,-50%); }
.banner { position:absolute; top:64px; left:50%; transform:translateX(-50%); background:#fff6e0; color:#7a4a10; border-radius:999px; padding:.6em 1.2em; font-weight:800; box-shadow:var(--shadow); display:flex; gap:.7em; align-items:center; max-width:calc(100vw - 24px); }
.spin { width:1em; height:1em; border:3px solid #f0c78a; border-top-color:#b9701a; border-radius:50%; animation:spin 1s linear infinite; flex:none; }
@keyframes spin { to { transform:rotate(1turn); } }
#hud .banner.outdated button { background:#7a4a10; color:#fff; padding:.4em .9em; }
.banner.invitation { top:112px; border-radius:22px; flex-wrap:wrap; justify-content:center; } #hud .banner.invitation button { background:#7a4a10; color:#fff; padding:.4em .9em; } #hud .banner.invitation button + button { background:rgba(122,74,16,.15); color:inherit; }
.corner { position:absolute; left:12px; top:62px; display:flex; flex-direction:column; gap:10px; align-items:flex-start; }
.party { display:flex; flex-direction:column; gap:4px; align-items:flex-start; pointer-events:auto; }
#hud .party button { background:var(--glass); color:#fff; border-radius:999px; padding:.3em .75em; display:flex; gap:.45em; align-items:center; font-weight:600; max-width:200px; }
.party b { overflow:hidden; text-overflow:ellipsis; white-space:nowrap; } .party small { opacity:.75; white-space:nowrap; } #hud .party .gone { opacity:.55; }
.choices { display:flex; gap:4px; margin:3px 0 0 10px; } #hud .choices button { background:rgba(255,250,243,.94); color:var(--ink); font-size:.85em; }
.people { max-height:50vh; overflow:auto; } .people li { flex-wrap:wrap; justify-content:flex-end; padding:.3em 0; border-bottom:1px solid var(--line); } .people b.grow { flex:1 0 auto; } #hud .people button { width:auto; background:rgba(90,60,40,.09); }
.veil { position:absolute; inset:0; padding:0 1.2em; text-align:center; background:#211a2c; color:#ffe9cf; display:grid; place-items:center; font-size:1.5em; font-weight:800; opacity:0; pointer-events:none; transition:opacity .25s; } .veil.drawn { opacity:1; }
.notice { position:absolute; z-index:4; top:112px; left:50%; transform:translateX(-50%); background:var(--glass); color:#fff; border-radius:16px; padding:.5em 1em; font-weight:700; max-width:calc(100vw - 24px); text-align:center; }
.chat { position:absolute; left:12px; bottom:12px; width:min(350px,calc(100vw - 24px)); display:flex; flex-direction:column; gap:8px; }
.lines { display:flex; flex-direction:column; gap:4px; max-height:190px; overflow:auto; scrollbar-width:none; mask-image:linear-gradient(transparent,#000 22px); padding-top:20px; margin:0; list-style:none; padding-left:0; }
.lines li { background:var(--glass); color:#fff; border-radius:14px; padding:.32em .75em; width:fit-content; max-width:100%; overflow-wrap:anywhere; font-size:.93em; }
.lines li b { color:#ffd9a8; margin-right:.45em; }
.lines li.own b { color:#ffb39d; }
.lines li.to-whisper { background:rgba(94,44,112,.78); } .lines li.to-party { background:rgba(24,88,92,.8); } .lines li.to-whisper b { color:#f3c4ff; } .lines li.to-party b { color:#9ff0dd; } .lines li.to-announcement { background:#7a4a10; } .lines small { opacity:.75; margin-left:.5em; white-space:nowrap; }
.chat form { display:flex; gap:6px; } #hud .chat select { width:auto; max-width:38%; flex:none; border-radius:999px; border-color:transparent; font-weight:700; color:#fff; background:#5a4c68; padding:.5em .7em; font-size:16px; text-overflow:ellipsis; } #hud .chat select.to-party { background:#1b6d70; } #hud .chat select.to-whisper { background:#74378a; }
#hud .chat input { background:rgba(255,250,243,.94); border-radius:999px; }
.emotes { position:absolute; right:12px; bottom:12px; display:flex; gap:6px; }
#hud .emotes button { width:46px; height:46px; padding:0; border-radius:50%; background:rgba(255,250,243,.9); box-shadow:0 3px 10px rgba(60,30,20,.18); position:relative; }
.emotes img { width:30px; height:30px; display:block; margin:auto; }
.emotes kbd { position:absolute; right:-1px; bottom:-3px; font:700 10px system-ui; background:var(--glass); color:#fff; border-radius:6px; padding:0 4px; }
.over { position:absolute; inset:0; z-index:3; display:grid; place-items:center; background:rgba(50,30,40,.32); pointer-events:auto; padding:16px; }
.panel { width:min(470px,100%); max-height:100%; overflow:auto; padding:22px 24px; }
.pages { flex-wrap:wrap; gap:6px; margin-top:.9em; } #hud .pages button { flex:1 1 auto; }
.overlay-tabs { display:flex; gap:4px; overflow-x:auto; scrollbar-width:none; margin:0 0 .8em; border-bottom:2px solid var(--line); }
#hud .overlay-tabs button { flex:none; background:none; border-radius:12px 12px 0 0; padding:.5em .8em; min-height:44px; color:var(--soft); } #hud .overlay-tabs button[aria-selected=true] { color:var(--ink); box-shadow:inset 0 -3px var(--go); }
.waiting { display:inline-block; min-width:1.5em; margin-left:.35em; padding:0 .35em; border-radius:1em; background:#b3261e; color:#fff; font:700 .72em/1.5 system-ui; text-align:center; }
.panel h2 { margin:0 0 .5em; font-size:1.4em; display:flex; justify-content:space-between; align-items:center; }
.sanction { margin:.6em 0 1em; } .sanction div { display:flex; gap:.8em; padding:.3em 0; } .sanction dt { flex:none; width:6em; color:var(--soft); } .sanction dd { margin:0; overflow-wrap:anywhere; font-weight:700; }
.standing { background:#fff; border:2px solid #b3261e; border-radius:16px; padding:.7em 1em; margin:.6em 0; }
#hud textarea { font:inherit; color:inherit; width:100%; border:2px solid var(--line); border-radius:14px; background:#fff; padding:.6em .8em; resize:vertical; pointer-events:auto; user-select:text; }
.keys { display:grid; grid-template-columns:auto 1fr; gap:.55em 1em; margin:0; align-items:center; }
.keys dt { display:flex; gap:4px; flex-wrap:wrap; } .keys dd { margin:0; color:var(--soft); }
.keys kbd { background:#fff; border:1px solid var(--line); border-bottom-width:3px; border-radius:8px; padding:.12em .5em; font:700 .85em system-ui; }
.setting { display:flex; align-items:center; gap:1em; padding:.5em 0; border-bottom:1px solid var(--line); }
.setting > span { flex:1; font-weight:700; } .setting input[type=range] { width:150px; accent-color:var(--sun); } .setting input[type=checkbox] { width:22px; height:22px; accent-color:var(--sun); }
#hud .setting select { width:auto; padding:.3em .6em; }
code.big { font:800 1.15em ui-monospace,'DejaVu Sans Mono',monospace; letter-spacing:.06em; background:#fff; border-radius:12px; padding:.4em .7em; user-select:all; overflow-wrap:anywhere; }
.share-code .qr { width:132px; flex:none; border-radius:12px; }
.touchpad { position:absolute; left:0; bottom:0; width:56%; height:46%; touch-action:none; }
.stick { position:absolute; width:118px; height:118px; border-radius:50%; background:rgba(255,250,243,.26); border:2px solid rgba(255,255,255,.5); left:22px; bottom:84px; }
.knob { position:absolute; left:50%; top:50%; width:54px; height:54px; margin:-27px; border-radius:50%; background:rgba(255,250,243,.9); box-shadow:0 3px 12px rgba(60,30,20,.25); }
.thumbs { position:absolute; right:20px; bottom:88px; display:flex; gap:14px; align-items:flex-end; touch-action:none; }
#hud .thumbs button { width:64px; height:64px; border-radius:50%; padding:0; background:rgba(255,250,243,.82); box-shadow:0 3px 12px rgba(60,30,20,.2); touch-action:none; user-select:none; }
#hud .thumbs button.big { width:82px; height:82px; background:${GO[0]}; color:#fff; }
.watch { position:absolute; right:12px; bottom:12px; display:flex; flex-direction:column; gap:6px; align-items:center; max-width:calc(100vw - 20px); pointer-events:none; }
.watch .row { gap:6px; } #hud .watch button { background:rgba(255,250,243,.94); color:var(--ink); border-radius:999px; min-height:44px; min-width:44px; padding:.4em .9em; white-space:nowrap; box-shadow:0 3px 10px rgba(60,30,20,.18); }
.watch .followed { min-width:92px; max-width:min(220px,26vw); overflow:hidden; text-overflow:ellipsis; text-align:center; padding:.68em .9em; } #hud .watch button.seat, #hud .bar button.seat { background:${GO[1]}; color:#fff; } #hud .watch button.seat:disabled { background:#5a4c68; opacity:1; }
.hidden-text { position:absolute; width:1px; height:1px; overflow:hidden; clip-path:inset(50%); white-space:nowrap; }
@media (max-width:720px) {
  .door { left:0; right:0; top:auto; bottom:0; transform:none; width:100%; max-height:66%; border-radius:26px 26px 0 0; padding:18px 18px 20px; }
  .card h1 { font-size:1.6em; }
  #hud .swatches button { width:27px; height:27px; }
  .label { margin:.65em 0 .3em; }
  .chat { bottom:auto; top:60px; width:min(290px,calc(100vw - 90px)); } .lines { max-height:120px; }
  .chat.closed .lines { max-height:90px; }
  .emotes { flex-direction:column; bottom:auto; top:62px; }
  #hud .emotes button { width:42px; height:42px; } .emotes kbd { display:none; }
  .bar { gap:6px; } #hud .bar button { padding:.42em .6em; }
  .corner { top:58px; } .party { flex-direction:row; flex-wrap:wrap; max-width:calc(100vw - 90px); font-size:.85em; } .corner:has(.party) ~ .chat { top:98px; }
  .watch { left:0; right:0; bottom:auto; top:58px; margin:auto; } .watch ~ .chat { top:152px; } .watch .row { gap:4px; } #hud .watch button { padding:.4em .65em; font-size:.93em; } .watch .followed { min-width:64px; padding:.68em .6em; }
  .rates-panel { position:fixed; left:12px; bottom:212px; } .feed { right:auto; left:12px; bottom:212px; align-items:flex-start; max-width:calc(100vw - 130px); } .corner:has(.rates-panel) ~ .feed { bottom:auto; top:250px; }
  .console { top:56px; } .console ul { max-height:30vh; } .banner.invitation { top:150px; }
  .banner { top:110px; font-size:.92em; } .rates .wide { display:none; }
}
/* A phone that lies on its side: what is to be pressed stays in sight, and nothing lies over it. */
@media (max-height:480px) and (min-width:561px) {
  .door { padding:14px 22px 0; max-height:calc(100% - 16px); } .card h1 { font-size:1.5em; } .label { margin:.5em 0 .25em; }
  #hud .door button.go { position:sticky; bottom:12px; margin-bottom:14px; padding:.55em 1em; z-index:1; }
  .slot.top { top:54px; } .notice { top:96px; } .lines { max-height:110px; } .over { padding:8px; } .panel { padding:14px 20px; }
}
@media (max-width:430px) { #hud .bar .rates { display:none; } .overlay-tabs { gap:0; margin-inline:-12px; } #hud .overlay-tabs button { padding:.5em .42em; } }
@media (prefers-reduced-motion:reduce) { #hud * { animation-duration:4s !important; transition:none !important; } }
`;
