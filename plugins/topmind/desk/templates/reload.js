// Shows a page anew when what it is made of was saved. Listens only while it is looked at: a browser has six
// connections for a server, and a marketer more tabs.
"use strict";
(() => {
  const own = document.currentScript;
  const part = own.hasAttribute("data-site") ? "site" : "desk";
  let have = Number(own.getAttribute(`data-${part}`));
  const here = `reload ${location.pathname}`;

  // where the reader was, by the place of what had the focus among all that can have it
  const places = () => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")];
  try {
    const at = sessionStorage.getItem(here);
    sessionStorage.removeItem(here);
    if (at !== null) places()[Number(at)]?.focus({ preventScroll: true });
  } catch { /* not allowed */ }

  const typing = () => [...document.querySelectorAll("input, textarea")].some(
    (one) => !["radio", "checkbox", "hidden", "submit"].includes(one.type) && one.value !== one.defaultValue);
  const tell = (words, link) => {
    let line = document.querySelector("[data-reload-note]");
    if (!line) {
      line = document.createElement("p");
      line.setAttribute("data-reload-note", "");
      line.setAttribute("role", "status");
      line.style.cssText = "position:fixed;z-index:9;inset:auto 1rem 1rem auto;max-width:24rem;margin:0;padding:.7rem 1rem;" +
        "background:#1d2733;color:#fff;border-radius:.5rem;font:1rem/1.4 system-ui,sans-serif;box-shadow:0 2px 12px #0006";
      document.body.append(line);
    }
    line.textContent = words;
    if (link) {
      const a = document.createElement("a");
      [a.href, a.textContent] = link;
      a.style.cssText = "color:#fff;margin-left:.5rem;text-decoration:underline";
      line.append(a);
    }
  };
  // a page that somebody is leaving is let go: to show it anew would undo their click
  let leaving = false;
  addEventListener("beforeunload", () => { leaving = true; setTimeout(() => { leaving = false; }, 2000); });
  const show = () => {
    if (leaving) return;
    if (typing()) { tell("This page has changed.", [location.href, "Show it"]); return; }
    try { sessionStorage.setItem(here, String(places().indexOf(document.activeElement))); } catch { /* not allowed */ }
    location.reload();
  };

  let stream = null;
  const listen = () => {
    if (document.hidden) { stream?.close(); stream = null; return; }
    if (stream) return;
    stream = new EventSource("/desk/changes");
    stream.onmessage = (event) => {
      const now = JSON.parse(event.data);
      if (part === "site" && now.trouble) tell(now.trouble, ["/desk/findings/", "Findings"]);
      else if (now[part] !== have) { have = now[part]; show(); }
    };
  };
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => stream?.close());
  listen();
})();
