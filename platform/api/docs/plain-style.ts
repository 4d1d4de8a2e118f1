/** The one style sheet of pages that are not built: light and dark, a phone's width and a wide one. */
export const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --soft: color-mix(in srgb, currentColor 6%, transparent); --link: light-dark(#0b5fb0, #7db8f5); }
* { box-sizing: border-box; }
body { font: 1rem/1.6 system-ui, sans-serif; margin: 0; }
a { color: var(--link); }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; background: Canvas; padding: 0.5rem; z-index: 1; }
header { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; justify-content: space-between; padding: 0.6rem 1.25rem; border-bottom: 1px solid var(--line); }
.home { font-weight: 700; text-decoration: none; color: inherit; font-size: 1.15rem; }
header form { display: flex; gap: 0.4rem; flex: 0 1 24rem; }
input, button { font: inherit; padding: 0.35rem 0.6rem; border: 1px solid var(--line); border-radius: 0.4rem; background: transparent; color: inherit; min-height: 2.5rem; }
input { flex: 1; min-width: 0; }
.columns { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
main { min-width: 0; padding-bottom: 4rem; overflow-wrap: break-word; }
h1 { font-size: 1.8rem; line-height: 1.25; margin: 1.5rem 0 1rem; }
h2 { font-size: 1.35rem; margin: 2.2rem 0 0.6rem; }
h3 { font-size: 1.1rem; margin: 1.6rem 0 0.4rem; }
h1, h2, h3 { scroll-margin-top: 1rem; }
h1:target, h2:target, h3:target, p:has(> a:target) + * { background: light-dark(#fff3b8, #4a3f00); }
.anchor { color: inherit; text-decoration: none; }
.anchor:hover { text-decoration: underline; }
code { font: 0.9em ui-monospace, monospace; background: var(--soft); padding: 0.1em 0.25em; border-radius: 0.25rem; }
pre { padding: 0.75rem 1rem; border: 1px solid var(--line); border-radius: 0.5rem; overflow-x: auto; line-height: 1.45; }
pre code { background: none; padding: 0; overflow-wrap: normal; }
.table { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.7rem; border-bottom: 1px solid var(--line); }
blockquote { margin: 0; padding-left: 1rem; border-left: 3px solid var(--line); }
.menu { padding: 0.6rem 0; border-bottom: 1px solid var(--line); }
.menu summary, .contents summary { cursor: pointer; padding: 0.3rem 0; }
nav details details, nav a { padding-left: 0.9rem; }
nav a { display: block; padding-block: 0.2rem; text-decoration: none; }
nav a:hover { text-decoration: underline; }
.contents { padding: 0.3rem 0.9rem; border: 1px solid var(--line); border-radius: 0.5rem; }
.found { padding: 0; list-style: none; }
.found p { margin: 0.2rem 0 1rem; }
@media (min-width: 60rem) {
  .columns { display: grid; grid-template-columns: 17rem minmax(0, 1fr); gap: 2.5rem; }
  .menu { border: 0; align-self: start; position: sticky; top: 0; max-height: 100vh; overflow-y: auto; }
  .menu::details-content { content-visibility: visible; block-size: auto; }
  .menu > summary { display: none; }
}
`;
