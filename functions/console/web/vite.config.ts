// How the App is built: under /app/, every file hashed, nothing inline, so that the strict Content-Security-Policy holds.
import { defineConfig } from "vite";

export default defineConfig({
  base: "/app/",
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
  },
});
