// A demo's accounts: a button fills the form and leads to the button that signs in.
document.querySelectorAll("[data-gm-fill]").forEach((button) => {
  button.addEventListener("click", () => {
    document.getElementById("name").value = button.dataset.gmFill;
    document.getElementById("password").value = button.dataset.gmPassword;
    const submit = document.querySelector("form button[type=submit]");
    submit.scrollIntoView({ block: "center" });
    submit.focus();
  });
});
