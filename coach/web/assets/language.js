// The choice of a language.  Its links load the page anew.  A talk passes over to it (`keep`);
// where anything else would be lost with the old page, the visitor is asked first.  The page
// asks, and not the browser by `beforeunload`: that would hold up "Leave this page" as well.
const menu = document.querySelector(".languages");

function somethingToLose() {
  if (document.querySelector("gradio-app")) return false;
  return [...document.querySelectorAll("textarea")].some((field) => field.value.trim());
}

menu.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (!event.target.closest("a") || !somethingToLose()) return;
  const { unsaved } = menu.querySelector("nav").dataset;
  if (!confirm(unsaved)) event.preventDefault();
});

/** Put the menu among the settings of the talk, which Gradio draws after this script began. */
function place() {
  const settings = document.getElementById("settings");
  if (!settings || settings.contains(menu)) return;
  settings.append(menu);
}

if (document.querySelector("gradio-app")) {
  new MutationObserver(place).observe(document.body, { childList: true, subtree: true });
  document.addEventListener("click", ({ target }) => {
    if (!menu.contains(target)) menu.open = false;
  });
}
