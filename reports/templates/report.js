"use strict";
(function () {
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  function reveal(target) {
    for (let node = target; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") node.open = true;
    }
  }

  function revealFragment() {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id && document.getElementById(id);
    if (!target) return;
    if (target.matches("tr[data-verdict]") && target.hidden) clear();
    if (target.tagName === "DETAILS") target.open = true;
    reveal(target);
    target.scrollIntoView();
  }

  const form = document.getElementById("filter");
  const status = document.getElementById("filter-status");
  const rows = all("tr[data-verdict]");

  function filter() {
    const verdicts = all("input[name=verdict]:checked", form).map((box) => box.value);
    const level = form.elements.level.value;
    const words = form.elements.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      const match =
        (!verdicts.length || verdicts.includes(row.dataset.verdict)) &&
        (!level || row.dataset.level === level) &&
        words.every((word) => text.includes(word));
      row.hidden = !match;
      shown += match ? 1 : 0;
    }
    for (const section of all("#filter ~ .section")) {
      section.hidden = !section.querySelector("tr[data-verdict]:not([hidden])");
    }
    status.textContent = "Showing " + shown + " of " + rows.length + " requirements";
  }

  function clear() {
    form.reset();
    filter();
  }

  if (form) {
    form.hidden = false;
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(filter));
    filter();
  }

  async function copy(button) {
    const source = document.getElementById(button.dataset.copy);
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source);
      button.textContent = "Selected: press Ctrl+C";
    }
    setTimeout(() => { button.textContent = label; }, 2000);
  }

  for (const button of all("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    closed.forEach((details) => { details.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((details) => { details.open = false; }));
  addEventListener("hashchange", revealFragment);
  revealFragment();
})();
