/** The look of forms, the account's pages and the choice of characters. */
export const accountStyle = `
.top { align-items:flex-start; }
#hud .who { flex:none; max-width:46%; overflow:hidden; text-overflow:ellipsis; white-space:nowrap; background:#fff; box-shadow:0 0 0 2px var(--line); padding:.4em .9em; border-radius:999px; font-size:.92em; }
.panel:has(.sheet) { background:#fffaf3; } .sheet .label { margin-top:.75em; } .sheet .label small { font-weight:600; }
.sheet .row button { flex:none; }
.sheet > button.go { margin-top:1em; }
.hint { color:var(--soft); display:block; margin-top:.25em; } .wrong { color:#b03a1c; font-weight:700; display:block; margin-top:.25em; }
#hud input[aria-invalid=true] { border-color:#d4552f; }
.panel p.problem { background:#ffe4dc; color:#9b3015; border-radius:14px; padding:.6em .8em; margin:.9em 0 0; font-weight:700; }
.panel p.aside { background:#fff3d6; border-radius:14px; padding:.6em .8em; color:#6b4d16; }
#hud .provider { width:100%; margin-top:1em; background:#fff; box-shadow:0 0 0 2px var(--line); padding:.75em 1em; border-radius:18px; }
.ways { justify-content:space-between; margin-top:1em !important; } #hud .ways button { background:none; color:#a8452a; padding:.4em .3em; text-decoration:underline; text-underline-offset:3px; }
.list { display:grid; gap:6px; margin-top:1em; } #hud .list button { text-align:left; background:#fff; }
.cast { display:flex; gap:7px; overflow-x:auto; padding:4px; margin:0 -4px; scrollbar-width:thin; }
#hud .cast button { flex:0 0 auto; width:78px; padding:.4em .3em .45em; font-size:.82em; display:grid; justify-items:center; gap:3px; }
#hud .cast button svg { height:34px; } .cast button span { width:100%; overflow:hidden; text-overflow:ellipsis; white-space:nowrap; }
#hud .cast button[aria-checked=true] { background:#fff; box-shadow:0 0 0 3px var(--sun); }
#hud .cast .new b { font-size:1.7em; line-height:34px; height:34px; color:var(--sun); }
.card p.cast-ways { flex-wrap:wrap; margin:.3em 0 0; font-size:.88em; color:var(--soft); }
#hud button.quiet { background:none; padding:.25em .2em; font-weight:600; color:var(--soft); text-decoration:underline; text-underline-offset:3px; }
@media (max-width:720px) { .over:has(.sheet) { place-items:end stretch; padding:0; } .over:has(.sheet) .panel { width:100%; border-radius:26px 26px 0 0; padding:18px 18px calc(18px + env(safe-area-inset-bottom)); } #hud input { font-size:16px; } }
`;
