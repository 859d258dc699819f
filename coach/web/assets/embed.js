// The button that opens the coach on any page of another site:
//   <script src="https://…/embed.js" data-label="…" data-position="…" data-language="…"></script>
// It lives in a shadow tree, so that neither page changes how the other looks.  Nothing is
// fetched before the button is pressed; nothing is stored.  The server puts words and colours
// in by calling this function (`coach/web/outside.py`).
function putHomeward(site) {
  const PRESSES = 3;
  const WITHIN_MS = 2000;
  const PATIENCE_MS = 1500;
  const PHONE = "(max-width: 40rem), (max-height: 30rem)";

  const script =
    document.currentScript ?? document.querySelector('script[src$="/embed.js"]');
  const home = new URL(script.src).origin;
  const asked = script.dataset.language ?? document.documentElement.lang;
  const spoken = [asked, asked.split("-")[0]].find((tag) => site.words[tag]);
  const words = site.words[spoken ?? site.language];

  const root = document.createElement("homeward-talk");
  const shadow = root.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(site.style);
  shadow.adoptedStyleSheets = [sheet];

  const make = (tag, attributes, ...inside) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...inside);
    return element;
  };

  const address = script.dataset.language
    ? `${home}/?lang=${encodeURIComponent(script.dataset.language)}`
    : `${home}/`;
  const label = script.dataset.label || words.label;
  const open = make(
    "button",
    { type: "button", class: "open", "aria-haspopup": "dialog", "aria-expanded": "false" },
    label,
  );
  const shut = make("button", { type: "button", class: "shut", "aria-label": words.close });
  const tab = make("a", { href: address, target: "_blank", rel: "noopener" }, words.in_a_tab);
  const refused = make("p", { class: "refused", hidden: "" }, words.refused, " ", tab);
  const dialog = make(
    "dialog",
    { "aria-label": words.dialog },
    make("div", { class: "bar" }, make("span", { "aria-hidden": "true" }, words.name), shut),
    refused,
  );
  const status = make("p", { class: "unseen", role: "status" });
  const language = spoken ?? site.language;
  shadow.append(
    make("div", { class: `at ${script.dataset.position || "right"}`, lang: language }, open, dialog, status),
  );

  let frame = null;
  let ready = false;
  let left = false;
  let presses = [];

  function fill() {
    ready = false;
    left = false;
    refused.hidden = true;
    frame = make("iframe", {
      src: address,
      title: words.dialog,
      allow: "microphone; autoplay",
      referrerpolicy: "no-referrer",
    });
    // A page that may not be framed never says that it is ready.
    frame.addEventListener("load", () => {
      setTimeout(() => { refused.hidden = ready; }, PATIENCE_MS);
    });
    dialog.append(frame);
  }

  function empty() {
    if (dialog.open) dialog.close();
    frame?.remove();
    frame = null;
    status.textContent = words.emptied;
  }

  function show() {
    status.textContent = "";
    if (left) empty();
    if (!frame) fill();
    if (matchMedia(PHONE).matches) dialog.showModal();
    else dialog.show();
    open.setAttribute("aria-expanded", "true");
    frame.focus();
  }

  // Whatever shut it: its button, Escape, or a phone's own way back.
  dialog.addEventListener("close", () => {
    open.setAttribute("aria-expanded", "false");
    frame?.contentWindow.postMessage({ homeward: "closed" }, home);
    open.focus();
  });

  /** Escape shuts the dialog, unless it shut something within; three in a row also end the talk. */
  function escape(shuts) {
    const now = performance.now();
    presses = [...presses, now].slice(-PRESSES);
    if (shuts && dialog.open) dialog.close();
    if (frame && presses.length === PRESSES && now - presses[0] <= WITHIN_MS) empty();
  }

  open.addEventListener("click", () => (dialog.open ? dialog.close() : show()));
  shut.addEventListener("click", () => dialog.close());
  dialog.addEventListener("cancel", (event) => event.preventDefault());

  addEventListener("keydown", (event) => {
    if (event.repeat || event.isComposing) return;
    if (event.key !== "Escape") presses = [];
    // With the dialog open beside the page, Escape is the page's own unless the focus is in here.
    else if (!dialog.open || document.activeElement === root) escape(true);
  }, { capture: true });

  addEventListener("message", ({ source, origin, data }) => {
    if (!frame || source !== frame.contentWindow || origin !== home) return;
    if (data.homeward === "escape" || data.homeward === "pressed") escape(data.homeward === "escape");
    if (data.homeward === "left") left = true;
    if (data.homeward === "ready") {
      ready = true;
      left = false;
      refused.hidden = true;
    }
  });

  const put = () => {
    if (script.dataset.position === "here") script.after(root);
    else document.body.append(root);
  };
  if (document.body) put();
  else addEventListener("DOMContentLoaded", put);
}
