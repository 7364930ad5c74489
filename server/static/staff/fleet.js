// Says so when the page cannot refresh itself: an old page must never look like a quiet lobby.
document.addEventListener("DOMContentLoaded", () => {
  const banner = document.getElementById("not-live");
  const stale = (is) => { banner.hidden = !is; document.body.classList.toggle("stale", is); };
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.body.addEventListener(failure, () => stale(true));
  }
  document.body.addEventListener("htmx:afterSwap", () => stale(false));
});
