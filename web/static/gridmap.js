// Requests of htmx carry the token against forgery that the page holds.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]');
  if (token) event.detail.headers["X-CSRFToken"] = token.content;
});
// On a phone a row of tabs scrolls: the open one is in sight.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelector(".gm-tabs:not(.collapse) [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
});
