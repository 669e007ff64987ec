import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const api = process.env["API_URL"] ?? "http://127.0.0.1:4000";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2023",
    sourcemap: true,
    // Inlined assets would be data: addresses, which the content policy allows for pictures only.
    assetsInlineLimit: 0,
    // Nothing inline: the content policy allows scripts from files only.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /[\\/]node_modules[\\/](react|react-dom|scheduler)[\\/]/, priority: 2 },
            // What most pages need travels in one file instead of dozens of small ones.
            { name: "common", minShareCount: 25 },
          ],
        },
      },
      onLog(level, log, handler) {
        // Mantine marks its files "use client", which means nothing here.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") handler(level, log);
      },
    },
  },
  server: {
    proxy: {
      "/trpc": api,
      "/api": api,
      "/docs": api,
      "/config.json": api,
    },
  },
});
