// Shows a page anew when what it is made of was saved, and undoes nothing that somebody is doing meanwhile. Listens only
// while it is looked at: a browser has six connections for a server, and a marketer more tabs.
"use strict";
(() => {
  // milliseconds: a hand that has just been here may go on; a page that somebody is leaving may take its time to come
  const HANDS = 400, HELD = 10_000, LEAVING = 30_000, AGAIN = 3_000;
  const own = document.currentScript;
  const part = own.hasAttribute("data-site") ? "site" : "desk";
  const have = own.getAttribute(`data-${part}`);
  const here = `reload ${location.pathname}`;

  // where the reader was: what had the focus, and what was folded out, by what is written there, in a page that may have
  // more of the same or less
  const kinds = { focus: "a[href], button, input, select, textarea, summary, [tabindex]", folds: "details" };
  const named = (kind) => {
    const seen = {};
    return [...document.querySelectorAll(kinds[kind])].map((one) => {
      const words = (one.querySelector("summary") ?? one).textContent.replace(/\d+/g, "").trim();
      const name = [one.tagName, one.id, one.name, one.getAttribute("href"), words].join(" ");
      seen[name] = (seen[name] ?? 0) + 1;
      return [`${name} ${seen[name]}`, one];
    });
  };
  const remember = () => {
    const focus = named("focus").find(([, one]) => one === document.activeElement)?.[0];
    const folds = Object.fromEntries(named("folds").map(([name, one]) => [name, one.open]));
    try { sessionStorage.setItem(here, JSON.stringify({ focus, folds })); } catch { /* not allowed */ }
  };
  try {
    const was = JSON.parse(sessionStorage.getItem(here));
    sessionStorage.removeItem(here);
    for (const [name, one] of was ? named("folds") : []) one.open = was.folds[name] ?? one.open;
    if (was?.focus) named("focus").find(([name]) => name === was.focus)?.[1].focus({ preventScroll: true });
  } catch { /* not allowed */ }

  const typing = () => [...document.querySelectorAll("input, textarea")].some(
    (one) => !["radio", "checkbox", "hidden", "submit"].includes(one.type) && one.value !== one.defaultValue);
  const tell = (words, link) => {
    let line = document.querySelector("[data-reload-note]");
    if (line?.dataset.reloadNote === words) return; // its link may just be pressed
    if (!line) {
      line = document.createElement("p");
      line.setAttribute("role", "status");
      line.style.cssText = "position:fixed;z-index:9;inset:auto 1rem 1rem auto;max-width:24rem;margin:0;padding:.7rem 1rem;" +
        "background:#1d2733;color:#fff;border-radius:.5rem;font:1rem/1.4 system-ui,sans-serif;box-shadow:0 2px 12px #0006";
      document.body.append(line);
    }
    line.dataset.reloadNote = line.textContent = words;
    const a = document.createElement("a");
    [a.href, a.textContent] = link;
    a.style.cssText = "color:#fff;margin-left:.5rem;text-decoration:underline";
    line.append(a);
  };

  // `hands`, `leaving`: no sooner is the page shown anew; `coming`: it is on its way; `ours`: this script has just asked
  let newest = have, hands = Date.now() + HANDS, leaving = 0, coming = false, ours = false, stays = false, timer = 0;
  const show = () => {
    clearTimeout(timer);
    if (newest === have || coming) return;
    // what was asked for with a form would be sent once more
    if (typing() || own.hasAttribute("data-posted")) {
      tell("This page has changed.", [location.href.split("#")[0], "Show it"]);
      return;
    }
    const left = Math.max(hands, leaving) - Date.now();
    if (left > 0) { timer = setTimeout(show, left); return; }
    // what was done is still said afterwards
    const said = document.querySelector("[data-said]")?.dataset.said;
    if (said) {
      const address = new URL(location.href);
      address.searchParams.set("said", said);
      try { history.replaceState(history.state, "", address); } catch { /* not allowed */ }
    }
    coming = ours = true;
    location.reload();
  };

  // hands on the page: what is on its way is called back, and comes when they are off again
  const hand = (milliseconds) => () => {
    hands = Date.now() + milliseconds;
    if (coming) { coming = false; stop(); hush(); listen(); }
    show();
  };
  for (const name of ["pointerup", "pointercancel", "keydown", "input", "change"]) addEventListener(name, hand(HANDS), true);
  addEventListener("pointerdown", hand(HELD), true);
  // a page that somebody is leaving is let go: to show it anew would undo their click; `mailto:` leaves nothing
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    stays = Boolean(link) && !/^https?:$/.test(link.protocol);
    setTimeout(() => { stays = false; });
  }, true);
  addEventListener("beforeunload", () => {
    if (ours) { ours = false; return; }
    coming = false;
    if (!stays) leaving = Date.now() + LEAVING;
  });
  addEventListener("pagehide", () => { if (coming) remember(); hush(); });
  // back to it, as it was left
  addEventListener("pageshow", (event) => { if (event.persisted) { leaving = 0; coming = false; listen(); } });

  let stream = null;
  const hush = () => { stream?.close(); stream = null; };
  const listen = () => {
    if (document.hidden) { hush(); return; }
    if (stream) return;
    stream = new EventSource("/desk/changes");
    stream.onmessage = (event) => {
      const now = JSON.parse(event.data);
      newest = now[part];
      if (part === "site" && now.trouble) tell(now.trouble, ["/desk/findings/", "Findings"]);
      else show();
    };
    // a browser tries again by itself, but not after an answer that it does not understand
    stream.onerror = () => { if (stream?.readyState === EventSource.CLOSED) { hush(); setTimeout(listen, AGAIN); } };
  };
  document.addEventListener("visibilitychange", listen);
  listen();
})();
