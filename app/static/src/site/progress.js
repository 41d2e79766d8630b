// Follows a running import (`data-progress` holds its address); the page is loaded anew when it ends.
export function start(root = document) {
  const place = root.querySelector("[data-progress]");
  if (!place) return;
  const bar = place.querySelector("progress");

  async function look() {
    try {
      const answer = await fetch(place.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const told = await answer.json();
      if (told.status !== "running") {
        location.reload();
        return;
      }
      bar.value = told.percent;
      bar.textContent = `${told.percent}%`;
      setTimeout(look, 1000);
    } catch {
      setTimeout(look, 5000);
    }
  }
  look();
}
