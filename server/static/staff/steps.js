// Steps of a price: rows are added and removed. Without this script the form has blank rows of its own.
"use strict";
(() => {
  function begin(steps) {
    const body = steps.querySelector("tbody");
    const add = steps.querySelector("[data-steps-add]");
    const most = Number(steps.dataset.most);
    const blankRow = body.rows[0].cloneNode(true);
    const fields = (row) => [...row.querySelectorAll("input")];
    const blank = (row) => fields(row).every((field) => !field.value.trim());

    // Names carry the place of their row, by which the server reads them.
    function number() {
      [...body.rows].forEach((row, place) => {
        for (const field of fields(row)) {
          field.name = field.name.replace(/-\d+-/, `-${place}-`);
          field.id = field.id.replace(/-\d+-/, `-${place}-`);
        }
        row.querySelector("[data-steps-remove]").hidden = false;
      });
      add.hidden = false;
      add.disabled = body.rows.length >= most;
    }

    function fresh() {
      const row = blankRow.cloneNode(true);
      for (const field of fields(row)) field.value = "";
      body.append(row);
      number();
      return row;
    }

    add.addEventListener("click", () => fields(fresh())[0].focus());
    body.addEventListener("click", (event) => {
      const pressed = event.target.closest("[data-steps-remove]");
      if (!pressed) return;
      const place = [...body.rows].indexOf(pressed.closest("tr"));
      body.deleteRow(place);
      if (!body.rows.length) fresh();
      number();
      body.rows[Math.min(place, body.rows.length - 1)].querySelector("[data-steps-remove]").focus();
    });
    while (body.rows.length > 1 && blank(body.rows[body.rows.length - 1]) && blank(body.rows[body.rows.length - 2])) {
      body.deleteRow(body.rows.length - 1);
    }
    number();
  }
  document.querySelectorAll("[data-steps]").forEach(begin);
})();
