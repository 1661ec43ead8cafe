// Requests of htmx carry the token against forgery that the page holds.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]');
  if (token) event.detail.headers["X-CSRFToken"] = token.content;
});
// On a phone a row of tabs scrolls: the open one is in sight.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelector(".gm-tabs:not(.collapse) [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
});
// Empty fields of a filter say nothing: they stay out of the address.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("form[data-gm-tidy]")) return;
  for (const [name, value] of [...event.formData]) {
    if (value !== "") continue;
    const said = event.formData.getAll(name).filter((each) => each !== "");
    event.formData.delete(name);
    said.forEach((each) => event.formData.append(name, each));
  }
});
