// Colours whose contrast a test computes.

/** Text, and text of less weight, on the ground and on paper. */
export const INK = "#2f2439";
export const SOFT = "#5d5169";
/** What lies behind everything. */
export const GROUND = "#ffeedd";
/** Ground of cards and fields. */
export const SHEET = "#fffaf3";
/** Ground of the button that goes on, and its text. */
export const ACCENT = "#c03f1c";
export const ACCENT_INK = "#ffffff";
/** For what is right and wrong. */
export const GOOD = "#1d6b4d";
export const BAD = "#a3281a";
/** Ground of the bar of a pad and of the side of a screen, and its text. */
export const NIGHT = "#2f2439";
export const NIGHT_INK = "#fff3e2";

/** A room code on a screen. */
export const CODE = "#ffcf8f";

/**
 * The base look of panel games. Selectors have no weight beyond their elements, so that the CSS of a game
 * wins by an element and a class.
 */
export const placeStyle = `
:root { --ground:${GROUND}; --accent:${ACCENT}; --accent-ink:${ACCENT_INK}; --good:${GOOD}; --bad:${BAD}; --radius:18px; --night:${NIGHT}; --night-ink:${NIGHT_INK}; }
.panels { --ink:${INK}; --soft:${SOFT}; --paper:${SHEET}; --glass:${NIGHT}; }
.panels, .panels body { background:var(--ground); }
.short { display:flex; flex-direction:column; gap:.5em; } .short h1 { line-height:1.2; } .short p:not([hidden]) { margin:0; display:flex; align-items:center; gap:.6em; } .short .label { font-size:.9em; margin:.4em 0; } .short .go { min-height:64px; } #hud .short .code-field { font:800 1.3em ui-monospace,'DejaVu Sans Mono',monospace; letter-spacing:.08em; text-transform:uppercase; } .short .code-field::placeholder { letter-spacing:0; text-transform:none; font:500 .8em system-ui,sans-serif; color:var(--soft); }
.panels #hud :is(.door,.panel) { background:var(--paper); color:var(--ink); border-radius:calc(var(--radius) + 6px); } .panels .door h1 b { color:var(--accent); }
.panels #hud :is(.door,.panel) button { background:color-mix(in srgb, var(--ink) 10%, transparent); } .panels #hud :is(.door,.panel) button:hover { background:color-mix(in srgb, var(--ink) 18%, transparent); }
.panels #hud :is(.door,.panel) button.go { background:var(--accent); color:var(--accent-ink); border-radius:var(--radius); box-shadow:0 5px 0 color-mix(in srgb, var(--accent) 60%, #000); } .panels #hud :is(.door,.panel) button.go:hover { background:color-mix(in srgb, var(--accent) 90%, var(--accent-ink)); } .panels #hud :is(.door,.panel) button.go:active { box-shadow:none; }
.panels #hud :is(.door,.panel) :is(input:not([type=range],[type=checkbox]),select,code) { background:var(--ground); color:var(--ink); border-color:color-mix(in srgb, var(--ink) 30%, transparent); } .panels #hud .door input::placeholder { color:var(--soft); opacity:1; }
.panels #hud .rooms button { background:var(--ground); color:var(--ink); } .panels #hud .shapes button[aria-checked=true] { background:var(--ground); box-shadow:0 0 0 3px var(--accent); } .panels #hud .swatches button { background-clip:padding-box; } .panels #hud .swatches button[aria-checked=true] { box-shadow:0 0 0 3px var(--ink); }
.panels .door:not(.short) { left:50%; transform:translate(-50%,-50%); }
#place { position:fixed; inset:0; display:flex; flex-direction:column; overflow:auto; background:var(--ground); color:var(--ink); font-size:17px; line-height:1.4;
  padding:env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left); }
#place[inert] { opacity:.55; transition:opacity .3s; }
#place.page { padding-top:calc(env(safe-area-inset-top) + 60px); }
#place.pad { padding-top:calc(env(safe-area-inset-top) + 48px); overflow:hidden; overscroll-behavior:none; touch-action:manipulation; user-select:none; -webkit-user-select:none; -webkit-touch-callout:none; }
:where(#place) :where(h1,h2,h3) { margin:0 0 .4em; line-height:1.15; letter-spacing:-.01em; text-wrap:balance; }
:where(#place) :where(p,ul,ol) { margin:0 0 .8em; }
:where(#place) :where(button) { font:inherit; font-weight:800; color:var(--ink); cursor:pointer; border:2px solid color-mix(in srgb, var(--ink) 18%, transparent); border-radius:var(--radius); background:var(--paper); padding:.65em 1em; min-height:48px; touch-action:manipulation; transition:transform .1s, background .15s; }
:where(#place) :where(button:hover) { background:color-mix(in srgb, var(--paper) 88%, var(--ink)); }
:where(#place) :where(button:active) { transform:scale(.97); }
:where(#place) :where(button:disabled) { opacity:.5; cursor:default; transform:none; }
:where(#place) :where(button.go) { background:var(--accent); color:var(--accent-ink); border-color:transparent; }
:where(#place) :where(input:not([type=range],[type=checkbox],[type=color]),select,textarea) { font:inherit; font-size:max(1em,16px); color:var(--ink); background:#fff; border:2px solid color-mix(in srgb, var(--ink) 30%, transparent); border-radius:var(--radius); padding:.6em .8em; min-height:48px; min-width:0; user-select:text; -webkit-user-select:text; }
:where(#place) :where(button,input,select,textarea,a):focus-visible { outline:3px solid #1864ab; outline-offset:2px; box-shadow:0 0 0 2px #fff; }
:where(#place) :where(.paper) { background:var(--paper); border-radius:calc(var(--radius) + 6px); padding:20px 22px; width:min(640px,calc(100% - 32px)); margin:0 auto 16px; box-shadow:0 8px 26px rgba(80,40,20,.12); }
#place.screen { display:grid; grid-template:1fr / 1fr minmax(270px,24vw); overflow:hidden; font-size:clamp(18px,1.35vw,30px); padding:0; }
#place.screen > main { grid-area:1/1; min-width:0; min-height:0; overflow:hidden; display:flex; flex-direction:column; padding:clamp(16px,2.4vw,48px); }
#place.screen > aside { grid-area:1/2; background:var(--night); color:var(--night-ink); display:flex; flex-direction:column; gap:1.1em; padding:1.3em; min-height:0; }
#place.screen > aside header { display:flex; justify-content:space-between; align-items:center; gap:.6em; }
#place.screen > aside h1 { font-size:1.35em; margin:0; }
#place.screen > aside button { background:transparent; color:var(--night-ink); border:2px solid color-mix(in srgb, var(--night-ink) 45%, transparent); font-size:.72em; min-height:36px; padding:.3em .8em; }
.way-in { display:grid; gap:.7em; justify-items:start; }
.way-in .qr { width:100%; max-width:min(100%,38vh); border-radius:14px; display:block; }
.way-in p { margin:0; overflow-wrap:anywhere; } .way-in .only-here { font-size:.68em; opacity:.85; margin-top:.4em; }
.way-in .code { display:block; font:800 3.1em/1.1 ui-monospace,'DejaVu Sans Mono',monospace; letter-spacing:.1em; color:${CODE}; }
.who { min-height:0; display:flex; flex-direction:column; } .who h2 { font-size:1em; opacity:.85; margin:0 0 .4em; }
.who ul { list-style:none; margin:0; padding:0; display:flex; flex-wrap:wrap; gap:.4em; overflow:hidden; align-content:flex-start; }
.who li { display:flex; gap:.45em; align-items:center; font-weight:800; background:color-mix(in srgb, var(--night-ink) 13%, transparent); border-radius:999px; padding:.22em .8em .22em .5em; max-width:100%; }
.who li span { overflow:hidden; text-overflow:ellipsis; white-space:nowrap; } .who li.away { opacity:.6; } .who small { font-weight:600; opacity:.85; }
.who i, .pad-bar i { width:.75em; height:.75em; border-radius:50%; flex:none; box-shadow:0 0 0 2px #fff6; }
#place.screen[data-invitation=large] > main { display:none; }
#place.screen[data-invitation=large] { grid-template:1fr / 1fr; } #place.screen[data-invitation=large] > aside { grid-area:1/1; padding:clamp(20px,4vw,80px); gap:2em; }
#place.screen[data-invitation=large] h1 { font-size:2.2em; } #place.screen[data-invitation=large] .way-in { grid-template-columns:auto 1fr; gap:2.2em; align-items:center; font-size:1.25em; }
#place.screen[data-invitation=large] .way-in .qr { width:min(46vh,36vw); max-width:none; } #place.screen[data-invitation=large] .code { font-size:min(15vh,11vw); }
#place.screen[data-invitation=large] .who ul { font-size:1.25em; }
#place.screen[data-invitation=bar] { grid-template:auto 1fr / 1fr; } #place.screen[data-invitation=bar] > main { grid-area:2/1; }
#place.screen[data-invitation=bar] > aside { grid-area:1/1; flex-direction:row; align-items:center; padding:.5em 1.2em; gap:1.4em; } #place.screen[data-invitation=bar] header { order:3; margin-left:auto; }
#place.screen[data-invitation=bar] :is(.qr,.who,.only-here) { display:none; } #place.screen[data-invitation=bar] .way-in > div { display:flex; gap:.8em; align-items:baseline; } #place.screen[data-invitation=bar] .code { font-size:1.7em; }
#place.screen[data-invitation=none] { grid-template:1fr / 1fr; } #place.screen[data-invitation=none] > aside { display:none; }
@media (max-width:900px) and (orientation:portrait) { #place.screen:not([data-invitation=bar],[data-invitation=none]) { grid-template:1fr auto / 1fr; } #place.screen[data-invitation=side] > aside { grid-area:2/1; } #place.screen[data-invitation=side] .way-in { grid-template-columns:auto 1fr; align-items:center; } #place.screen[data-invitation=side] .qr { width:110px; } }
@media (max-height:480px) { #place.screen > aside { gap:.5em; padding:.8em 1em; font-size:.86em; } .way-in .qr { max-width:24vh; } .way-in .only-here { display:none; } .way-in .code { font-size:2.2em; } }
.pad-bar { position:absolute; top:0; left:0; right:0; height:calc(env(safe-area-inset-top) + 48px); padding:env(safe-area-inset-top) calc(env(safe-area-inset-right) + 8px) 0 calc(env(safe-area-inset-left) + 16px); background:var(--night,${NIGHT}); color:var(--night-ink,${NIGHT_INK}); display:flex; align-items:center; gap:.6em; pointer-events:auto; }
.pad-bar b { flex:1; min-width:0; overflow:hidden; text-overflow:ellipsis; white-space:nowrap; } .pad-bar span { font:700 1em ui-monospace,'DejaVu Sans Mono',monospace; letter-spacing:.08em; opacity:.9; }
#hud .pad-bar button { background:none; color:inherit; min-width:48px; min-height:44px; padding:0; font-size:1.2em; }
.panels .notice { background:var(--night); color:var(--night-ink); } .panels .banner { top:56px; z-index:1; width:max-content; } .panels .notice { top:104px; z-index:1; width:max-content; }
.panels .feed { top:152px; bottom:auto; left:50%; right:auto; transform:translateX(-50%); align-items:center; z-index:1; } .panels .chat { z-index:1; left:auto; right:12px; top:60px; bottom:auto; background:var(--paper); border-radius:var(--radius); padding:12px; box-shadow:0 10px 34px rgba(80,40,20,.22); } .panels .chat input { border-color:color-mix(in srgb, var(--ink) 30%, transparent); }
`;
