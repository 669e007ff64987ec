/** The look of the login pages: no request to anywhere, light and dark by the system's choice. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f7; --card: #fff; --ink: #1b1f27; --soft: #5a6372; --line: #d5dae1; --accent: #1f5fbf; --on: #fff;
  --hover: #eef3fb; --wrong: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171c; --card: #1d2128; --ink: #eceff4; --soft: #a4adbb; --line: #3b424e; --accent: #8ab4f8; --on: #10213b;
    --hover: #262c36; --wrong: #ff9a92;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px 16px;
  background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", Roboto, sans-serif;
}
main {
  width: 100%; max-width: 420px; padding: 32px; background: var(--card); border: 1px solid var(--line);
  border-radius: 12px;
}
.brand { margin: 0 0 4px; color: var(--soft); font-size: 14px; font-weight: 600; letter-spacing: .02em; }
h1 { margin: 0 0 4px; font-size: 24px; line-height: 1.25; }
h2 { margin: 0 0 12px; font-size: 16px; }
p { margin: 0 0 16px; }
.soft { color: var(--soft); font-size: 14px; }
form { margin: 0; }
section { margin-top: 24px; padding-top: 24px; border-top: 1px solid var(--line); }
button, input { width: 100%; font: inherit; border-radius: 8px; }
button:focus-visible, input:focus-visible, summary:focus-visible, a:focus-visible {
  outline: 3px solid var(--accent); outline-offset: 2px;
}
.person {
  display: block; margin-bottom: 8px; padding: 10px 14px; text-align: left; cursor: pointer;
  background: transparent; color: inherit; border: 1px solid var(--line);
}
.person:hover { background: var(--hover); border-color: var(--accent); }
.person b { display: block; font-weight: 600; }
.person span { color: var(--soft); font-size: 14px; overflow-wrap: anywhere; }
label { display: block; margin-bottom: 4px; font-size: 14px; font-weight: 600; }
input { margin-bottom: 14px; padding: 9px 12px; background: var(--ground); color: inherit; border: 1px solid var(--soft); }
.main { padding: 10px 14px; border: 0; background: var(--accent); color: var(--on); font-weight: 600; cursor: pointer; }
.wrong { padding: 10px 14px; border: 1px solid var(--wrong); border-radius: 8px; color: var(--wrong); }
summary { cursor: pointer; font-weight: 600; }
details form { margin-top: 16px; }
a { color: var(--accent); }
code { font: 14px ui-monospace, Consolas, monospace; padding: 1px 6px; border-radius: 5px; background: var(--ground); }
`;
