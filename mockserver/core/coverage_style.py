"""How the page of coverage looks: colours for light and dark, tables that scroll by themselves on a narrow screen."""

from typing import Final

STYLE: Final = """
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --ink: #1c2330; --soft: #566072; --line: #dde1e8; --head: #f0f2f6;
  --yes: #d3f0dc; --yes-ink: #0d5227; --no: #fbe9e7; --no-ink: #97261d;
  --bar: #1f9d55; --rest: #e3e7ee; --link: #1a56b0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151b; --card: #1b2029; --ink: #e8ebf1; --soft: #a3adbd; --line: #333b49; --head: #242b36;
    --yes: #16452a; --yes-ink: #b5efc8; --no: #43231f; --no-ink: #ffc4bd;
    --bar: #3fbf78; --rest: #323a48; --link: #8ab8ff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 76rem;
  background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif;
}
h1 { font-size: 1.5rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 0; }
h3 { font-size: .95rem; margin: 1rem 0 .35rem; color: var(--soft); }
p { margin: .25rem 0; }
ul { margin: .35rem 0; padding-left: 1.2rem; }
a { color: var(--link); }
code { font: .92em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.card {
  background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  padding: 1rem 1.1rem; margin: 1rem 0; scroll-margin-top: 1rem;
}
.total { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; }
.total b { font-size: 2.6rem; line-height: 1.1; font-variant-numeric: tabular-nums; }
.bar { height: .5rem; border-radius: 1rem; background: var(--rest); overflow: hidden; margin: .45rem 0 .3rem; }
.bar i { display: block; height: 100%; background: var(--bar); }
.verdict { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; }
.yes { background: var(--yes); color: var(--yes-ink); }
.no { background: var(--no); color: var(--no-ink); }
.key span { margin-right: 1rem; white-space: nowrap; }
.key i { display: inline-block; padding: 0 .5rem; border-radius: .25rem; font-style: normal; margin-right: .4rem; }
nav { display: grid; grid-template-columns: repeat(auto-fill, minmax(15.5rem, 1fr)); gap: .75rem; margin: 1rem 0; }
nav a {
  display: block; padding: .7rem .85rem; border: 1px solid var(--line); border-radius: .6rem;
  background: var(--card); color: inherit; text-decoration: none;
}
nav a:hover, nav a:focus-visible { border-color: var(--link); }
nav i { font-style: normal; white-space: nowrap; }
nav span { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 .5rem; }
summary { cursor: pointer; }
summary h2 { display: inline; }
summary .soft { margin-left: .5rem; }
.side { display: flex; flex-wrap: wrap; gap: 0 2.5rem; }
.side > div { max-width: 100%; }
.wide { overflow-x: auto; }
table { border-collapse: separate; border-spacing: 0; font-variant-numeric: tabular-nums; font-size: .88rem; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; min-width: 2.6rem; }
td, thead th { text-align: center; }
td { border-left: 1px solid var(--line); }
td.yes { font-weight: 600; }
thead th { background: var(--head); font-weight: 600; }
tbody th { background: var(--card); font-weight: 500; white-space: normal; overflow-wrap: break-word; }
th:first-child { position: sticky; left: 0; text-align: left; }
th small { color: var(--soft); font-weight: 400; margin-left: .4rem; }
@media (max-width: 40rem) {
  body { padding: 1rem .6rem 3rem; }
  .card { padding: .8rem; }
  nav { grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); }
  th, td { padding: .25rem .45rem; min-width: 2.4rem; }
  tbody th { max-width: 13rem; }
  th small { display: block; margin: 0; }
}
@media print {
  .card { break-inside: avoid; }
  .wide { overflow: visible; }
}
"""
