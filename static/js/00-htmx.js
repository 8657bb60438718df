// htmx under Trusted Types. Our templates escape what they print, so answers of our own server may enter the page;
// code in attributes never runs.
function refuse() { throw new Error("code in attributes is refused"); }

if (window.htmx) {
  const rules = { createHTML: html => html };
  const policy = window.trustedTypes ? trustedTypes.createPolicy("htmx", rules) : rules;
  htmx.registerExtension("portal", { init: api => api.initSecurity(policy, refuse, refuse) });
  htmx.config.noSwap.push("5xx");
  htmx.config.history = "reload";
  htmx.config.morphIgnore.push("data-ui-");
}
