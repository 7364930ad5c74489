// A list that is searched in shows what is chosen in an element of its own, which has no name while nothing
// is chosen: it is given that of its field.
"use strict";
function nameChoices() {
  document.querySelectorAll("select.admin-autocomplete").forEach((select) => {
    const label = select.getAttribute("aria-label") || (select.labels[0] || {}).textContent || "";
    const shown = document.getElementById(`select2-${select.id}-container`);
    if (shown && label.trim()) shown.setAttribute("aria-label", label.trim());
  });
}
// Such lists are made when the page is there, and for each row that is added.
new MutationObserver(nameChoices).observe(document.documentElement, { childList: true, subtree: true });
