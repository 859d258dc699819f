// The pieces of the page that scripts put in their place: templates with the phrases that
// belong to them, both written by the server.
export class Parts {
  #template;

  constructor(id) {
    this.#template = document.getElementById(id);
    /** The phrases by name. */
    this.said = this.#template.dataset;
  }

  /** Return a new copy of a piece; undefined where there is none of it. */
  piece(selector) {
    return this.#template.content.querySelector(selector)?.cloneNode(true);
  }

  /** Return a phrase with its {fields} filled in. */
  filled(name, fields) {
    return fill(this.said[name], fields);
  }
}

/** Return a phrase with its {fields} filled in. */
export function fill(phrase, fields) {
  return phrase.replace(/\{(\w+)\}/g, (field, key) => fields[key] ?? field);
}

/** Change a text; what stays is not written again, so that nobody reads it out again. */
export function put(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
