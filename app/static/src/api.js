// The page of the REST interface: starts Swagger UI, which Flask-AppBuilder brings along.
const place = document.getElementById("api-browser");

if (place && window.SwaggerUIBundle) {
  window.SwaggerUIBundle({
    domNode: place,
    url: place.dataset.address,
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    deepLinking: true,
    docExpansion: "none",
    validatorUrl: null,
  });
}
