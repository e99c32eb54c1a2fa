"use strict";
// Sorts, filters, opens and closes, changes light and dark. The page says everything without it.
(() => {
  const byId = (id) => document.getElementById(id);
  const [bar, filter, found, theme, folds] = ["bar", "filter", "found", "theme", "folds"].map(byId);
  const tables = [...document.querySelectorAll("table")];
  const rows = tables.flatMap((table) => [...table.tBodies[0].rows]).filter((row) => !row.classList.contains("empty"));
  const counted = [...document.querySelectorAll("details[data-left-out]")];
  const leftOut = counted.reduce((sum, it) => sum + Number(it.dataset.leftOut), 0);
  const texts = new Map();
  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
    return texts.get(row);
  };

  const apply = () => {
    const wanted = filter.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = wanted !== "" && !textOf(row).includes(wanted);
      if (!row.hidden) shown += 1;
    }
    const others = leftOut === 0 ? "" : `; ${leftOut} more are not on it`;
    found.textContent = wanted === "" ? "" : `${shown} of ${rows.length} rows on this page${others}`;
  };
  filter.addEventListener("input", apply);
  filter.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      filter.value = "";
      apply();
    }
  });
  // An account's number leads to the lists, and shows what they have of it.
  for (const link of document.querySelectorAll("a[data-account]")) {
    link.addEventListener("click", () => {
      filter.value = link.dataset.account;
      apply();
    });
  }

  // What is empty comes last, however it is sorted.
  const compare = (a, b) => {
    const [x, y] = [Number.parseFloat(a), Number.parseFloat(b)];
    if (/^[-\d]/.test(a) && /^[-\d]/.test(b) && x !== y) return x - y;
    return a < b ? -1 : a > b ? 1 : 0;
  };
  const sort = (table, heads, column) => {
    const head = heads[column];
    const isUp = head.getAttribute("aria-sort") !== "ascending";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", isUp ? "ascending" : "descending");
    const body = table.tBodies[0];
    const keyed = [...body.rows].map((row) => [row.cells[column].textContent.trim(), row]);
    keyed.sort(([a], [b]) => {
      if (a === "" || b === "") return (a === "") - (b === "");
      return isUp ? compare(a, b) : compare(b, a);
    });
    body.append(...keyed.map(([, row]) => row));
  };
  for (const table of tables) {
    const heads = [...table.tHead.rows[0].cells];
    if (table.querySelector("tr.empty")) continue;
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(table, heads, column));
    });
  }

  const open = (isOpen) => {
    for (const details of document.querySelectorAll("details")) details.open = isOpen;
  };
  folds.addEventListener("click", () => open(document.querySelector("details:not([open])") !== null));
  addEventListener("beforeprint", () => open(true));
  theme.addEventListener("click", () => {
    const root = document.documentElement;
    const preferred = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    root.dataset.theme = (root.dataset.theme ?? preferred) === "dark" ? "light" : "dark";
  });
  bar.hidden = false;
})();
