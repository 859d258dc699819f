// The phrases, titles and templates of "My path", as the page holds them.
import { fill, Parts } from "./parts.js";

const parts = new Parts("parts");

/** The phrases by their names. */
export const say = parts.said;
/** The words of the scale, from hardly ever to often. */
export const SCALE = say.scale.split("|");
/** The questions of a check-in, as the plot and the table name them. */
export const QUESTIONS = say.questions.split("|");
/** What is said of how a step went. */
export const WENT = { did: say.step_did, partly: say.step_partly, "not-yet": say.step_not_yet };

/** Return a new copy of a part of the page. */
export const part = (selector) => parts.piece(selector);
export { fill as filled };

const byLocale = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** Return the day of a time, as the browser's language writes it. */
export const day = (at) => byLocale.format(new Date(at));

/** Return the day of a time as a `<time>`; its direction is that of the browser's language. */
export function date(at) {
  const time = document.createElement("time");
  time.dir = "auto";
  time.dateTime = at;
  time.textContent = day(at);
  return time;
}

/** Return a link to an article or practice; its name alone where this site has none of it. */
export function reading(slug) {
  return parts.piece(`a[data-slug="${CSS.escape(slug)}"]`) ?? document.createTextNode(slug);
}
