// A file of its own, loaded after swagger-ui-bundle.js: the content security policy allows no inline script.
SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#swagger",
  deepLinking: true,
  docExpansion: "none",
  // A token lives in the page only, never in the browser's storage.
  persistAuthorization: false,
  // null: the description is not sent to anyone's validator.
  validatorUrl: null,
});
