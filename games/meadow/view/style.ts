/** Style of the panels of meadow and cave, added to the page's. */
export const style = `
.mw-status { display:flex; gap:.9em; align-items:center; background:var(--glass); color:#fff; border-radius:999px; padding:.4em 1.1em .4em .6em; font-weight:800; white-space:nowrap; font-variant-numeric:tabular-nums; }
.mw-clock { display:flex; gap:.35em; align-items:center; min-width:4.4em; }
.mw-health { position:relative; width:150px; height:1.6em; border-radius:999px; background:rgba(255,255,255,.2); overflow:hidden; display:grid; place-items:center; font-size:.86em; }
.mw-health i { position:absolute; left:0; top:0; bottom:0; background:linear-gradient(#ff8f7a,#e2483f); transition:width .3s; }
.mw-health.warm i { background:linear-gradient(#ffc06a,#f08a2c); }
.mw-health b { position:relative; text-shadow:0 1px 2px rgba(60,0,0,.6); }
.mw-level { background:rgba(255,255,255,.18); border-radius:999px; padding:.1em .7em; font-size:.88em; }
.mw-actions { position:fixed; left:50%; bottom:72px; transform:translateX(-50%); display:flex; gap:10px; }
#hud .mw-actions button { background:rgba(255,250,243,.9); border-radius:18px; padding:.6em 1em; box-shadow:0 3px 12px rgba(60,30,20,.2); white-space:nowrap; }
#hud .mw-actions button.ready { background:#ffe08a; } #hud .mw-actions button.shoot { background:#cc4a24; color:#fff; }
.mw-actions kbd { font:700 .72em system-ui; background:rgba(60,40,60,.16); border-radius:6px; padding:.1em .4em; margin-left:.2em; }
.mw-aim { position:fixed; left:50%; top:-6vh; width:22px; height:22px; margin:-11px; border-radius:50%; border:2px solid rgba(255,255,255,.75); box-shadow:0 0 0 1.5px rgba(40,30,50,.35); }
.mw-aim::after { content:""; position:absolute; left:50%; top:50%; width:4px; height:4px; margin:-2px; border-radius:50%; background:#fff; }
@media (pointer:coarse), (max-width:720px) { .mw-actions kbd { display:none; } .mw-actions { left:auto; right:16px; bottom:184px; transform:none; flex-direction:column-reverse; gap:8px; }
  #hud .mw-actions button { min-height:48px; min-width:84px; background:rgba(255,250,243,.86); } }
@media (max-width:720px) { .mw-status { font-size:.82em; gap:.6em; padding-right:.8em; } .mw-health { width:86px; } .slot:has(.mw-status) { left:10px; transform:none; } .mw-level { display:none; }
  #hud:has(.mw-status) .chat { top:106px; } #hud:has(.mw-status) .corner { top:104px; } #hud:has(.mw-status) .corner:has(.party) ~ .chat { top:144px; } #hud:has(.mw-status) .banner.invitation { top:196px; } }
`;
