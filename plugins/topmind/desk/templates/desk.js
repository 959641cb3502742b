// The desk works without this. With it, switches are kept in the address and from mail to mail, and keys work.
"use strict";
(() => {
  const views = document.querySelector("form[data-views]");
  if (!views) return;
  const radios = (name) => [...views.querySelectorAll(`input[name="${name}"]`)];
  const names = [...new Set([...views.querySelectorAll("input[type=radio]")].map((one) => one.name))];

  // what the address asks for (a page that no server made cannot know it)
  const asked = new URLSearchParams(location.search);
  for (const name of names) {
    const one = radios(name).find((radio) => radio.value === asked.get(name));
    if (one) one.checked = true;
  }

  const keep = () => {
    const query = new URLSearchParams();
    for (const name of names) {
      const all = radios(name);
      const chosen = all.find((radio) => radio.checked);
      if (chosen && chosen !== all[0]) query.set(name, chosen.value);
    }
    const text = query.toString();
    const here = location.pathname + (text ? `?${text}` : "");
    try { history.replaceState(null, "", here); } catch { /* a file in a browser that forbids it */ }
    for (const link of document.querySelectorAll("a[data-keep]")) {
      link.href = link.getAttribute("href").split("?")[0] + (text ? `?${text}` : "");
    }
  };
  views.addEventListener("change", keep);
  keep();

  // single keys, only where the reader has switched them on
  const box = document.querySelector("[data-shortcuts-on]");
  const panel = document.querySelector("[data-shortcuts]");
  if (!box || !panel) return;
  panel.hidden = false;
  const store = { get: () => { try { return localStorage.getItem("desk-keys"); } catch { return null; } },
                  set: (value) => { try { localStorage.setItem("desk-keys", value); } catch { /* not allowed */ } } };
  box.checked = store.get() === "on";
  box.addEventListener("change", () => store.set(box.checked ? "on" : "off"));

  const turn = (name) => {
    const all = radios(name);
    const at = all.findIndex((radio) => radio.checked);
    const next = all[(at + 1) % all.length];
    next.checked = true;
    keep();
  };
  const go = (list) => {
    const links = [...document.querySelectorAll(`[data-key-list="${list}"] a`)];
    const at = links.findIndex((link) => link.hasAttribute("aria-current"));
    const next = links[(at + 1) % links.length];
    if (next) next.click();
  };
  const press = { l: () => turn("look"), w: () => turn("width"), t: () => turn("part"), e: () => go("e"), p: () => go("p") };
  document.addEventListener("keydown", (event) => {
    if (!box.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select")) return;
    const link = document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
    if (link) link.click();
    else if (press[event.key]) press[event.key]();
    else return;
    event.preventDefault();
  });
})();
