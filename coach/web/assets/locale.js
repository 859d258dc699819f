// Gradio speaks the language that the browser names.  A visitor may have chosen another: the
// server then wrote it into the page, and this script, which runs before Gradio's, names it.
const { lang } = document.documentElement;
Object.defineProperty(navigator, "language", { get: () => lang });
