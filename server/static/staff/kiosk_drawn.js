// A drawn kiosk leaves out what its card has no room for, as the kiosk does: first the kind, then the text.
document.fonts.ready.then(function () {
  document.querySelectorAll(".k-card").forEach(function (card) {
    var kind = card.querySelector(".k-kind"), body = card.querySelector(".k-body");
    function tooHigh() {
      var first = Array.from(card.children).find(function (part) { return !part.hidden; });
      var room = card.getBoundingClientRect().top + parseFloat(getComputedStyle(card).paddingTop);
      return first.getBoundingClientRect().top < room - 1;
    }
    if (tooHigh()) kind.hidden = true;
    if (tooHigh()) {
      body.hidden = true;
      card.closest("figure").querySelector(".k-short").hidden = false;
    }
  });
});
