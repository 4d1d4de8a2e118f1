/** Colours that text has at least 4.5 times the contrast on, in light and in dark. */
const SHEET = `
:host { all: initial; --accent: #1a5fb4; --on-accent: #fff; --edge: color-mix(in srgb, var(--accent) 65%, var(--ink)); --paper: #fff; --ink: #1d1d1f; --soft: #f0f1f4; --quiet: #5c6066;
  --line: #d7dae0; --bad: #b3261e; color-scheme: light dark; font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
@media (prefers-color-scheme: dark) {
  :host { --paper: #1e1f23; --ink: #ececf1; --soft: #2c2e34; --quiet: #a9adb6; --line: #43464e; --bad: #ff8a80; }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
button, textarea { font: inherit; color: inherit; }
button { cursor: pointer; }
:focus-visible { outline: 3px solid var(--edge); outline-offset: 2px; }
.head :focus-visible { outline-color: var(--on-accent); outline-offset: -2px; }
.launcher, .panel { position: fixed; z-index: 2147483000; }
.launcher { bottom: 20px; width: 56px; height: 56px; border: 0; border-radius: 50%; background: var(--accent);
  color: var(--on-accent); box-shadow: 0 4px 16px rgb(0 0 0 / 30%); display: grid; place-items: center; }
.right .launcher, .right .panel { right: 20px; }
.left .launcher, .left .panel { left: 20px; }
.launcher svg { width: 26px; height: 26px; }
.unread { position: absolute; top: -4px; right: -4px; min-width: 22px; height: 22px; padding: 0 6px; border-radius: 11px;
  background: #b3261e; color: #fff; font-size: 13px; line-height: 22px; font-weight: 600; }
.panel { bottom: 20px; width: 380px; height: min(600px, calc(100dvh - 40px)); display: flex; flex-direction: column;
  background: var(--paper); color: var(--ink); border: 1px solid var(--line); border-radius: 14px; overflow: hidden;
  box-shadow: 0 12px 40px rgb(0 0 0 / 28%); }
.head { display: flex; align-items: center; gap: 8px; padding: 10px 8px 10px 16px; background: var(--accent); color: var(--on-accent); }
.head h2 { flex: 1; margin: 0; font-size: 17px; font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.close { width: 40px; height: 40px; border: 0; border-radius: 8px; background: none; color: inherit; display: grid; place-items: center; }
.close svg { width: 20px; height: 20px; }
.status { padding: 6px 16px; background: var(--soft); color: var(--quiet); font-size: 13px; }
.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 14px; display: flex; flex-direction: column; gap: 8px; }
.entry { max-width: 85%; display: flex; flex-direction: column; gap: 4px; align-self: flex-start; align-items: flex-start; }
.entry:first-child { margin-top: auto; }
.mine { align-self: flex-end; align-items: flex-end; }
.text { padding: 8px 12px; border-radius: 14px 14px 14px 4px; background: var(--soft); white-space: pre-wrap; overflow-wrap: anywhere; }
.mine .text { background: var(--accent); color: var(--on-accent); border-radius: 14px 14px 4px 14px; }
.text a { color: inherit; }
.state { font-size: 12px; color: var(--quiet); display: flex; gap: 8px; align-items: center; }
.failed .state { color: var(--bad); }
.state button { border: 0; padding: 2px 4px; background: none; text-decoration: underline; }
.picture img { display: block; max-width: 100%; max-height: 240px; border-radius: 12px; }
.file { padding: 8px 12px; border: 1px solid var(--line); border-radius: 12px; color: inherit; overflow-wrap: anywhere; }
.caption { font-size: 13px; color: var(--quiet); overflow-wrap: anywhere; }
.choices { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 2px; }
.choices button { min-height: 40px; padding: 6px 14px; border: 1.5px solid var(--edge); border-radius: 20px; background: var(--paper);
  color: var(--ink); text-align: start; overflow-wrap: anywhere; }
.choices button:hover { background: var(--soft); }
.choices small { display: block; color: var(--quiet); }
.note { padding: 4px 0; font-size: 13px; color: var(--quiet); }
.form { display: flex; gap: 8px; align-items: flex-end; padding: 10px; border-top: 1px solid var(--line); }
.form textarea { flex: 1; min-height: 42px; max-height: 140px; padding: 9px 12px; resize: none; border: 1px solid var(--quiet);
  border-radius: 12px; background: var(--paper); line-height: 1.45; field-sizing: content; }
.send { min-height: 42px; padding: 0 16px; border: 0; border-radius: 12px; background: var(--accent); color: var(--on-accent); font-weight: 600; }
.form :disabled { opacity: 0.5; cursor: default; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 480px) {
  .right .panel, .left .panel { inset: 0; width: auto; height: 100dvh; border: 0; border-radius: 0; }
  .form textarea { font-size: 16px; }
}
`;

/** Needs no `unsafe-inline`: a policy for styles is about elements and attributes. */
export function applyStyle(root, host, accent) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(SHEET);
  root.adoptedStyleSheets = [sheet];
  host.style.setProperty('--accent', accent);
  host.style.setProperty('--on-accent', isLight(accent) ? '#1d1d1f' : '#fff');
}

/** Whether dark letters are read better on it (WCAG 2, relative luminance). */
function isLight(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.25;
}
