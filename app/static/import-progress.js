// Follows a running import; the page is loaded anew when it ends.
(function () {
  "use strict";
  var place = document.getElementById("import-progress");
  if (!place) return;
  var bar = place.querySelector("progress");

  function look() {
    fetch(place.dataset.address, { credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      })
      .then(function (told) {
        if (told.status !== "running") {
          window.location.reload();
          return;
        }
        bar.value = told.percent;
        bar.textContent = told.percent + "%";
        window.setTimeout(look, 1000);
      })
      .catch(function () {
        window.setTimeout(look, 5000);
      });
  }

  look();
})();
