// Say who speaks.  Gradio names each message by its raw HTML, which a screen reader
// would read out; here a message is named by its speaker alone, and the log by its label.
const said = document.documentElement.dataset;
const names = { user: said.you, bot: said.coach };

function name(element, value) {
  if (element.getAttribute("aria-label") !== value) element.setAttribute("aria-label", value);
}

// What the coach says is English, whatever the page speaks, unless its class names another
// language, in which it meets danger; what a visitor says is as it is.
// Gradio keeps no attribute of a message but its class, so both are told here.
const page = { lang: document.documentElement.lang, dir: document.documentElement.dir };
const english = { lang: "en", dir: "ltr" };
const SPOKEN = [
  ["#talk .reply:not(.in-de, .in-es, .in-fr, .in-ar)", english],
  ...["de", "es", "fr"].map((lang) => [`#talk .reply.in-${lang}`, { lang, dir: "ltr" }]),
  ["#talk .reply.in-ar", { lang: "ar", dir: "rtl" }],
  ["#talk .reply > :is(.position, .contacts), #talk .sources > .label, #talk .source .full", page],
  ["#talk .option", { lang: "en", dir: "auto" }],
  ["#talk .said", { dir: "auto" }],
];

function nameLanguages() {
  for (const [selector, spoken] of SPOKEN) {
    for (const element of document.querySelectorAll(selector)) {
      for (const [attribute, value] of Object.entries(spoken)) {
        if (element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
      }
    }
  }
}

function nameMessages() {
  nameLanguages();
  for (const log of document.querySelectorAll("#talk [role=log]")) {
    name(log, said.talk);
    // A reply is read out once, when it is whole (`progress`), and not piece by piece.
    if (log.getAttribute("aria-live") !== "off") log.setAttribute("aria-live", "off");
  }
  for (const message of document.querySelectorAll("#talk [data-testid=user], #talk [data-testid=bot]")) {
    if (message.getAttribute("role") !== "article") message.setAttribute("role", "article");
    name(message, names[message.dataset.testid]);
  }
}

new MutationObserver(nameMessages).observe(document.documentElement, {
  attributeFilter: ["aria-label"],
  childList: true,
  subtree: true,
});

// While a reply grows, keep what was asked at the top of the log, so that the reply is
// read from its beginning.  Whoever scrolls, or begins a pause, is left where they are.
let asked = 0;
let following = false;

function follow() {
  const rows = document.querySelectorAll("#talk .user-row");
  if (rows.length > asked) following = true;
  asked = rows.length;
  if (following && asked > 0) rows[asked - 1].scrollIntoView({ block: "start" });
}

for (const kind of ["wheel", "touchmove", "pointerdown", "keydown", "pausebegin"]) {
  addEventListener(kind, (event) => {
    if (event.target instanceof Element && event.target.closest("#talk")) following = false;
  }, { passive: true });
}

new MutationObserver(follow).observe(document.documentElement, {
  characterData: true,
  childList: true,
  subtree: true,
});
