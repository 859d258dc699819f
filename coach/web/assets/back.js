// "Back to the talk": close this tab where the talk opened it, so that the talk is found as it was.
document.querySelectorAll("a[data-back]").forEach((link) => {
  link.addEventListener("click", (event) => {
    if (history.length === 1) {
      event.preventDefault();
      window.close();
      setTimeout(() => location.assign(link.href), 150);
    }
  });
});
