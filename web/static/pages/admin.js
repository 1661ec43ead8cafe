// A role has areas or a unit: the form shows the one that belongs to the chosen role. Without this script it shows both.
(() => {
  const form = document.querySelector("[data-gm-rights]");
  const role = form && form.querySelector("[name=role]");
  if (!role) return;
  const byUnit = form.dataset.gmRights.split(" ");
  const show = () => {
    const unit = byUnit.includes(role.value);
    form.querySelectorAll("[data-gm-by-unit]").forEach((part) => { part.hidden = !unit; });
    form.querySelectorAll("[data-gm-by-area]").forEach((part) => { part.hidden = unit; });
  };
  role.addEventListener("change", show);
  show();
})();
