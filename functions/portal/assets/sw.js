// Keeps the portal's look and nothing else: the files named here, which are the same for everybody. No page is ever kept.
"use strict";

const SHELL = "KDESK_SHELL";
const FILES = KDESK_FILES;
const OFFLINE = "KDESK_OFFLINE";

const fill = () => caches.open(SHELL).then((cache) => cache.addAll(FILES));

self.addEventListener("install", (event) => {
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  // Other pages of this origin have caches of their own.
  const isOld = (name) => name.startsWith("kdesk-") && name !== SHELL;
  const old = (names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (FILES.includes(pathname)) {
    event.respondWith(caches.match(pathname).then((kept) => kept ?? fetch(request)));
  } else if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE).then((page) => page ?? Response.error())));
    // Signing out empties the caches, and this worker stays.
    event.waitUntil(caches.match(OFFLINE).then((page) => page ?? fill()).catch(() => {}));
  }
});
