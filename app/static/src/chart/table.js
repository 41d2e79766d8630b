// The chart's data as a table inside <details>: same numbers, same links, no mouse needed.
function element(tag, text, attributes = {}) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

function numberCell(value, unit, address) {
  const cell = element("td", undefined, { class: "text-end" });
  const text = value === null || value === undefined ? "—" : `${value.toLocaleString()}${unit === "%" ? "%" : ""}`;
  if (address && value) cell.append(element("a", text, { href: address }));
  else cell.textContent = text;
  return cell;
}

export function dataTable(payload, safeAddress) {
  const english = document.documentElement.lang.startsWith("en");
  const words = { table: english ? "Data table" : "数据表", category: english ? "Item" : "项目", ...payload.labels };
  const details = element("details", undefined, { class: "chart-data mt-2" });
  const unit = payload.unit && payload.unit !== "%" ? `（${payload.unit}）` : "";
  details.append(element("summary", words.table, { class: "text-secondary" }));
  const scroll = element("div", undefined, { class: "table-responsive", tabindex: "0", role: "region", "aria-label": `${payload.title ?? ""} ${words.table}`.trim() });
  const table = element("table", undefined, { class: "table table-sm table-vcenter mb-0" });
  table.append(element("caption", `${payload.title ?? ""}${unit}`, { class: "caption-top" }));
  const head = element("tr");
  head.append(element("th", words.category, { scope: "col" }));
  for (const series of payload.series) head.append(element("th", series.name, { scope: "col", class: "text-end" }));
  const thead = element("thead");
  thead.append(head);
  const body = element("tbody");
  payload.categories.forEach((name, index) => {
    const row = element("tr");
    row.append(element("th", name, { scope: "row" }));
    for (const series of payload.series) row.append(numberCell(series.values[index], payload.unit, safeAddress(series.links?.[index])));
    body.append(row);
  });
  table.append(thead, body);
  scroll.append(table);
  details.append(scroll);
  return details;
}
