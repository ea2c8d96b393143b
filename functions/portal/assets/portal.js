// What HTML cannot do: a countdown to the next code, the installation, and forgetting when somebody leaves. Every page works without it.
"use strict";

const worker = document.querySelector('link[rel="manifest"]') && "serviceWorker" in navigator;
if (worker) {
  const policy = window.trustedTypes?.createPolicy("kdesk", { createScriptURL: (url) => (url === "/portal/sw.js" ? url : "") });
  const address = policy ? policy.createScriptURL("/portal/sw.js") : "/portal/sw.js";
  navigator.serviceWorker.register(address, { scope: "/portal/" }).catch(() => {});
}

for (const wait of document.querySelectorAll("[data-wait]")) {
  const button = wait.closest("form").querySelector("button");
  const label = button.textContent;
  const until = performance.now() + Number(wait.dataset.wait) * 1000;
  button.disabled = true;
  const show = () => {
    const left = Math.ceil((until - performance.now()) / 1000);
    if (left <= 0) {
      button.disabled = false;
      button.textContent = label;
      wait.textContent = "ask again";
      return;
    }
    const two = (number) => String(Math.floor(number)).padStart(2, "0");
    const hours = left >= 3600 ? `${Math.floor(left / 3600)}:` : "";
    button.textContent = `${label} in ${hours}${hours ? two((left % 3600) / 60) : Math.floor(left / 60)}:${two(left % 60)}`;
    wait.textContent = "ask again when the time is up";
    setTimeout(show, 250);
  };
  show();
}

// One press, one request.
for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    // Who stopped the page from loading may press again.
    setTimeout(() => delete form.dataset.sent, 30_000);
    if ("leaves" in form.dataset && "caches" in window) {
      caches.keys().then((names) => names.filter((name) => name.startsWith("kdesk-")).forEach((name) => caches.delete(name))).catch(() => {});
    }
  });
}

// A page that comes back from the browser's memory may show what has ended since.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

const install = document.querySelector("[data-install]");
if (install) {
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    install.hidden = false;
    install.onclick = () => {
      install.hidden = true;
      event.prompt();
    };
  });
}
