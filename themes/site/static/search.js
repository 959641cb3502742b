// Search in the page: Pagefind's index beside the site, no other server. Without this script the page lists everything.
const form = document.querySelector(".search");
const field = form.querySelector("input");
const results = document.getElementById("results");
const found = document.getElementById("found");
const all = document.getElementById("all");
const site = new URL(form.dataset.site, location.href);
let pagefind;
let asked = 0;

async function load() {
  if (!pagefind) {
    pagefind = await import(new URL("pagefind/pagefind.js", site));
    await pagefind.options({ baseUrl: site.pathname });
  }
  return pagefind;
}

function row(data) {
  const item = document.createElement("li");
  item.className = "row";
  const kind = data.meta.kind;
  if (kind) {
    const kicker = document.createElement("p");
    kicker.className = "kicker";
    kicker.textContent = kind;
    item.append(kicker);
  }
  const title = document.createElement("h2");
  title.className = "row-title";
  const link = document.createElement("a");
  link.href = data.url;
  link.textContent = data.meta.title;
  title.append(link);
  const words = document.createElement("p");
  words.innerHTML = data.excerpt; // escaped by Pagefind; holds only <mark>
  item.append(title, words);
  return item;
}

async function search() {
  const query = field.value.trim();
  const turn = ++asked;
  const address = new URL(location.href);
  if (query) address.searchParams.set("q", query);
  else address.searchParams.delete("q");
  history.replaceState(null, "", address);
  all.hidden = Boolean(query);
  results.hidden = !query;
  if (!query) {
    found.textContent = "";
    return;
  }
  try {
    const answer = await (await load()).search(query);
    const rows = await Promise.all(answer.results.slice(0, 20).map((result) => result.data()));
    if (turn !== asked) return; // a later search has begun
    results.replaceChildren(...rows.map(row));
    const count = answer.results.length;
    found.textContent = count ? `${count} ${count === 1 ? "page" : "pages"} with “${query}”` : `Nothing with “${query}”`;
  } catch {
    all.hidden = false;
    results.hidden = true;
    found.textContent = "The search is not available; everything is listed below by name.";
  }
}

form.hidden = false;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
let timer;
field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(search, 200);
});
field.value = new URLSearchParams(location.search).get("q") ?? "";
if (field.value) search();
