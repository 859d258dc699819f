// Keep the helplines within reach without a connection.  Only stylesheets, scripts, pictures, the
// page of helplines and the page that says that there is no connection are kept; never a talk,
// an answer or a plan.  The server writes VERSION and KEPT above these lines; both change with
// what is kept, so that a browser fetches all of it anew.
const HELP = "/help";
const OFFLINE = "/offline";
const PATIENCE_MS = 5000;

addEventListener("install", (event) => {
  const fresh = KEPT.map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open(VERSION).then((kept) => kept.addAll(fresh)).then(() => skipWaiting()));
});

async function forgetOlderOnes() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== VERSION).map((name) => caches.delete(name)));
  await clients.claim();
}

addEventListener("activate", (event) => event.waitUntil(forgetOlderOnes()));

/** Fetch the helplines; a network that does not answer in time is none. */
function fetchHelp(request) {
  return fetch(request.url, { signal: AbortSignal.timeout(PATIENCE_MS) });
}

async function page(request, path) {
  try {
    if (path !== HELP) return await fetch(request);
    const found = await fetchHelp(request);
    if (found.ok) (await caches.open(VERSION)).put(request.url, found.clone());
    return found;
  } catch {
    const help = path === HELP ? await caches.match(request.url) : undefined;
    return help ?? (await caches.match(OFFLINE));
  }
}

async function file(request) {
  return (await caches.match(request.url)) ?? fetch(request);
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, pathname));
  else if (pathname.startsWith("/look/") || pathname === OFFLINE) event.respondWith(file(request));
});
