// What is ticked is worked out anew by the server: the page is asked for again with the choice.
"use strict";
for (const form of document.querySelectorAll("form[data-choose]")) {
  form.addEventListener("change", () => form.requestSubmit());
}
