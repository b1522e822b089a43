import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { compressed } from "./compressed.ts";
import { sections } from "./sections.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// `npm run dev` beside a running service: what is no file of the page is the service's, which judges its own origin.
const service = process.env.ONERING_URL ?? "http://127.0.0.1:8000";
const proxied = { target: service, changeOrigin: true, headers: { origin: service } };

const EVERYWHERE =
  /\/app\/(?:ui\/|strings\.ts\?section=(?:app|ui|notLoaded|header|session|turns|page|connection|problems)$)|\/node_modules\/(?:react|react-dom|scheduler)\//;

export default defineConfig({
  plugins: [sections(), react(), compressed()],
  resolve: {
    alias: {
      "@onering/client/react": here("./client/src/react.ts"),
      "@onering/client/proofs": here("./client/src/proofs.ts"),
      "@onering/client": here("./client/src/index.ts"),
    },
  },
  build: {
    outDir: process.env.ONERING_PAGE_OUT ?? here("../onering/page/built"),
    emptyOutDir: true,
    manifest: true,
    // The policy of the page admits no script or style but files of ours.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What nearly every page begins with, in one file: ten small ones are two kilobytes more in gzip, and ten requests.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "page", test: EVERYWHERE }] } } },
  },
  server: { proxy: { "/v1/ws": { ...proxied, ws: true }, "/v1": proxied, "/log": proxied, "/docs": proxied } },
  test: {
    environment: "jsdom",
    // Vitest leaves a core to others; where there are two, that is half of them.
    maxWorkers: "100%",
    include: ["client/tests/**/*.test.{ts,tsx}", "app/**/*.test.{ts,tsx}"],
    setupFiles: ["./app/testing/setup.ts"],
  },
});
