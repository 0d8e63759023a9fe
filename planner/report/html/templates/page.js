(function () {
  "use strict";
  var number = function (cell) {
    var data = cell.querySelector("data");
    return data ? parseFloat(data.value) : NaN;
  };
  var order = function (one, two) {
    var a = number(one), b = number(two);
    if (!isNaN(a) && !isNaN(b)) { return a - b; }
    if (!isNaN(a) || !isNaN(b)) { return isNaN(a) ? 1 : -1; }
    return one.textContent.localeCompare(two.textContent, "en-GB");
  };
  var sort = function (table, head, column) {
    var down = head.getAttribute("aria-sort") === "ascending";
    var body = table.tBodies[0];
    var rows = Array.prototype.filter.call(body.rows, function (row) { return !row.classList.contains("total"); });
    var totals = Array.prototype.filter.call(body.rows, function (row) { return row.classList.contains("total"); });
    rows.sort(function (a, b) { return (down ? -1 : 1) * order(a.cells[column], b.cells[column]); });
    rows.concat(totals).forEach(function (row) { body.appendChild(row); });
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell) { cell.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
  };
  var filterBox = function (table, at) {
    var tools = document.createElement("p"), label = document.createElement("label"), input = document.createElement("input");
    var told = document.createElement("span"), rows = Array.prototype.slice.call(table.tBodies[0].rows);
    tools.className = "tools";
    input.id = "filter-" + at;
    input.type = "search";
    label.htmlFor = input.id;
    label.textContent = "Show rows that contain";
    told.setAttribute("role", "status");
    input.addEventListener("input", function () {
      var wanted = input.value.trim().toLowerCase(), shown = 0;
      rows.forEach(function (row) {
        row.hidden = row.textContent.toLowerCase().indexOf(wanted) < 0;
        shown += row.hidden ? 0 : 1;
      });
      told.textContent = wanted ? shown + " of " + rows.length + " rows" : "";
    });
    tools.appendChild(label);
    tools.appendChild(input);
    tools.appendChild(told);
    table.parentNode.parentNode.insertBefore(tools, table.parentNode);
  };
  Array.prototype.forEach.call(document.querySelectorAll("table.long"), function (table, at) {
    filterBox(table, at);
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () { sort(table, head, column); });
    });
  });
  var opened = [];
  window.addEventListener("beforeprint", function () {
    Array.prototype.forEach.call(document.querySelectorAll("details:not([open])"), function (one) { one.open = true; opened.push(one); });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (one) { one.open = false; });
    opened = [];
  });
}());
