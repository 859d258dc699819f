// The coach as an app: keep the helplines for hours without a connection, and say in the talk when
// there is none.  A machine without a network may still reach a coach that runs on itself, so
// what counts is whether the server answers.
const CARE = "/offline";

if (window.parent === window && "serviceWorker" in navigator) {
  addEventListener("load", () => {
    // Where a browser allows none (a private window, plain http), all else works as before.
    navigator.serviceWorker.register("/service-worker.js", { updateViaCache: "none" }).catch(() => {});
  });
}

async function reachable() {
  try {
    return (await fetch("/healthz", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

async function helplines() {
  try {
    const page = new DOMParser().parseFromString(await (await fetch(CARE)).text(), "text/html");
    return page.querySelector(".contacts");
  } catch {
    return null;
  }
}

async function look() {
  const foot = document.querySelector("#foot");
  const shown = document.querySelector("#foot .offline");
  if (await reachable()) {
    shown?.remove();
  } else if (foot && !shown) {
    const parts = document.querySelector("#offline-parts").content.cloneNode(true);
    const notice = parts.firstElementChild;
    foot.prepend(notice);
    const lines = await helplines();
    if (lines) notice.append(lines);
  }
}

for (const change of ["online", "offline"]) addEventListener(change, look);
