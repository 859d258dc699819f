// The path as Markdown, to be read anywhere.  What someone wrote is escaped, so that it stands
// there as it was written.
import { newestFirst } from "./store.js";
import { day, filled, QUESTIONS, reading, say, SCALE, WENT } from "./path-parts.js";

const plain = (text) =>
  text.replace(/\s+/g, " ").trim().replace(/[\\`*_{}[\]()<>#+\-.!|~&]/g, "\\$&");
const title = (slug) => plain(reading(slug).textContent);
const dated = ({ at }, words) => `- ${day(at)}: ${words}`;

const LINES = {
  checkins: {
    heading: say.checkin_heading,
    write: (entry) => [
      dated(entry, QUESTIONS.map((name, index) =>
        `${name}: ${SCALE[entry.answers[index] - 1]}`).join("; ")),
      ...under(entry.line),
    ],
  },
  steps: {
    heading: say.steps_heading,
    write: (entry) => [
      `- ${plain(entry.text)} (${filled(say.step_planned, { date: day(entry.at) })})`,
      ...(entry.went ? [`  - ${WENT[entry.went]}`] : []),
      ...under(entry.note),
    ],
  },
  practices: {
    heading: say.practices_heading,
    write: (entry) => [dated(entry, title(entry.id))],
  },
  helped: {
    heading: say.helped_heading,
    write: (entry) => [
      dated(entry, entry.helped ? say.helped_yes : say.helped_no),
      ...entry.articles.map((slug) => `  - ${title(slug)}`),
    ],
  },
  talks: {
    heading: say.talks_heading,
    write: (entry) => [dated(entry, plain(entry.title))],
  },
};

/** Return a path as the text of a Markdown file, the newest of each kind first. */
export function asMarkdown(path) {
  const parts = Object.entries(LINES)
    .filter(([list]) => path[list].length)
    .map(([list, { heading, write }]) =>
      [`## ${heading}`, "", ...newestFirst(path[list]).flatMap(write)].join("\n"));
  return `${[`# ${say.heading}`, ...parts].join("\n\n")}\n`;
}

function under(text) {
  return text.trim() ? [`  - ${plain(text)}`] : [];
}
