"""Style and script of the published page, whole, so that their hashes can stand in its policy."""

STYLE = """
:root{color-scheme:light dark;--bg:#fbfaf7;--ink:#1d1c1a;--soft:#5d5a54;--line:#dcd8cf;--link:#0b57a4;--card:#fff;
--read:#2d6a3e;--reading:#8a4b00;--queued:#4b4a9b}
@media (prefers-color-scheme:dark){:root{--bg:#16171a;--ink:#e9e7e2;--soft:#a9a59c;--line:#34363c;--link:#8fbdf5;
--card:#1e2024;--read:#8ccf9e;--reading:#f0b469;--queued:#b5b3f5}}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0 auto;max-width:48rem;padding:1.5rem 1rem 4rem;background:var(--bg);color:var(--ink);
font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
h1{margin:0;font-size:1.6rem;line-height:1.2}
h2{margin:0;font-size:1.05rem;line-height:1.35}
a{color:var(--link);text-underline-offset:.15em}
p{margin:.25rem 0}
.sum,.by{color:var(--soft);font-size:.92rem}
form{display:flex;flex-wrap:wrap;gap:.6rem;margin:1rem 0 0;padding:.8rem;border:1px solid var(--line);
border-radius:.5rem;background:var(--card)}
label{flex:1 1 9rem;font-size:.85rem;color:var(--soft)}
label.wide{flex-basis:100%}
input,select{display:block;width:100%;min-height:2.75rem;margin-top:.15rem;padding:.4rem .6rem;font:inherit;
color:var(--ink);background:var(--bg);border:1px solid var(--line);border-radius:.35rem}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
article{padding:1rem 0;border-bottom:1px solid var(--line);content-visibility:auto;contain-intrinsic-size:auto 8rem}
.own{display:flex;flex-wrap:wrap;align-items:center;gap:.4rem .7rem;font-size:.85rem}
.state{font-weight:600}
.state.read{color:var(--read)}
.state.reading{color:var(--reading)}
.state.queued{color:var(--queued)}
.stars{letter-spacing:.08em}
.tag{padding:0 .5rem;border:1px solid var(--line);border-radius:1rem}
summary{cursor:pointer;padding:.35rem 0;font-size:.88rem;color:var(--soft)}
details p{white-space:pre-line}
pre{overflow-x:auto}
blockquote{margin:.4rem 0;padding-left:.8rem;border-left:3px solid var(--line)}
@media print{form{display:none}article{break-inside:avoid;content-visibility:visible}}
"""

SCRIPT = """
"use strict";
(() => {
  const get = (id) => document.getElementById(id);
  const fold = (text) => text.normalize("NFKD").replace(/\\p{M}/gu, "").toLowerCase();
  const main = document.querySelector("main");
  const all = [...main.querySelectorAll("article")].map((node, place) => ({
    node, place,
    text: fold([...node.querySelectorAll("h2,.by,.tag,details>:not(summary)")].map((n) => n.textContent).join(" ")),
    status: node.dataset.status,
    tags: node.dataset.tags.split("\\n"),
    day: node.dataset.day,
    rating: Number(node.dataset.rating),
    title: fold(node.querySelector("h2").textContent),
  }));
  const orders = {
    "": (a, b) => a.place - b.place,
    new: (a, b) => (a.day < b.day ? 1 : a.day > b.day ? -1 : a.place - b.place),
    title: (a, b) => a.title.localeCompare(b.title) || a.place - b.place,
    rating: (a, b) => b.rating - a.rating || a.place - b.place,
  };
  const fields = ["q", "status", "tag", "order"].map(get).filter(Boolean);
  const chosen = (id) => (get(id) ? get(id).value : "");
  let placed = "";
  const show = () => {
    const words = fold(chosen("q")).split(/\\s+/).filter(Boolean);
    const status = chosen("status"), tag = chosen("tag"), order = chosen("order");
    let number = 0;
    for (const paper of all) {
      const fits = (!status || paper.status === status) && (!tag || paper.tags.includes(tag)) &&
        words.every((word) => paper.text.includes(word));
      paper.node.hidden = !fits;
      number += fits ? 1 : 0;
    }
    if (order !== placed) {
      main.append(...[...all].sort(orders[order] || orders[""]).map((paper) => paper.node));
      placed = order;
    }
    const some = number === all.length ? "" : " of " + all.length.toLocaleString("en");
    get("count").textContent = number.toLocaleString("en") + some + (number === 1 && !some ? " paper" : " papers");
    get("none").hidden = number > 0;
  };
  const keep = () => {
    const said = fields.filter((field) => field.value).map((field) => [field.id, field.value]);
    history.replaceState(null, "", said.length ? "#" + new URLSearchParams(said) : location.pathname + location.search);
  };
  const read = () => {
    const said = new URLSearchParams(location.hash.slice(1));
    for (const field of fields) field.value = said.get(field.id) || "";
    for (const field of fields) if (field.selectedIndex === -1) field.value = "";
    show();
  };
  for (const field of fields) field.addEventListener("input", () => { show(); keep(); });
  get("find").addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", read);
  get("count").setAttribute("aria-live", "polite");
  get("find").hidden = false;
  read();
})();
"""
