// The coach as an app: keep the helplines for hours without a connection, and say in the talk when
// there is none.  A machine without a network may still reach a coach that runs on itself, so
// what counts is whether the coach there can answer.
const CARE = "/offline";
const AGAIN_MS = 3000;

if (window.parent === window && "serviceWorker" in navigator) {
  addEventListener("load", () => {
    // Where a browser allows none (a private window, plain http), all else works as before.
    navigator.serviceWorker.register("/service-worker.js", { updateViaCache: "none" }).catch(() => {});
  });
}

// Whatever asks in vain, Gradio's scripts too, makes this one look whether the server is there.
const ask = window.fetch.bind(window);
window.fetch = async (...request) => {
  try {
    return await ask(...request);
  } catch (error) {
    if (error.name !== "AbortError") setTimeout(look);
    throw error;
  }
};

async function reachable() {
  try {
    return (await ask("/readyz", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

async function helplines() {
  try {
    const page = new DOMParser().parseFromString(await (await ask(CARE)).text(), "text/html");
    return page.querySelector(".contacts");
  } catch {
    return null;
  }
}

let again; // Until it is there again.

async function look() {
  const there = await reachable();
  const foot = document.querySelector("#foot");
  const shown = document.querySelector("#foot .offline");
  clearTimeout(again);
  if (there) {
    shown?.remove();
    return;
  }
  again = setTimeout(look, AGAIN_MS);
  dispatchEvent(new Event("connectionlost"));
  if (foot && !shown) {
    const parts = document.querySelector("#offline-parts").content.cloneNode(true);
    const notice = parts.firstElementChild;
    foot.prepend(notice);
    const lines = await helplines();
    if (lines) notice.append(lines);
  }
}

for (const change of ["online", "offline"]) addEventListener(change, look);
